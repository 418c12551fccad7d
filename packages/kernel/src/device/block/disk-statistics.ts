// SPDX-License-Identifier: MPL-2.0

import { ZERO_TIME } from "../../time/zero-time.ts";
import { SECTOR_BYTES } from "./block-device.ts";

export const RequestKind = { READ: 0, WRITE: 1, FLUSH: 2 } as const;
export type RequestKind = (typeof RequestKind)[keyof typeof RequestKind];

/** Requests of one kind that have ended, what they moved, and how long they took together. */
export class RequestCount {
  requests = 0;
  sectors = 0;
  timeNs: number = ZERO_TIME;
}

/** What was asked of one disk since it was found, for /proc/diskstats; sectors have 512 bytes. */
export class DiskStatistics {
  readonly reads: RequestCount = new RequestCount();
  readonly writes: RequestCount = new RequestCount();
  readonly flushes: RequestCount = new RequestCount();
  /** Requests that the device has now. */
  inFlight = 0;
  /** How long the device has had any, and the same times how many they were, up to `sinceNs`. */
  private busyNs: number = ZERO_TIME;
  private weightedNs: number = ZERO_TIME;
  private sinceNs: number = ZERO_TIME;

  /** The device got a request. */
  began(nowNs: number): void {
    this.advance(nowNs);
    this.inFlight++;
  }

  /** A request of `bytes` ended that the device had since `startNs`. */
  ended(kind: RequestKind, bytes: number, startNs: number, nowNs: number): void {
    this.advance(nowNs);
    this.inFlight--;
    const count =
      kind === RequestKind.READ
        ? this.reads
        : kind === RequestKind.WRITE
          ? this.writes
          : this.flushes;
    count.requests++;
    count.sectors += bytes / SECTOR_BYTES;
    count.timeNs += nowNs - startNs;
  }

  /** How long the device has been busy. */
  busyUntil(nowNs: number): number {
    this.advance(nowNs);
    return this.busyNs;
  }
  /** As `busyUntil`, each request counted by itself. */
  weightedUntil(nowNs: number): number {
    this.advance(nowNs);
    return this.weightedNs;
  }

  /**
   * The 17 numbers of /proc/diskstats and /sys/block/DISK/stat (Linux, admin-guide/iostats), times in
   * milliseconds: nothing is merged, and nothing discarded.
   */
  columns(nowNs: number): readonly number[] {
    const { reads, writes, flushes, inFlight } = this;
    const ms = (ns: number): number => Math.round(ns / 1e6);
    const moved = [reads, writes].flatMap(({ requests, sectors, timeNs }) => [
      requests,
      0,
      sectors,
      ms(timeNs),
    ]);
    const busy = [ms(this.busyUntil(nowNs)), ms(this.weightedUntil(nowNs))];
    return [...moved, inFlight, ...busy, 0, 0, 0, 0, flushes.requests, ms(flushes.timeNs)];
  }

  private advance(nowNs: number): void {
    const passed = nowNs - this.sinceNs;
    this.sinceNs = nowNs;
    if (this.inFlight === 0) return;
    this.busyNs += passed;
    this.weightedNs += passed * this.inFlight;
  }
}
