// SPDX-License-Identifier: MPL-2.0

/** Hands out ranges of numbers (physical addresses, ports) that nobody has yet. */
export class RangeAllocator {
  readonly #limit: number;
  /** Taken ranges as [start, end). */
  readonly #taken: [number, number][] = [];

  /** Ranges lie in `[0, limit)`; those of `withheld` can never be had. */
  constructor(limit: number, withheld: readonly (readonly [number, number])[]) {
    this.#limit = limit;
    for (const [start, end] of withheld) {
      this.#taken.push([start, end]);
    }
  }

  /** Takes `[start, start + length)`; false when any of it is taken or out of bounds. */
  acquire(start: number, length: number): boolean {
    const end = start + length;
    if (!(Number.isInteger(start) && Number.isInteger(length) && start >= 0 && length > 0)) {
      return false;
    }
    if (end > this.#limit || this.#taken.some(([from, to]) => start < to && end > from)) {
      return false;
    }
    this.#taken.push([start, end]);
    return true;
  }

  release(start: number, length: number): void {
    const index = this.#taken.findIndex(([from, to]) => from === start && to === start + length);
    if (index >= 0) {
      this.#taken.splice(index, 1);
    }
  }
}
