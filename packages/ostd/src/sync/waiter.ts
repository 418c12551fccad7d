// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";
import type { Task } from "../task/task.ts";
import { Timer } from "../timer/timer.ts";
import type { TimerHandler } from "../timer/timer.ts";
import { WaitNode } from "./wait-node.ts";
import type { WaitList } from "./wait-node.ts";

/** How a wait ended. */
export const WaitResult = {
  /** A waker woke it. */
  WOKEN: 0,
  /** The deadline passed. */
  TIMED_OUT: 1,
  /** `Waker.cancel` ended it. */
  CANCELLED: 2,
} as const;

const NOT_WOKEN = -1;

/**
 * The right to park a task. A waiter is used again and again: each `wait` consumes one wake-up,
 * also one that came before it, so a wake-up between a check and the wait is never lost.
 */
export class Waiter implements TimerHandler {
  readonly #system: System;
  readonly #task: Task;
  readonly #waker: Waker;
  #timer: Timer | undefined;

  /** For OSTD. */
  constructor(privilege: Privilege, owner: System, task: Task) {
    if (privilege !== PRIVILEGE) {
      panic("a waiter belongs to the current task: use Waiter.newPair or Task.waiter");
    }
    this.#system = owner;
    this.#task = task;
    this.#waker = new Waker(PRIVILEGE, owner, task, this);
  }

  /** Wakes this waiter; may be put on wait queues. */
  get waker(): Waker {
    return this.#waker;
  }

  /** As `waker`, whatever was put over it. @internal */
  static wakerOf(waiter: Waiter): Waker {
    return waiter.#waker;
  }

  /** A waiter of the current task with its waker. `Task.current().waiter` serves every wait too. */
  static newPair(): { readonly waiter: Waiter; readonly waker: Waker } {
    const owner = system();
    const task = owner.scheduling.current;
    if (task === undefined) {
      panic("a waiter was made outside any task");
    }
    const waiter = new Waiter(PRIVILEGE, owner, task);
    return { waiter, waker: waiter.#waker };
  }

  /**
   * Parks the current task until the waker wakes it or `deadlineNs` (monotonic) has passed; one
   * of `WaitResult`. Does not park when it was woken already. When the wait ends, the waker
   * leaves all wait queues. Panics in atomic mode.
   */
  wait(deadlineNs: number = Number.POSITIVE_INFINITY): Promise<number> {
    return Waiter.waitUntil(this, +deadlineNs);
  }

  /** As `wait`, whatever was put over it. @internal */
  static waitUntil(waiter: Waiter, deadlineNs: number): Promise<number> {
    const { scheduling } = waiter.#system;
    if (scheduling.current !== waiter.#task) {
      panic("a task waited on the waiter of another task");
    }
    scheduling.requireSleepable();
    if (Waker.isWoken(waiter.#waker)) {
      return Promise.resolve(Waiter.endWait(PRIVILEGE, waiter));
    }
    if (deadlineNs < Number.POSITIVE_INFINITY) {
      waiter.#timer ??= new Timer(waiter);
      waiter.#timer.set(deadlineNs);
    }
    return scheduling.park(waiter);
  }

  /** For OSTD: how the wait ended; consumes the wake-up. */
  static endWait(privilege: Privilege, waiter: Waiter): number {
    // SAFETY: this runs between two tasks: nothing of the kernel's may be called.
    const result = Waker.consume(privilege, waiter.#waker);
    Waker.leaveAll(privilege, waiter.#waker);
    if (waiter.#timer !== undefined) {
      Timer.cancelled(waiter.#timer);
    }
    return result;
  }

  /** The deadline of the wait has passed. @internal */
  onTimer(): void {
    Waker.wakeWith(PRIVILEGE, this.#waker, WaitResult.TIMED_OUT);
  }
}

/** Wakes one waiter. May be kept by anyone, used from interrupt context, and used again. */
export class Waker {
  readonly #system: System;
  readonly #task: Task;
  readonly #waiter: Waiter;
  #pending: number = NOT_WOKEN;
  /** The queues it stands in, linked by `sibling`. */
  #nodes: WaitNode | undefined;
  /** A node kept for the next queue, so that the usual wait allocates none. */
  #spare: WaitNode | undefined;

  constructor(privilege: Privilege, owner: System, task: Task, waiter: Waiter) {
    if (privilege !== PRIVILEGE) {
      panic("a waker comes with its waiter");
    }
    this.#system = owner;
    this.#task = task;
    this.#waiter = waiter;
  }

  /** The task that would be woken. */
  get task(): Task {
    return this.#task;
  }

  /** Wakes the waiter; false when it was woken already and has not waited since. */
  wakeUp(): boolean {
    return Waker.wakeWith(PRIVILEGE, this, WaitResult.WOKEN);
  }

  /** Ends the wait with `WaitResult.CANCELLED`; false when it was woken already. */
  cancel(): boolean {
    return Waker.wakeWith(PRIVILEGE, this, WaitResult.CANCELLED);
  }

  /** Leaves all wait queues. */
  removeFromAll(): void {
    Waker.leaveAll(PRIVILEGE, this);
  }

  /** For OSTD: as `removeFromAll`, whatever was put over it. */
  static leaveAll(privilege: Privilege, waker: Waker): void {
    for (let node = waker.#nodes; node !== undefined; node = waker.#nodes) {
      node.list?.unlink(node);
      Waker.returnNode(privilege, waker, node);
    }
  }

  /** For OSTD. */
  static wakeWith(privilege: Privilege, waker: Waker, result: number): boolean {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD chooses how a wait ends");
    }
    if (waker.#pending !== NOT_WOKEN) {
      return false;
    }
    waker.#pending = result;
    waker.#system.scheduling.wake(waker.#task, waker.#waiter);
    return true;
  }

  /** For OSTD: whether a wake-up has not been consumed yet. */
  static isWoken(waker: Waker): boolean {
    return waker.#pending !== NOT_WOKEN;
  }

  /** For OSTD: consumes the wake-up. */
  static consume(privilege: Privilege, waker: Waker): number {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD ends a wait");
    }
    const result = waker.#pending;
    waker.#pending = NOT_WOKEN;
    return result;
  }

  /** For OSTD: a node to link in a wait queue. */
  static takeNode(privilege: Privilege, waker: Waker): WaitNode {
    requirePrivilege(privilege);
    const node = waker.#spare ?? new WaitNode();
    waker.#spare = undefined;
    node.waker = waker;
    node.sibling = waker.#nodes;
    waker.#nodes = node;
    return node;
  }

  /** For OSTD: the waker's node in `list`. */
  static findNode(privilege: Privilege, waker: Waker, list: WaitList): WaitNode | undefined {
    requirePrivilege(privilege);
    let node = waker.#nodes;
    while (node !== undefined && node.list !== list) {
      node = node.sibling;
    }
    return node;
  }

  /** For OSTD: takes back an unlinked node. */
  static returnNode(privilege: Privilege, waker: Waker, node: WaitNode): void {
    requirePrivilege(privilege);
    if (waker.#nodes === node) {
      waker.#nodes = node.sibling;
    } else {
      let before = waker.#nodes;
      while (before !== undefined && before.sibling !== node) {
        before = before.sibling;
      }
      if (before !== undefined) {
        before.sibling = node.sibling;
      }
    }
    node.sibling = undefined;
    node.waker = undefined;
    waker.#spare = node;
  }
}

function requirePrivilege(privilege: Privilege): void {
  if (privilege !== PRIVILEGE) {
    panic("only OSTD links wait queues");
  }
}
