// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { S } from "../abi/stat.ts";
import type { OpenFile } from "../fs/file.ts";
import { roomToWrite } from "../fs/file-size.ts";
import { transferFile } from "../fs/transfer.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, size, uint } from "./args.ts";
import { countTransfer } from "./count-io.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** sendfile(2). */
export const sendfile: Syscall = defineSyscall({
  name: "sendfile",
  number: { x86_64: 40 },
  args: [fd("out_fd"), fd("in_fd"), address("offset"), size("count")],
  support: "full",
  handler(thread, outFd, inFd, offsetAddress, count) {
    const from = thread.files.get(inFd);
    if (from === undefined || !from.readable) {
      return fail(Errno.EBADF);
    }
    if (offsetAddress !== 0 && !from.seekable) {
      return fail(Errno.ESPIPE, "the source has no offsets");
    }
    const to = thread.files.get(outFd);
    if (to === undefined || !to.writable) {
      return fail(Errno.EBADF);
    }
    if (!from.seekable || from.inode?.isDirectory === true) {
      return fail(Errno.EINVAL, "the source has no pages");
    }
    if ((to.statusFlags & O.APPEND) !== 0 && to.inode?.type !== S.IFIFO) {
      return fail(Errno.EINVAL, "the target appends");
    }
    if (offsetAddress === 0) {
      return countTransfer(thread, transferFile(thread, from, to, -1, -1, count));
    }
    const position = thread.memory.readU64(offsetAddress);
    if (position < 0) {
      return fail(Errno.EFAULT);
    }
    if (position >= 2 ** 63) {
      return fail(Errno.EINVAL, "the offset is negative");
    }
    const before = thread.restart.bytesDone;
    const moved = countTransfer(
      thread,
      transferFile(thread, from, to, position + before, -1, count),
    );
    if (moved > 0 && !thread.memory.writeNumber64(offsetAddress, position + moved)) {
      return fail(Errno.EFAULT);
    }
    return moved;
  },
});

/** Whether bytes may be copied from one of the files to the other, in Linux's order: 0 or an error. */
function mayCopyRange(from: OpenFile, to: OpenFile): Result {
  const [source, target] = [from.inode, to.inode];
  if (source?.isDirectory === true || target?.isDirectory === true) {
    return fail(Errno.EISDIR);
  }
  if (source?.isRegular !== true || target?.isRegular !== true) {
    return fail(Errno.EINVAL, "both must be regular files");
  }
  if (!from.readable || !to.writable || (to.statusFlags & O.APPEND) !== 0) {
    return fail(Errno.EBADF, "the source can not be read, or the target not written at an offset");
  }
  return source.fs === target.fs ? 0 : fail(Errno.EXDEV, "the files lie on different file systems");
}

/** How many of `count` bytes there are to copy: not beyond the source's end, nor over itself. */
function bytesToCopy(
  thread: Thread,
  from: OpenFile,
  to: OpenFile,
  inAt: number,
  outAt: number,
  count: number,
): Result {
  const available = Math.max(0, Math.min(count, (from.inode?.size ?? 0) - inAt));
  const room = roomToWrite(thread, outAt, available);
  if (room < 0) return room;
  return from.inode === to.inode && inAt < outAt + room && outAt < inAt + room
    ? fail(Errno.EINVAL, "the ranges overlap")
    : room;
}

/** copy_file_range(2). */
export const copy_file_range: Syscall = defineSyscall({
  name: "copy_file_range",
  number: { x86_64: 326 },
  args: [
    fd("fd_in"),
    address("off_in"),
    fd("fd_out"),
    address("off_out"),
    size("len"),
    uint("flags"),
  ],
  support: "full",
  handler(thread, inFd, inAddress, outFd, outAddress, count, copyFlags) {
    const { files, memory } = thread;
    const from = files.get(inFd);
    const to = files.get(outFd);
    if (from === undefined || to === undefined || from.isPathOnly || to.isPathOnly) {
      return fail(Errno.EBADF);
    }
    const inAt = inAddress === 0 ? from.offset : memory.readU64(inAddress);
    const outAt = outAddress === 0 ? to.offset : memory.readU64(outAddress);
    if (inAt < 0 || outAt < 0) {
      return fail(Errno.EFAULT);
    }
    if (copyFlags !== 0) {
      return fail(Errno.EINVAL, "there are no flags");
    }
    const allowed = mayCopyRange(from, to);
    if (allowed < 0) {
      return allowed;
    }
    // As Linux, with the length as a number without a sign.
    if (inAt + count >= 2 ** 64 || outAt + count >= 2 ** 64) {
      return fail(Errno.EOVERFLOW, "an offset overflows");
    }
    const { restart } = thread;
    const { bytesDone } = restart;
    // As it was at first: what has been copied may have made the source longer.
    const wanted = restart.entered
      ? restart.value
      : bytesToCopy(thread, from, to, inAt, outAt, count);
    if (wanted <= 0) {
      return wanted;
    }
    restart.value = wanted;
    const moved = countTransfer(
      thread,
      transferFile(thread, from, to, inAt + bytesDone, outAt + bytesDone, wanted),
    );
    if (moved <= 0) {
      return moved;
    }
    if (inAddress === 0) {
      from.offset = inAt + moved;
    } else if (!memory.writeNumber64(inAddress, inAt + moved)) {
      return fail(Errno.EFAULT);
    }
    if (outAddress === 0) {
      to.offset = outAt + moved;
    } else if (!memory.writeNumber64(outAddress, outAt + moved)) {
      return fail(Errno.EFAULT);
    }
    return moved;
  },
});
