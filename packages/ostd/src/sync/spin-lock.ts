// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import { LockCore, LockGuard } from "./lock-guard.ts";
import type { LockOptions } from "./lock-order.ts";

/** The right to use the value of a spin lock, until `drop`; parking meanwhile is a panic. */
export class SpinLockGuard<T> extends LockGuard<T> {
  readonly #kind = "spin";

  get kind(): string {
    return this.#kind;
  }
}

/**
 * A value that is used only in atomic mode: from `lock` to the guard's end the task keeps the CPU.
 * With one CPU a lock that is held can only be a deadlock, so that is a panic.
 */
export class SpinLock<T> {
  readonly #core: LockCore<T>;
  #locked = false;

  constructor(value: T, options: LockOptions = {}) {
    this.#core = new LockCore("a spin lock", value, options, true, () => {
      this.#locked = false;
    });
  }

  /** Takes the lock. */
  lock(): SpinLockGuard<T> {
    if (this.#locked) {
      panic("deadlock: a spin lock was taken while it was held");
    }
    this.#core.checkOrder(system());
    return this.#take();
  }

  /** Takes the lock if it is free. */
  tryLock(): SpinLockGuard<T> | undefined {
    return this.#locked ? undefined : this.#take();
  }

  #take(): SpinLockGuard<T> {
    const guard = new SpinLockGuard(PRIVILEGE, system(), this.#core, true);
    this.#locked = true;
    return guard;
  }
}
