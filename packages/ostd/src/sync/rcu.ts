// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { disablePreempt } from "../task/atomic-mode.ts";
import type { DisabledPreemptGuard } from "../task/atomic-mode.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";

/** What ends by `drop`. */
export interface Droppable {
  drop(): void;
}

/** A reader's critical section: what it read stays whole until it ends, and the task keeps the CPU. */
export class RcuReadGuard<T> {
  readonly #value: T;
  readonly #guard: DisabledPreemptGuard;
  #released: Release | undefined;

  constructor(value: T, guard: DisabledPreemptGuard) {
    this.#value = value;
    this.#guard = guard;
  }

  get value(): T {
    if (this.#released !== undefined) {
      panicUsed("what RCU protects", this.#released);
    }
    return this.#value;
  }

  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("what RCU protects", this.#released);
    }
    this.#guard.drop();
    this.#released = system().releases.note();
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

/**
 * A value that readers see as it was when they asked, and that a writer replaces as a whole.
 * Memory is the engine's: an old value lives while somebody still holds it. What ends by `drop`
 * (frames, say) ends after the grace period: `readLocked` and `rcuDrop`.
 */
export class Rcu<T> {
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value now; it must not be changed in place. */
  read(): T {
    return this.#value;
  }

  /** The value now, for a section in which nothing that `rcuDrop` got is dropped. */
  readLocked(): RcuReadGuard<T> {
    return new RcuReadGuard(this.#value, disablePreempt());
  }

  /** Replaces the value for readers to come; the old one. */
  update(value: T): T {
    const old = this.#value;
    this.#value = value;
    return old;
  }

  /** Replaces the value if it still is `expected`; whether it did. */
  compareExchange(expected: T, value: T): boolean {
    if (this.#value !== expected) {
      return false;
    }
    this.#value = value;
    return true;
  }
}

/**
 * Drops `handle` once no reader can be using it any more: when every CPU has switched tasks, which
 * none does inside a `readLocked` section.
 */
export function rcuDrop(handle: Droppable): void {
  system().scheduling.dropLater(handle);
}
