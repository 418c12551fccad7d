// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Inode } from "../inode.ts";
import type { ProcFs } from "./procfs.ts";

/** Numbers of the files of a process start behind those of /proc itself. */
const FIRST_OF_PROCESS = 0x10_0000;
const PER_PROCESS = 0x20_0000;
const OF_THREAD = 2 ** 40;

/**
 * The inode number of file `slot` of a process (`tid` 0) or of one of its threads: the same
 * whenever the file is looked up.
 */
export function inodeNumberOf(pid: number, tid: number, slot: number): number {
  return tid === 0
    ? FIRST_OF_PROCESS + pid * PER_PROCESS + slot
    : FIRST_OF_PROCESS + OF_THREAD + tid * PER_PROCESS + slot;
}

/** What all files of procfs share: they have no size, and mostly keep their owner and mode. */
export abstract class ProcInode extends Inode {
  override readonly fs: ProcFs;

  constructor(fs: ProcFs, ino: number, mode: number, uid: number, gid: number) {
    super(fs, ino, mode, uid, gid);
    this.fs = fs;
  }

  get size(): number {
    return 0;
  }

  override get takesDirect(): boolean {
    return false;
  }

  override mayChangeAttributes(): Result {
    return fail(Errno.EPERM, "the file keeps its owner and mode");
  }
}
