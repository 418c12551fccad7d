// SPDX-License-Identifier: MPL-2.0

import { DmaStream, monotonicNs } from "@aster/ostd";
import type { DmaDirection } from "@aster/ostd";
import type { BlockCompletion, BlockDevice } from "./block-device.ts";

/** A device that has not answered by then is taken for dead. */
const PATIENCE_NS = 30_000_000_000;

type Request = "read" | "write" | "flush";

/**
 * A disk whose requests are over when the call returns: the processor polls the device meanwhile.
 *
 * A request takes some tens of microseconds, and the built-in machine's disk has answered when it
 * was notified. A file system whose steps can not block needs no locks, and a page fault on a file
 * can be resolved in place.
 */
export class PolledDisk implements BlockCompletion {
  readonly disk: BlockDevice;
  /** What `read` has read and `write` will write, from its start. */
  readonly buffer: DmaStream;
  private isDone = false;
  private isOk = false;
  /** A request never came back: the device may still use the buffer. */
  private isDead = false;

  private constructor(disk: BlockDevice, buffer: DmaStream) {
    this.disk = disk;
    this.buffer = buffer;
  }

  /** With a buffer of `pages`; undefined when memory is out. */
  static open(disk: BlockDevice, pages: number, direction: DmaDirection): PolledDisk | undefined {
    const buffer = DmaStream.alloc(pages, direction);
    return buffer === undefined ? undefined : new PolledDisk(disk, buffer);
  }

  /** Ends the use of the disk. The memory of a dead one is lost: the device may write to it. */
  close(): void {
    if (!this.isDead) this.buffer.drop();
    this.isDead = true;
  }

  /** Reads `count` sectors from `sector` into the buffer; false when the device can not. */
  read(sector: number, count: number): boolean {
    return this.run("read", sector, count);
  }

  /** Writes `count` sectors from the buffer to `sector` on; false when the device can not. */
  write(sector: number, count: number): boolean {
    return this.run("write", sector, count);
  }

  /** Makes everything written durable. */
  flush(): boolean {
    return this.run("flush", 0, 0);
  }

  requestDone(_token: number, ok: boolean): void {
    this.isDone = true;
    this.isOk = ok;
  }

  private run(request: Request, sector: number, count: number): boolean {
    if (this.isDead || sector < 0 || sector + count > this.disk.sectors) return false;
    this.isDone = false;
    this.isOk = false;
    let isSubmitted = this.submit(request, sector, count);
    if (this.isDone) return this.isOk;
    const deadlineNs = monotonicNs() + PATIENCE_NS;
    for (;;) {
      this.disk.pollCompletions();
      isSubmitted ||= this.submit(request, sector, count);
      if (this.isDone) return this.isOk;
      if (monotonicNs() > deadlineNs) {
        this.isDead = true;
        return false;
      }
    }
  }

  /** False when the device has no room for a request now. */
  private submit(request: Request, sector: number, count: number): boolean {
    const { disk, buffer } = this;
    if (request === "read") return disk.submitRead(sector, count, buffer, 0, this, 0);
    if (request === "write") return disk.submitWrite(sector, count, buffer, 0, this, 0);
    return disk.submitFlush(this, 0);
  }
}
