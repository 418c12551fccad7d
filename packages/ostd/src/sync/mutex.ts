// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";
import { mightSleep } from "../task/atomic-mode.ts";
import { WaitQueue } from "./wait-queue.ts";

/** The right to use the value of a mutex, until `drop`. May be kept across a park. */
export class MutexGuard<T> {
  readonly #value: T;
  readonly #release: () => void;
  #held = true;

  constructor(value: T, release: () => void) {
    this.#value = value;
    this.#release = release;
  }

  get value(): T {
    if (!this.#held) {
      panic("use of a mutex guard after drop");
    }
    return this.#value;
  }

  drop(): void {
    if (!this.#held) {
      panic("a mutex guard was dropped twice");
    }
    this.#held = false;
    this.#release();
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

/** A value that one task uses at a time; the others park. */
export class Mutex<T> {
  readonly #value: T;
  readonly #queue: WaitQueue = new WaitQueue();
  #locked = false;

  constructor(value: T) {
    this.#value = value;
  }

  /** Takes the lock, parking while another task has it. */
  async lock(): Promise<MutexGuard<T>> {
    mightSleep();
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
    this.#locked = true;
    return new MutexGuard(this.#value, () => {
      this.#locked = false;
      this.#queue.wakeOne();
    });
  }
}
