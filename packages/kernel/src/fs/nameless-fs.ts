// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { S } from "../abi/stat.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Dentry } from "./dentry.ts";
import { FileSystem } from "./file-system.ts";
import { Inode } from "./inode.ts";
import type { Mount } from "./mount.ts";
import { Path } from "./path.ts";
import type { StatFs } from "./stat.ts";
import type { Vfs } from "./vfs.ts";

/** Holds files that have no name in the tree, such as pipes. Its mount is where no path leads. */
export class NamelessFs extends FileSystem {
  readonly root: Dentry;
  readonly mount: Mount;
  private readonly magic: number;
  private nextInode = 1;

  /** `magic` is f_type of statfs(2). */
  constructor(vfs: Vfs, name: string, magic: number) {
    super(vfs, name, vfs.takeAnonymousDevice());
    this.magic = magic;
    this.root = new Dentry("", undefined, new NamelessInode(this, 0, S.IFDIR | 0o555, 0, 0));
    this.mount = vfs.mounts.create(this, this.root, name, 0);
  }

  statfs(out: StatFs): number {
    out.type = this.magic;
    return 0;
  }

  override get forbidsExecution(): boolean {
    return true;
  }

  takeInodeNumber(): number {
    return this.nextInode++;
  }

  /** A new file, called "label:[ino]". `mode` has its type. */
  newFile(label: string, mode: number, uid: number, gid: number): Path {
    return this.pathOf(label, new NamelessInode(this, this.takeInodeNumber(), mode, uid, gid));
  }

  pathOf(label: string, inode: Inode): Path {
    return new Path(this.mount, new Dentry(`${label}:[${inode.ino}]`, undefined, inode));
  }
}

class NamelessInode extends Inode {
  constructor(fs: FileSystem, ino: number, mode: number, uid: number, gid: number) {
    super(fs, ino, mode, uid, gid);
  }

  get size(): number {
    return 0;
  }
}

/** What files without an inode of their own show as theirs: of no type, and as it is for ever. */
export class SharedInode extends NamelessInode {
  constructor(fs: NamelessFs, permissions: number) {
    super(fs, fs.takeInodeNumber(), permissions, 0, 0);
  }

  override mayChangeAttributes(): Result {
    return fail(Errno.EOPNOTSUPP, "all files of the kind share the inode");
  }
}
