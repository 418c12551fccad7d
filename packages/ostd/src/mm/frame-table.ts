// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";
import { UFrame } from "./frame.ts";
import { checkBytes } from "./bytes.unsafe.ts";
import { UntypedMemory } from "./untyped-memory.ts";
import { PAGE_SIZE } from "./page.ts";

const CHUNK = 256;

/**
 * Frames by number: a page cache's store. Holds a reference to each frame in 4 bytes and no
 * object, sparse in chunks of 256 pages. Ended with `drop`.
 */
export class FrameTable {
  readonly #system: System = system();
  readonly #chunks: Map<number, Int32Array> = new Map();
  #count = 0;
  #released: Release | undefined;

  /** How many frames it holds. */
  get count(): number {
    this.#requireLive();
    return this.#count;
  }

  #requireLive(): void {
    if (this.#released !== undefined) {
      panicUsed("a frame table", this.#released);
    }
  }

  #pfn(index: number): number {
    const place = +index;
    this.#requireLive();
    const chunk = this.#chunks.get(Math.floor(place / CHUNK));
    return chunk === undefined ? 0 : (chunk[place % CHUNK] ?? 0);
  }

  #require(index: number): number {
    const pfn = this.#pfn(index);
    if (pfn === 0) {
      panic(`frame ${index} is not in the table`);
    }
    return pfn;
  }

  #store(index: number, pfn: number): void {
    if (!(Number.isInteger(index) && index >= 0)) {
      panic(`frame ${index} cannot be put in the table`);
    }
    const key = Math.floor(index / CHUNK);
    let chunk = this.#chunks.get(key);
    if (chunk === undefined) {
      chunk = new Int32Array(CHUNK);
      this.#chunks.set(key, chunk);
    }
    const old = chunk[index % CHUNK] ?? 0;
    chunk[index % CHUNK] = pfn;
    if (old === 0) {
      this.#count += 1;
    } else {
      this.#system.frames.decrease(old);
    }
  }

  has(index: number): boolean {
    return this.#pfn(index) !== 0;
  }

  /** Puts a frame in place `index`, in place of what was there. The caller keeps its handle. */
  set(index: number, frame: UFrame): void {
    this.#requireLive();
    const pfn = UntypedMemory.firstFrameIn(this.#system, frame);
    this.#system.frames.increase(pfn);
    this.#store(index, pfn);
  }

  /** A handle of the caller's own on the frame in place `index`. */
  get(index: number): UFrame | undefined {
    const pfn = this.#pfn(index);
    if (pfn === 0) {
      return undefined;
    }
    this.#system.frames.increase(pfn);
    return new UFrame(PRIVILEGE, this.#system, pfn);
  }

  /** How many handles, tables and mappings refer to the frame in place `index`; 0 for none. */
  referenceCount(index: number): number {
    const pfn = this.#pfn(index);
    return pfn === 0 ? 0 : this.#system.frames.referenceCount(pfn);
  }

  /** Takes the frame in place `index` out; false when there was none. */
  remove(index: number): boolean {
    const place = +index;
    this.#requireLive();
    return this.#remove(place);
  }

  /** As `remove`, whatever was put over it. */
  #remove(index: number): boolean {
    const chunk = this.#chunks.get(Math.floor(index / CHUNK));
    const pfn = chunk?.[index % CHUNK] ?? 0;
    if (chunk === undefined || pfn === 0) {
      return false;
    }
    chunk[index % CHUNK] = 0;
    this.#count -= 1;
    this.#system.frames.decrease(pfn);
    return true;
  }

  /** Takes out all frames from place `first` on; how many. */
  truncate(first: number): number {
    const place = +first;
    this.#requireLive();
    return this.#truncate(place);
  }

  #truncate(first: number): number {
    let removed = 0;
    for (const [key, chunk] of this.#chunks) {
      for (let i = Math.max(0, first - key * CHUNK); i < CHUNK; i++) {
        if (chunk[i] !== 0 && this.#remove(key * CHUNK + i)) {
          removed += 1;
        }
      }
      if (key * CHUNK >= first) {
        this.#chunks.delete(key);
      }
    }
    return removed;
  }

  /** The places that hold a frame, in no particular order. */
  *indexes(): IterableIterator<number> {
    this.#requireLive();
    for (const [key, chunk] of this.#chunks) {
      for (let i = 0; i < CHUNK; i++) {
        if (chunk[i] !== 0) {
          yield key * CHUNK + i;
        }
      }
    }
  }

  /** Copies bytes of the frame in place `index`, which must be there. */
  readBytes(
    index: number,
    offset: number,
    dst: Uint8Array,
    dstOffset: number,
    length: number,
  ): void {
    const from = +offset;
    const to = +dstOffset;
    const count = +length;
    checkInFrame(from, count);
    checkBytes(dst, to, count);
    this.#system.ram.read(this.#require(index) * PAGE_SIZE + from, dst, to, count);
  }

  /** Copies bytes to the frame in place `index`, which must be there. */
  writeBytes(
    index: number,
    offset: number,
    src: Uint8Array,
    srcOffset: number,
    length: number,
  ): void {
    const to = +offset;
    const from = +srcOffset;
    const count = +length;
    checkInFrame(to, count);
    checkBytes(src, from, count);
    this.#system.ram.write(this.#require(index) * PAGE_SIZE + to, src, from, count);
  }

  /** Fills bytes of the frame in place `index`, which must be there. */
  fill(index: number, value: number, offset = 0, length: number = PAGE_SIZE - offset): void {
    const byte = +value;
    const from = +offset;
    const count = +length;
    checkInFrame(from, count);
    this.#system.ram.fill(this.#require(index) * PAGE_SIZE + from, byte, count);
  }

  /** Gives up all frames. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("a frame table", this.#released);
    }
    this.#released = this.#system.releases.note();
    this.#truncate(0);
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

function checkInFrame(offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= PAGE_SIZE)) {
    panic(`bytes ${offset}…${offset + length} of a frame of ${PAGE_SIZE}`);
  }
}
