// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD } from "../abi/fcntl.ts";
import { Utimbuf } from "../abi/file-layout.ts";
import { getI64, Timespec, Timeval } from "../abi/layout.ts";
import { changeTimes } from "../fs/attributes.ts";
import type { TimeChange } from "../fs/attributes.ts";
import { placeOf } from "../fs/descriptor.ts";
import type { Path } from "../fs/path.ts";
import { Timestamp } from "../fs/timestamp.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { dirfd, flags, path, structIn } from "./args.ts";
import { NofollowNames } from "./at-flags.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readPath } from "./read-path.ts";

const UTIME_NOW = 0x3fff_ffff;
const UTIME_OMIT = 0x3fff_fffe;
const SECOND_NS = 1_000_000_000;
const SECOND_US = 1_000_000;

/** What is to be set; undefined where the nanoseconds are not in 0…999999999. */
interface Times {
  readonly atime: TimeChange | undefined;
  readonly mtime: TimeChange | undefined;
}
const BOTH_NOW: Times = { atime: "now", mtime: "now" };

/** Reads `size` bytes of user memory to the scratch area and views them. */
function readStruct(thread: Thread, address: number, size: number): DataView | undefined {
  const { bytes, view } = thread.kernel.vfs.scratch;
  return thread.memory.readBytes(address, bytes, 0, size) < size ? undefined : view;
}

/** Two struct timespec with UTIME_NOW and UTIME_OMIT; NULL means now. */
function readTimespecs(thread: Thread, address: number): Times | Result {
  if (address === 0) {
    return BOTH_NOW;
  }
  const view = readStruct(thread, address, 2 * Timespec.size);
  if (view === undefined) {
    return fail(Errno.EFAULT);
  }
  return { atime: timespecAt(view, 0), mtime: timespecAt(view, Timespec.size) };
}

function timespecAt(view: DataView, offset: number): TimeChange | undefined {
  const nanoseconds = getI64(view, offset + Timespec.nsec);
  if (nanoseconds === UTIME_NOW) {
    return "now";
  }
  if (nanoseconds === UTIME_OMIT) {
    return "omit";
  }
  return nanoseconds < 0 || nanoseconds >= SECOND_NS
    ? undefined
    : new Timestamp(getI64(view, offset + Timespec.sec), nanoseconds);
}

/** Two struct timeval; NULL means now. */
function readTimevals(thread: Thread, address: number): Times | Result {
  if (address === 0) {
    return BOTH_NOW;
  }
  const view = readStruct(thread, address, 2 * Timeval.size);
  if (view === undefined) {
    return fail(Errno.EFAULT);
  }
  const atimeUs = getI64(view, Timeval.usec);
  const mtimeUs = getI64(view, Timeval.size + Timeval.usec);
  if (!(atimeUs >= 0 && atimeUs < SECOND_US && mtimeUs >= 0 && mtimeUs < SECOND_US)) {
    return fail(Errno.EINVAL, "microseconds are not in 0…999999");
  }
  return {
    atime: new Timestamp(getI64(view, Timeval.sec), atimeUs * 1000),
    mtime: new Timestamp(getI64(view, Timeval.size + Timeval.sec), mtimeUs * 1000),
  };
}

/** struct utimbuf; NULL means now. */
function readUtimbuf(thread: Thread, address: number): Times | Result {
  if (address === 0) {
    return BOTH_NOW;
  }
  const view = readStruct(thread, address, Utimbuf.size);
  return view === undefined
    ? fail(Errno.EFAULT)
    : {
        atime: new Timestamp(getI64(view, Utimbuf.actime), 0),
        mtime: new Timestamp(getI64(view, Utimbuf.modtime), 0),
      };
}

function setTimes(
  thread: Thread,
  directory: number,
  pathAddress: number,
  times: Times | Result,
  atFlags: number,
): Result {
  if (typeof times === "number") {
    return times;
  }
  if (times.atime === "omit" && times.mtime === "omit") {
    return 0;
  }
  const place = timesPlace(thread, directory, pathAddress, atFlags);
  if (typeof place === "number") {
    return place;
  }
  const { atime, mtime } = times;
  return atime === undefined || mtime === undefined
    ? fail(Errno.EINVAL, "nanoseconds are not in 0…999999999")
    : changeTimes(thread, place, atime, mtime);
}

/** utimensat(2), NOTES: a NULL path name stands for the file of the descriptor. */
function timesPlace(
  thread: Thread,
  directory: number,
  pathAddress: number,
  atFlags: number,
): Path | Result {
  if (pathAddress === 0 && directory !== AT_FDCWD) {
    return atFlags === 0 ? placeOf(thread, directory) : fail(Errno.EINVAL);
  }
  const pathname = readPath(thread, pathAddress, (atFlags & AT.EMPTY_PATH) !== 0);
  return typeof pathname === "number"
    ? pathname
    : thread.kernel.vfs.resolve(thread, directory, pathname, atFlags);
}

/** utimensat(2). */
export const utimensat: Syscall = defineSyscall({
  name: "utimensat",
  number: { x86_64: 280 },
  args: [dirfd(), path(), structIn("times", "timespec[2]"), flags("flags", NofollowNames)],
  support: "full",
  handler(thread, directory, pathAddress, times, atFlags) {
    if ((atFlags & ~(AT.SYMLINK_NOFOLLOW | AT.EMPTY_PATH)) !== 0) {
      return fail(Errno.EINVAL, "a flag is unknown");
    }
    return setTimes(thread, directory, pathAddress, readTimespecs(thread, times), atFlags);
  },
});

/** futimesat(2). */
export const futimesat: Syscall = defineSyscall({
  name: "futimesat",
  number: { x86_64: 261 },
  args: [dirfd(), path(), structIn("times", "timeval[2]")],
  support: "full",
  handler: (thread, directory, pathAddress, times) =>
    setTimes(thread, directory, pathAddress, readTimevals(thread, times), 0),
});

/** utimes(2). */
export const utimes: Syscall = defineSyscall({
  name: "utimes",
  number: { x86_64: 235 },
  args: [path(), structIn("times", "timeval[2]")],
  support: "full",
  handler: (thread, pathAddress, times) =>
    setTimes(thread, AT_FDCWD, pathAddress, readTimevals(thread, times), 0),
});

/** utime(2). */
export const utime: Syscall = defineSyscall({
  name: "utime",
  number: { x86_64: 132 },
  args: [path(), structIn("times", "utimbuf")],
  support: "full",
  handler: (thread, pathAddress, times) =>
    setTimes(thread, AT_FDCWD, pathAddress, readUtimbuf(thread, times), 0),
});
