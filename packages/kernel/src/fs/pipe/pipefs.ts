// SPDX-License-Identifier: MPL-2.0

import { O } from "../../abi/fcntl.ts";
import { S } from "../../abi/stat.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import { Dentry } from "../dentry.ts";
import { FileSystem } from "../file-system.ts";
import { Inode } from "../inode.ts";
import type { Mount } from "../mount.ts";
import { Path } from "../path.ts";
import type { StatFs } from "../stat.ts";
import type { Vfs } from "../vfs.ts";
import { PipeEnd } from "./pipe-end.ts";
import { Pipe } from "./pipe.ts";

const PIPEFS_MAGIC = 0x5049_5045;

/** Holds the inodes of pipes, which have no name in the tree. Never mounted where a path leads. */
export class PipeFs extends FileSystem {
  readonly root: Dentry;
  private nextInode = 1;

  constructor(vfs: Vfs, device: number) {
    super(vfs, "pipefs", device);
    this.root = new Dentry("", undefined, new PipeInode(this, 0, S.IFDIR | 0o555, 0, 0));
  }

  statfs(out: StatFs): Result {
    out.type = PIPEFS_MAGIC;
    return 0;
  }

  newInode(uid: number, gid: number): PipeInode {
    return new PipeInode(this, this.nextInode++, S.IFIFO | 0o600, uid, gid);
  }
}

export class PipeInode extends Inode {
  constructor(fs: FileSystem, ino: number, mode: number, uid: number, gid: number) {
    super(fs, ino, mode, uid, gid);
  }

  get size(): number {
    return 0;
  }
}

/** pipe2(2): the read end and the write end. */
export function createPipe(thread: Thread, mount: Mount, flags: number): [PipeEnd, PipeEnd] {
  const fs = mount.fs;
  if (!(fs instanceof PipeFs)) {
    throw new TypeError("pipes are made in pipefs");
  }
  const inode = fs.newInode(thread.credentials.fsuid, thread.credentials.fsgid);
  const pipe = new Pipe(thread.kernel.memory);
  inode.fifo = pipe;
  const name = `pipe:[${inode.ino}]`;
  const path = new Path(mount, new Dentry(name, undefined, inode));
  const status = flags & O.NONBLOCK;
  return [
    new PipeEnd(pipe, path, O.RDONLY | status, name),
    new PipeEnd(pipe, path, O.WRONLY | status | (flags & O.DIRECT), name),
  ];
}
