// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { transferFile } from "../fs/transfer.ts";
import { fail } from "../result.ts";
import { address, fd, size, uint } from "./args.ts";
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
    const to = thread.files.get(outFd);
    if (from === undefined || to === undefined || !from.readable || !to.writable) {
      return fail(Errno.EBADF);
    }
    if (!from.seekable || from.inode?.isDirectory === true) {
      return fail(offsetAddress === 0 ? Errno.EINVAL : Errno.ESPIPE, "the source has no pages");
    }
    if ((to.statusFlags & O.APPEND) !== 0) {
      return fail(Errno.EINVAL, "the target appends");
    }
    if (offsetAddress === 0) {
      return transferFile(thread, from, to, -1, -1, count);
    }
    const position = thread.memory.readU64(offsetAddress);
    if (position < 0) {
      return fail(Errno.EFAULT);
    }
    if (position >= 2 ** 63) {
      return fail(Errno.EINVAL, "the offset is negative");
    }
    const before = thread.restart.bytesDone;
    const moved = transferFile(thread, from, to, position + before, -1, count);
    if (moved > 0 && !thread.memory.writeNumber64(offsetAddress, position + moved)) {
      return fail(Errno.EFAULT);
    }
    return moved;
  },
});

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
  handler(thread, inFd, inAddress, outFd, outAddress, count) {
    const { files, memory } = thread;
    const from = files.get(inFd);
    const to = files.get(outFd);
    if (from === undefined || to === undefined || !from.readable || !to.writable) {
      return fail(Errno.EBADF);
    }
    if ((to.statusFlags & O.APPEND) !== 0) {
      return fail(Errno.EBADF, "the target appends");
    }
    if (from.inode?.isDirectory === true || to.inode?.isDirectory === true) {
      return fail(Errno.EISDIR);
    }
    if (from.inode?.isRegular !== true || to.inode?.isRegular !== true) {
      return fail(Errno.EINVAL, "both must be regular files");
    }
    const inAt = inAddress === 0 ? from.offset : memory.readU64(inAddress);
    const outAt = outAddress === 0 ? to.offset : memory.readU64(outAddress);
    if (inAt < 0 || outAt < 0) {
      return fail(Errno.EFAULT);
    }
    if (from.inode === to.inode && inAt < outAt + count && outAt < inAt + count) {
      return fail(Errno.EINVAL, "the ranges overlap");
    }
    const moved = transferFile(thread, from, to, inAt, outAt, count);
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
