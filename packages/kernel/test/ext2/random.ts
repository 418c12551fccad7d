// SPDX-License-Identifier: MPL-2.0

/** Numbers that a seed repeats. */
export class Random {
  private state: number;
  constructor(start: number) {
    this.state = start;
  }
  /** 0 up to `limit`, which is left out. */
  below(limit: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 0x1_0000_0000) * limit);
  }
}
