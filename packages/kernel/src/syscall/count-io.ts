// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../process/thread.ts";
import { BLOCKED } from "../result.ts";
import type { Result } from "../result.ts";

/** Counts a call that reads, once it is over, for /proc/PID/io: the call, and the bytes that it gave. */
export function countRead({ usage }: Thread, result: Result): Result {
  if (result === BLOCKED) return result;
  usage.readCalls++;
  if (result > 0) usage.readChars += result;
  return result;
}

/** As `countRead`, for what writes. */
export function countWrite({ usage }: Thread, result: Result): Result {
  if (result === BLOCKED) return result;
  usage.writeCalls++;
  if (result > 0) usage.writtenChars += result;
  return result;
}

/** As `countRead` and `countWrite`, for what copies from file to file inside the kernel. */
export function countTransfer(thread: Thread, result: Result): Result {
  return countWrite(thread, countRead(thread, result));
}
