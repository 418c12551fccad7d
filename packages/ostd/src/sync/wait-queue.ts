// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { WaitResult, Waker } from "./waiter.ts";
import { WaitNode } from "./wait-node.ts";

/** How long to wait. */
export interface WaitOptions {
  /** Monotonic time in nanoseconds after which the wait ends; forever without it. */
  readonly deadlineNs?: number | undefined;
}

/**
 * Tasks that wait for something to become true, first come first woken. Holds no reference to
 * the running system, so that it may be a field of any kernel object.
 */
export class WaitQueue {
  #first: WaitNode | undefined;
  #last: WaitNode | undefined;
  #length = 0;

  /** How many wakers stand in the queue. */
  get length(): number {
    return this.#length;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /**
   * Parks the current task until it is woken or `deadlineNs` has passed; one of `WaitResult`.
   * The caller checks its condition before, and again after: nothing happens in between.
   */
  wait(deadlineNs: number = Number.POSITIVE_INFINITY): Promise<number> {
    const task = system().scheduling.current;
    if (task === undefined) {
      panic("waited outside any task");
    }
    this.enqueue(task.waiter.waker);
    return task.waiter.wait(deadlineNs);
  }

  /** Parks the current task until `condition` holds; one of `WaitResult`. */
  async waitUntil(condition: () => boolean, options?: WaitOptions): Promise<number> {
    while (!condition()) {
      const result = await this.wait(options?.deadlineNs);
      if (result !== WaitResult.WOKEN) {
        return condition() ? WaitResult.WOKEN : result;
      }
    }
    return WaitResult.WOKEN;
  }

  /** Wakes the first waiter that is not woken yet, which leaves the queue; false when there is none. */
  wakeOne(): boolean {
    let node = this.#first;
    while (node !== undefined) {
      const { waker } = node;
      this.#unlink(node);
      if (waker !== undefined && waker.wakeUp()) {
        return true;
      }
      node = this.#first;
    }
    return false;
  }

  /** Wakes all waiters, which leave the queue; how many. */
  wakeAll(): number {
    let woken = 0;
    let left = this.#length;
    while (left > 0 && this.wakeOne()) {
      woken += 1;
      left -= 1;
    }
    return woken;
  }

  /**
   * Puts a waker at the end. It leaves when it is woken from here, when its wait ends, or by
   * `remove`. A waker may stand in several queues.
   */
  enqueue(waker: Waker): void {
    const node = Waker.takeNode(waker);
    node.queue = this;
    node.next = undefined;
    node.previous = this.#last;
    if (this.#last === undefined) {
      this.#first = node;
    } else {
      this.#last.next = node;
    }
    this.#last = node;
    this.#length += 1;
  }

  /** Takes a waker out; false when it did not stand here. */
  remove(waker: Waker): boolean {
    const node = Waker.findNode(waker, this);
    if (node === undefined) {
      return false;
    }
    this.#unlink(node);
    return true;
  }

  #unlink(node: WaitNode): void {
    if (node.previous === undefined) {
      this.#first = node.next;
    } else {
      node.previous.next = node.next;
    }
    if (node.next === undefined) {
      this.#last = node.previous;
    } else {
      node.next.previous = node.previous;
    }
    node.previous = undefined;
    node.next = undefined;
    node.queue = undefined;
    this.#length -= 1;
    if (node.waker !== undefined) {
      Waker.returnNode(node.waker, node);
    }
  }
}
