// SPDX-License-Identifier: MPL-2.0

/** A small seeded generator (mulberry32): the same seed gives the same cases on every host. */
export class Rng {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  u32() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A whole number in 0 … n-1. */
  below(n) {
    return this.u32() % n;
  }

  /** A whole number in low … high, both included. */
  range(low, high) {
    return low + this.below(high - low + 1);
  }

  /** True once in n times. */
  oneIn(n) {
    return this.below(n) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** Picks from `[weight, value]` pairs. */
  weighted(pairs) {
    let total = 0;
    for (const [weight] of pairs) total += weight;
    let at = this.below(total);
    for (const [weight, value] of pairs) {
      if (at < weight) return value;
      at -= weight;
    }
    return undefined;
  }

  u64() {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }
}
