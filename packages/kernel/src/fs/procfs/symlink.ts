// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import type { Process } from "../../process/process.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";
import type { OpenFile } from "../file.ts";
import type { Path } from "../path.ts";
import { ProcInode } from "./inode.ts";
import type { ProcFs } from "./procfs.ts";

/** A link with a text that depends on who reads it: self, thread-self, mounts. */
export class ProcTextLink extends ProcInode {
  private readonly kind: "self" | "thread-self" | "mounts";

  constructor(fs: ProcFs, kind: "self" | "thread-self" | "mounts") {
    super(fs, fs.takeInodeNumber(), S.IFLNK | 0o777, 0, 0);
    this.kind = kind;
  }

  override readlink(thread: Thread): string {
    const { pid } = thread.process;
    switch (this.kind) {
      case "self":
        return String(pid);
      case "thread-self":
        return `${pid}/task/${thread.tid}`;
      case "mounts":
        return "self/mounts";
    }
  }
}

/** A link that always holds the same. */
export class ProcFixedLink extends ProcInode {
  private readonly text: string;

  constructor(fs: ProcFs, ino: number, text: string) {
    super(fs, ino, S.IFLNK | 0o777, 0, 0);
    this.text = text;
  }

  override readlink(): string {
    return this.text;
  }
}

/** Which place of a process a link leads to. */
export type ProcPlace = "cwd" | "root" | "exe";

/** Whether `reader` may look into another process, as ptrace(2) judges it for reading. */
export function mayInspect(reader: Thread, process: Process): boolean {
  if (reader.process === process) {
    return true;
  }
  const own = reader.credentials;
  const theirs = (process.anyThread ?? process.leader)?.credentials;
  if (own.has(Capability.SYS_PTRACE)) return true;
  return (
    theirs !== undefined &&
    [theirs.uid, theirs.euid, theirs.suid].every((uid) => uid === own.fsuid) &&
    [theirs.gid, theirs.egid, theirs.sgid].every((gid) => gid === own.fsgid) &&
    process.dumpable === 1 &&
    theirs.permitted.isSubsetOf(own.effective)
  );
}

/** A link that leads straight to a place, whatever its path name has become (proc(5)). */
export abstract class ProcMagicLink extends ProcInode {
  /** Where it leads: the place, or only its name where it has no place in the tree. */
  protected abstract target(thread: Thread): Path | OpenFile | Result;

  override readlink(thread: Thread): string | Result {
    const target = this.target(thread);
    if (typeof target === "number") {
      return target;
    }
    return "dentry" in target ? this.fs.vfs.pathName(target, thread.fs.root) : target.path();
  }

  override follow(thread: Thread): string | Path | Result {
    const target = this.target(thread);
    if (typeof target === "number" || "dentry" in target) {
      return target;
    }
    return target.attributePlace ?? fail(Errno.ENXIO, "the file has no place in the tree");
  }
}

/** /proc/PID/cwd, root and exe. */
export class ProcPlaceLink extends ProcMagicLink {
  private readonly process: Process;
  private readonly place: ProcPlace;

  constructor(
    fs: ProcFs,
    ino: number,
    process: Process,
    place: ProcPlace,
    uid: number,
    gid: number,
  ) {
    super(fs, ino, S.IFLNK | 0o777, uid, gid);
    this.process = process;
    this.place = place;
  }

  protected target(thread: Thread): Path | OpenFile | Result {
    const { process } = this;
    if (!mayInspect(thread, process)) {
      return fail(Errno.EACCES, "the process is another user's");
    }
    if (this.place === "exe") {
      return process.executable?.location ?? fail(Errno.ENOENT);
    }
    const target = process.anyThread;
    if (target === undefined || target.hasExited) {
      return fail(Errno.ENOENT, "the process has ended");
    }
    return this.place === "cwd" ? target.fs.cwd : target.fs.root;
  }
}

/** /proc/PID/fd/N. */
export class ProcDescriptorLink extends ProcMagicLink {
  private readonly owner: Thread;
  private readonly descriptor: number;

  constructor(
    directory: ProcInode,
    ino: number,
    owner: Thread,
    descriptor: number,
    file: OpenFile,
  ) {
    const permissions = (file.readable ? 0o500 : 0) | (file.writable ? 0o300 : 0);
    super(directory.fs, ino, S.IFLNK | permissions, directory.uid, directory.gid);
    this.owner = owner;
    this.descriptor = descriptor;
  }

  override get size(): number {
    return 64;
  }

  protected target(): OpenFile | Result {
    return this.owner.files.get(this.descriptor) ?? fail(Errno.ENOENT);
  }
}
