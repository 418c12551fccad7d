// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import type { System } from "../system.unsafe.ts";
import { PAGE_SIZE } from "./page.ts";
import { HeapSlot, SLOT_SIZES, Slab } from "./slab.ts";

/**
 * The policy of the byte heap, injected through `main`'s options. It works with slots that OSTD's
 * slabs cut; what it returns is checked before it is used.
 */
export interface HeapAllocator {
  /** A slot of exactly `size` bytes: one of `SLOT_SIZES`, or whole frames; undefined without memory. */
  alloc(size: number): HeapSlot | undefined;
  /** Takes back a slot that `alloc` gave. */
  dealloc(slot: HeapSlot): void;
}

/** The size of the slot that `size` bytes at a multiple of `align` (a power of two) get. */
export function slotSizeFor(size: number, align = 1): number {
  const least = Math.max(size, align);
  const small = SLOT_SIZES.find((slot) => slot >= least);
  return small ?? Math.ceil(least / PAGE_SIZE) * PAGE_SIZE;
}

/** The default policy: a list of slabs for each size, the first with a free slot serves. */
export class SlabHeapAllocator implements HeapAllocator {
  readonly #slabs: Map<number, Slab[]> = new Map();
  /** The slab of each slot that is out. */
  readonly #homes: Map<HeapSlot, Slab> = new Map();

  alloc(size: number): HeapSlot | undefined {
    if (size >= PAGE_SIZE) {
      return HeapSlot.allocLarge(size);
    }
    const slabs = this.#slabs.get(size) ?? [];
    this.#slabs.set(size, slabs);
    let home = slabs.find(({ allocated, capacity }) => allocated < capacity);
    if (home === undefined) {
      home = Slab.alloc(size);
      if (home === undefined) {
        return undefined;
      }
      slabs.push(home);
    }
    const slot = home.allocSlot();
    if (slot !== undefined) {
      this.#homes.set(slot, home);
    }
    return slot;
  }

  dealloc(slot: HeapSlot): void {
    const home = this.#homes.get(slot);
    if (home === undefined) {
      HeapSlot.deallocLarge(slot);
      return;
    }
    this.#homes.delete(slot);
    home.deallocSlot(slot);
    const slabs = this.#slabs.get(home.slotSize) ?? [];
    // One empty slab of each size stays for the next slot.
    if (home.allocated === 0 && slabs.length > 1) {
      slabs.splice(slabs.indexOf(home), 1);
      home.drop();
    }
  }
}

/**
 * Bytes from the kernel's heap in typed frames, by way of the injected allocator. JavaScript's
 * objects are the engine's; this is for bytes that must stay out of its heap.
 *
 * SAFETY: the invariant *heap-slots-checked*: what the allocator returned is live, of this system, of
 * the right size and alignment, and nobody else's, or it is a panic before anyone sees it.
 */
export class HeapBytes {
  readonly #system: System;
  readonly #slot: HeapSlot;
  readonly #size: number;
  #released: Release | undefined;

  private constructor(owner: System, slot: HeapSlot, size: number) {
    this.#system = owner;
    this.#slot = slot;
    this.#size = size;
  }

  /** `size` zeroed bytes at a multiple of `align` (a power of two); undefined without memory. */
  static alloc(size: number, align = 1): HeapBytes | undefined {
    const isPower = Number.isInteger(align) && align >= 1 && Number.isInteger(Math.log2(align));
    if (!(Number.isInteger(size) && size > 0 && isPower)) {
      panic(`heap bytes of size ${size} and alignment ${align}`);
    }
    const owner = system();
    const slotSize = slotSizeFor(size, align);
    const slot = owner.heapAllocator.alloc(slotSize);
    if (slot === undefined) {
      return undefined;
    }
    const place = HeapSlot.placeOf(PRIVILEGE, slot);
    if (
      place.owner !== owner ||
      place.size !== slotSize ||
      place.paddr % Math.min(align, PAGE_SIZE)
    ) {
      panic(`the heap allocator returned ${place.size} bytes where ${slotSize} were asked for`);
    }
    if (!HeapSlot.setInUse(PRIVILEGE, slot, true)) {
      panic("the heap allocator returned a slot that is in use");
    }
    owner.ram.fill(place.paddr, 0, slotSize);
    return new HeapBytes(owner, slot, size);
  }

  get size(): number {
    return this.#size;
  }

  #check(offset: number, length: number): HeapSlot {
    if (this.#released !== undefined) {
      panicUsed("heap bytes", this.#released);
    }
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#size)) {
      panic(`access to bytes ${offset}…${offset + length} of ${this.#size} heap bytes`);
    }
    return this.#slot;
  }

  /** Copies `length` bytes at `offset` to `dst` at `dstOffset`. */
  readBytes(offset: number, dst: Uint8Array, dstOffset: number, length: number): void {
    const from = +offset;
    const count = +length;
    this.#check(from, count).readBytes(from, dst, dstOffset, count);
  }

  /** Copies `length` bytes of `src` at `srcOffset` to `offset`. */
  writeBytes(offset: number, src: Uint8Array, srcOffset: number, length: number): void {
    const to = +offset;
    const count = +length;
    this.#check(to, count).writeBytes(to, src, srcOffset, count);
  }

  /** Gives the bytes back. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("heap bytes", this.#released);
    }
    this.#released = this.#system.releases.note();
    HeapSlot.setInUse(PRIVILEGE, this.#slot, false);
    this.#system.heapAllocator.dealloc(this.#slot);
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}
