// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import type { System } from "../system.unsafe.ts";
import { checkBytes } from "./bytes.unsafe.ts";
import { FrameKind } from "./frames.unsafe.ts";
import { PAGE_SIZE } from "./page.ts";

/** Sizes that slots have, in bytes; larger ones are whole frames. */
export const SLOT_SIZES: readonly number[] = Object.freeze([
  8, 16, 32, 64, 128, 256, 512, 1024, 2048,
]);

const NO_SLAB = -1;

/**
 * Bytes of the heap that belong to one owner: copied in and out, never shared as an array. Only
 * OSTD makes slots: a `Slab` cuts its frame into them, and `HeapSlot.allocLarge` takes whole frames.
 *
 * SAFETY: the invariants *slot-unforged* and *slot-live*: a slot names bytes of a SLAB frame that its
 * slab has marked as taken, and after its end every use is a panic.
 */
export class HeapSlot {
  readonly #system: System;
  readonly #paddr: number;
  readonly #size: number;
  /** The frame of the slab it was cut from, or NO_SLAB for whole frames. */
  readonly #slabFrame: number;
  readonly #generation: number;
  #released: Release | undefined;
  /** Whether it was handed to a client, and may not be handed out again. */
  #inUse = false;

  constructor(privilege: Privilege, owner: System, paddr: number, size: number, slab: number) {
    if (privilege !== PRIVILEGE) {
      panic("slots are cut by a slab");
    }
    this.#system = owner;
    this.#paddr = paddr;
    this.#size = size;
    this.#slabFrame = slab;
    this.#generation = owner.frames.generation(Math.floor(paddr / PAGE_SIZE));
  }

  /** `size` bytes as whole frames, or undefined when memory is out. */
  static allocLarge(size: number): HeapSlot | undefined {
    if (!(Number.isInteger(size) && size > 0)) {
      return undefined;
    }
    const owner = system();
    const count = Math.ceil(size / PAGE_SIZE);
    const first = owner.frames.alloc(count, FrameKind.SLAB, true);
    const bytes = count * PAGE_SIZE;
    return first < 0
      ? undefined
      : new HeapSlot(PRIVILEGE, owner, first * PAGE_SIZE, bytes, NO_SLAB);
  }

  /** Frees a slot of `allocLarge`. */
  static deallocLarge(slot: HeapSlot): void {
    HeapSlot.requireFree(PRIVILEGE, slot);
    if (slot.#slabFrame !== NO_SLAB) {
      panic("a slot of a slab was freed as whole frames");
    }
    slot.#released = slot.#system.releases.note();
    const first = slot.#paddr / PAGE_SIZE;
    for (let pfn = first; pfn < first + slot.#size / PAGE_SIZE; pfn++) {
      slot.#system.frames.decrease(pfn);
    }
  }

  #address(offset: number, length: number): number {
    if (this.#released !== undefined) {
      panicUsed("a heap slot", this.#released);
    }
    if (this.#system.frames.generation(Math.floor(this.#paddr / PAGE_SIZE)) !== this.#generation) {
      panic("a slab was freed under its slot: a bug of OSTD");
    }
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#size)) {
      panic(`access to bytes ${offset}…${offset + length} of a heap slot of ${this.#size}`);
    }
    return this.#paddr + offset;
  }

  /** Its length in bytes. */
  get size(): number {
    return this.#size;
  }

  /** Whether it is whole frames. */
  get isLarge(): boolean {
    return this.#slabFrame === NO_SLAB;
  }

  /** Copies `length` bytes at `offset` to `dst` at `dstOffset`. */
  readBytes(offset: number, dst: Uint8Array, dstOffset: number, length: number): void {
    const to = +dstOffset;
    const count = +length;
    const from = +offset;
    checkBytes(dst, to, count);
    this.#system.ram.read(this.#address(from, count), dst, to, count);
  }

  /** Copies `length` bytes of `src` at `srcOffset` to `offset`. */
  writeBytes(offset: number, src: Uint8Array, srcOffset: number, length: number): void {
    const from = +srcOffset;
    const count = +length;
    const to = +offset;
    checkBytes(src, from, count);
    this.#system.ram.write(this.#address(to, count), src, from, count);
  }

  /** Fills `length` bytes at `offset` with `value`. */
  fill(value: number, offset = 0, length: number = this.#size - offset): void {
    const byte = +value;
    const count = +length;
    this.#system.ram.fill(this.#address(+offset, count), byte, count);
  }

  /** For OSTD: the slot's place, when it is live; a panic otherwise. */
  static placeOf(
    privilege: Privilege,
    slot: HeapSlot,
  ): {
    readonly owner: System;
    readonly paddr: number;
    readonly size: number;
    readonly slabFrame: number;
  } {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD sees where a slot stands");
    }
    return {
      owner: slot.#system,
      paddr: slot.#address(0, 0),
      size: slot.#size,
      slabFrame: slot.#slabFrame,
    };
  }

  /** For OSTD: panics unless the slot is live and not in a client's hands. */
  static requireFree(privilege: Privilege, slot: HeapSlot): void {
    HeapSlot.placeOf(privilege, slot);
    if (slot.#inUse) {
      panic("a heap slot was freed while it is in use");
    }
  }

  /** For OSTD: whether the slot could be given to (or taken back from) a client. */
  static setInUse(privilege: Privilege, slot: HeapSlot, inUse: boolean): boolean {
    HeapSlot.placeOf(privilege, slot);
    const changed = slot.#inUse !== inUse;
    slot.#inUse = inUse;
    return changed;
  }

  /** For OSTD: ends the slot. */
  static end(privilege: Privilege, slot: HeapSlot, release: Release): void {
    HeapSlot.requireFree(privilege, slot);
    slot.#released = release;
  }
}

/**
 * A typed frame that is cut into slots of one size: what heap allocators are built from.
 *
 * SAFETY: *slab-outlives-slots*: a slab with slots that were not given back is not freed, and takes
 * back only slots that it cut itself.
 */
export class Slab {
  readonly #system: System;
  readonly #pfn: number;
  readonly #slotSize: number;
  /** Slots that are free, as a stack of their numbers. */
  readonly #free: number[] = [];
  readonly #capacity: number;
  #released: Release | undefined;

  private constructor(owner: System, pfn: number, slotSize: number) {
    this.#system = owner;
    this.#pfn = pfn;
    this.#slotSize = slotSize;
    this.#capacity = Math.floor(PAGE_SIZE / slotSize);
    for (let slot = this.#capacity - 1; slot >= 0; slot--) {
      this.#free.push(slot);
    }
  }

  /** A slab of slots of `slotSize` bytes (one of `SLOT_SIZES`), or undefined when memory is out. */
  static alloc(slotSize: number): Slab | undefined {
    if (!SLOT_SIZES.includes(slotSize)) {
      panic(`slots of ${slotSize} bytes; expected one of ${SLOT_SIZES.join(", ")}`);
    }
    const owner = system();
    const pfn = owner.frames.alloc(1, FrameKind.SLAB, true);
    return pfn < 0 ? undefined : new Slab(owner, pfn, slotSize);
  }

  #requireLive(): void {
    if (this.#released !== undefined) {
      panicUsed("a slab", this.#released);
    }
  }

  get slotSize(): number {
    return this.#slotSize;
  }

  /** How many slots it has. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many of them are taken. */
  get allocated(): number {
    this.#requireLive();
    return this.#taken;
  }

  get #taken(): number {
    return this.#capacity - this.#free.length;
  }

  /** Takes a slot, filled with zeros; undefined when all are taken. */
  allocSlot(): HeapSlot | undefined {
    this.#requireLive();
    const index = this.#free.pop();
    if (index === undefined) {
      return undefined;
    }
    const paddr = this.#pfn * PAGE_SIZE + index * this.#slotSize;
    this.#system.ram.fill(paddr, 0, this.#slotSize);
    return new HeapSlot(PRIVILEGE, this.#system, paddr, this.#slotSize, this.#pfn);
  }

  /** Takes back a slot that `allocSlot` gave; panics at any other. */
  deallocSlot(slot: HeapSlot): void {
    this.#requireLive();
    const { owner, paddr, slabFrame } = HeapSlot.placeOf(PRIVILEGE, slot);
    if (owner !== this.#system || slabFrame !== this.#pfn) {
      panic("a heap slot was given back to another slab than its own");
    }
    HeapSlot.end(PRIVILEGE, slot, owner.releases.note());
    this.#free.push((paddr % PAGE_SIZE) / this.#slotSize);
  }

  /** Frees the frame; panics while a slot is taken. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("a slab", this.#released);
    }
    if (this.#taken > 0) {
      panic(`a slab was freed while ${this.#taken} of its slots are taken`);
    }
    this.#released = this.#system.releases.note();
    this.#system.frames.decrease(this.#pfn);
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}
