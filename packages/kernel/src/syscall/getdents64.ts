// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { Dirent, Dirent64 } from "../abi/file-layout.ts";
import { set64, setU16 } from "../abi/layout.ts";
import type { DirectorySink } from "../fs/inode.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const LARGEST_BUFFER = 65_536;

/** Packs entries as struct linux_dirent64, or as the older struct linux_dirent. */
class DirentWriter implements DirectorySink {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly isOld: boolean;
  used = 0;
  /** An entry came that did not fit. */
  isFull = false;

  constructor(size: number, isOld: boolean) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.isOld = isOld;
  }

  emit(name: string, ino: number, type: number, next: number): boolean {
    const nameStart = this.isOld ? Dirent.nameStart : Dirent64.nameStart;
    // The name's NUL, and in the old form the type behind it; a multiple of 8.
    const length = Math.ceil((nameStart + name.length + (this.isOld ? 2 : 1)) / 8) * 8;
    const at = this.used;
    if (at + length > this.bytes.length) {
      this.isFull = true;
      return false;
    }
    const { view } = this;
    set64(view, at + Dirent64.ino, ino);
    set64(view, at + Dirent64.off, next);
    setU16(view, at + Dirent64.reclen, length);
    for (let i = 0; i < name.length; i++) {
      this.bytes[at + nameStart + i] = name.charCodeAt(i);
    }
    this.bytes[this.isOld ? at + length - 1 : at + Dirent64.type] = type;
    this.used += length;
    return true;
  }
}

function readEntries(
  thread: Thread,
  fileDescriptor: number,
  bufferAddress: number,
  count: number,
  isOld: boolean,
): Result {
  const file = thread.files.get(fileDescriptor);
  if (file === undefined || file.isPathOnly) {
    return fail(Errno.EBADF);
  }
  const before = file.offset;
  const writer = new DirentWriter(Math.min(count, LARGEST_BUFFER), isOld);
  const result = file.readdir(thread, writer);
  if (result < 0) {
    return result;
  }
  if (writer.used === 0) {
    return writer.isFull ? fail(Errno.EINVAL, "the buffer is too small for one entry") : 0;
  }
  if (thread.memory.writeBytes(bufferAddress, writer.bytes, 0, writer.used) < writer.used) {
    file.offset = before;
    return fail(Errno.EFAULT);
  }
  return writer.used;
}

/** getdents64(2). */
export const getdents64: Syscall = defineSyscall({
  name: "getdents64",
  number: { x86_64: 217 },
  args: [fd(), address("dirp"), uint("count")],
  support: "full",
  handler: (thread, fileDescriptor, dirp, count) =>
    readEntries(thread, fileDescriptor, dirp, count, false),
});

/** getdents(2). */
export const getdents: Syscall = defineSyscall({
  name: "getdents",
  number: { x86_64: 78 },
  args: [fd(), address("dirp"), uint("count")],
  support: "full",
  handler: (thread, fileDescriptor, dirp, count) =>
    readEntries(thread, fileDescriptor, dirp, count, true),
});
