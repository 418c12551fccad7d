// SPDX-License-Identifier: MPL-2.0

import { DmaStream, monotonicNs, PAGE_SIZE } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import { SECTOR_BYTES } from "../../device/block/block-device.ts";
import type { BlockCompletion, BlockDevice } from "../../device/block/block-device.ts";

/** The most that one request moves. */
const TRANSFER_PAGES = 16;
const TRANSFER_BYTES: number = TRANSFER_PAGES * PAGE_SIZE;
/** A device that has not answered by then is taken for dead. */
const PATIENCE_NS = 30_000_000_000;

/**
 * A disk as the file system uses it: requests of whole blocks that are over when the call returns.
 *
 * The processor polls the device meanwhile. A request takes some tens of microseconds, and a file
 * system whose steps can not block needs no locks: between two system calls it is consistent.
 */
export class Volume implements BlockCompletion {
  readonly disk: BlockDevice;
  /** What `read` has read and `write` will write, from its start. */
  readonly buffer: DmaStream;
  private blockSize: number = SECTOR_BYTES;
  private isDone = false;
  private isOk = false;
  /** A request never came back: the device may still use the buffer. */
  private isDead = false;

  private constructor(disk: BlockDevice, buffer: DmaStream) {
    this.disk = disk;
    this.buffer = buffer;
  }

  /** Undefined when memory is out. */
  static open(disk: BlockDevice): Volume | undefined {
    const buffer = DmaStream.alloc(TRANSFER_PAGES, "bidirectional");
    return buffer === undefined ? undefined : new Volume(disk, buffer);
  }

  /** Ends the use of the disk. The memory of a dead one is lost: the device may write to it. */
  close(): void {
    if (!this.isDead) this.buffer.drop();
    this.isDead = true;
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
    return Math.floor((this.disk.sectors * SECTOR_BYTES) / this.blockSize);
  }

  /** Reads `count` blocks from `block` into the buffer; false when the device can not. */
  read(block: number, count: number): boolean {
    const { disk, buffer } = this;
    const sectors = this.blockSize / SECTOR_BYTES;
    if (!this.contains(block, count)) return false;
    this.begin();
    while (!disk.submitRead(block * sectors, count * sectors, buffer, 0, this, 0))
      disk.pollCompletions();
    return this.wait();
  }

  /** Writes `count` blocks from the buffer to `block` on; false when the device can not. */
  write(block: number, count: number): boolean {
    const { disk, buffer } = this;
    const sectors = this.blockSize / SECTOR_BYTES;
    if (!this.contains(block, count)) return false;
    this.begin();
    while (!disk.submitWrite(block * sectors, count * sectors, buffer, 0, this, 0))
      disk.pollCompletions();
    return this.wait();
  }

  /** Makes everything written durable. */
  flush(): boolean {
    if (this.isDead) return false;
    this.begin();
    while (!this.disk.submitFlush(this, 0)) this.disk.pollCompletions();
    return this.wait();
  }

  /** Copies what was read to `frame` at `offset`. */
  copyToFrame(bufferOffset: number, frame: UFrame, offset: number, length: number): void {
    frame.copyRange(offset, this.buffer.segment, bufferOffset, length);
  }
  /** Copies what is to be written from `frame` at `offset`. */
  copyFromFrame(bufferOffset: number, frame: UFrame, offset: number, length: number): void {
    this.buffer.segment.copyRange(bufferOffset, frame, offset, length);
  }

  requestDone(_token: number, ok: boolean): void {
    this.isDone = true;
    this.isOk = ok;
  }

  private contains(block: number, count: number): boolean {
    return !this.isDead && block >= 0 && count > 0 && block + count <= this.blockCount;
  }

  private begin(): void {
    this.isDone = false;
    this.isOk = false;
  }

  private wait(): boolean {
    if (this.isDone) return this.isOk;
    const deadlineNs = monotonicNs() + PATIENCE_NS;
    for (;;) {
      this.disk.pollCompletions();
      if (this.isDone) return this.isOk;
      if (monotonicNs() > deadlineNs) {
        this.isDead = true;
        return false;
      }
    }
  }
}
