// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";
import { mintPaddr } from "./address.unsafe.ts";
import { FrameKind } from "./frames.unsafe.ts";
import type { MemoryStatistics } from "./frames.unsafe.ts";
import { PAGE_SIZE } from "./page.ts";
import type { Paddr } from "./page.ts";
import { VmReader, VmWriter } from "./vm-io.ts";

const DROPPED = -1;

/**
 * A counted reference to one untyped frame: 4096 raw bytes that may be mapped into user space,
 * read, written, and given to devices. The holder ends it with `drop` (or `using`); the frame is
 * free when the last handle and the last mapping are gone. Use after `drop` is a panic.
 *
 * A handle is one small object (about 40 bytes); a `FrameTable` keeps many of them in less.
 */
export class UFrame {
  readonly #system: System;
  #pfn: number;

  /** For OSTD: takes over one reference to the frame `pfn`. */
  constructor(privilege: Privilege, owner: System, pfn: number) {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD makes frame handles");
    }
    this.#system = owner;
    this.#pfn = pfn;
  }

  /** The number of a handle's frame. @internal */
  static pfnOf(frame: UFrame): number {
    const pfn = frame.#pfn;
    if (pfn === DROPPED) {
      panic("use of a frame handle after drop");
    }
    return pfn;
  }

  /** The physical address of the frame's first byte. */
  get paddr(): Paddr {
    return mintPaddr(UFrame.pfnOf(this) * PAGE_SIZE);
  }

  /** Always 4096. */
  get size(): number {
    return PAGE_SIZE;
  }

  /** How many handles and mappings refer to the frame. */
  get referenceCount(): number {
    return this.#system.frames.referenceCount(UFrame.pfnOf(this));
  }

  /** A further handle on the same frame. */
  clone(): UFrame {
    const pfn = UFrame.pfnOf(this);
    this.#system.frames.increase(pfn);
    return new UFrame(PRIVILEGE, this.#system, pfn);
  }

  /** Ends this handle. */
  drop(): void {
    const pfn = UFrame.pfnOf(this);
    this.#pfn = DROPPED;
    this.#system.frames.decrease(pfn);
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  #at(offset: number, length: number): number {
    if (!(offset >= 0 && length >= 0 && offset + length <= PAGE_SIZE)) {
      panic(`access to bytes ${offset}…${offset + length} of a frame of ${PAGE_SIZE}`);
    }
    return UFrame.pfnOf(this) * PAGE_SIZE + offset;
  }

  /** Copies `length` bytes at `offset` of the frame to `dst` at `dstOffset`. */
  readBytes(offset: number, dst: Uint8Array, dstOffset: number, length: number): void {
    this.#system.ram.read(this.#at(offset, length), dst, dstOffset, length);
  }

  /** Copies `length` bytes of `src` at `srcOffset` to `offset` of the frame. */
  writeBytes(offset: number, src: Uint8Array, srcOffset: number, length: number): void {
    this.#system.ram.write(this.#at(offset, length), src, srcOffset, length);
  }

  /** Fills `length` bytes at `offset` with `value`. */
  fill(value: number, offset = 0, length: number = PAGE_SIZE - offset): void {
    this.#system.ram.fill(this.#at(offset, length), value, length);
  }

  /** Copies all of `source`. */
  copyFrom(source: UFrame): void {
    this.#system.ram.copy(this.#at(0, PAGE_SIZE), source.#at(0, PAGE_SIZE), PAGE_SIZE);
  }

  /** Copies `length` bytes of `source` at `srcOffset` to `offset` of this frame. */
  copyRange(offset: number, source: UFrame, srcOffset: number, length: number): void {
    this.#system.ram.copy(this.#at(offset, length), source.#at(srcOffset, length), length);
  }

  readU8(offset: number): number {
    return this.#system.ram.readU8(this.#at(offset, 1));
  }

  readU16(offset: number): number {
    return this.#system.ram.readU16(this.#at(offset, 2));
  }

  /** Reads a little-endian word as an unsigned number. */
  readU32(offset: number): number {
    return this.#system.ram.readU32(this.#at(offset, 4));
  }

  writeU8(offset: number, value: number): void {
    this.#system.ram.writeU8(this.#at(offset, 1), value);
  }

  writeU16(offset: number, value: number): void {
    this.#system.ram.writeU16(this.#at(offset, 2), value);
  }

  writeU32(offset: number, value: number): void {
    this.#system.ram.writeU32(this.#at(offset, 4), value);
  }

  /** An infallible reader of `length` bytes at `offset`; valid while this handle lives. */
  reader(offset = 0, length: number = PAGE_SIZE - offset): VmReader {
    this.#at(offset, length);
    return VmReader.ofMemory(PRIVILEGE, this.#system, this, offset, length);
  }

  /** An infallible writer of `length` bytes at `offset`; valid while this handle lives. */
  writer(offset = 0, length: number = PAGE_SIZE - offset): VmWriter {
    this.#at(offset, length);
    return VmWriter.ofMemory(PRIVILEGE, this.#system, this, offset, length);
  }
}

/**
 * Contiguous untyped frames under one handle; each frame has its own reference count, so single
 * frames of it can be mapped and outlive the segment.
 */
export class USegment {
  readonly #system: System;
  #first: number;
  readonly #count: number;

  /** For OSTD: takes over one reference to each of `count` frames from `first`. */
  constructor(privilege: Privilege, owner: System, first: number, count: number) {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD makes segment handles");
    }
    this.#system = owner;
    this.#first = first;
    this.#count = count;
  }

  #firstFrame(): number {
    if (this.#first === DROPPED) {
      panic("use of a segment handle after drop");
    }
    return this.#first;
  }

  /** The physical address of the first byte. */
  get paddr(): Paddr {
    return mintPaddr(this.#firstFrame() * PAGE_SIZE);
  }

  /** The length in bytes. */
  get size(): number {
    return this.#count * PAGE_SIZE;
  }

  /** How many frames it has. */
  get frameCount(): number {
    return this.#count;
  }

  /** A further handle on frame `index`. */
  frame(index: number): UFrame {
    if (!(Number.isInteger(index) && index >= 0 && index < this.#count)) {
      panic(`frame ${index} of a segment of ${this.#count}`);
    }
    const pfn = this.#firstFrame() + index;
    this.#system.frames.increase(pfn);
    return new UFrame(PRIVILEGE, this.#system, pfn);
  }

  /** A handle on each frame in turn; the receiver drops them. */
  *frames(): IterableIterator<UFrame> {
    for (let index = 0; index < this.#count; index++) {
      yield this.frame(index);
    }
  }

  /** A further handle on `count` frames from `index`. */
  slice(index: number, count: number): USegment {
    if (!(index >= 0 && count > 0 && index + count <= this.#count)) {
      panic(`frames ${index}…${index + count} of a segment of ${this.#count}`);
    }
    const first = this.#firstFrame() + index;
    for (let pfn = first; pfn < first + count; pfn++) {
      this.#system.frames.increase(pfn);
    }
    return new USegment(PRIVILEGE, this.#system, first, count);
  }

  /** A further handle on the whole segment. */
  clone(): USegment {
    return this.slice(0, this.#count);
  }

  /** Ends this handle. */
  drop(): void {
    const first = this.#firstFrame();
    this.#first = DROPPED;
    for (let pfn = first; pfn < first + this.#count; pfn++) {
      this.#system.frames.decrease(pfn);
    }
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  #at(offset: number, length: number): number {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) {
      panic(`access to bytes ${offset}…${offset + length} of a segment of ${this.size}`);
    }
    return this.#firstFrame() * PAGE_SIZE + offset;
  }

  /** Copies `length` bytes at `offset` of the segment to `dst` at `dstOffset`. */
  readBytes(offset: number, dst: Uint8Array, dstOffset: number, length: number): void {
    this.#system.ram.read(this.#at(offset, length), dst, dstOffset, length);
  }

  /** Copies `length` bytes (all by default) of `src` at `srcOffset` to `offset` of the segment. */
  writeBytes(
    offset: number,
    src: Uint8Array,
    srcOffset = 0,
    length: number = src.length - srcOffset,
  ): void {
    this.#system.ram.write(this.#at(offset, length), src, srcOffset, length);
  }

  fill(value: number, offset = 0, length: number = this.size - offset): void {
    this.#system.ram.fill(this.#at(offset, length), value, length);
  }

  readU8(offset: number): number {
    return this.#system.ram.readU8(this.#at(offset, 1));
  }

  readU16(offset: number): number {
    return this.#system.ram.readU16(this.#at(offset, 2));
  }

  readU32(offset: number): number {
    return this.#system.ram.readU32(this.#at(offset, 4));
  }

  writeU8(offset: number, value: number): void {
    this.#system.ram.writeU8(this.#at(offset, 1), value);
  }

  writeU16(offset: number, value: number): void {
    this.#system.ram.writeU16(this.#at(offset, 2), value);
  }

  writeU32(offset: number, value: number): void {
    this.#system.ram.writeU32(this.#at(offset, 4), value);
  }

  /** An infallible reader of `length` bytes at `offset`; valid while this handle lives. */
  reader(offset = 0, length: number = this.size - offset): VmReader {
    this.#at(offset, length);
    return VmReader.ofMemory(PRIVILEGE, this.#system, this, offset, length);
  }

  /** An infallible writer of `length` bytes at `offset`; valid while this handle lives. */
  writer(offset = 0, length: number = this.size - offset): VmWriter {
    this.#at(offset, length);
    return VmWriter.ofMemory(PRIVILEGE, this.#system, this, offset, length);
  }
}

/** How to allocate untyped frames. Frames are zeroed unless `zeroed(false)`. */
export class FrameAllocOptions {
  #zeroed = true;

  /** Whether the frames are filled with zeros; without it they hold old bytes of the kernel. */
  zeroed(zeroed: boolean): this {
    this.#zeroed = zeroed;
    return this;
  }

  /** One frame, or undefined when memory is out. */
  allocFrame(): UFrame | undefined {
    const owner = system();
    const pfn = owner.frames.alloc(1, FrameKind.UNTYPED, this.#zeroed);
    return pfn < 0 ? undefined : new UFrame(PRIVILEGE, owner, pfn);
  }

  /** `count` contiguous frames, or undefined when there is no such range. */
  allocSegment(count: number): USegment | undefined {
    if (!Number.isInteger(count) || count <= 0) {
      return undefined;
    }
    const owner = system();
    const first = owner.frames.alloc(count, FrameKind.UNTYPED, this.#zeroed);
    return first < 0 ? undefined : new USegment(PRIVILEGE, owner, first, count);
  }
}

/** How much memory the system has, in frames. */
export function memoryStatistics(): MemoryStatistics {
  return system().frames.statistics();
}
