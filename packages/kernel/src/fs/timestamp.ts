// SPDX-License-Identifier: MPL-2.0

/**
 * A point in time since 1970-01-01 UTC. Immutable and shared between inodes, so that touching a
 * file allocates nothing (nanoseconds since 1970 do not fit a number exactly).
 */
export class Timestamp {
  /** May be negative. */
  readonly seconds: number;
  /** 0…999,999,999. */
  readonly nanoseconds: number;

  constructor(seconds: number, nanoseconds: number) {
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
  }

  /** From microseconds since 1970, the resolution of the wall clock. */
  static fromMicroseconds(microseconds: number): Timestamp {
    const seconds = Math.floor(microseconds / 1_000_000);
    return new Timestamp(seconds, (microseconds - seconds * 1_000_000) * 1000);
  }

  isBefore(other: Timestamp): boolean {
    return (
      this.seconds < other.seconds ||
      (this.seconds === other.seconds && this.nanoseconds < other.nanoseconds)
    );
  }
}

export const EPOCH: Timestamp = new Timestamp(0, 0);
