// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { O, SEAL, SEEK } from "../abi/fcntl.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { PageSource } from "../vm/page-source.ts";
import { touchAccessTime } from "./access-time.ts";
import { OpenFile } from "./file.ts";
import { mayGrowTo, MAX_FILE_SIZE, roomToWrite } from "./file-size.ts";
import { IN, notifyFile } from "./notify.ts";
import type { PagedInode } from "./paged-inode.ts";
import type { Path } from "./path.ts";
import { dropPrivileges } from "./xattr.ts";

const PAGE_SIZE = 4096;
const FALLOC_KEEP_SIZE = 1;
const FALLOC_PUNCH_HOLE = 2;

/** An open regular file, and the file of memfd_create(2). */
export class RegularFile extends OpenFile {
  override readonly location: Path;
  override readonly inode: PagedInode;

  constructor(path: Path, statusFlags: number, inode: PagedInode) {
    super(statusFlags, path, inode);
    this.location = path;
    this.inode = inode;
  }

  override get seekable(): boolean {
    return true;
  }
  override get isBulk(): boolean {
    return true;
  }

  override read(_thread: Thread, writer: VmWriter): Result {
    const moved = this.readAt(_thread, writer, this.offset);
    if (moved > 0) {
      this.offset += moved;
    }
    return moved;
  }

  override readAt(_thread: Thread, writer: VmWriter, offset: number): Result {
    const moved = this.inode.pages.read(writer, offset);
    if (moved > 0) {
      touchAccessTime(this.location, this.statusFlags);
    }
    return moved;
  }

  override write(thread: Thread, reader: VmReader): Result {
    const offset = (this.statusFlags & O.APPEND) === 0 ? this.offset : this.inode.pages.size;
    const moved = this.store(thread, reader, offset);
    if (moved >= 0) {
      this.offset = offset + moved;
    }
    return moved;
  }

  override writeAt(thread: Thread, reader: VmReader, offset: number): Result {
    // pwrite(2), BUGS: with O_APPEND, Linux appends whatever the offset.
    const start = (this.statusFlags & O.APPEND) === 0 ? offset : this.inode.pages.size;
    return this.store(thread, reader, start);
  }

  private store(thread: Thread, reader: VmReader, offset: number): Result {
    const { inode } = this;
    if (reader.remain === 0) {
      return 0;
    }
    if ((inode.seals & (SEAL.WRITE | SEAL.FUTURE_WRITE)) !== 0) {
      return fail(Errno.EPERM, "the file is sealed against writing");
    }
    const room = roomToWrite(thread, offset, reader.remain);
    if (room < 0) {
      return room;
    }
    reader.limit(room);
    if ((inode.seals & SEAL.GROW) !== 0 && offset + room > inode.pages.size) {
      // Linux asks page by page: what lies in whole pages before the one that would grow is written.
      const wholePages = inode.pages.size - (inode.pages.size % PAGE_SIZE) - offset;
      if (wholePages <= 0) {
        return fail(Errno.EPERM, "the file is sealed against growing");
      }
      reader.limit(wholePages);
    }
    dropPrivileges(thread, inode);
    const moved = inode.pages.write(reader, offset);
    if (moved > 0) {
      notifyFile(this.location, IN.MODIFY);
      const now = inode.fs.now();
      inode.mtime = now;
      inode.ctime = now;
    }
    return moved;
  }

  override seek(offset: number, whence: number): Result {
    const target = this.seekTarget(offset, whence);
    if (target >= 0) {
      this.offset = target;
    }
    return target;
  }

  private seekTarget(offset: number, whence: number): Result {
    const { pages } = this.inode;
    let target: number;
    switch (whence) {
      case SEEK.SET:
        target = offset;
        break;
      case SEEK.CUR:
        target = this.offset + offset;
        break;
      case SEEK.END:
        target = pages.size + offset;
        break;
      case SEEK.DATA:
      case SEEK.HOLE:
        target =
          offset < 0 || offset >= pages.size ? -1 : pages.seekData(offset, whence === SEEK.DATA);
        return target < 0 ? fail(Errno.ENXIO, "the offset is beyond the last data") : target;
      default:
        return fail(Errno.EINVAL, "the whence argument is unknown");
    }
    return target >= 0 && target <= MAX_FILE_SIZE
      ? target
      : fail(Errno.EINVAL, "the offset would be negative or too large");
  }

  override truncate(thread: Thread, size: number): Result {
    const { inode } = this;
    const before = inode.pages.size;
    if (size > before) {
      const allowed = mayGrowTo(thread, size);
      if (allowed < 0) {
        return allowed;
      }
    }
    if (
      ((inode.seals & SEAL.SHRINK) !== 0 && size < before) ||
      ((inode.seals & SEAL.GROW) !== 0 && size > before)
    ) {
      return fail(Errno.EPERM, "the file is sealed against a change of its size");
    }
    dropPrivileges(thread, inode);
    const now = inode.fs.now();
    inode.mtime = now;
    inode.ctime = now;
    const truncated = inode.truncate(size);
    notifyFile(this.location, IN.MODIFY);
    return truncated;
  }

  override allocate(thread: Thread, mode: number, start: number, length: number): Result {
    const { inode } = this;
    const { pages } = inode;
    const now = inode.fs.now();
    if (mode === (FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE)) {
      if ((inode.seals & (SEAL.WRITE | SEAL.FUTURE_WRITE)) !== 0) {
        return fail(Errno.EPERM, "the file is sealed against writing");
      }
      const punched = pages.punchHole(start, start + length);
      if (punched < 0) {
        return punched;
      }
    } else {
      const end = start + length;
      if (mode === FALLOC_KEEP_SIZE && end > pages.size && !pages.reservesBeyondEnd) {
        return fail(Errno.EOPNOTSUPP, "the file system keeps no blocks beyond the end of a file");
      }
      const allowed = end > pages.size ? mayGrowTo(thread, end) : 0;
      if (allowed < 0) {
        return allowed;
      }
      if ((inode.seals & SEAL.GROW) !== 0 && end > pages.size) {
        return fail(Errno.EPERM, "the file is sealed against growing");
      }
      const reserved = pages.reserve(start, end);
      const grown = reserved === 0 && mode === 0 && end > pages.size ? pages.truncate(end) : 0;
      if (reserved < 0 || grown < 0) {
        return Math.min(reserved, grown);
      }
    }
    dropPrivileges(thread, inode);
    inode.mtime = now;
    inode.ctime = now;
    notifyFile(this.location, IN.MODIFY);
    return 0;
  }

  override get forbidsWritableMappings(): boolean {
    return (this.inode.seals & (SEAL.WRITE | SEAL.FUTURE_WRITE)) !== 0;
  }

  override pageSource(): PageSource {
    return this.inode.pages;
  }

  override fsync(): Result {
    return this.inode.fs.sync();
  }
}
