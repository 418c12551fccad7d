// SPDX-License-Identifier: MPL-2.0

import { finishTransfer, STRETCH_BYTES } from "../fs/io-vector.ts";
import type { OpenFile } from "../fs/file.ts";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";

/** How much of `left` bytes the call moves now: not all at once where that would take long. */
export function nextStretch(file: OpenFile, left: number): number {
  return left > STRETCH_BYTES && file.isBulk ? STRETCH_BYTES : left;
}

/** Ends a stretch of `wanted` bytes, of which `moved` were; the call goes on where `left` is more. */
export function endStretch(thread: Thread, moved: Result, wanted: number, left: number): Result {
  if (moved !== wanted || wanted === left) return finishTransfer(thread, moved);
  thread.restart.bytesDone += moved;
  return thread.rest();
}
