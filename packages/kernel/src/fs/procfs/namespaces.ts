// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import type { Process } from "../../process/process.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { Inode } from "../inode.ts";
import { OpenFile } from "../file.ts";
import { Path } from "../path.ts";
import { ProcDirectory } from "./directory.ts";
import { inodeNumberOf, ProcInode } from "./inode.ts";
import type { ProcFs } from "./procfs.ts";
import { mayInspect } from "./symlink.ts";

/** The namespaces that everybody is in, by their names in /proc/PID/ns, with Linux's numbers of the first ones. */
const NAMESPACES: ReadonlyMap<string, number> = new Map([
  ["cgroup", 4_026_531_835],
  ["ipc", 4_026_531_839],
  ["mnt", 4_026_531_832],
  ["net", 4_026_531_833],
  ["pid", 4_026_531_836],
  ["pid_for_children", 4_026_531_836],
  ["time", 4_026_531_834],
  ["time_for_children", 4_026_531_834],
  ["user", 4_026_531_837],
  ["uts", 4_026_531_838],
]);
const SLOT = 0x18_0000;

/** /proc/PID/ns (namespaces(7)). */
export class NamespaceDirectory extends ProcDirectory {
  private readonly process: Process;
  private readonly tid: number;

  constructor(fs: ProcFs, process: Process, tid: number, uid: number, gid: number) {
    super(fs, inodeNumberOf(process.pid, tid, SLOT), 0o511, uid, gid);
    this.process = process;
    this.tid = tid;
  }

  override lookup(_thread: Thread, name: string): Inode | Result {
    const number = NAMESPACES.get(name);
    if (number === undefined) return -Errno.ENOENT;
    const slot = SLOT + 1 + [...NAMESPACES.keys()].indexOf(name);
    const ino = inodeNumberOf(this.process.pid, this.tid, slot);
    return new NamespaceLink(this, ino, this.process, name.replace("_for_children", ""), number);
  }

  protected override names(): readonly string[] {
    return [...NAMESPACES.keys()];
  }
}

/** Reads as "mnt:[4026531832]"; two processes share a namespace where the numbers are the same. */
class NamespaceLink extends ProcInode {
  private readonly process: Process;
  private readonly kind: string;
  private readonly number: number;

  constructor(directory: ProcInode, ino: number, process: Process, kind: string, number: number) {
    super(directory.fs, ino, S.IFLNK | 0o777, directory.uid, directory.gid);
    this.process = process;
    this.kind = kind;
    this.number = number;
  }

  override readlink(thread: Thread): string | Result {
    return mayInspect(thread, this.process) ? this.text : fail(Errno.EACCES);
  }

  private get text(): string {
    return `${this.kind}:[${this.number}]`;
  }

  override follow(thread: Thread): string | Path | Result {
    if (!mayInspect(thread, this.process)) return fail(Errno.EACCES);
    const { anonymous } = thread.kernel.vfs;
    const inode = new NamespaceInode(this.fs, this.number);
    return new Path(anonymous, anonymous.root.newUnlinked(this.text, inode));
  }
}

/** The namespace itself, which can be opened and looked at, and has no contents. */
class NamespaceInode extends ProcInode {
  constructor(fs: ProcFs, number: number) {
    super(fs, number, S.IFREG | 0o444, 0, 0);
  }

  override open(_thread: Thread, path: Path, flags: number): OpenFile {
    return new NamespaceFile(flags, path);
  }
}

class NamespaceFile extends OpenFile {
  constructor(statusFlags: number, path: Path) {
    super(statusFlags, path);
  }

  override path(): string {
    return this.location?.dentry.name ?? "";
  }
  read(): Result {
    return fail(Errno.EINVAL, "a namespace has no contents");
  }
  write(): Result {
    return fail(Errno.EINVAL, "a namespace has no contents");
  }
}
