// SPDX-License-Identifier: MPL-2.0

import { SIGKILL, SIGXCPU } from "../abi/signal.ts";
import { RLIMIT_CPU } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { SignalInfo } from "../signal/signal-info.ts";

/** A tick met the thread running: its CPU timers, RLIMIT_CPU and the load average are looked at. */
export function tickThread(thread: Thread): void {
  const { process, kernel } = thread;
  const now = kernel.clock.monotonicNs();
  kernel.loadAverage.update(now, kernel.scheduler.runnable);
  thread.accountRun(now);
  const limit = process.limits.get(RLIMIT_CPU);
  if (!process.timers.countsCpuTime && limit === Infinity) return;
  const usage = process.totalUsage();
  process.timers.checkCpuTime(usage.userNs, usage.totalNs);
  checkCpuLimit(thread, usage.totalNs / 1e9, limit);
}

/** RLIMIT_CPU: SIGXCPU each second above the soft limit, SIGKILL at the hard one (getrlimit(2)). */
function checkCpuLimit(thread: Thread, seconds: number, soft: number): void {
  const { process } = thread;
  if (seconds >= process.limits.getHard(RLIMIT_CPU)) {
    process.signal(SignalInfo.kernel(SIGKILL));
  } else if (seconds >= soft) {
    process.signal(SignalInfo.kernel(SIGXCPU));
    process.limits.set(RLIMIT_CPU, Math.floor(seconds) + 1, process.limits.getHard(RLIMIT_CPU));
  }
}
