// SPDX-License-Identifier: MPL-2.0

import type { CpuId } from "../cpu/cpu.ts";
import type { EnqueueFlags, LocalRunQueue, Scheduler, UpdateFlags } from "./scheduler.ts";
import type { Task } from "./task.ts";

/** Ticks (milliseconds) that a task runs before the next one has its turn. */
const TIME_SLICE_TICKS = 4;

/** The default policy: first in, first out, and round robin with a time slice. */
export class FifoScheduler implements Scheduler {
  readonly #queue: FifoRunQueue = new FifoRunQueue();

  enqueue(task: Task, _flags: EnqueueFlags): CpuId | undefined {
    this.#queue.push(task);
    return undefined;
  }

  localRunQueue(_cpu: CpuId): LocalRunQueue {
    return this.#queue;
  }
}

/** A ring of tasks that grows by doubling. */
export class FifoRunQueue implements LocalRunQueue {
  #ring: (Task | undefined)[] = [undefined, undefined, undefined, undefined];
  #head = 0;
  #length = 0;
  #current: Task | undefined;
  #ticks = 0;

  push(task: Task): void {
    const ring = this.#ring;
    if (this.#length === ring.length) {
      const larger: (Task | undefined)[] = [];
      for (let i = 0; i < this.#length; i++) {
        larger.push(ring[(this.#head + i) % ring.length]);
      }
      for (let i = 0; i < ring.length; i++) {
        larger.push(undefined);
      }
      this.#ring = larger;
      this.#head = 0;
    }
    this.#ring[(this.#head + this.#length) % this.#ring.length] = task;
    this.#length += 1;
  }

  current(): Task | undefined {
    return this.#current;
  }

  updateCurrent(flags: UpdateFlags): boolean {
    if (flags !== "tick") {
      return true;
    }
    this.#ticks += 1;
    return this.#ticks >= TIME_SLICE_TICKS && this.#length > 0;
  }

  tryPickNext(): Task | undefined {
    if (this.#length === 0) {
      return undefined;
    }
    const next = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#ring.length;
    this.#length -= 1;
    if (this.#current !== undefined) {
      this.push(this.#current);
    }
    this.#current = next;
    this.#ticks = 0;
    return next;
  }

  dequeueCurrent(): Task | undefined {
    const task = this.#current;
    this.#current = undefined;
    return task;
  }
}
