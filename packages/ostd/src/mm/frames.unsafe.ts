// SPDX-License-Identifier: MPL-2.0

import type { FrameAllocator } from "./frame-allocator.ts";
import { PAGE_SIZE } from "./page.ts";
import type { Ram } from "./ram.unsafe.ts";
import { policyThrew } from "../failure.ts";
import { panic } from "../panic.ts";

/** What a frame in use holds. */
export const FrameKind = {
  /** Raw bytes: may be mapped, read, written and given to devices. */
  UNTYPED: 1,
  /** A page table; only OSTD touches it. */
  PAGE_TABLE: 2,
  /** A table of the IOMMU; only OSTD touches it. */
  DEVICE_TABLE: 3,
  /** Belongs to its metadata (a `Frame`); nobody reads its bytes. */
  TYPED: 4,
  /** Slots of the byte heap; reached through `HeapSlot`s alone. */
  SLAB: 5,
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
 * - generation-fresh: each claim has a number of its own, which handles carry: one that outlived its
 *   frame is found out even when the frame is in use again.
 * - allocator-apart: while the injected allocator runs, nothing here changes, so that it cannot pull
 *   a frame from under the operation that asked it.
 */
export class Frames {
  readonly #counts: Int32Array;
  readonly #kinds: Uint8Array;
  /** For page tables: how many of the 512 entries are present. */
  readonly #entries: Uint16Array;
  /** The number of the claim that a frame is in use by. */
  readonly #generations: Uint32Array;
  #lastGeneration = 0;
  #inAllocator = false;
  /** Gives up frames that wait for it when memory is out; whether there were any. */
  reclaim: (() => boolean) | undefined = undefined;
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
    this.#generations = new Uint32Array(frames);
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
    this.#inAllocator = true;
    try {
      this.#allocator.addFreeMemory(first, count);
    } catch (error) {
      policyThrew("the frame allocator", error);
    } finally {
      this.#inAllocator = false;
    }
  }

  /** SAFETY: allocator-apart. */
  #requireApart(): void {
    if (this.#inAllocator) {
      panic("the frame allocator used OSTD's memory while it was asked");
    }
  }

  #ask(count: number): number {
    this.#requireApart();
    this.#inAllocator = true;
    try {
      // A number at once: what an object says when it is compared must not run after this.
      return +this.#allocator.alloc(count);
    } catch (error) {
      policyThrew("the frame allocator", error);
    } finally {
      this.#inAllocator = false;
    }
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
    let first = this.#ask(count);
    if (first < 0 && this.reclaim?.() === true) {
      first = this.#ask(count);
    }
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
    // Never 0, which is what a free frame has.
    this.#lastGeneration = (this.#lastGeneration + 1) >>> 0 || 1;
    for (let pfn = first; pfn < first + count; pfn++) {
      this.#counts[pfn] = BUSY;
      this.#generations[pfn] = this.#lastGeneration;
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

  /** The number of the claim that frame `pfn` is, or was last, in use by. */
  generation(pfn: number): number {
    return this.#generations[pfn] ?? 0;
  }

  /** Adds a reference to a frame that is in use. */
  increase(pfn: number): void {
    this.#requireApart();
    const count = this.#counts[pfn] ?? RESERVED;
    if (count <= 0 || count >= REFERENCE_COUNT_MAX) {
      panic(`reference to frame ${pfn}, whose reference count is ${count}`);
    }
    this.#counts[pfn] = count + 1;
  }

  /** Adds a reference to each of the first `length` frames of `list`, which are in use. */
  increaseAll(list: Int32Array, length: number): void {
    this.#requireApart();
    const counts = this.#counts;
    for (let i = 0; i < length; i++) {
      const pfn = list[i] ?? -1;
      const count = counts[pfn] ?? RESERVED;
      if (count > 0 && count < REFERENCE_COUNT_MAX) counts[pfn] = count + 1;
      else this.increase(pfn);
    }
  }

  /** As `decrease` of each of the first `length` of `list`, the last one first. */
  decreaseAll(list: Int32Array, length: number): void {
    this.#requireApart();
    const counts = this.#counts;
    for (let i = length - 1; i >= 0; i--) {
      const pfn = list[i] ?? -1;
      const count = counts[pfn] ?? RESERVED;
      if (count > 1) counts[pfn] = count - 1;
      else this.decrease(pfn);
    }
  }

  /** Gives up a reference; the last one frees the frame. */
  decrease(pfn: number): void {
    this.#requireApart();
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
    this.#generations[pfn] = 0;
    this.#counts[pfn] = UNUSED;
    this.#inAllocator = true;
    try {
      this.#allocator.dealloc(pfn, 1);
    } catch (error) {
      policyThrew("the frame allocator", error);
    } finally {
      this.#inAllocator = false;
    }
  }

  /** Present entries of the page table in frame `pfn`. */
  entryCount(pfn: number): number {
    return this.#entries[pfn] ?? 0;
  }

  addEntries(pfn: number, change: number): void {
    this.#entries[pfn] = (this.#entries[pfn] ?? 0) + change;
  }
}
