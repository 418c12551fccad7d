// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";

/** What a timer does when it expires. */
export interface TimerHandler {
  /** Runs in interrupt context: it must not wait. It may set the timer again. */
  onTimer(timer: Timer): void;
}

const IDLE = -1;

/** A one-shot timer on the monotonic clock. May be set and cancelled any number of times. */
export class Timer {
  readonly #system: System;
  readonly #handler: TimerHandler;
  #deadlineNs: number = Number.POSITIVE_INFINITY;
  /** Where it stands in the heap. */
  #index: number = IDLE;

  constructor(handler: TimerHandler) {
    this.#system = system();
    this.#handler = handler;
  }

  /** When it expires, in monotonic nanoseconds; Infinity when it is not set. */
  get deadlineNs(): number {
    return this.#deadlineNs;
  }

  get isSet(): boolean {
    return this.#index !== IDLE;
  }

  /** Expires once the monotonic clock reaches `deadlineNs`; replaces an earlier deadline. */
  set(deadlineNs: number): void {
    const deadline = +deadlineNs;
    if (Number.isNaN(deadline)) {
      panic("a timer was set to NaN");
    }
    if (deadline === Number.POSITIVE_INFINITY) {
      Timer.cancelled(this);
      return;
    }
    this.#deadlineNs = deadline;
    this.#system.timers.place(this);
  }

  /** Makes sure that it does not expire; false when it was not set. */
  cancel(): boolean {
    return Timer.cancelled(this);
  }

  /** As `cancel`, whatever was put over it. @internal */
  static cancelled(timer: Timer): boolean {
    timer.#deadlineNs = Number.POSITIVE_INFINITY;
    return timer.#index !== IDLE && timer.#system.timers.remove(timer);
  }

  /** As `deadlineNs`, whatever was put over it. @internal */
  static deadlineOf(timer: Timer): number {
    return timer.#deadlineNs;
  }

  /** For OSTD: its place in the heap. */
  static indexOf(timer: Timer): number {
    return timer.#index;
  }

  /** For OSTD. */
  static setIndex(privilege: Privilege, timer: Timer, index: number): void {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD orders timers");
    }
    timer.#index = index;
  }

  /** For OSTD: runs the handler of a timer that has left the heap. */
  static expire(privilege: Privilege, timer: Timer): void {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD lets timers expire");
    }
    timer.#deadlineNs = Number.POSITIVE_INFINITY;
    timer.#handler.onTimer(timer);
  }
}
