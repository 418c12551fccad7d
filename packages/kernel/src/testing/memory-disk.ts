// SPDX-License-Identifier: MPL-2.0

import type { DmaStream } from "@aster/ostd";
import { SECTOR_BYTES } from "../device/block/block-device.ts";
import type { BlockCompletion, BlockDevice } from "../device/block/block-device.ts";
import { DiskStatistics } from "../device/block/disk-statistics.ts";

/** One write that reached the medium. */
export interface DiskWrite {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A disk for tests: bytes in memory, a list of what was written, and failures on demand. */
export class MemoryDisk implements BlockDevice {
  readonly name: string;
  readonly readOnly: boolean;
  readonly bytes: Uint8Array;
  readonly statistics: DiskStatistics = new DiskStatistics();
  /** All writes in their order, where `recording`. */
  readonly writes: DiskWrite[] = [];
  recording = false;
  failsReads = false;
  failsWrites = false;
  flushes = 0;

  constructor(name: string, bytes: Uint8Array, readOnly = false) {
    this.name = name;
    this.bytes = bytes;
    this.readOnly = readOnly;
  }

  get sectors(): number {
    return Math.floor(this.bytes.length / SECTOR_BYTES);
  }

  submitRead(
    sector: number,
    count: number,
    memory: DmaStream,
    offset: number,
    completion: BlockCompletion,
    token: number,
  ): boolean {
    const at = sector * SECTOR_BYTES;
    const isThere = sector >= 0 && sector + count <= this.sectors;
    if (isThere && !this.failsReads) {
      memory.segment.writeBytes(offset, this.bytes, at, count * SECTOR_BYTES);
    }
    completion.requestDone(token, isThere && !this.failsReads);
    return true;
  }

  submitWrite(
    sector: number,
    count: number,
    memory: DmaStream,
    offset: number,
    completion: BlockCompletion,
    token: number,
  ): boolean {
    const at = sector * SECTOR_BYTES;
    const isThere = sector >= 0 && sector + count <= this.sectors && !this.readOnly;
    if (isThere && !this.failsWrites) {
      memory.segment.readBytes(offset, this.bytes, at, count * SECTOR_BYTES);
      if (this.recording) {
        this.writes.push({ at, bytes: this.bytes.slice(at, at + count * SECTOR_BYTES) });
      }
    }
    completion.requestDone(token, isThere && !this.failsWrites);
    return true;
  }

  submitFlush(completion: BlockCompletion, token: number): boolean {
    this.flushes++;
    completion.requestDone(token, true);
    return true;
  }

  pollCompletions(): void {}
  setRoomListener(): void {}
}
