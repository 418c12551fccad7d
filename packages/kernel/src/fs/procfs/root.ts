// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import type { Inode } from "../inode.ts";
import { ProcDirectory } from "./directory.ts";
import { ProcessDirectory } from "./process-directory.ts";
import type { ProcFs } from "./procfs.ts";
import { ProcStaticDirectory } from "./static-directory.ts";
import { NET_TREE } from "./unix-entry.ts";
import { ProcTextLink } from "./symlink.ts";
import { SYSVIPC_TREE } from "./ipc-entries.ts";
import { MACHINE_ENTRIES, TTY_TREE } from "./machine-entries.ts";
import { SYS_TREE } from "./sys-entries.ts";
import { SYSTEM_ENTRIES } from "./system-entries.ts";
import { ProcTextInode } from "./text.ts";

/** /proc itself: files about the system, and a directory for each process. */
export class ProcRoot extends ProcDirectory {
  private readonly fixed: Map<string, Inode> = new Map();

  constructor(fs: ProcFs) {
    super(fs, fs.takeInodeNumber(), 0o555, 0, 0);
    this.fixed.set("self", new ProcTextLink(fs, "self"));
    this.fixed.set("thread-self", new ProcTextLink(fs, "thread-self"));
    this.fixed.set("mounts", new ProcTextLink(fs, "mounts"));
    this.fixed.set("sys", new ProcStaticDirectory(fs, SYS_TREE, "sys/"));
    this.fixed.set("net", new ProcStaticDirectory(fs, NET_TREE, "net/"));
    this.fixed.set("sysvipc", new ProcStaticDirectory(fs, SYSVIPC_TREE, "sysvipc/"));
    this.fixed.set("tty", new ProcStaticDirectory(fs, TTY_TREE, "tty/"));
    for (const { name } of [...SYSTEM_ENTRIES, ...MACHINE_ENTRIES]) {
      const ino = fs.takeInodeNumber();
      this.fixed.set(name, new ProcTextInode(fs, ino, name, name, 0, 0, 0, 0));
    }
  }

  override lookup(thread: Thread, name: string): Inode | Result {
    const fixed = this.fixed.get(name);
    if (fixed !== undefined) {
      return fixed;
    }
    if (!/^[1-9][0-9]*$/.test(name)) {
      return -Errno.ENOENT;
    }
    const { processes } = thread.kernel;
    const id = Number(name);
    // A thread's number opens its process's directory, though it is not listed.
    const process = processes.get(id) ?? processes.getThread(id)?.process;
    return process === undefined ? -Errno.ENOENT : new ProcessDirectory(this.fs, process);
  }

  protected override names(thread: Thread): readonly string[] {
    const pids = [...thread.kernel.processes.processes.keys()].toSorted((a, b) => a - b);
    return [...[...this.fixed.keys()].toSorted(), ...pids.map(String)];
  }
}
