// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import { mightSleep } from "../task/atomic-mode.ts";
import { LockCore } from "./lock-guard.ts";
import type { LockOptions } from "./lock-order.ts";
import { MutexGuard } from "./mutex.ts";
import { WaitQueue } from "./wait-queue.ts";

const WRITER = -1;

/** A value used by many readers or one writer; tasks park while they cannot have it. */
export class RwMutex<T> {
  readonly #core: LockCore<T>;
  readonly #queue: WaitQueue = new WaitQueue();
  /** -1 a writer, else the number of readers. */
  #holders = 0;
  /** Writers that wait: new readers queue behind them, so that writers do not starve. */
  #waitingWriters = 0;

  constructor(value: T, options: LockOptions = {}) {
    this.#core = new LockCore("a reader-writer mutex", value, options, false, (isWriter) => {
      this.#holders = isWriter ? 0 : this.#holders - 1;
      if (this.#holders === 0) {
        this.#queue.wakeAll();
      }
    });
  }

  async read(): Promise<MutexGuard<T>> {
    mightSleep();
    this.#core.checkOrder(system());
    while (this.#waitingWriters > 0) {
      await this.#queue.wait();
    }
    let guard = this.tryRead();
    while (guard === undefined) {
      await this.#queue.wait();
      guard = this.tryRead();
    }
    return guard;
  }

  async write(): Promise<MutexGuard<T>> {
    mightSleep();
    this.#core.checkOrder(system());
    let guard = this.tryWrite();
    if (guard !== undefined) {
      return guard;
    }
    this.#waitingWriters += 1;
    while (guard === undefined) {
      await this.#queue.wait();
      guard = this.tryWrite();
    }
    this.#waitingWriters -= 1;
    return guard;
  }

  tryRead(): MutexGuard<T> | undefined {
    if (this.#holders === WRITER) {
      return undefined;
    }
    const guard = new MutexGuard(PRIVILEGE, system(), this.#core, false);
    this.#holders += 1;
    return guard;
  }

  tryWrite(): MutexGuard<T> | undefined {
    if (this.#holders !== 0) {
      return undefined;
    }
    const guard = new MutexGuard(PRIVILEGE, system(), this.#core, true);
    this.#holders = WRITER;
    return guard;
  }
}
