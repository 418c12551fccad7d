// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import type { Process } from "../../process/process.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import type { Inode } from "../inode.ts";
import { ATTRIBUTES } from "./attribute-entries.ts";
import { ProcDirectory } from "./directory.ts";
import { ATTRIBUTE_KEY } from "./entries.ts";
import { inodeNumberOf } from "./inode.ts";
import type { ProcFs } from "./procfs.ts";
import { ProcTextInode } from "./text.ts";

const SLOT = 0x19_0000;

/** /proc/PID/attr. */
export class AttributeDirectory extends ProcDirectory {
  private readonly process: Process;
  private readonly tid: number;

  constructor(fs: ProcFs, process: Process, tid: number, uid: number, gid: number) {
    super(fs, inodeNumberOf(process.pid, tid, SLOT), 0o555, uid, gid);
    this.process = process;
    this.tid = tid;
  }

  override lookup(_thread: Thread, name: string): Inode | Result {
    const index = ATTRIBUTES.findIndex((entry) => entry.name === name);
    if (index < 0) return -Errno.ENOENT;
    const { fs, process, tid, uid, gid } = this;
    const ino = inodeNumberOf(process.pid, tid, SLOT + 1 + index);
    return new ProcTextInode(fs, ino, ATTRIBUTE_KEY + name, name, process.pid, tid, uid, gid);
  }

  protected override names(): readonly string[] {
    return ATTRIBUTES.map(({ name }) => name);
  }
}
