// SPDX-License-Identifier: MPL-2.0

import type { DmaStream } from "@aster/ostd";
import type { DiskStatistics } from "./disk-statistics.ts";

/** The unit of addressing, whatever the medium's own blocks are. */
export const SECTOR_BYTES = 512;

/** Told once when its request has ended. */
export interface BlockCompletion {
  /** `ok` is false where the device reported an error, or broke. */
  requestDone(token: number, ok: boolean): void;
}

/**
 * A medium of sectors. Requests end in any order; those that were submitted before a flush are
 * durable once the flush has ended.
 */
export interface BlockDevice {
  /** As in /dev: "vda". */
  readonly name: string;
  /** Size in sectors of 512 bytes. */
  readonly sectors: number;
  readonly readOnly: boolean;
  /** What was asked of it, by whomever. */
  readonly statistics: DiskStatistics;

  /**
   * Reads `count` sectors from `sector` into `memory` at `offset`. `token` comes back with the
   * completion. False when the device has no room for the request now: `onRoom` tells of it.
   */
  submitRead(
    sector: number,
    count: number,
    memory: DmaStream,
    offset: number,
    completion: BlockCompletion,
    token: number,
  ): boolean;
  /** As `submitRead`, in the other direction. */
  submitWrite(
    sector: number,
    count: number,
    memory: DmaStream,
    offset: number,
    completion: BlockCompletion,
    token: number,
  ): boolean;
  /** Makes everything written durable. */
  submitFlush(completion: BlockCompletion, token: number): boolean;
  /** Looks for requests that have ended, for a caller that polls rather than waits. */
  pollCompletions(): void;
  /** Registers who is called whenever there is room for requests again. */
  setRoomListener(listener: BlockRoomListener): void;
}

export interface BlockRoomListener {
  blockRoomAvailable(): void;
}
