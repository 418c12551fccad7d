// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import type { Scheduling } from "./scheduling.ts";

/** Counts one reason why the current task must not park; ends with `drop`. */
class AtomicGuard {
  readonly #scheduling: Scheduling;
  #held = true;

  constructor(scheduling: Scheduling) {
    this.#scheduling = scheduling;
    scheduling.atomicDepth += 1;
  }

  /** Whether it has not been dropped. */
  get isHeld(): boolean {
    return this.#held;
  }

  /** Ends the guard. */
  drop(): void {
    if (!this.#held) {
      panic("a guard was dropped twice");
    }
    this.#held = false;
    this.#scheduling.atomicDepth -= 1;
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

/** While it lives, the current task keeps the CPU: parking is a panic. */
export class DisabledPreemptGuard extends AtomicGuard {
  readonly #kind = "preempt";

  get kind(): string {
    return this.#kind;
  }
}

/** While it lives, no interrupt handler runs and parking is a panic. */
export class DisabledLocalIrqGuard extends AtomicGuard {
  readonly #kind = "irq";

  get kind(): string {
    return this.#kind;
  }
}

/** Keeps the CPU until the guard is dropped. */
export function disablePreempt(): DisabledPreemptGuard {
  return new DisabledPreemptGuard(system().scheduling);
}

/** Keeps interrupt handlers from running until the guard is dropped. */
export function disableLocalIrq(): DisabledLocalIrqGuard {
  return new DisabledLocalIrqGuard(system().scheduling);
}

/** Panics in atomic mode: for functions that may park, but do not always. */
export function mightSleep(): void {
  system().scheduling.requireSleepable();
}
