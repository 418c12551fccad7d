// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";
import { mintPaddr } from "./address.unsafe.ts";
import { checkBytes, lengthOfBytes } from "./bytes.unsafe.ts";
import { PAGE_SIZE } from "./page.ts";
import type { Paddr } from "./page.ts";
import { VmReader, VmWriter } from "./vm-io.ts";

/**
 * A counted handle on contiguous untyped frames: raw bytes that are copied in and out, never
 * shared as an array. The holder ends it with `drop` (or `using`); use after that is a panic.
 *
 * SAFETY: *numbers-once*, here and in all of OSTD's API: what should be a number is made one (`+x`)
 * before anything is looked up. An object with a `valueOf` could be another number each time it is
 * asked, and could give the memory back meanwhile; a text would be appended to an address.
 */
export abstract class UntypedMemory {
  readonly #system: System;
  readonly #first: number;
  readonly #count: number;
  /** The claim that the frames are in use by, from before the first handle to after the last one. */
  readonly #generation: number;
  #released: Release | undefined;

  /** For OSTD: takes over one reference to each of `count` frames from number `first`. */
  constructor(privilege: Privilege, owner: System, first: number, count: number) {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD makes handles on frames");
    }
    this.#system = owner;
    this.#first = first;
    this.#count = count;
    this.#generation = owner.frames.generation(first);
  }

  /** The number of the first frame. @internal */
  static firstFrameOf(memory: UntypedMemory): number {
    if (memory.#released !== undefined) {
      panicUsed("a frame handle", memory.#released);
    }
    const first = memory.#first;
    if (memory.#system.frames.generation(first) !== memory.#generation) {
      panic(`frame ${first} was released under a handle: a bug of OSTD`);
    }
    return first;
  }

  /** As `firstFrameOf`, for a handle that must be of the system `owner`. @internal */
  static firstFrameIn(owner: System, memory: UntypedMemory): number {
    if (memory.#system !== owner) {
      panic("a frame handle of another system");
    }
    return UntypedMemory.firstFrameOf(memory);
  }

  /** How many frames a handle has, whatever was put over the getter. @internal */
  static frameCountOf(memory: UntypedMemory): number {
    return memory.#count;
  }

  /** Whether a handle was not dropped, whatever was put over the getter. @internal */
  static isLiveHandle(memory: UntypedMemory): boolean {
    return memory.#released === undefined;
  }

  /** The address of the byte at `offset`; the range must lie in `owner`'s memory. @internal */
  static addressIn(owner: System, memory: UntypedMemory, offset: number, length: number): number {
    if (memory.#system !== owner) {
      panic("a frame handle of another system");
    }
    return UntypedMemory.#addressOf(memory, offset, length);
  }

  static #addressOf(memory: UntypedMemory, offset: number, length: number): number {
    const size = memory.#count * PAGE_SIZE;
    if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
      panic(`access to bytes ${offset}…${offset + length} of ${size} bytes of frames`);
    }
    return UntypedMemory.firstFrameOf(memory) * PAGE_SIZE + offset;
  }

  /** For OSTD: the system whose memory it is. */
  static systemOf(privilege: Privilege, memory: UntypedMemory): System {
    if (privilege !== PRIVILEGE) {
      panic("a system is OSTD's own");
    }
    return memory.#system;
  }

  /** The physical address of the first byte. */
  get paddr(): Paddr {
    return mintPaddr(UntypedMemory.firstFrameOf(this) * PAGE_SIZE);
  }

  /** Whether this handle has not been dropped. */
  get isLive(): boolean {
    return this.#released === undefined;
  }

  /** The length in bytes. */
  get size(): number {
    return this.#count * PAGE_SIZE;
  }

  /** How many frames it has. */
  get frameCount(): number {
    return this.#count;
  }

  /** Ends this handle. Frames without a further handle or mapping are free. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("a frame handle", this.#released);
    }
    UntypedMemory.end(PRIVILEGE, this, this.#system.releases.note());
  }

  /** For OSTD: ends a live handle, as of `release`. */
  static end(privilege: Privilege, memory: UntypedMemory, release: Release): void {
    if (privilege !== PRIVILEGE) {
      panic("handles end by drop");
    }
    const first = UntypedMemory.firstFrameOf(memory);
    memory.#released = release;
    for (let pfn = first; pfn < first + memory.#count; pfn++) {
      memory.#system.frames.decrease(pfn);
    }
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  /** Copies `length` bytes at `offset` to `dst` at `dstOffset`. */
  readBytes(offset: number, dst: Uint8Array, dstOffset: number, length: number): void {
    const count = +length;
    const to = +dstOffset;
    const from = +offset;
    checkBytes(dst, to, count);
    this.#system.ram.read(UntypedMemory.#addressOf(this, from, count), dst, to, count);
  }

  /** Copies `length` bytes (all by default) of `src` at `srcOffset` to `offset`. */
  writeBytes(
    offset: number,
    src: Uint8Array,
    srcOffset = 0,
    length: number = lengthOfBytes(src) - srcOffset,
  ): void {
    const count = +length;
    const from = +srcOffset;
    const to = +offset;
    checkBytes(src, from, count);
    this.#system.ram.write(UntypedMemory.#addressOf(this, to, count), src, from, count);
  }

  /** Fills `length` bytes at `offset` with `value`. */
  fill(value: number, offset = 0, length: number = this.size - offset): void {
    const byte = +value;
    const count = +length;
    this.#system.ram.fill(UntypedMemory.#addressOf(this, +offset, count), byte, count);
  }

  /** Copies `length` bytes of `source` at `srcOffset` to `offset`. */
  copyRange(offset: number, source: UntypedMemory, srcOffset: number, length: number): void {
    const count = +length;
    const from = +srcOffset;
    const to = UntypedMemory.#addressOf(this, +offset, count);
    this.#system.ram.copy(to, UntypedMemory.addressIn(this.#system, source, from, count), count);
  }

  readU8(offset: number): number {
    return this.#system.ram.readU8(UntypedMemory.#addressOf(this, +offset, 1));
  }

  /** Reads a little-endian 16-bit word. */
  readU16(offset: number): number {
    return this.#system.ram.readU16(UntypedMemory.#addressOf(this, +offset, 2));
  }

  /** Reads a little-endian 32-bit word as an unsigned number. */
  readU32(offset: number): number {
    return this.#system.ram.readU32(UntypedMemory.#addressOf(this, +offset, 4));
  }

  writeU8(offset: number, value: number): void {
    const byte = +value;
    this.#system.ram.writeU8(UntypedMemory.#addressOf(this, +offset, 1), byte);
  }

  writeU16(offset: number, value: number): void {
    const word = +value;
    this.#system.ram.writeU16(UntypedMemory.#addressOf(this, +offset, 2), word);
  }

  writeU32(offset: number, value: number): void {
    const word = +value;
    this.#system.ram.writeU32(UntypedMemory.#addressOf(this, +offset, 4), word);
  }

  /** An infallible reader of `length` bytes at `offset`; valid while this handle lives. */
  reader(offset = 0, length: number = this.size - offset): VmReader {
    const from = +offset;
    const count = +length;
    UntypedMemory.#addressOf(this, from, count);
    return new VmReader(PRIVILEGE, undefined, this, undefined, from, count);
  }

  /** An infallible writer of `length` bytes at `offset`; valid while this handle lives. */
  writer(offset = 0, length: number = this.size - offset): VmWriter {
    const from = +offset;
    const count = +length;
    UntypedMemory.#addressOf(this, from, count);
    return new VmWriter(PRIVILEGE, undefined, this, undefined, from, count);
  }
}
