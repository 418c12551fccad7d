// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { PROT_WRITE } from "../abi/mman.ts";
import { futexKey } from "../ipc/futex-key.ts";
import type { FutexKey } from "../ipc/futex-key.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { readTimespec } from "./user-struct.ts";

/** The name of the word, with its page brought in; or an error. */
export function keyOf(thread: Thread, word: number, isPrivate: boolean): FutexKey | Result {
  if (word % 4 !== 0) return fail(Errno.EINVAL, "the word is not aligned");
  if (word >= TASK_SIZE) return fail(Errno.EFAULT);
  if (!isPrivate && !isPresent(thread, word)) return fail(Errno.EFAULT);
  return futexKey(thread, word, !isPrivate);
}

/** As Linux: a word to share is brought in, and in memory of one's own must be writable. */
function isPresent(thread: Thread, word: number): boolean {
  if (thread.memory.readU32(word) < 0) return false;
  const mapping = thread.vm.mappings.find(word);
  return mapping?.source !== undefined || ((mapping?.protection ?? 0) & PROT_WRITE) !== 0;
}

/** The deadline on the monotonic clock; Infinity without a timeout. */
export function deadlineOf(
  thread: Thread,
  timeoutAddress: number,
  isRelative: boolean,
  isRealtime: boolean,
): Result {
  if (timeoutAddress === 0) return Infinity;
  const timeout = readTimespec(thread, timeoutAddress);
  if (timeout < 0) return timeout;
  const { clock } = thread.kernel;
  if (isRelative) return clock.monotonicNs() + timeout;
  return isRealtime ? Math.max(0, clock.monotonicOfRealtimeUs(timeout / 1000)) : timeout;
}

/** That the word has the value that the caller saw last. EFAULT; EAGAIN where it has changed. */
export function checkWord(thread: Thread, word: number, expected: number): Result {
  const value = thread.memory.readU32(word);
  if (value < 0) return fail(Errno.EFAULT);
  return value === expected ? 0 : fail(Errno.EAGAIN, "the word has another value");
}
