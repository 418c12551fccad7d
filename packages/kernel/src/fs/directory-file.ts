// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { SEEK } from "../abi/fcntl.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { S } from "../abi/stat.ts";
import { touchAccessTime } from "./access-time.ts";
import { OpenFile } from "./file.ts";
import type { DirectorySink } from "./inode.ts";
import type { Path } from "./path.ts";

const DT_DIR = S.IFDIR >> 12;

/** Passes entries on and remembers the position after the last one that was taken. */
class PositionedSink implements DirectorySink {
  private readonly sink: DirectorySink;
  position: number;
  full = false;

  constructor(sink: DirectorySink, position: number) {
    this.sink = sink;
    this.position = position;
  }

  emit(name: string, ino: number, type: number, next: number): boolean {
    if (!this.sink.emit(name, ino, type, next)) {
      this.full = true;
      return false;
    }
    this.position = next;
    return true;
  }
}

/** An open directory of any file system. Positions 0 and 1 are "." and "..". */
export class DirectoryFile extends OpenFile {
  override readonly location: Path;

  constructor(path: Path, statusFlags: number) {
    super(statusFlags, path);
    this.location = path;
  }

  read(): Result {
    return fail(Errno.EISDIR);
  }
  write(): Result {
    return fail(Errno.EBADF);
  }
  override readAt(): Result {
    return fail(Errno.EISDIR);
  }
  override get seekable(): boolean {
    return true;
  }

  override readdir(thread: Thread, sink: DirectorySink): Result {
    const { dentry } = this.location;
    const { inode } = dentry;
    if (inode.nlink === 0) {
      return fail(Errno.ENOENT, "the directory was removed");
    }
    const positioned = new PositionedSink(sink, this.offset);
    let result: Result = 0;
    if (positioned.position === 0) {
      positioned.emit(".", inode.ino, DT_DIR, 1);
    }
    if (positioned.position === 1 && !positioned.full) {
      positioned.emit("..", (dentry.parent ?? dentry).inode.ino, DT_DIR, 2);
    }
    if (positioned.position >= 2 && !positioned.full) {
      result = inode.readdir(thread, positioned.position, positioned);
    }
    this.offset = positioned.position;
    touchAccessTime(this.location, this.statusFlags);
    return result;
  }

  override seek(offset: number, whence: number): Result {
    const target = whence === SEEK.SET ? offset : whence === SEEK.CUR ? this.offset + offset : -1;
    if (!(target >= 0)) {
      return fail(Errno.EINVAL);
    }
    this.offset = target;
    return target;
  }

  override fsync(): Result {
    return this.location.inode.fs.sync();
  }
}
