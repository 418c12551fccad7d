// SPDX-License-Identifier: MPL-2.0

import { VmReader } from "@aster/ostd";
import type { VmWriter } from "@aster/ostd";
import type { KernelMemory } from "../../kernel-memory.ts";

const FIRST_ALLOCATION = 4096;
/** What a fault takes or leaves as a whole: a page of the pipe. */
const PIECE_BYTES = 4096;

/** Bytes in order of arrival, at most `capacity` of them. The memory grows as it is needed. */
export class PipeRing {
  private bytes: Uint8Array = new Uint8Array(0);
  private start = 0;
  private count = 0;
  private limit: number;

  private readonly memory: KernelMemory;

  /** `memory` is charged for the bytes that are allocated. */
  constructor(capacity: number, memory: KernelMemory) {
    this.limit = capacity;
    this.memory = memory;
  }

  get length(): number {
    return this.count;
  }
  get free(): number {
    return this.limit - this.count;
  }
  get capacity(): number {
    return this.limit;
  }

  /** Sets the capacity, which must hold what is in the ring. */
  setCapacity(capacity: number): void {
    this.limit = capacity;
    if (this.bytes.length > capacity) {
      this.memory.release(this.bytes.length - capacity);
      this.reallocate(capacity);
    }
  }

  /**
   * Takes bytes from `reader` until the ring is full or `most` are moved. A fault leaves only whole
   * pieces of `PIECE_BYTES`: as on Linux, a page that could not be filled is not in the pipe.
   * -1 when the kernel has no memory for the bytes.
   */
  fill(reader: VmReader, most: number): number {
    const wanted = Math.min(most, reader.remain, this.free);
    if (!this.makeRoom(wanted)) {
      return -1;
    }
    const copied = this.copyFrom(reader, wanted);
    const moved = copied < wanted ? copied - (copied % PIECE_BYTES) : copied;
    this.count += moved;
    return moved;
  }

  private copyFrom(reader: VmReader, wanted: number): number {
    const end = (this.start + this.count) % this.bytes.length;
    const first = Math.min(wanted, this.bytes.length - end);
    let moved = reader.readBytes(this.bytes, end, first);
    if (moved === first && moved < wanted) {
      moved += reader.readBytes(this.bytes, 0, wanted - first);
    }
    return moved;
  }

  /** Gives bytes to `writer` until it is full or the ring is empty; short on a fault. */
  drain(writer: VmWriter, most: number): number {
    const moved = this.copyTo(writer, most);
    this.skip(moved);
    return moved;
  }

  /** As `drain`, but the bytes stay. */
  copyTo(writer: VmWriter, most: number): number {
    const wanted = Math.min(most, writer.avail, this.count);
    if (wanted === 0) {
      return 0;
    }
    const first = Math.min(wanted, this.bytes.length - this.start);
    let moved = writer.writeBytes(this.bytes, this.start, first);
    if (moved === first && moved < wanted) {
      moved += writer.writeBytes(this.bytes, 0, wanted - first);
    }
    return moved;
  }

  /** Reads the first bytes, as far as they stand in one piece; they stay. */
  reader(): VmReader {
    const length = Math.min(this.count, this.bytes.length - this.start);
    return VmReader.from(this.bytes, this.start, length);
  }

  /** Drops the first `count` bytes. */
  skip(count: number): void {
    this.count -= count;
    this.start = this.count === 0 ? 0 : (this.start + count) % this.bytes.length;
  }

  /** Gives up the bytes and their memory. */
  clear(): void {
    this.memory.release(this.bytes.length);
    this.bytes = new Uint8Array(0);
    this.start = 0;
    this.count = 0;
  }

  private makeRoom(more: number): boolean {
    const needed = this.count + more;
    const before = this.bytes.length;
    if (needed > before) {
      const size = Math.min(this.limit, Math.max(FIRST_ALLOCATION, before * 2, needed));
      if (!this.memory.charge(size - before)) {
        return false;
      }
      this.reallocate(size);
    }
    return true;
  }

  private reallocate(size: number): void {
    const bytes = new Uint8Array(size);
    const first = Math.min(this.count, this.bytes.length - this.start);
    bytes.set(this.bytes.subarray(this.start, this.start + first));
    bytes.set(this.bytes.subarray(0, this.count - first), first);
    this.bytes = bytes;
    this.start = 0;
  }
}
