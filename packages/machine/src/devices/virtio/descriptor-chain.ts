// SPDX-License-Identifier: MPL-2.0

import type { GuestMemory } from "../guest-memory.ts";

/** A run of guest memory. */
interface Segment {
  readonly address: number;
  readonly length: number;
}

/**
 * One buffer of a virtqueue: the parts that the device may read, followed by those
 * that it may write (virtio 1.2, 2.7.4.2). All addresses were checked to be in RAM.
 */
export class DescriptorChain {
  /** Index of the first descriptor, which names the buffer in the used ring. */
  readonly head: number;
  readableBytes = 0;
  writableBytes = 0;
  private readonly memory: GuestMemory;
  private readonly readable: Segment[] = [];
  private readonly writable: Segment[] = [];

  constructor(memory: GuestMemory, head: number) {
    this.memory = memory;
    this.head = head;
  }

  /** Adds a segment; false when a readable one follows a writable one. */
  add(address: number, length: number, writable: boolean): boolean {
    if (writable) {
      this.writable.push({ address, length });
      this.writableBytes += length;
      return true;
    }
    if (this.writable.length > 0) return false;
    this.readable.push({ address, length });
    this.readableBytes += length;
    return true;
  }

  /** Copies from the readable part at `offset` into `target`; returns how many bytes there were. */
  read(offset: number, target: Uint8Array): number {
    return this.transfer(this.readable, offset, target.length, (guest, done) => {
      target.set(guest, done);
    });
  }

  /** Copies `source` into the writable part at `offset`; returns how many bytes fitted. */
  write(offset: number, source: Uint8Array): number {
    return this.transfer(this.writable, offset, source.length, (guest, done) => {
      guest.set(source.subarray(done, done + guest.length));
    });
  }

  /** Visits `length` bytes of the readable part from `offset`, as live views of RAM. */
  visitReadable(offset: number, length: number, visit: SegmentVisitor): number {
    return this.transfer(this.readable, offset, length, visit);
  }

  /** Visits `length` bytes of the writable part from `offset`, as live views of RAM. */
  visitWritable(offset: number, length: number, visit: SegmentVisitor): number {
    return this.transfer(this.writable, offset, length, visit);
  }

  private transfer(
    segments: readonly Segment[],
    offset: number,
    length: number,
    visit: SegmentVisitor,
  ): number {
    let skip = offset;
    let done = 0;
    for (const segment of segments) {
      if (done >= length) break;
      if (skip >= segment.length) {
        skip -= segment.length;
        continue;
      }
      const count = Math.min(segment.length - skip, length - done);
      const isWrite = segments === this.writable;
      const before = done;
      const visited = this.memory.visit(segment.address + skip, count, isWrite, (guest, part) =>
        visit(guest, before + part),
      );
      done += visited;
      // The IOMMU refused the rest.
      if (visited < count) break;
      skip = 0;
    }
    return done;
  }
}

/** Gets a live view of guest memory, and how many bytes came before it. */
export type SegmentVisitor = (guest: Uint8Array, done: number) => void;
