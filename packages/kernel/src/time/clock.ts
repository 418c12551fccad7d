// SPDX-License-Identifier: MPL-2.0

/** Where a clock's readings come from: OSTD. */
export interface TimeSource {
  /** Nanoseconds since power-on; never goes back. */
  monotonicNs(): number;
  /** Microseconds since 1970-01-01 UTC. */
  wallClockUs(): number;
}

const US_PER_S = 1_000_000;
/** How long `coarseRealtimeUs` goes by the monotonic clock alone. */
const ANCHOR_PERIOD_NS = 50_000_000;

/** The clocks of one system. */
export class Clock {
  private readonly source: TimeSource;
  /** What clock_settime(2) added to the wall clock. */
  private realtimeOffsetUs = 0;
  /** One moment on both clocks; the monotonic one lies in the future where none is known. */
  private anchorNs = Infinity;
  private anchorUs = 0;

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
  /**
   * CLOCK_REALTIME for timestamps of files: follows the monotonic clock, which is cheaper to read,
   * and is set by the real one again and again.
   */
  coarseRealtimeUs(): number {
    const now = this.source.monotonicNs();
    const sinceAnchorNs = now - this.anchorNs;
    if (sinceAnchorNs < 0 || sinceAnchorNs > ANCHOR_PERIOD_NS) {
      this.anchorNs = now;
      this.anchorUs = this.realtimeUs();
      return this.anchorUs;
    }
    return this.anchorUs + sinceAnchorNs / 1000;
  }
  /** CLOCK_REALTIME: whole seconds. */
  realtimeSeconds(): number {
    return Math.floor(this.realtimeUs() / US_PER_S);
  }

  /** clock_settime(2). */
  setRealtimeUs(us: number): void {
    this.realtimeOffsetUs = us - this.source.wallClockUs();
    this.anchorNs = Infinity;
  }

  /** The monotonic time at which the real-time clock, as it stands, shows `us`. */
  monotonicOfRealtimeUs(us: number): number {
    return this.monotonicNs() + (us - this.realtimeUs()) * 1000;
  }
}
