// SPDX-License-Identifier: MPL-2.0

import { Timer } from "@aster/ostd";
import type { TimerHandler } from "@aster/ostd";
import { SIGALRM, SIGPROF, SIGVTALRM } from "../abi/signal.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { rearmAt } from "../time/rearm.ts";
import { PosixTimers } from "./posix-timers.ts";
import type { PosixTimer } from "./posix-timers.ts";
import type { Process } from "./process.ts";

/** The interval timers of setitimer(2) of one process. Times in nanoseconds; 0: disarmed. */
export class ProcessTimers implements TimerHandler {
  private readonly process: Process;
  /** timer_create(2). */
  readonly posix: PosixTimers = new PosixTimers();
  /** Timers that go by the CPU time of the process, or of a thread of it: whosever they are. */
  readonly cpuTimers: Set<PosixTimer> = new Set();
  /** ITIMER_REAL. */
  private readonly realTimer: Timer = new Timer(this);
  /** Absolute, monotonic. */
  realDeadlineNs = 0;
  realIntervalNs = 0;
  /** ITIMER_VIRTUAL: counts user time. The deadline is on the process's own clock. */
  virtualDeadlineNs = 0;
  virtualIntervalNs = 0;
  /** ITIMER_PROF: counts user and system time. */
  profileDeadlineNs = 0;
  profileIntervalNs = 0;

  constructor(process: Process) {
    this.process = process;
  }

  /** Arms ITIMER_REAL to end `valueNs` from now; 0 disarms it. */
  setReal(valueNs: number, intervalNs: number): void {
    this.realTimer.cancel();
    this.realIntervalNs = intervalNs;
    this.realDeadlineNs = 0;
    if (valueNs === 0) return;
    this.realDeadlineNs = this.process.kernel.clock.monotonicNs() + valueNs;
    this.realTimer.set(this.realDeadlineNs);
  }

  /** ITIMER_REAL has ended. */
  onTimer(): void {
    const now = this.process.kernel.clock.monotonicNs();
    if (this.realIntervalNs > 0) {
      const missed = Math.floor(Math.max(0, now - this.realDeadlineNs) / this.realIntervalNs);
      this.realDeadlineNs += (missed + 1) * this.realIntervalNs;
      this.realTimer.set(rearmAt(this.realDeadlineNs, this.realIntervalNs, now));
    } else {
      this.realDeadlineNs = 0;
    }
    this.process.signal(SignalInfo.kernel(SIGALRM));
  }

  /** Whether the process's use of the CPU has to be watched. */
  get countsCpuTime(): boolean {
    return this.virtualDeadlineNs > 0 || this.profileDeadlineNs > 0 || this.cpuTimers.size > 0;
  }

  /** Called at ticks: sends what is due. */
  checkCpuTime(userNs: number, totalNs: number): void {
    if (this.cpuTimers.size > 0) {
      for (const timer of [...this.cpuTimers]) timer.checkCpuTime();
    }
    if (this.virtualDeadlineNs > 0 && userNs >= this.virtualDeadlineNs) {
      this.virtualDeadlineNs = next(this.virtualDeadlineNs, this.virtualIntervalNs, userNs);
      this.process.signal(SignalInfo.kernel(SIGVTALRM));
    }
    if (this.profileDeadlineNs > 0 && totalNs >= this.profileDeadlineNs) {
      this.profileDeadlineNs = next(this.profileDeadlineNs, this.profileIntervalNs, totalNs);
      this.process.signal(SignalInfo.kernel(SIGPROF));
    }
  }

  /** execve(2): interval timers stay; timers of timer_create(2) go. */
  deleteForExec(): void {
    this.posix.deleteAll();
  }

  /** The process ends. */
  cancelAll(): void {
    this.posix.deleteAll();
    for (const timer of [...this.cpuTimers]) timer.cancel();
    this.realTimer.cancel();
    this.realDeadlineNs = 0;
    this.virtualDeadlineNs = 0;
    this.profileDeadlineNs = 0;
  }
}

function next(deadline: number, interval: number, now: number): number {
  if (interval === 0) return 0;
  return deadline + (Math.floor((now - deadline) / interval) + 1) * interval;
}
