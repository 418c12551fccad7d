// SPDX-License-Identifier: MPL-2.0

/** Numbers that look random and are the same for the same seeds (xorshift32). */
export class Random {
  #state;

  /** @param {number} seed @param {number} [index] of the input, so that each can be made alone */
  constructor(seed, index = 0) {
    // Seeds that are near to one another are to begin far apart (Knuth's and Wang's multipliers).
    let state = Math.imul(seed | 0, 2654435761) ^ Math.imul(index | 0, 0x27d4eb2d);
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    this.#state = state | 1;
    for (let warm = 0; warm < 4; warm += 1) this.below(1);
  }

  /** From 0 up to, but not including, `bound`. @param {number} bound */
  below(bound) {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return items[this.below(items.length)];
  }

  /** @template T @param {number} count @param {(index: number) => T} make @returns {T[]} */
  list(count, make) {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}
