// SPDX-License-Identifier: MPL-2.0

/** Numbers that look random and are the same in every run (xorshift32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 2654435761) | 1;
  }

  /** From 0 up to, but not including, `bound`. */
  below(bound: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % bound;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}
