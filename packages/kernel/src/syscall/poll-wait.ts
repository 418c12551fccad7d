// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { STICKY_TIMEOUTS } from "../abi/personality.ts";
import { Sigset, getI32 } from "../abi/layout.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { readStruct } from "./user-struct.ts";

/** Units of the timeouts of poll(2) and epoll_wait(2). */
export const NS_PER_MS = 1_000_000;

/** At the first call, settles when the wait ends; a negative time waits for ever. */
export function beginWait(thread: Thread, timeoutNs: number): void {
  const { restart } = thread;
  if (restart.entered) return;
  restart.deadlineNs = timeoutNs < 0 ? Infinity : thread.kernel.clock.monotonicNs() + timeoutNs;
}

/** Whether the wait must end although nothing is ready. */
export function isWaitOver(thread: Thread): boolean {
  const { restart } = thread;
  if (restart.timedOut) return true;
  if (restart.deadlineNs === Infinity) return false;
  return thread.kernel.clock.monotonicNs() >= restart.deadlineNs;
}

/** Nanoseconds left until the wait ends; not for endless ones. */
export function remainingNs(thread: Thread): number {
  return Math.max(0, thread.restart.deadlineNs - thread.kernel.clock.monotonicNs());
}

/** Whether timeouts stay as the program set them (personality(2)). */
export function isSticky(thread: Thread): boolean {
  return (thread.process.personality & STICKY_TIMEOUTS) !== 0;
}

/** Sets the temporary mask at `address` (none where 0) for the rest of the call: 0 or an error. */
export function applyMask(thread: Thread, address: number, size: number): Result {
  if (address === 0) return 0;
  if (size !== Sigset.size) return fail(Errno.EINVAL, "sigsetsize is not 8");
  const view = readStruct(thread, address, Sigset.size);
  if (view === undefined) return fail(Errno.EFAULT);
  thread.setTemporaryMask(getI32(view, Sigset.low), getI32(view, Sigset.high));
  return 0;
}
