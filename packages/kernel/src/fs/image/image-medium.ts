// SPDX-License-Identifier: MPL-2.0

import { DmaStream, memoryStatistics, PAGE_SIZE } from "@aster/ostd";
import { SECTOR_BYTES } from "../../device/block/block-device.ts";
import type { BlockCompletion, BlockDevice } from "../../device/block/block-device.ts";
import type { FramePages } from "../frame-pages.ts";

/** The most pages that one request reads. */
export const READ_AHEAD_PAGES = 16;
/** Pages of files that nobody has open or mapped make room below this share of free memory. */
const MIN_FREE_SHARE = 1 / 16;
/** How many pages are given back at a time. */
const RECLAIM_PAGES = 1024;

/**
 * The disk behind a root image, read by polling: a page fault is resolved in place, as in DESIGN's
 * rule for pages that are in memory. The built-in machine's disk has answered when it was notified.
 */
export class ImageMedium implements BlockCompletion {
  private readonly device: BlockDevice;
  private readonly buffer: DmaStream;
  private isDone = false;
  private isOk = false;
  /** The files that have pages which can be read again, in no order. */
  private readonly files = new Set<FramePages>();

  private constructor(device: BlockDevice, buffer: DmaStream) {
    this.device = device;
    this.buffer = buffer;
  }

  /** Undefined when there is no memory for the buffer. */
  static open(device: BlockDevice): ImageMedium | undefined {
    const buffer = DmaStream.alloc(READ_AHEAD_PAGES, "fromDevice");
    return buffer === undefined ? undefined : new ImageMedium(device, buffer);
  }

  get sizeBytes(): number {
    return this.device.sectors * SECTOR_BYTES;
  }

  /**
   * Reads `pages` pages (at most READ_AHEAD_PAGES) from the byte `offset`, a multiple of the page
   * size; the stream holds them until the next call. Undefined when the disk failed.
   */
  read(offset: number, pages: number): DmaStream | undefined {
    const end = Math.min(offset + pages * PAGE_SIZE, this.sizeBytes);
    if (pages > READ_AHEAD_PAGES || end <= offset) return undefined;
    this.isDone = false;
    const sector = offset / SECTOR_BYTES;
    const count = Math.floor((end - offset) / SECTOR_BYTES);
    while (!this.device.submitRead(sector, count, this.buffer, 0, this, 0)) {
      this.device.pollCompletions();
    }
    while (!this.isDone) this.device.pollCompletions();
    return this.isOk ? this.buffer : undefined;
  }

  requestDone(_token: number, ok: boolean): void {
    this.isDone = true;
    this.isOk = ok;
  }

  // --- Room in memory

  /** A file with pages of this medium has come into use. */
  addFile(file: FramePages): void {
    this.files.add(file);
  }
  removeFile(file: FramePages): void {
    this.files.delete(file);
  }

  /** Gives pages back when little memory is free; called before pages are read. */
  makeRoom(): void {
    const { free, total } = memoryStatistics();
    if (free < total * MIN_FREE_SHARE) this.reclaim(RECLAIM_PAGES);
  }

  /** Gives up to `count` pages back that can be read again and are not mapped: how many it were. */
  reclaim(count: number): number {
    let done = 0;
    for (const file of this.files) {
      if (done >= count) break;
      done += file.dropClean(count - done);
      // Last in line for the next time.
      this.files.delete(file);
      if (file.hasClean) this.files.add(file);
    }
    return done;
  }
}
