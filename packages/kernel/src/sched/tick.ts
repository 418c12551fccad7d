// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../process/thread.ts";

/** A tick met the thread running. */
export function tickThread(thread: Thread): void {
  const { kernel } = thread;
  const now = kernel.clock.monotonicNs();
  kernel.loadAverage.update(now, kernel.scheduler.runnable);
  thread.accountRun(now);
}
