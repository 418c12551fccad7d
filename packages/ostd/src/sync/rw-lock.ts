// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import { LockCore } from "./lock-guard.ts";
import type { LockOptions } from "./lock-order.ts";
import { SpinLockGuard } from "./spin-lock.ts";

/** Who holds a reader-writer lock: -1 a writer, else the number of readers. */
const WRITER = -1;

/**
 * A value used in atomic mode by many readers or one writer. With one CPU a conflict can only be
 * a deadlock, so that is a panic.
 */
export class RwLock<T> {
  readonly #core: LockCore<T>;
  #holders = 0;

  constructor(value: T, options: LockOptions = {}) {
    this.#core = new LockCore("a reader-writer lock", value, options, true, (isWriter) => {
      this.#holders = isWriter ? 0 : this.#holders - 1;
    });
  }

  read(): SpinLockGuard<T> {
    if (this.#holders === 0) {
      // A further reader never waits: no order to keep.
      this.#core.checkOrder(system());
    }
    return this.tryRead() ?? panic("deadlock: a reader-writer lock was read while written");
  }

  write(): SpinLockGuard<T> {
    if (this.#holders === 0) {
      this.#core.checkOrder(system());
    }
    return this.tryWrite() ?? panic("deadlock: a reader-writer lock was written while held");
  }

  tryRead(): SpinLockGuard<T> | undefined {
    if (this.#holders === WRITER) {
      return undefined;
    }
    const guard = new SpinLockGuard(PRIVILEGE, system(), this.#core, false);
    this.#holders += 1;
    return guard;
  }

  tryWrite(): SpinLockGuard<T> | undefined {
    if (this.#holders !== 0) {
      return undefined;
    }
    const guard = new SpinLockGuard(PRIVILEGE, system(), this.#core, true);
    this.#holders = WRITER;
    return guard;
  }
}
