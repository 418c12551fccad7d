// SPDX-License-Identifier: MPL-2.0

import { UnixSocket } from "../net/unix/socket.ts";
import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { AnonymousFile } from "../fs/anonymous-file.ts";
import type { OpenFile } from "../fs/file.ts";
import { IoVector, MAX_RW_COUNT } from "../fs/io-vector.ts";
import { PipeEnd } from "../fs/pipe/pipe-end.ts";
import { awaitRoom, spliceFromPipe, splicePipes, spliceToPipe } from "../fs/pipe/splice.ts";
import type { Thread } from "../process/thread.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, flags, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const SPLICE_F_MOVE = 1;
const SPLICE_F_NONBLOCK = 2;
const SPLICE_F_MORE = 4;
const SPLICE_F_GIFT = 8;
const FlagNames = { SPLICE_F_MOVE, SPLICE_F_NONBLOCK, SPLICE_F_MORE, SPLICE_F_GIFT } as const;
const ALL_FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT;

function doSplice(
  thread: Thread,
  inFd: number,
  inAddress: number,
  outFd: number,
  outAddress: number,
  length: number,
  spliceFlags: number,
): Result {
  if (length === 0) return 0;
  if ((spliceFlags & ~ALL_FLAGS) !== 0) return fail(Errno.EINVAL, "the flags are unknown");
  const from = thread.files.get(inFd);
  const to = thread.files.get(outFd);
  if (from === undefined || to === undefined) return fail(Errno.EBADF);
  const inPipe = from instanceof PipeEnd;
  const outPipe = to instanceof PipeEnd;
  if (from.isPathOnly || to.isPathOnly) return fail(Errno.EBADF);
  if ((inPipe && inAddress !== 0) || (outPipe && outAddress !== 0)) return fail(Errno.ESPIPE);
  for (const at of [outAddress, inAddress]) {
    if (at !== 0 && thread.memory.readU64(at) < 0) return fail(Errno.EFAULT);
  }
  if (!from.readable || !to.writable) return fail(Errno.EBADF);
  const count = Math.min(length, MAX_RW_COUNT);
  const asked = (spliceFlags & SPLICE_F_NONBLOCK) !== 0;
  if (inPipe && outPipe) {
    const nonBlocking = asked || from.nonBlocking || to.nonBlocking;
    return splicePipes(thread, from, to, count, nonBlocking, false);
  }
  if (!inPipe && !outPipe) return fail(Errno.EINVAL, "neither is a pipe");
  const file = inPipe ? to : from;
  const offsetAddress = inPipe ? outAddress : inAddress;
  const place = placeOf(thread, file, offsetAddress);
  if (typeof place === "number" && place < 0) return place;
  if (inPipe && (to.statusFlags & O.APPEND) !== 0) return fail(Errno.EINVAL, "the target appends");
  if (outPipe) {
    const ready = awaitRoom(thread, to.pipe, asked || to.nonBlocking);
    if (ready !== 0) return ready;
  }
  if (!canSplice(file)) return fail(Errno.EINVAL, "the file can not be spliced");

  const offset = offsetAddress === 0 ? -1 : place;
  let moved: Result;
  if (inPipe) {
    const nonBlocking = asked || from.nonBlocking;
    moved = spliceFromPipe(thread, from, { file, offset }, count, nonBlocking);
  } else if (outPipe) {
    moved = spliceToPipe(thread, { file, offset }, to, count, asked || to.nonBlocking);
  } else {
    return fail(Errno.EINVAL);
  }
  if (moved <= 0 || moved === BLOCKED || offset < 0) return moved;
  return thread.memory.writeNumber64(offsetAddress, offset + moved) ? moved : fail(Errno.EFAULT);
}

/** The offset that is told of in user memory; 0 where none is. */
function placeOf(thread: Thread, file: OpenFile, offsetAddress: number): Result {
  if (offsetAddress === 0) return 0;
  if (!file.seekable) return fail(Errno.EINVAL, "the file has no position");
  const offset = thread.memory.readU64(offsetAddress);
  if (offset < 0) return fail(Errno.EFAULT);
  return offset >= 2 ** 63 ? fail(Errno.EINVAL, "the offset is negative") : offset;
}

/** As on Linux: files with pages, devices, sockets and terminals; not eventfd and its kin. */
function canSplice(file: OpenFile): boolean {
  if (file instanceof UnixSocket) return true;
  return !(file instanceof AnonymousFile) && file.inode?.isDirectory !== true;
}

/** splice(2). */
export const splice: Syscall = defineSyscall({
  name: "splice",
  number: { x86_64: 275 },
  args: [
    fd("fd_in"),
    address("off_in"),
    fd("fd_out"),
    address("off_out"),
    size("len"),
    flags("flags", FlagNames),
  ],
  support: "full",
  handler: doSplice,
});

/** tee(2). */
export const tee: Syscall = defineSyscall({
  name: "tee",
  number: { x86_64: 276 },
  args: [fd("fd_in"), fd("fd_out"), size("len"), flags("flags", FlagNames)],
  support: "full",
  handler(thread, inFd, outFd, length, teeFlags) {
    if ((teeFlags & ~ALL_FLAGS) !== 0) return fail(Errno.EINVAL, "the flags are unknown");
    if (length === 0) return 0;
    const from = thread.files.get(inFd);
    const to = thread.files.get(outFd);
    if (from === undefined || to === undefined) return fail(Errno.EBADF);
    if (!from.readable || !to.writable) return fail(Errno.EBADF);
    if (!(from instanceof PipeEnd) || !(to instanceof PipeEnd)) {
      return fail(Errno.EINVAL, "both must be pipes");
    }
    const nonBlocking = (teeFlags & SPLICE_F_NONBLOCK) !== 0 || from.nonBlocking || to.nonBlocking;
    return splicePipes(thread, from, to, Math.min(length, MAX_RW_COUNT), nonBlocking, true);
  },
});

/** vmsplice(2): a copy, so that pages which were given away may change and the pipe's do not. */
export const vmsplice: Syscall = defineSyscall({
  name: "vmsplice",
  number: { x86_64: 278 },
  args: [fd(), address("iov"), size("nr_segs"), flags("flags", FlagNames)],
  support: "partial",
  note: "Bytes are copied: a change of the caller's memory afterwards does not show in the pipe.",
  handler(thread, fileDescriptor, vectorAddress, count, spliceFlags) {
    if ((spliceFlags & ~ALL_FLAGS) !== 0) return fail(Errno.EINVAL, "the flags are unknown");
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) return fail(Errno.EBADF);
    const vector = IoVector.read(thread, vectorAddress, count);
    if (typeof vector === "number") return vector;
    if (vector.total === 0) return 0;
    if (!(file instanceof PipeEnd)) return fail(Errno.EBADF, "the file is no pipe");
    const before = file.statusFlags;
    if ((spliceFlags & SPLICE_F_NONBLOCK) !== 0) file.statusFlags |= O.NONBLOCK;
    const moved = file.writable
      ? vector.writeTo(thread, file, -1)
      : vector.readFrom(thread, file, -1);
    file.statusFlags = before;
    return moved;
  },
});
