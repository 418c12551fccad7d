// SPDX-License-Identifier: MPL-2.0

import type { Native } from "./native.ts";

/** The 8254's channel 2: its gate and output are in port 0x61. */
const PIT_HZ = 1_193_182;
const PIT_CHANNEL_2 = 0x42;
const PIT_COMMAND = 0x43;
/** Channel 2, low then high byte, mode 0 (interrupt on terminal count). */
const PIT_ONE_SHOT = 0xb0;
const SYSTEM_CONTROL = 0x61;
const GATE = 1;
const SPEAKER = 2;
const OUTPUT = 0x20;
const CALIBRATION_MS = 10;
/** Ten times as many polls as ten milliseconds have: then there is no such timer. */
const MAX_POLLS = 1_000_000;

/** Monotonic time: the time stamp counter, calibrated against the 8254. */
export class Clock {
  private readonly native: Native;
  private readonly startTicks: number;
  private readonly nsPerTick: number;

  constructor(native: Native) {
    this.native = native;
    this.startTicks = native.ticks();
    this.nsPerTick = calibrate(native);
  }

  /** Nanoseconds since the clock was made, a whole number. */
  nowNs(): number {
    return Math.floor((this.native.ticks() - this.startTicks) * this.nsPerTick);
  }
}

function calibrate(native: Native): number {
  const count = Math.round((PIT_HZ * CALIBRATION_MS) / 1000);
  const control = native.portRead(SYSTEM_CONTROL, 1) & ~(GATE | SPEAKER);
  native.portWrite(SYSTEM_CONTROL, 1, control);
  native.portWrite(PIT_COMMAND, 1, PIT_ONE_SHOT);
  native.portWrite(PIT_CHANNEL_2, 1, count & 0xff);
  native.portWrite(PIT_CHANNEL_2, 1, count >> 8);
  const start = native.ticks();
  native.portWrite(SYSTEM_CONTROL, 1, control | GATE);
  for (let polls = 0; polls < MAX_POLLS; polls++) {
    if ((native.portRead(SYSTEM_CONTROL, 1) & OUTPUT) !== 0) {
      const ticks = native.ticks() - start;
      return ((count / PIT_HZ) * 1e9) / ticks;
    }
  }
  throw new Error("no 8254 timer to calibrate the time stamp counter with");
}
