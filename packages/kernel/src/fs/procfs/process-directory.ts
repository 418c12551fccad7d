// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import type { Credentials } from "../../process/credentials.ts";
import type { Process } from "../../process/process.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { Inode } from "../inode.ts";
import { ProcDirectory } from "./directory.ts";
import { FDINFO_KEY, OF_PROCESS } from "./entries.ts";
import { PROCESS_ENTRIES } from "./process-entries.ts";
import { inodeNumberOf } from "./inode.ts";
import { MEMORY_FILES, ProcMemoryInode } from "./memory-file.ts";
import type { ProcFs } from "./procfs.ts";
import { NamespaceDirectory } from "./namespaces.ts";
import { AttributeDirectory } from "./security-attributes.ts";
import { mayInspect, ProcDescriptorLink, ProcPlaceLink } from "./symlink.ts";
import type { ProcPlace } from "./symlink.ts";
import { ProcTextInode } from "./text.ts";

const PLACES: readonly ProcPlace[] = ["cwd", "exe", "root"];
const SUBDIRECTORIES = ["fd", "fdinfo", "task", "attr", "ns"] as const;
const ALL_NAMES: readonly string[] = [
  ...PROCESS_ENTRIES.keys(),
  ...PLACES,
  ...SUBDIRECTORIES,
  ...MEMORY_FILES,
];

function ownerOf(process: Process): { readonly uid: number; readonly gid: number } {
  const credentials = (process.anyThread ?? process.leader)?.credentials;
  return { uid: credentials?.euid ?? 0, gid: credentials?.egid ?? 0 };
}

/** Of what is in /proc/PID: root's where the process keeps its memory to itself (PR_SET_DUMPABLE). */
function ownerInside(process: Process): { readonly uid: number; readonly gid: number } {
  return process.dumpable === 1 ? ownerOf(process) : { uid: 0, gid: 0 };
}

/** /proc/PID, and /proc/PID/task/TID where `thread` is given. */
export class ProcessDirectory extends ProcDirectory {
  readonly process: Process;
  private readonly thread: Thread | undefined;

  constructor(fs: ProcFs, process: Process, thread?: Thread) {
    const { uid, gid } = ownerOf(process);
    super(fs, inodeNumberOf(process.pid, thread?.tid ?? 0, 0), 0o555, uid, gid);
    this.process = process;
    this.thread = thread;
  }

  /** The thread whose descriptors and places the directory shows. */
  private get shown(): Thread | undefined {
    return this.thread ?? this.process.anyThread;
  }

  override lookup(_thread: Thread, name: string): Inode | Result {
    const { fs, process } = this;
    const { uid, gid } = ownerInside(process);
    if (!this.exists()) {
      return fail(Errno.ENOENT, "the process is gone");
    }
    if (this.hasEntry(name)) {
      const { pid } = process;
      const key = OF_PROCESS + name;
      return new ProcTextInode(fs, this.number(name), key, name, pid, this.tid, uid, gid);
    }
    switch (name) {
      case "cwd":
      case "exe":
      case "root":
        return new ProcPlaceLink(fs, this.number(name), process, name, uid, gid);
      case "fd":
      case "fdinfo":
        return new DescriptorDirectory(fs, this.number(name), process, this.shown, this.tid, name);
      case "mem":
      case "pagemap":
        return new ProcMemoryInode(fs, this.number(name), name, process.pid, uid, gid);
      case "attr":
        return new AttributeDirectory(fs, process, this.tid, uid, gid);
      case "ns":
        return new NamespaceDirectory(fs, process, this.tid, uid, gid);
      case "task":
        return this.thread === undefined
          ? new TaskDirectory(fs, this.number(name), process)
          : -Errno.ENOENT;
      default:
        return -Errno.ENOENT;
    }
  }

  private hasEntry(name: string): boolean {
    const entry = PROCESS_ENTRIES.get(name);
    const level = this.thread === undefined ? "process" : "thread";
    return entry !== undefined && (entry.level === undefined || entry.level === level);
  }

  private get tid(): number {
    return this.thread?.tid ?? 0;
  }

  /** The inode number of the file called `name`. */
  private number(name: string): number {
    return inodeNumberOf(this.process.pid, this.tid, 1 + ALL_NAMES.indexOf(name));
  }

  private exists(): boolean {
    return this.process.kernel.processes.get(this.process.pid) === this.process;
  }

  protected override names(): readonly string[] {
    const below = this.thread === undefined ? SUBDIRECTORIES : ["attr", "fd", "fdinfo", "ns"];
    if (!this.exists()) return [];
    const entries = [...PROCESS_ENTRIES.keys()].filter((name) => this.hasEntry(name));
    return [...entries, ...PLACES, ...MEMORY_FILES, ...below].toSorted();
  }
}

/** /proc/PID/task. */
class TaskDirectory extends ProcDirectory {
  private readonly process: Process;

  constructor(fs: ProcFs, ino: number, process: Process) {
    const { uid, gid } = ownerOf(process);
    super(fs, ino, 0o555, uid, gid);
    this.process = process;
    this.nlink = 2 + process.threads.size;
  }

  override lookup(_thread: Thread, name: string): Inode | Result {
    for (const thread of this.process.threads) {
      if (String(thread.tid) === name) {
        return new ProcessDirectory(this.fs, this.process, thread);
      }
    }
    const { leader } = this.process;
    return leader !== undefined && String(leader.tid) === name
      ? new ProcessDirectory(this.fs, this.process, leader)
      : -Errno.ENOENT;
  }

  protected override names(): readonly string[] {
    const tids = new Set<number>();
    if (this.process.leader !== undefined) {
      tids.add(this.process.leader.tid);
    }
    for (const thread of this.process.threads) {
      tids.add(thread.tid);
    }
    return [...tids].toSorted((a, b) => a - b).map(String);
  }
}

/** /proc/PID/fd and fdinfo. */
class DescriptorDirectory extends ProcDirectory {
  private readonly process: Process;
  private readonly owner: Thread | undefined;
  /** The thread of the directory's path; 0 for that of the process. */
  private readonly tid: number;
  private readonly kind: "fd" | "fdinfo";

  constructor(
    fs: ProcFs,
    ino: number,
    process: Process,
    owner: Thread | undefined,
    tid: number,
    kind: "fd" | "fdinfo",
  ) {
    const { uid, gid } = ownerInside(process);
    super(fs, ino, kind === "fd" ? 0o500 : 0o555, uid, gid);
    this.tid = tid;
    this.process = process;
    this.owner = owner;
    this.kind = kind;
  }

  override lookup(thread: Thread, name: string): Inode | Result {
    const { owner } = this;
    const descriptor = /^(0|[1-9][0-9]*)$/.test(name) ? Number(name) : -1;
    const file = owner?.files.get(descriptor);
    if (owner === undefined || file === undefined) {
      return -Errno.ENOENT;
    }
    if (!mayInspect(thread, this.process)) {
      return fail(Errno.EACCES, "the process is another user's");
    }
    return this.kind === "fd"
      ? new ProcDescriptorLink(this, this.number(descriptor), owner, descriptor, file)
      : new ProcTextInode(
          this.fs,
          this.number(descriptor),
          FDINFO_KEY,
          name,
          this.process.pid,
          owner.tid,
          this.uid,
          this.gid,
        );
  }

  /** A process looks at its own descriptors whatever has become of its ids. */
  override grantsBeyondMode(credentials: Credentials): boolean {
    for (const thread of this.process.threads) {
      if (thread.credentials === credentials) return true;
    }
    return false;
  }

  private number(descriptor: number): number {
    const slot = this.kind === "fd" ? 0x1000 : 0x10_0000;
    return inodeNumberOf(this.process.pid, this.tid, slot + (descriptor % 0x8_0000));
  }

  protected override names(thread: Thread): readonly string[] {
    const names: string[] = [];
    const { owner } = this;
    if (owner !== undefined && mayInspect(thread, this.process)) {
      for (let fd = 0; fd < owner.files.length; fd++) {
        if (owner.files.get(fd) !== undefined) {
          names.push(String(fd));
        }
      }
    }
    return names;
  }
}
