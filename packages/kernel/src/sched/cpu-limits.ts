// SPDX-License-Identifier: MPL-2.0

import { SIGKILL, SIGXCPU } from "../abi/signal.ts";
import { RLIMIT_CPU } from "../process/limits.ts";
import type { Process } from "../process/process.ts";
import { SignalInfo } from "../signal/signal-info.ts";

const NS_PER_S = 1_000_000_000;

/** Sends what the process's CPU time has made due: SIGVTALRM, SIGPROF, SIGXCPU, SIGKILL. */
export function checkCpuTime(process: Process): void {
  const usage = process.totalUsage();
  process.timers.checkCpuTime(usage.userNs, usage.totalNs);
  const soft = process.limits.get(RLIMIT_CPU);
  if (soft === Infinity) return;
  // SIGXCPU each second above the soft limit, SIGKILL at the hard one (getrlimit(2)).
  const hard = process.limits.getHard(RLIMIT_CPU);
  const seconds = usage.totalNs / NS_PER_S;
  if (seconds >= hard) {
    process.signal(SignalInfo.kernel(SIGKILL));
  } else if (seconds >= soft) {
    process.signal(SignalInfo.kernel(SIGXCPU));
    process.limits.set(RLIMIT_CPU, Math.floor(seconds) + 1, hard);
  }
}
