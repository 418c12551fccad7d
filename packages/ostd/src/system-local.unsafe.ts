// SPDX-License-Identifier: MPL-2.0

import { allocateLocalIndex, system } from "./current.unsafe.ts";

class Box {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/**
 * A variable that each running system has for itself: the root of a kernel's state, since
 * mutable state at module level would be shared by all systems in the process.
 */
export class SystemLocal<T> {
  readonly #index: number = allocateLocalIndex();
  readonly #initial: () => T;

  /** `initial` makes the value on the first `get` in each system. */
  constructor(initial: () => T) {
    this.#initial = initial;
  }

  get(): T {
    const box = system().locals[this.#index];
    if (box instanceof Box) {
      // SAFETY: the index is this object's alone, and only `set` below fills the slot.
      return box.value as T;
    }
    const value = this.#initial();
    this.set(value);
    return value;
  }

  set(value: T): void {
    const { locals } = system();
    while (locals.length <= this.#index) {
      locals.push(undefined);
    }
    locals[this.#index] = new Box(value);
  }
}
