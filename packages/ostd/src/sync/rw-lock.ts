// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { mightSleep } from "../task/atomic-mode.ts";
import { MutexGuard } from "./mutex.ts";
import { SpinLockGuard } from "./spin-lock.ts";
import { WaitQueue } from "./wait-queue.ts";

/** Who holds a reader-writer lock: -1 a writer, else the number of readers. */
const WRITER = -1;

/**
 * A value used in atomic mode by many readers or one writer. With one CPU a conflict can only be
 * a deadlock, so that is a panic.
 */
export class RwLock<T> {
  readonly #value: T;
  #holders = 0;

  constructor(value: T) {
    this.#value = value;
  }

  read(): SpinLockGuard<T> {
    return this.tryRead() ?? panic("deadlock: a reader-writer lock was read while written");
  }

  write(): SpinLockGuard<T> {
    return this.tryWrite() ?? panic("deadlock: a reader-writer lock was written while held");
  }

  tryRead(): SpinLockGuard<T> | undefined {
    if (this.#holders === WRITER) {
      return undefined;
    }
    this.#holders += 1;
    return this.#guard(() => {
      this.#holders -= 1;
    });
  }

  tryWrite(): SpinLockGuard<T> | undefined {
    if (this.#holders !== 0) {
      return undefined;
    }
    this.#holders = WRITER;
    return this.#guard(() => {
      this.#holders = 0;
    });
  }

  #guard(release: () => void): SpinLockGuard<T> {
    const { scheduling } = system();
    scheduling.atomicDepth += 1;
    return new SpinLockGuard(this.#value, () => {
      scheduling.atomicDepth -= 1;
      release();
    });
  }
}

/** A value used by many readers or one writer; tasks park while they cannot have it. */
export class RwMutex<T> {
  readonly #value: T;
  readonly #queue: WaitQueue = new WaitQueue();
  #holders = 0;
  /** Writers that wait: new readers queue behind them, so that writers do not starve. */
  #waitingWriters = 0;

  constructor(value: T) {
    this.#value = value;
  }

  async read(): Promise<MutexGuard<T>> {
    mightSleep();
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
    this.#holders += 1;
    return new MutexGuard(this.#value, () => {
      this.#holders -= 1;
      if (this.#holders === 0) {
        this.#queue.wakeAll();
      }
    });
  }

  tryWrite(): MutexGuard<T> | undefined {
    if (this.#holders !== 0) {
      return undefined;
    }
    this.#holders = WRITER;
    return new MutexGuard(this.#value, () => {
      this.#holders = 0;
      this.#queue.wakeAll();
    });
  }
}
