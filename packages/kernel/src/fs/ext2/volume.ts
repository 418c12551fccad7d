// SPDX-License-Identifier: MPL-2.0

import { PAGE_SIZE } from "@aster/ostd";
import type { USegment, UFrame } from "@aster/ostd";
import { SECTOR_BYTES } from "../../device/block/block-device.ts";
import type { BlockDevice } from "../../device/block/block-device.ts";
import { PolledDisk } from "../../device/block/polled-disk.ts";

/** The most that one request moves. */
const TRANSFER_PAGES = 16;
const TRANSFER_BYTES: number = TRANSFER_PAGES * PAGE_SIZE;

/** A disk in the blocks of the file system on it. Between two system calls all is consistent. */
export class Volume {
  private readonly disk: PolledDisk;
  private blockSize: number = SECTOR_BYTES;

  private constructor(disk: PolledDisk) {
    this.disk = disk;
  }

  /** Undefined when memory is out. */
  static open(device: BlockDevice): Volume | undefined {
    const disk = PolledDisk.open(device, TRANSFER_PAGES, "bidirectional");
    return disk === undefined ? undefined : new Volume(disk);
  }

  close(): void {
    this.disk.close();
  }

  /** What `read` has read and `write` will write, from its start. */
  get buffer(): USegment {
    return this.disk.buffer.segment;
  }

  get blockBytes(): number {
    return this.blockSize;
  }
  set blockBytes(bytes: number) {
    this.blockSize = bytes;
  }

  /** Blocks that one request can move. */
  get transferBlocks(): number {
    return TRANSFER_BYTES / this.blockSize;
  }

  /** Blocks that the disk has room for. */
  get blockCount(): number {
    return Math.floor((this.disk.disk.sectors * SECTOR_BYTES) / this.blockSize);
  }

  /** Reads `count` blocks from `block` into the buffer; false when the device can not. */
  read(block: number, count: number): boolean {
    const sectors = this.blockSize / SECTOR_BYTES;
    return this.contains(block, count) && this.disk.read(block * sectors, count * sectors);
  }

  /** Writes `count` blocks from the buffer to `block` on; false when the device can not. */
  write(block: number, count: number): boolean {
    const sectors = this.blockSize / SECTOR_BYTES;
    return this.contains(block, count) && this.disk.write(block * sectors, count * sectors);
  }

  /** Makes everything written durable. */
  flush(): boolean {
    return this.disk.flush();
  }

  /** Copies what was read to `frame` at `offset`. */
  copyToFrame(bufferOffset: number, frame: UFrame, offset: number, length: number): void {
    frame.copyRange(offset, this.buffer, bufferOffset, length);
  }
  /** Copies what is to be written from `frame` at `offset`. */
  copyFromFrame(bufferOffset: number, frame: UFrame, offset: number, length: number): void {
    this.buffer.copyRange(bufferOffset, frame, offset, length);
  }

  private contains(block: number, count: number): boolean {
    return block >= 0 && count > 0 && block + count <= this.blockCount;
  }
}
