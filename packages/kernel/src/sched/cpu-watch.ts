// SPDX-License-Identifier: MPL-2.0

import { Timer } from "@aster/ostd";
import type { TimerHandler } from "@aster/ostd";
import type { Kernel } from "../kernel.ts";
import { RLIMIT_CPU } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { checkCpuTime } from "./cpu-limits.ts";

/** How often the CPU time of a process that has timers or a limit on it is looked at. */
const WATCH_NS = 4_000_000;

/**
 * Watches the CPU time of the running thread while its process has a timer or a limit on it:
 * ticks do not come while only one thread is runnable.
 */
export class CpuWatch implements TimerHandler {
  private readonly kernel: Kernel;
  private readonly timer: Timer = new Timer(this);

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  get isSet(): boolean {
    return this.timer.isSet;
  }

  /** A thread gets the CPU, or its process has got a new timer or limit. */
  start(thread: Thread): void {
    const { process } = thread;
    if (!process.timers.countsCpuTime && process.limits.get(RLIMIT_CPU) === Infinity) return;
    if (!this.timer.isSet) this.timer.set(this.kernel.clock.monotonicNs() + WATCH_NS);
  }

  onTimer(): void {
    const thread = this.kernel.currentThread;
    if (thread === undefined) return;
    thread.accountRun(this.kernel.clock.monotonicNs());
    checkCpuTime(thread.process);
    this.start(thread);
  }
}
