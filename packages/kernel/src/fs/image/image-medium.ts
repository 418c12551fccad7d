// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics, PAGE_SIZE } from "@aster/ostd";
import type { DmaStream } from "@aster/ostd";
import { SECTOR_BYTES } from "../../device/block/block-device.ts";
import type { BlockDevice } from "../../device/block/block-device.ts";
import { PolledDisk } from "../../device/block/polled-disk.ts";
import type { FramePages } from "../frame-pages.ts";

/** The most pages that one request reads. */
export const READ_AHEAD_PAGES = 16;
/** Pages of files that nobody has open or mapped make room below this share of free memory. */
const MIN_FREE_SHARE = 1 / 16;
/** How many pages are given back at a time. */
const RECLAIM_PAGES = 1024;

/** The disk behind a root image, and which of the pages read from it can be given back. */
export class ImageMedium {
  private readonly disk: PolledDisk;
  /** The files that have pages which can be read again, in no order. */
  private readonly files = new Set<FramePages>();

  private constructor(disk: PolledDisk) {
    this.disk = disk;
  }

  /** Undefined when there is no memory for the buffer. */
  static open(device: BlockDevice): ImageMedium | undefined {
    const disk = PolledDisk.open(device, READ_AHEAD_PAGES, "fromDevice");
    return disk === undefined ? undefined : new ImageMedium(disk);
  }

  get sizeBytes(): number {
    return this.disk.disk.sectors * SECTOR_BYTES;
  }

  /**
   * Reads `pages` pages (at most READ_AHEAD_PAGES) from the byte `offset`, a multiple of the page
   * size; the stream holds them until the next call. Undefined when the disk failed.
   */
  read(offset: number, pages: number): DmaStream | undefined {
    const end = Math.min(offset + pages * PAGE_SIZE, this.sizeBytes);
    if (pages > READ_AHEAD_PAGES || end <= offset) return undefined;
    const count = Math.floor((end - offset) / SECTOR_BYTES);
    return this.disk.read(offset / SECTOR_BYTES, count) ? this.disk.buffer : undefined;
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
    // Each once: one whose pages are all mapped gives nothing, however often it is asked.
    let left = this.files.size;
    for (const file of this.files) {
      if (done >= count || left === 0) break;
      left--;
      done += file.dropClean(count - done);
      // Last in line for the next time.
      this.files.delete(file);
      if (file.hasClean) this.files.add(file);
    }
    return done;
  }
}
