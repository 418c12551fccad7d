// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";

/**
 * A value that is used only in atomic mode: from `lock` to the guard's end the task keeps the CPU.
 * With one CPU a lock that is held can only be a deadlock, so that is a panic.
 */
export class SpinLock<T> {
  readonly #value: T;
  #locked = false;

  constructor(value: T) {
    this.#value = value;
  }

  /** Takes the lock. */
  lock(): SpinLockGuard<T> {
    const guard = this.tryLock();
    if (guard === undefined) {
      panic("deadlock: a spin lock was taken while it was held");
    }
    return guard;
  }

  /** Takes the lock if it is free. */
  tryLock(): SpinLockGuard<T> | undefined {
    if (this.#locked) {
      return undefined;
    }
    this.#locked = true;
    const { scheduling } = system();
    scheduling.atomicDepth += 1;
    return new SpinLockGuard(this.#value, () => {
      this.#locked = false;
      scheduling.atomicDepth -= 1;
    });
  }
}

/** The right to use the value of a lock, until `drop`. */
export class SpinLockGuard<T> {
  readonly #value: T;
  readonly #release: () => void;
  #held = true;

  constructor(value: T, release: () => void) {
    this.#value = value;
    this.#release = release;
  }

  get value(): T {
    if (!this.#held) {
      panic("use of a lock guard after drop");
    }
    return this.#value;
  }

  drop(): void {
    if (!this.#held) {
      panic("a lock guard was dropped twice");
    }
    this.#held = false;
    this.#release();
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}
