// SPDX-License-Identifier: MPL-2.0

import type { FixedDescription } from "@aster/hardware";
import type { Native } from "./native.ts";

/** The 8254 timer. Its channel 0 runs on every machine, without the gate in port 0x61. */
const PIT_HZ = 1_193_182;
const PIT_CHANNEL_0 = 0x40;
const PIT_COMMAND = 0x43;
/** Channel 0, low then high byte, mode 0: the output rises when the count is over. */
const PIT_ONE_SHOT = 0x30;
/** Read-back of the status of channel 0; bit 7 is its output. */
const PIT_READ_STATUS = 0xe2;
const OUTPUT = 0x80;
const NULL_COUNT = 0x40;
const CALIBRATION_MS = 10;
/** Far more polls than ten milliseconds have: then there is no such timer. */
const MAX_POLLS = 1_000_000;

/** ACPI's power management timer (ACPI 6.4, 4.8.3.3), for machines without an 8254. */
const PM_TIMER_HZ = 3_579_545;

/** Monotonic time: the time stamp counter, calibrated against a timer of known frequency. */
export class Clock {
  private readonly native: Native;
  private readonly startTicks: number;
  private readonly nsPerTick: number;

  constructor(native: Native, fixed?: FixedDescription) {
    this.native = native;
    this.startTicks = native.ticks();
    const nsPerTick = calibrateWithPit(native) ?? calibrateWithPmTimer(native, fixed);
    if (nsPerTick === undefined) {
      throw new Error(
        "no timer to calibrate the time stamp counter with: expected an 8254 or ACPI's timer",
      );
    }
    this.nsPerTick = nsPerTick;
  }

  /** Nanoseconds since the clock was made, a whole number. */
  nowNs(): number {
    return Math.floor((this.native.ticks() - this.startTicks) * this.nsPerTick);
  }
}

/** Nanoseconds per tick; undefined where no 8254 answers. */
function calibrateWithPit(native: Native): number | undefined {
  const count = Math.round((PIT_HZ * CALIBRATION_MS) / 1000);
  native.portWrite(PIT_COMMAND, 1, PIT_ONE_SHOT);
  native.portWrite(PIT_CHANNEL_0, 1, count & 0xff);
  native.portWrite(PIT_CHANNEL_0, 1, count >> 8);
  const start = native.ticks();
  for (let polls = 0; polls < MAX_POLLS; polls++) {
    native.portWrite(PIT_COMMAND, 1, PIT_READ_STATUS);
    const status = native.portRead(PIT_CHANNEL_0, 1);
    // A port that nothing drives reads as all ones.
    if (status === 0xff) {
      return undefined;
    }
    if ((status & (OUTPUT | NULL_COUNT)) === OUTPUT) {
      const ticks = native.ticks() - start;
      return ((count / PIT_HZ) * 1e9) / ticks;
    }
  }
  return undefined;
}

/** Nanoseconds per tick; undefined where no such timer counts. */
function calibrateWithPmTimer(native: Native, fixed?: FixedDescription): number | undefined {
  const port = fixed?.timerPort;
  if (fixed === undefined || port === undefined) {
    return undefined;
  }
  const size = fixed.timerIs32Bits ? 2 ** 32 : 2 ** 24;
  const first = native.portRead(port, 4) % size;
  const start = native.ticks();
  for (let polls = 0; polls < MAX_POLLS; polls++) {
    const counted = ((native.portRead(port, 4) % size) - first + size) % size;
    if (counted >= (PM_TIMER_HZ * CALIBRATION_MS) / 1000) {
      return ((counted / PM_TIMER_HZ) * 1e9) / (native.ticks() - start);
    }
  }
  return undefined;
}
