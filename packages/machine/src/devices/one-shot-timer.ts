// SPDX-License-Identifier: MPL-2.0

/** A deadline on the machine's clock. It fires once, and is then disarmed. */
export class OneShotTimer {
  private deadline = Infinity;
  private readonly fire: () => void;

  constructor(fire: () => void) {
    this.fire = fire;
  }

  /** In nanoseconds since power-on; Infinity when disarmed. */
  get deadlineNs(): number {
    return this.deadline;
  }

  set(deadlineNs: number): void {
    // NaN would never compare as reached and never as later: treat it as disarmed.
    this.deadline = Number.isNaN(deadlineNs) ? Infinity : deadlineNs;
  }

  /** Tells the timer what time it is. */
  observe(nowNs: number): void {
    if (nowNs >= this.deadline) {
      this.deadline = Infinity;
      this.fire();
    }
  }
}
