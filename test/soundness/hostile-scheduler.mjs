// SPDX-License-Identifier: MPL-2.0

import { ostd } from "./ostd.mjs";

/**
 * A scheduler that chooses at random, and now and then does what no scheduler may: picks a task that
 * waits, ended or never began, picks one twice, forgets one, or uses OSTD while it is asked.
 */
export class HostileScheduler {
  #random;
  #badOneIn;
  #ready = [];
  #current;
  /** Tasks it has ever seen. */
  #known = [];

  /** `badOneIn` 0: it only chooses at random. */
  constructor(random, badOneIn) {
    this.#random = random;
    this.#badOneIn = badOneIn;
  }

  #isBad() {
    return this.#badOneIn > 0 && this.#random.oneIn(this.#badOneIn);
  }

  enqueue(task, flags) {
    if (flags === "spawn") this.#known.push(task);
    if (this.#isBad()) this.#intrude();
    if (this.#isBad()) return undefined;
    this.#ready.push(task);
    if (this.#isBad()) this.#ready.push(task);
    return this.#random.oneIn(2) ? 0 : undefined;
  }

  localRunQueue() {
    return this;
  }

  current() {
    return this.#current;
  }

  updateCurrent() {
    if (this.#isBad()) this.#intrude();
    return this.#random.oneIn(3);
  }

  tryPickNext() {
    if (this.#isBad()) return this.#random.pick(this.#known);
    if (this.#ready.length === 0) return undefined;
    const [next] = this.#ready.splice(this.#random.below(this.#ready.length), 1);
    if (this.#current !== undefined) this.#ready.push(this.#current);
    this.#current = next;
    return next;
  }

  dequeueCurrent() {
    const task = this.#current;
    this.#current = undefined;
    return task;
  }

  #intrude() {
    const action = this.#random.below(3);
    if (action === 0) void ostd.Task.yieldNow();
    else if (action === 1) void new ostd.WaitQueue().wait();
    else new ostd.TaskOptions(() => undefined).spawn();
  }
}
