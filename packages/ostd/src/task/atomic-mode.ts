// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import type { System } from "../system.unsafe.ts";
import type { Task } from "./task.ts";

/** Counts one reason why the current task must not park; ends with `drop`. */
class AtomicGuard {
  readonly #system: System;
  readonly #holder: Task | undefined;
  #released: Release | undefined;

  constructor(privilege: Privilege, owner: System) {
    if (privilege !== PRIVILEGE) {
      panic("a guard comes from disablePreempt or disableLocalIrq");
    }
    this.#system = owner;
    this.#holder = owner.scheduling.current;
    owner.scheduling.atomicDepth += 1;
  }

  /** Whether it has not been dropped. */
  get isHeld(): boolean {
    return this.#released === undefined;
  }

  /** Panics unless the guard is held, by the running task of `owner`. @internal */
  static require(owner: System, guard: AtomicGuard): void {
    if (guard.#released !== undefined) {
      panicUsed("a guard", guard.#released);
    }
    if (guard.#system !== owner || owner.scheduling.current !== guard.#holder) {
      panic("a guard was used by another task than took it");
    }
  }

  /** Ends the guard. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("a guard", this.#released);
    }
    AtomicGuard.require(this.#system, this);
    this.#released = this.#system.releases.note();
    this.#system.scheduling.atomicDepth -= 1;
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

/** Panics unless the running task holds `guard`. */
export function requireGuard(guard: DisabledPreemptGuard | DisabledLocalIrqGuard): void {
  AtomicGuard.require(system(), guard);
}

/** Keeps the CPU until the guard is dropped. */
export function disablePreempt(): DisabledPreemptGuard {
  return new DisabledPreemptGuard(PRIVILEGE, system());
}

/** Keeps interrupt handlers from running until the guard is dropped. */
export function disableLocalIrq(): DisabledLocalIrqGuard {
  return new DisabledLocalIrqGuard(PRIVILEGE, system());
}

/** Panics in atomic mode: for functions that may park, but do not always. */
export function mightSleep(): void {
  system().scheduling.requireSleepable();
}
