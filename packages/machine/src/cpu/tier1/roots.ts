// SPDX-License-Identifier: MPL-2.0

/** Numbers of the values that addresses are computed from: the same number, the same value. */
export class Roots {
  #last = 0;
  /** By the numbers of base and index, and the scale. */
  readonly #sums = new Map<number, Map<number, number>>();

  next(): number {
    return ++this.#last;
  }

  /** The number of base + (index << scale), where those have numbers; 0 stands for no base. */
  sum(base: number, index: number, scale: number): number {
    if (base === 0 && scale === 0) return index;
    let sums = this.#sums.get(base);
    if (sums === undefined) this.#sums.set(base, (sums = new Map()));
    const key = 4 * index + scale;
    let found = sums.get(key);
    if (found === undefined) sums.set(key, (found = this.next()));
    return found;
  }
}
