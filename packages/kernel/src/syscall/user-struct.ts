// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { StructBuffer, Timespec, Timeval, getI64, set64 } from "../abi/layout.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";

export const NS_PER_S = 1_000_000_000;
const US_PER_S = 1_000_000;

/** Copies a structure of `size` bytes from user memory; undefined where it can not be read. */
export function readStruct(thread: Thread, address: number, size: number): DataView | undefined {
  const buffer = new StructBuffer(size);
  const isRead = thread.memory.readBytes(address, buffer.bytes, 0, size) === size;
  return isRead ? buffer.view : undefined;
}

/** Copies a whole buffer to user memory; 0 or -EFAULT. */
export function writeStruct(thread: Thread, address: number, buffer: StructBuffer): Result {
  const { bytes } = buffer;
  const isWritten = thread.memory.writeBytes(address, bytes, 0, bytes.length) === bytes.length;
  return isWritten ? 0 : fail(Errno.EFAULT);
}

/** A timespec as nanoseconds, or -EFAULT, or -EINVAL when it is negative or not normal. */
export function readTimespec(thread: Thread, address: number): Result {
  const view = readStruct(thread, address, Timespec.size);
  return view === undefined ? fail(Errno.EFAULT) : timespecAt(view, 0);
}

export function timespecAt(view: DataView, at: number): Result {
  const seconds = getI64(view, at + Timespec.sec);
  const nanoseconds = getI64(view, at + Timespec.nsec);
  if (seconds < 0 || nanoseconds < 0 || nanoseconds >= NS_PER_S) {
    return fail(Errno.EINVAL, "the time is negative or has too many nanoseconds");
  }
  return seconds * NS_PER_S + nanoseconds;
}

export function putTimespec(view: DataView, at: number, ns: number): void {
  const seconds = Math.floor(ns / NS_PER_S);
  set64(view, at + Timespec.sec, seconds);
  set64(view, at + Timespec.nsec, Math.floor(ns - seconds * NS_PER_S));
}

export function writeTimespec(thread: Thread, address: number, ns: number): Result {
  const buffer = new StructBuffer(Timespec.size);
  putTimespec(buffer.view, 0, ns);
  return writeStruct(thread, address, buffer);
}

/** A timeval as microseconds, or -EINVAL. */
export function timevalAt(view: DataView, at: number): Result {
  const seconds = getI64(view, at + Timeval.sec);
  const microseconds = getI64(view, at + Timeval.usec);
  if (seconds < 0 || microseconds < 0 || microseconds >= US_PER_S) return fail(Errno.EINVAL);
  return seconds * US_PER_S + microseconds;
}

export function putTimeval(view: DataView, at: number, us: number): void {
  const seconds = Math.floor(us / US_PER_S);
  set64(view, at + Timeval.sec, seconds);
  set64(view, at + Timeval.usec, Math.floor(us - seconds * US_PER_S));
}
