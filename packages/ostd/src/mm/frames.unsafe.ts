// SPDX-License-Identifier: MPL-2.0

import type { FrameAllocator } from "./frame-allocator.ts";
import { PAGE_SIZE } from "./page.ts";
import type { Ram } from "./ram.unsafe.ts";
import { panic } from "../panic.ts";

/** What a frame in use holds. */
export const FrameKind = {
  /** Raw bytes: may be mapped, read, written and given to devices. */
  UNTYPED: 1,
  /** A page table; only OSTD touches it. */
  PAGE_TABLE: 2,
  /** A table of the IOMMU; only OSTD touches it. */
  DEVICE_TABLE: 3,
} as const;

/** The reference counts of the Book's lifecycle. */
const UNUSED = -1;
const BUSY = 0;
/** Frames that are no RAM, or RAM that the allocator never got. */
const RESERVED = -2;
const REFERENCE_COUNT_MAX = 0x7fff_0000;

/** What the memory of a machine is used for, in frames. */
export interface MemoryStatistics {
  readonly total: number;
  readonly free: number;
  readonly used: number;
  readonly pageTables: number;
}

/**
 * The metadata of all frames: UNUSED → BUSY → IN_USE(1…n) → BUSY → UNUSED.
 *
 * SAFETY: the invariants that the rest of OSTD stands on.
 * - unused-inaccessible: a handle exists only for frames whose count is at least 1.
 * - busy-exclusive: a frame is BUSY only inside `claim` and `release`, which nothing interrupts.
 * - no-double-allocation: `claim` takes only UNUSED frames, whatever the allocator returned.
 * - typed-hidden: the kind is fixed from claim to release; only UNTYPED frames get a `UFrame`.
 */
export class Frames {
  readonly #counts: Int32Array;
  readonly #kinds: Uint8Array;
  /** For page tables: how many of the 512 entries are present. */
  readonly #entries: Uint16Array;
  readonly #ram: Ram;
  readonly #allocator: FrameAllocator;
  #total = 0;
  #used = 0;
  #pageTables = 0;

  constructor(ram: Ram, allocator: FrameAllocator) {
    const frames = Math.floor(ram.limit / PAGE_SIZE);
    this.#counts = new Int32Array(frames).fill(RESERVED);
    this.#kinds = new Uint8Array(frames);
    this.#entries = new Uint16Array(frames);
    this.#ram = ram;
    this.#allocator = allocator;
  }

  /** Hands frames to the allocator; called at boot, once for each usable range. */
  addFreeMemory(first: number, count: number): void {
    if (!this.#ram.contains(first * PAGE_SIZE, count * PAGE_SIZE)) {
      panic(`frames ${first}…${first + count} are no RAM`);
    }
    for (let pfn = first; pfn < first + count; pfn++) {
      if (this.#counts[pfn] !== RESERVED) {
        panic(`frame ${pfn} was given to the allocator twice`);
      }
      this.#counts[pfn] = UNUSED;
    }
    this.#total += count;
    this.#allocator.addFreeMemory(first, count);
  }

  statistics(): MemoryStatistics {
    return {
      total: this.#total,
      free: this.#total - this.#used,
      used: this.#used,
      pageTables: this.#pageTables,
    };
  }

  /** Frames that are free now. */
  get freeCount(): number {
    return this.#total - this.#used;
  }

  /** Allocates `count` contiguous frames with a reference count of 1 each; the first, or -1. */
  alloc(count: number, kind: number, zeroed: boolean): number {
    const first = this.#allocator.alloc(count);
    // An allocator that is wrong may return anything: NaN and infinity would skip the checks below.
    if (!Number.isInteger(first) || first < 0 || !this.#claim(first, count, kind)) {
      return -1;
    }
    if (zeroed) {
      this.#ram.fill(first * PAGE_SIZE, 0, count * PAGE_SIZE);
    }
    this.#used += count;
    if (kind === FrameKind.PAGE_TABLE) {
      this.#pageTables += count;
    }
    return first;
  }

  /** Takes frames UNUSED → IN_USE; false (and nothing changed) when one of them is not UNUSED. */
  #claim(first: number, count: number, kind: number): boolean {
    for (let pfn = first; pfn < first + count; pfn++) {
      // An index that is no frame number reads undefined, which is not UNUSED either.
      if (this.#counts[pfn] !== UNUSED) {
        return false;
      }
    }
    for (let pfn = first; pfn < first + count; pfn++) {
      this.#counts[pfn] = BUSY;
      this.#kinds[pfn] = kind;
      this.#entries[pfn] = 0;
      this.#counts[pfn] = 1;
    }
    return true;
  }

  referenceCount(pfn: number): number {
    return this.#counts[pfn] ?? RESERVED;
  }

  isUntyped(pfn: number): boolean {
    return (this.#counts[pfn] ?? RESERVED) > 0 && this.#kinds[pfn] === FrameKind.UNTYPED;
  }

  /** Adds a reference to a frame that is in use. */
  increase(pfn: number): void {
    const count = this.#counts[pfn] ?? RESERVED;
    if (count <= 0 || count >= REFERENCE_COUNT_MAX) {
      panic(`reference to frame ${pfn}, whose reference count is ${count}`);
    }
    this.#counts[pfn] = count + 1;
  }

  /** Gives up a reference; the last one frees the frame. */
  decrease(pfn: number): void {
    const count = this.#counts[pfn] ?? RESERVED;
    if (count <= 0) {
      panic(`release of frame ${pfn}, whose reference count is ${count}`);
    }
    if (count > 1) {
      this.#counts[pfn] = count - 1;
      return;
    }
    this.#counts[pfn] = BUSY;
    this.#used -= 1;
    if (this.#kinds[pfn] === FrameKind.PAGE_TABLE) {
      this.#pageTables -= 1;
    }
    this.#kinds[pfn] = 0;
    this.#counts[pfn] = UNUSED;
    this.#allocator.dealloc(pfn, 1);
  }

  /** Present entries of the page table in frame `pfn`. */
  entryCount(pfn: number): number {
    return this.#entries[pfn] ?? 0;
  }

  addEntries(pfn: number, change: number): void {
    this.#entries[pfn] = (this.#entries[pfn] ?? 0) + change;
  }
}
