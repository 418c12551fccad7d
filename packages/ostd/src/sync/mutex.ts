// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import { mightSleep } from "../task/atomic-mode.ts";
import { LockCore, LockGuard } from "./lock-guard.ts";
import type { LockOptions } from "./lock-order.ts";
import { WaitQueue } from "./wait-queue.ts";

/** The right to use the value of a mutex, until `drop`. May be kept across a park. */
export class MutexGuard<T> extends LockGuard<T> {
  readonly #kind = "mutex";

  get kind(): string {
    return this.#kind;
  }
}

/** A value that one task uses at a time; the others park. */
export class Mutex<T> {
  readonly #core: LockCore<T>;
  readonly #queue: WaitQueue = new WaitQueue();
  #locked = false;

  constructor(value: T, options: LockOptions = {}) {
    this.#core = new LockCore("a mutex", value, options, false, () => {
      this.#locked = false;
      this.#queue.wakeOne();
    });
  }

  /** Takes the lock, parking while another task has it. */
  async lock(): Promise<MutexGuard<T>> {
    mightSleep();
    this.#core.checkOrder(system());
    let guard = this.tryLock();
    while (guard === undefined) {
      await this.#queue.wait();
      guard = this.tryLock();
    }
    return guard;
  }

  /** Takes the lock if it is free. */
  tryLock(): MutexGuard<T> | undefined {
    if (this.#locked) {
      return undefined;
    }
    const guard = new MutexGuard(PRIVILEGE, system(), this.#core, true);
    this.#locked = true;
    return guard;
  }
}
