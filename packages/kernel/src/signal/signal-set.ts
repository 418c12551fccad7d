// SPDX-License-Identifier: MPL-2.0

/** A set of the signals 1…64, as two 32-bit halves. */
export class SignalSet {
  /** Signals 1…32, signal n at bit n - 1. */
  low: number;
  /** Signals 33…64. */
  high: number;

  constructor(low = 0, high = 0) {
    this.low = low;
    this.high = high;
  }

  has(signo: number): boolean {
    return signo <= 32
      ? (this.low & (1 << (signo - 1))) !== 0
      : (this.high & (1 << (signo - 33))) !== 0;
  }
  add(signo: number): void {
    if (signo <= 32) this.low |= 1 << (signo - 1);
    else this.high |= 1 << (signo - 33);
  }
  remove(signo: number): void {
    if (signo <= 32) this.low &= ~(1 << (signo - 1));
    else this.high &= ~(1 << (signo - 33));
  }
  get isEmpty(): boolean {
    return this.low === 0 && this.high === 0;
  }
  set(low: number, high: number): void {
    this.low = low;
    this.high = high;
  }
  copyFrom(other: SignalSet): void {
    this.low = other.low;
    this.high = other.high;
  }
  addAll(other: SignalSet): void {
    this.low |= other.low;
    this.high |= other.high;
  }
  removeAll(other: SignalSet): void {
    this.low &= ~other.low;
    this.high &= ~other.high;
  }
  clone(): SignalSet {
    return new SignalSet(this.low, this.high);
  }

  /** The lowest signal in `low`, `high`; 0 when there is none. */
  static lowest(low: number, high: number): number {
    if (low !== 0) return 32 - Math.clz32(low & -low);
    if (high !== 0) return 64 - Math.clz32(high & -high);
    return 0;
  }
}
