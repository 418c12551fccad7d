// SPDX-License-Identifier: MPL-2.0

import { SIGNAL_COUNT, SIG_DFL } from "../abi/signal.ts";
import type { Thread } from "../process/thread.ts";
import { defaultAction } from "./default-action.ts";
import { hasDeliverable } from "./send.ts";

/** Whether a signal is pending that will end the process: waits that nothing else ends, end by it. */
export function isDeadlySignalPending(thread: Thread): boolean {
  if (!hasDeliverable(thread)) return false;
  const { pending, blocked, waitedFor } = thread.signals;
  const { pending: shared, handlers } = thread.process;
  for (let signo = 1; signo <= SIGNAL_COUNT; signo++) {
    if (blocked.has(signo) || !(pending.set.has(signo) || shared.set.has(signo))) continue;
    if (handlers.handlerOf(signo) !== SIG_DFL) continue;
    const action = defaultAction(signo);
    // As Linux: what would dump core goes to who waits for it, though it does not block it.
    if (action === "terminate" || (action === "core" && !waitedFor.has(signo))) return true;
  }
  return false;
}
