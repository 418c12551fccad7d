// SPDX-License-Identifier: MPL-2.0

import { BSP } from "@aster/ostd";
import type { CpuId, EnqueueFlags, LocalRunQueue, Scheduler, Task, UpdateFlags } from "@aster/ostd";

/** Ticks come after 2^10 … 2^18 ns: from a thousand instructions on. */
const TICK_BITS_MIN = 10;
const TICK_BITS_MAX = 18;
/** So many tasks, at most, are passed over for another one. */
const PASSED_OVER_MAX = 3;

/**
 * Another scheduler with chance in it, to find what goes wrong under schedules that are rare: ticks
 * come at any time, take the CPU away or not, and any runnable task may be next. Equal seeds make
 * equal choices, so on a machine that is deterministic a schedule can be had again.
 */
export class ExploringScheduler implements Scheduler, LocalRunQueue {
  readonly #inner: Scheduler;
  #state: number;

  constructor(inner: Scheduler, seed: number) {
    this.#inner = inner;
    this.#state = seed >>> 0;
  }

  /** A number in [0, limit) (mulberry32). */
  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * limit);
  }

  localRunQueue(_cpu: CpuId): LocalRunQueue {
    return this;
  }

  enqueue(task: Task, flags: EnqueueFlags): CpuId | undefined {
    const target = this.#inner.enqueue(task, flags);
    return this.#below(2) === 0 ? BSP : target;
  }

  current(): Task | undefined {
    return this.#inner.localRunQueue(BSP).current();
  }

  updateCurrent(flags: UpdateFlags): boolean {
    const gives = this.#inner.localRunQueue(BSP).updateCurrent(flags);
    return flags === "tick" ? this.#below(2) === 0 || gives : gives;
  }

  tryPickNext(): Task | undefined {
    const queue = this.#inner.localRunQueue(BSP);
    const passed: Task[] = [];
    let next = queue.tryPickNext() ?? queue.current();
    for (let left = this.#below(PASSED_OVER_MAX + 1); left > 0 && next !== undefined; left--) {
      queue.dequeueCurrent();
      const other = queue.tryPickNext();
      if (other === undefined) {
        this.#inner.enqueue(next, "spawn");
        next = queue.tryPickNext();
        break;
      }
      passed.push(next);
      next = other;
    }
    for (const task of passed) {
      this.#inner.enqueue(task, "spawn");
    }
    return next;
  }

  dequeueCurrent(): Task | undefined {
    return this.#inner.localRunQueue(BSP).dequeueCurrent();
  }

  nextTickNs(): number {
    const bits = TICK_BITS_MIN + this.#below(TICK_BITS_MAX - TICK_BITS_MIN);
    return 2 ** bits + this.#below(2 ** bits);
  }
}
