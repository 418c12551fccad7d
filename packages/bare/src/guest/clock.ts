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
const MAX_SAMPLES = 5;
/** Doubt of a sample, as a part of it. */
const GOOD_ENOUGH = 0.01;
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

/** A measured stretch of time, and how many ticks its ends may be wrong by. */
interface Sample {
  readonly ticks: number;
  readonly ns: number;
  readonly doubt: number;
}

/**
 * Nanoseconds per tick by the best of a few samples. On a busy host an emulated CPU stands still
 * at any moment; a sample during which it did so at an end is known by its doubt.
 */
function best(sample: () => Sample | undefined): number | undefined {
  let found: Sample | undefined;
  for (let tries = 0; tries < MAX_SAMPLES; tries++) {
    const next = sample();
    if (next === undefined) {
      return undefined;
    }
    if (found === undefined || next.doubt / next.ticks < found.doubt / found.ticks) {
      found = next;
    }
    if (found.doubt / found.ticks < GOOD_ENOUGH) {
      break;
    }
  }
  return found === undefined ? undefined : found.ns / found.ticks;
}

/** Undefined where no 8254 answers. */
function calibrateWithPit(native: Native): number | undefined {
  const count = Math.round((PIT_HZ * CALIBRATION_MS) / 1000);
  return best(() => {
    native.portWrite(PIT_COMMAND, 1, PIT_ONE_SHOT);
    native.portWrite(PIT_CHANNEL_0, 1, count & 0xff);
    const before = native.ticks();
    native.portWrite(PIT_CHANNEL_0, 1, count >> 8);
    const start = native.ticks();
    let previous = start;
    for (let polls = 0; polls < MAX_POLLS; polls++) {
      native.portWrite(PIT_COMMAND, 1, PIT_READ_STATUS);
      const status = native.portRead(PIT_CHANNEL_0, 1);
      const now = native.ticks();
      // A port that nothing drives reads as all ones.
      if (status === 0xff) {
        return undefined;
      }
      if ((status & (OUTPUT | NULL_COUNT)) === OUTPUT) {
        const ns = (count / PIT_HZ) * 1e9;
        const ticks = (now + previous - start - before) / 2;
        return { ticks, ns, doubt: now - previous + start - before };
      }
      previous = now;
    }
    return undefined;
  });
}

/** Undefined where no such timer counts. */
function calibrateWithPmTimer(native: Native, fixed?: FixedDescription): number | undefined {
  const port = fixed?.timerPort;
  if (fixed === undefined || port === undefined) {
    return undefined;
  }
  const size = fixed.timerIs32Bits ? 2 ** 32 : 2 ** 24;
  return best(() => {
    const before = native.ticks();
    const first = native.portRead(port, 4) % size;
    const start = native.ticks();
    for (let polls = 0; polls < MAX_POLLS; polls++) {
      const previous = native.ticks();
      const counted = ((native.portRead(port, 4) % size) - first + size) % size;
      if (counted >= (PM_TIMER_HZ * CALIBRATION_MS) / 1000) {
        const now = native.ticks();
        const ns = (counted / PM_TIMER_HZ) * 1e9;
        const ticks = (now + previous - start - before) / 2;
        return { ticks, ns, doubt: now - previous + start - before };
      }
    }
    return undefined;
  });
}
