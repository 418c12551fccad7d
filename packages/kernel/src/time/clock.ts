// SPDX-License-Identifier: MPL-2.0

/** Where a clock's readings come from: OSTD. */
export interface TimeSource {
  /** Nanoseconds since power-on; never goes back. */
  monotonicNs(): number;
  /** Microseconds since 1970-01-01 UTC. */
  wallClockUs(): number;
}

const US_PER_S = 1_000_000;

/** The clocks of one system. */
export class Clock {
  private readonly source: TimeSource;
  /** What clock_settime(2) added to the wall clock. */
  private realtimeOffsetUs = 0;

  constructor(source: TimeSource) {
    this.source = source;
  }

  /** CLOCK_MONOTONIC: nanoseconds since boot. */
  monotonicNs(): number {
    return this.source.monotonicNs();
  }

  /** CLOCK_REALTIME: microseconds since 1970; exact, as nanoseconds would not be. */
  realtimeUs(): number {
    return this.source.wallClockUs() + this.realtimeOffsetUs;
  }
  /** CLOCK_REALTIME: whole seconds. */
  realtimeSeconds(): number {
    return Math.floor(this.realtimeUs() / US_PER_S);
  }

  /** clock_settime(2). */
  setRealtimeUs(us: number): void {
    this.realtimeOffsetUs = us - this.source.wallClockUs();
  }

  /** The monotonic time at which the real-time clock, as it stands, shows `us`. */
  monotonicOfRealtimeUs(us: number): number {
    return this.monotonicNs() + (us - this.realtimeUs()) * 1000;
  }
}
