// SPDX-License-Identifier: MPL-2.0

/**
 * A value that readers see as it was when they asked, and that a writer replaces as a whole.
 * Memory is the engine's: an old value lives while somebody still holds it, so no grace period.
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

  /** Replaces the value for readers to come. */
  update(value: T): void {
    this.#value = value;
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
