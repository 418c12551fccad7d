// SPDX-License-Identifier: MPL-2.0

import { PRIVILEGE } from "../privilege.unsafe.ts";
import { Timer } from "./timer.ts";

const IDLE = -1;

/** The timers of a system that are set: a binary heap, the earliest deadline first. */
export class Timers {
  readonly #heap: Timer[] = [];
  readonly #onEarliestChanged: () => void;

  constructor(onEarliestChanged: () => void) {
    this.#onEarliestChanged = onEarliestChanged;
  }

  /** The earliest deadline in monotonic nanoseconds, or Infinity. */
  get nextDeadlineNs(): number {
    const first = this.#heap[0];
    return first === undefined ? Number.POSITIVE_INFINITY : Timer.deadlineOf(first);
  }

  get count(): number {
    return this.#heap.length;
  }

  /** Puts a timer where its deadline belongs. */
  place(timer: Timer): void {
    const before = this.#heap[0];
    let index = Timer.indexOf(timer);
    if (index === IDLE) {
      index = this.#heap.length;
      this.#heap.push(timer);
    }
    this.#siftDown(this.#siftUp(index, timer), timer);
    if (this.#heap[0] === timer || before === timer) {
      this.#onEarliestChanged();
    }
  }

  /** Takes a timer out; false when it is not in. */
  remove(timer: Timer): boolean {
    const index = Timer.indexOf(timer);
    if (index === IDLE || this.#heap[index] !== timer) {
      return false;
    }
    Timer.setIndex(PRIVILEGE, timer, IDLE);
    const last = this.#heap.pop();
    if (last !== undefined && last !== timer) {
      this.#siftDown(this.#siftUp(index, last), last);
    }
    if (index === 0) {
      this.#onEarliestChanged();
    }
    return true;
  }

  /** Runs the handlers of all timers whose deadline is not after `nowNs`. */
  expire(nowNs: number): void {
    // A handler may set timers in the past; those expire in the next round, so that this ends.
    let budget = this.#heap.length;
    while (budget > 0) {
      const timer = this.#heap[0];
      if (timer === undefined || Timer.deadlineOf(timer) > nowNs) {
        return;
      }
      this.remove(timer);
      Timer.expire(PRIVILEGE, timer);
      budget -= 1;
    }
  }

  #siftUp(start: number, timer: Timer): number {
    const deadlineNs = Timer.deadlineOf(timer);
    let index = start;
    while (index > 0) {
      const parentIndex = Math.floor((index - 1) / 2);
      const parent = this.#heap[parentIndex];
      if (parent === undefined || Timer.deadlineOf(parent) <= deadlineNs) {
        break;
      }
      this.#put(index, parent);
      index = parentIndex;
    }
    this.#put(index, timer);
    return index;
  }

  #siftDown(start: number, timer: Timer): void {
    const deadlineNs = Timer.deadlineOf(timer);
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = this.#heap[childIndex];
      const right = this.#heap[childIndex + 1];
      if (
        child !== undefined &&
        right !== undefined &&
        Timer.deadlineOf(right) < Timer.deadlineOf(child)
      ) {
        child = right;
        childIndex += 1;
      }
      if (child === undefined || Timer.deadlineOf(child) >= deadlineNs) {
        break;
      }
      this.#put(index, child);
      index = childIndex;
    }
    this.#put(index, timer);
  }

  #put(index: number, timer: Timer): void {
    this.#heap[index] = timer;
    Timer.setIndex(PRIVILEGE, timer, index);
  }
}
