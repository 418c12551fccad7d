// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import { Task } from "../task/task.ts";
import { Waiter, WaitResult, Waker } from "./waiter.ts";
import { WaitList } from "./wait-node.ts";
import type { WaitNode } from "./wait-node.ts";

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
  readonly #list: WaitList = new WaitList();

  /** How many wakers stand in the queue. */
  get length(): number {
    return this.#list.length;
  }

  get isEmpty(): boolean {
    return this.#list.length === 0;
  }

  /**
   * Parks the current task until it is woken or `deadlineNs` has passed; one of `WaitResult`.
   * The caller checks its condition before, and again after: nothing happens in between.
   */
  wait(deadlineNs: number = Number.POSITIVE_INFINITY): Promise<number> {
    const deadline = +deadlineNs;
    const task = system().scheduling.current;
    if (task === undefined) {
      panic("waited outside any task");
    }
    const waiter = Task.waiterOf(task);
    this.#list.push(Waker.takeNode(PRIVILEGE, Waiter.wakerOf(waiter)));
    return Waiter.waitUntil(waiter, deadline);
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
    return WaitQueue.#wakeOne(this.#list);
  }

  /** Wakes all waiters, which leave the queue; how many. */
  wakeAll(): number {
    let woken = 0;
    let left = this.#list.length;
    while (left > 0 && WaitQueue.#wakeOne(this.#list)) {
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
    this.#list.push(Waker.takeNode(PRIVILEGE, waker));
  }

  /** Takes a waker out; false when it did not stand here. */
  remove(waker: Waker): boolean {
    const node = Waker.findNode(PRIVILEGE, waker, this.#list);
    if (node === undefined) {
      return false;
    }
    WaitQueue.#unlink(this.#list, node);
    return true;
  }

  static #unlink(list: WaitList, node: WaitNode): void {
    list.unlink(node);
    if (node.waker !== undefined) {
      Waker.returnNode(PRIVILEGE, node.waker, node);
    }
  }

  static #wakeOne(list: WaitList): boolean {
    let node = list.first;
    while (node !== undefined) {
      const { waker } = node;
      WaitQueue.#unlink(list, node);
      if (waker !== undefined && Waker.wakeWith(PRIVILEGE, waker, WaitResult.WOKEN)) {
        return true;
      }
      node = list.first;
    }
    return false;
  }
}
