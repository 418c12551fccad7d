// SPDX-License-Identifier: MPL-2.0

import { S } from "../../abi/stat.ts";
import type { RamFs } from "./ramfs.ts";
import { RamInode } from "./inode.ts";

export class RamSymlink extends RamInode {
  private readonly target: string;

  constructor(fs: RamFs, target: string, uid: number, gid: number) {
    super(fs, { mode: S.IFLNK | 0o777, uid, gid, rdev: 0 });
    this.target = target;
    fs.memory.chargeAlways(target.length);
  }

  override get size(): number {
    return this.target.length;
  }

  protected override evict(): void {
    this.fs.memory.release(this.target.length);
    super.evict();
  }

  override readlink(): string {
    return this.target;
  }
}
