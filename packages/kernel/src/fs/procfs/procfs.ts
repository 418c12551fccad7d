// SPDX-License-Identifier: MPL-2.0

import type { Result } from "../../result.ts";
import { Dentry } from "../dentry.ts";
import { FileSystem } from "../file-system.ts";
import type { FileSystemType } from "../file-system.ts";
import type { Inode } from "../inode.ts";
import type { StatFs } from "../stat.ts";
import type { Vfs } from "../vfs.ts";
import { ProcRoot } from "./root.ts";

const PROC_SUPER_MAGIC = 0x9fa0;

/** A file system of texts that are made when they are read: proc(5), sysfs(5). */
export class ProcFs extends FileSystem {
  readonly root: Dentry;
  private nextInode = 1;
  private readonly numbers: Map<string, number> = new Map();

  /** What statfs(2) tells as the type. */
  private readonly magic: number;

  /** `makeRoot` makes the root directory, here and now. */
  constructor(
    vfs: Vfs,
    name: string,
    device: number,
    magic: number,
    makeRoot: (fs: ProcFs) => Inode,
  ) {
    super(vfs, name, device);
    this.magic = magic;
    this.root = new Dentry("", undefined, makeRoot(this));
  }

  takeInodeNumber(): number {
    return this.nextInode++;
  }

  /** The inode number of a file that is made anew at each lookup: the same for the same `path`. */
  numberFor(path: string): number {
    const known = this.numbers.get(path);
    if (known !== undefined) return known;
    const ino = this.takeInodeNumber();
    this.numbers.set(path, ino);
    return ino;
  }

  statfs(out: StatFs): Result {
    out.type = this.magic;
    return 0;
  }
}

class ProcType implements FileSystemType {
  readonly name = "proc";
  readonly nodev = true;
  create(vfs: Vfs, device: number): FileSystem {
    return new ProcFs(vfs, "proc", device, PROC_SUPER_MAGIC, (fs) => new ProcRoot(fs));
  }
}

export const PROC_TYPE: FileSystemType = new ProcType();
