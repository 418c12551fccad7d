// SPDX-License-Identifier: MPL-2.0

import type { Clock } from "./clock.ts";
import type { InterruptLines } from "./interrupt-lines.ts";
import type { Native } from "./native.ts";

const TIMER_LINE = 0;

/** The local APIC (Intel SDM vol. 3, chapter 11). */
const LOCAL_APIC = 0xfee0_0000;
const LVT_TIMER = LOCAL_APIC + 0x320;
const INITIAL_COUNT = LOCAL_APIC + 0x380;
const CURRENT_COUNT = LOCAL_APIC + 0x390;
const DIVIDE = LOCAL_APIC + 0x3e0;
const DIVIDE_BY_16 = 3;
const ONE_SHOT = 0;
const MASKED = 0x1_0000;
const VECTOR = 32;
const MAX_COUNT = 0xffff_ffff;
const CALIBRATION_NS = 2_000_000;
const MAX_SAMPLES = 5;
/** Doubt of a sample, as a part of it. */
const GOOD_ENOUGH = 0.02;

/** The one-shot timer: the local APIC's, in one-shot mode. */
export class Timer {
  private readonly native: Native;
  private readonly clock: Clock;
  private readonly lines: InterruptLines;
  private readonly countsPerNs: number;
  private deadlineNs: number = Number.POSITIVE_INFINITY;

  constructor(native: Native, clock: Clock, lines: InterruptLines) {
    this.native = native;
    this.clock = clock;
    this.lines = lines;
    native.mmioWrite(DIVIDE, 4, DIVIDE_BY_16);
    this.countsPerNs = this.calibrate();
    native.mmioWrite(LVT_TIMER, 4, ONE_SHOT | VECTOR);
  }

  set(deadlineNs: number): void {
    this.deadlineNs = Number.isNaN(deadlineNs) ? Number.POSITIVE_INFINITY : deadlineNs;
    this.lines.lower(TIMER_LINE);
    this.arm(this.clock.nowNs());
  }

  /** Tells what time it is. */
  observe(nowNs: number): void {
    if (nowNs >= this.deadlineNs) {
      this.deadlineNs = Number.POSITIVE_INFINITY;
      this.lines.raise(TIMER_LINE);
    }
  }

  /** The local APIC's timer fired: for this deadline, an earlier one, or a little early. */
  interrupted(): void {
    this.arm(this.clock.nowNs());
  }

  private arm(nowNs: number): void {
    this.observe(nowNs);
    if (this.deadlineNs === Number.POSITIVE_INFINITY) {
      this.native.mmioWrite(INITIAL_COUNT, 4, 0);
      return;
    }
    const count = Math.ceil((this.deadlineNs - nowNs) * this.countsPerNs);
    this.native.mmioWrite(INITIAL_COUNT, 4, Math.min(Math.max(count, 1), MAX_COUNT));
  }

  /** Counts per nanosecond, by the sample whose end is known best. */
  private calibrate(): number {
    const { native, clock } = this;
    native.mmioWrite(LVT_TIMER, 4, MASKED);
    let bestRate = 0;
    let bestDoubt = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < MAX_SAMPLES && bestDoubt > GOOD_ENOUGH; tries++) {
      const before = clock.nowNs();
      native.mmioWrite(INITIAL_COUNT, 4, MAX_COUNT);
      const start = clock.nowNs();
      let now = start;
      while (now - start < CALIBRATION_NS) {
        now = clock.nowNs();
      }
      const counted = MAX_COUNT - native.mmioRead(CURRENT_COUNT, 4);
      const end = clock.nowNs();
      const ns = (now + end - start - before) / 2;
      const doubt = (end - now + start - before) / ns;
      if (doubt < bestDoubt) {
        bestDoubt = doubt;
        bestRate = counted / ns;
      }
    }
    native.mmioWrite(INITIAL_COUNT, 4, 0);
    return bestRate;
  }
}
