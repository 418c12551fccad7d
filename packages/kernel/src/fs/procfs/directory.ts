// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { DirectoryFile } from "../directory-file.ts";
import type { OpenFile } from "../file.ts";
import type { DirectorySink, Inode } from "../inode.ts";
import type { Path } from "../path.ts";
import { ProcInode } from "./inode.ts";
import type { ProcFs } from "./procfs.ts";

/** A directory of procfs. Names are listed anew at each reading. */
export abstract class ProcDirectory extends ProcInode {
  constructor(fs: ProcFs, ino: number, permissions: number, uid: number, gid: number) {
    super(fs, ino, S.IFDIR | permissions, uid, gid);
    this.nlink = 2;
  }

  override get cachesNames(): boolean {
    return false;
  }

  override get takesNames(): boolean {
    return false;
  }

  override open(_thread: Thread, path: Path, flags: number): OpenFile | Result {
    return new DirectoryFile(path, flags);
  }

  override create(): Inode | Result {
    return fail(Errno.ENOENT, "nothing is made in procfs");
  }
  override symlink(): Inode | Result {
    return fail(Errno.ENOENT, "nothing is made in procfs");
  }

  override rename(
    _name: string,
    _inode: Inode,
    _newDirectory: Inode,
    _newName: string,
    replaced: Inode | undefined,
  ): Result {
    // As on Linux, where a name that procfs does not have can not even be looked up.
    return fail(replaced === undefined ? Errno.ENOENT : Errno.EPERM);
  }

  abstract override lookup(thread: Thread, name: string): Inode | Result;
  /** The names in order, and how they are listed. A name may be gone when it is looked up. */
  protected abstract names(thread: Thread): readonly string[];

  override readdir(thread: Thread, from: number, sink: DirectorySink): Result {
    for (const [i, name] of this.names(thread).entries()) {
      const position = positionOf(name, i);
      if (position < from) continue;
      const inode = this.lookup(thread, name);
      if (typeof inode !== "number" && !sink.emit(name, inode.ino, inode.entryType, position + 1)) {
        break;
      }
    }
    return 0;
  }
}

/** Names of words come before those of numbers, and there are fewer of them. */
const FIRST_NUMBER = 1024;

/**
 * Where a name stands: processes and descriptors by their numbers, so that none is left out when
 * others go while the directory is being read.
 */
function positionOf(name: string, index: number): number {
  return /^[0-9]+$/.test(name) ? FIRST_NUMBER + Number(name) : index + 2;
}
