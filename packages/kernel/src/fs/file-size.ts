// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { SIGXFSZ } from "../abi/signal.ts";
import { RLIMIT_FSIZE } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";

/** The largest offset that a number holds exactly; Linux's is 2^63 - 1. */
export const MAX_FILE_SIZE: number = Number.MAX_SAFE_INTEGER;

/**
 * How many of `count` bytes may be written at `offset` under RLIMIT_FSIZE and the largest file
 * size. Where not one may, -EFBIG, with SIGXFSZ when the limit is the reason (setrlimit(2)).
 */
export function roomToWrite(thread: Thread, offset: number, count: number): Result {
  const limit = thread.process.limits.get(RLIMIT_FSIZE);
  if (offset >= limit) {
    thread.sendSignal(SIGXFSZ);
    return fail(Errno.EFBIG, "the limit on file sizes has been reached");
  }
  if (offset >= MAX_FILE_SIZE) {
    return fail(Errno.EFBIG, "the offset is beyond the largest file size");
  }
  return Math.min(count, limit - offset, MAX_FILE_SIZE - offset);
}

/** Whether a file may get the size `size` by ftruncate(2) or fallocate(2): 0 or -EFBIG. */
export function mayGrowTo(thread: Thread, size: number): Result {
  if (size > thread.process.limits.get(RLIMIT_FSIZE)) {
    thread.sendSignal(SIGXFSZ);
    return fail(Errno.EFBIG, "the limit on file sizes has been reached");
  }
  return size > MAX_FILE_SIZE ? fail(Errno.EFBIG) : 0;
}
