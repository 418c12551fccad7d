// SPDX-License-Identifier: MPL-2.0

/** Where a machine takes its time from. */
export interface Clock {
  /** Nanoseconds since power-on; never goes back. */
  monotonicNs(): number;
  /** Microseconds since 1970-01-01 UTC. */
  wallClockUs(): number;
  /** A virtual clock is moved by the machine, and waits for nobody. */
  readonly virtual: VirtualTime | undefined;
}

export interface VirtualTime {
  /** The CPU retired `ticks` units of work. */
  advanceTicks(ticks: number): void;
  /** The machine is idle until `ns`. */
  advanceTo(ns: number): void;
}

/** The wall clock and the high-resolution clock differ by no more while nobody sets the former: Date counts milliseconds. */
const AGREEMENT_US = 2000;
/** By how much the wall clock may be held back; what is more is followed. */
const LARGEST_PAUSE_US = 1_000_000;

/** The host's clocks. */
export class HostClock implements Clock {
  readonly virtual: undefined = undefined;
  private readonly startMs = performance.now();
  /** A field of V8's that holds more than small integers from the start: it need not become one, see 2^31 ns. */
  private lastNs: number = -0;
  /** How far the host's wall clock has been set since the high-resolution clock started, which does not follow. */
  private stepsUs = 0;
  private lastWallUs = 0;

  monotonicNs(): number {
    // performance.now() has nanosecond resolution in Node; 2^53 ns are 104 days.
    const ns = Math.floor((performance.now() - this.startMs) * 1e6);
    if (ns > this.lastNs) this.lastNs = ns;
    return this.lastNs;
  }

  wallClockUs(): number {
    const fine = Math.floor((performance.timeOrigin + performance.now()) * 1000) + this.stepsUs;
    const coarse = Date.now() * 1000;
    let us = fine;
    if (Math.abs(fine - coarse) > AGREEMENT_US) {
      this.stepsUs += coarse - fine;
      us = coarse;
    }
    // A little back is no step of the host's clock: its pace was changed, or this process slept between the two readings.
    if (us < this.lastWallUs && us > this.lastWallUs - LARGEST_PAUSE_US) us = this.lastWallUs;
    this.lastWallUs = us;
    return us;
  }
}

export interface VirtualClockOptions {
  /** Wall-clock time at power-on; default 2000-01-01T00:00:00Z. */
  readonly wallClockUs?: number;
  /** Nanoseconds per unit of CPU work; default 1. */
  readonly nsPerTick?: number;
}

/**
 * A clock that moves only with the machine's own work, for deterministic runs.
 * Each reading takes 100 ns, so that a loop that waits for the clock ends.
 */
export class VirtualClock implements Clock, VirtualTime {
  readonly virtual: VirtualTime = this;
  private nowNs: number = -0;
  private readonly bootUs: number;
  private readonly nsPerTick: number;

  constructor(options: VirtualClockOptions = {}) {
    this.bootUs = options.wallClockUs ?? 946_684_800_000_000;
    this.nsPerTick = options.nsPerTick ?? 1;
  }

  monotonicNs(): number {
    this.nowNs += 100;
    return this.nowNs;
  }

  wallClockUs(): number {
    return this.bootUs + Math.floor(this.nowNs / 1000);
  }

  advanceTicks(ticks: number): void {
    this.nowNs += ticks * this.nsPerTick;
  }

  advanceTo(ns: number): void {
    if (ns > this.nowNs && ns < Infinity) this.nowNs = ns;
  }
}
