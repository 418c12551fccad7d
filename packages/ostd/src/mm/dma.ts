// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import { mintDaddr } from "./address.unsafe.ts";
import type { DmaDirection } from "./dma-space.ts";
import { FrameAllocOptions, USegment } from "./frame.ts";
import { PAGE_SIZE } from "./page.ts";
import type { Daddr } from "./page.ts";
import { panicTwice } from "../release.ts";
import type { Release, ReleasePlaces } from "../release.ts";
import { UntypedMemory } from "./untyped-memory.ts";
import type { VmReader, VmWriter } from "./vm-io.ts";

// Device addresses are physical addresses. Where the machine has an IOMMU a device reaches
// exactly what lives here, with the rights of its direction; elsewhere only a driver that is told
// no other address keeps a device from the rest.

/**
 * One mapping for devices.
 *
 * SAFETY: it has a handle of its own that nobody else can drop, so that the frames stay in use
 * until devices have lost them, whatever a driver does with the segment that it sees.
 */
class DmaMapping {
  readonly segment: USegment;
  readonly #own: USegment;
  readonly #direction: DmaDirection;
  #released: Release | undefined;

  private constructor(segment: USegment, own: USegment, direction: DmaDirection) {
    this.segment = segment;
    this.#own = own;
    this.#direction = direction;
  }

  /** Takes over the handle `segment`, also when it fails: undefined when memory is out. */
  static create(segment: USegment | undefined, direction: DmaDirection): DmaMapping | undefined {
    if (segment === undefined) {
      return undefined;
    }
    // SAFETY: nothing is asked of the segment by its methods: what a driver put over them would be called.
    const own = USegment.cloneOf(segment);
    const { dma } = UntypedMemory.systemOf(PRIVILEGE, own);
    if (dma.map(UntypedMemory.firstFrameOf(own), UntypedMemory.frameCountOf(own), direction)) {
      return new DmaMapping(segment, own, direction);
    }
    own.drop();
    segment.drop();
    return undefined;
  }

  get daddr(): Daddr {
    return mintDaddr(UntypedMemory.firstFrameOf(this.segment) * PAGE_SIZE);
  }

  /** Where `drop` notes that it releases the mapping; a panic when it did. */
  get places(): ReleasePlaces {
    if (this.#released !== undefined) {
      panicTwice("DMA memory", this.#released);
    }
    return UntypedMemory.systemOf(PRIVILEGE, this.#own).releases;
  }

  /** Ends the mapping before the frames are given up. */
  release(release: Release): void {
    const { dma } = UntypedMemory.systemOf(PRIVILEGE, this.#own);
    this.#released = release;
    const count = UntypedMemory.frameCountOf(this.#own);
    dma.unmap(UntypedMemory.firstFrameOf(this.#own), count, this.#direction);
    UntypedMemory.end(PRIVILEGE, this.#own, release);
    if (UntypedMemory.isLiveHandle(this.segment)) {
      UntypedMemory.end(PRIVILEGE, this.segment, release);
    }
  }
}

/** Memory that a device and the CPU see alike at all times: rings and descriptors. */
export class DmaCoherent {
  readonly #mapping: DmaMapping;
  readonly #segment: USegment;

  private constructor(mapping: DmaMapping) {
    this.#mapping = mapping;
    this.#segment = mapping.segment;
  }

  /** `frameCount` contiguous zeroed frames, or undefined when memory is out. */
  static alloc(frameCount: number): DmaCoherent | undefined {
    const segment = new FrameAllocOptions().allocSegment(frameCount);
    const mapping = DmaMapping.create(segment, "bidirectional");
    return mapping === undefined ? undefined : new DmaCoherent(mapping);
  }

  /** The address that the device uses. */
  get daddr(): Daddr {
    return this.#mapping.daddr;
  }

  /** The length in bytes. */
  get size(): number {
    return this.#segment.size;
  }

  readU8(offset: number): number {
    return this.#segment.readU8(offset);
  }

  readU16(offset: number): number {
    return this.#segment.readU16(offset);
  }

  readU32(offset: number): number {
    return this.#segment.readU32(offset);
  }

  writeU8(offset: number, value: number): void {
    this.#segment.writeU8(offset, value);
  }

  writeU16(offset: number, value: number): void {
    this.#segment.writeU16(offset, value);
  }

  writeU32(offset: number, value: number): void {
    this.#segment.writeU32(offset, value);
  }

  /** Writes an integer below 2^53 as a 64-bit word: device addresses in descriptors. */
  writeNumber64(offset: number, value: number): void {
    const whole = +value;
    const at = +offset;
    const low = whole >>> 0;
    this.#segment.writeU32(at, low);
    this.#segment.writeU32(at + 4, (whole - low) / 0x1_0000_0000);
  }

  readBytes(offset: number, dst: Uint8Array, dstOffset: number, length: number): void {
    this.#segment.readBytes(offset, dst, dstOffset, length);
  }

  writeBytes(offset: number, src: Uint8Array, srcOffset: number, length: number): void {
    this.#segment.writeBytes(offset, src, srcOffset, length);
  }

  reader(offset = 0, length: number = this.size - offset): VmReader {
    return this.#segment.reader(offset, length);
  }

  writer(offset = 0, length: number = this.size - offset): VmWriter {
    return this.#segment.writer(offset, length);
  }

  /** Frees the memory. The device must not use it any more; behind an IOMMU it cannot. */
  drop(): void {
    this.#mapping.release(this.#mapping.places.note());
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

/** A segment lent to a device for a transfer; `sync` before the device or the CPU looks at it. */
export class DmaStream {
  readonly #mapping: DmaMapping;
  readonly #segment: USegment;
  readonly #direction: DmaDirection;

  private constructor(mapping: DmaMapping, direction: DmaDirection) {
    this.#mapping = mapping;
    this.#segment = mapping.segment;
    this.#direction = direction;
  }

  /**
   * Maps `segment` for the device; the stream has a handle of its own on it. Undefined when memory
   * for the IOMMU's tables is out.
   */
  static map(segment: USegment, direction: DmaDirection): DmaStream | undefined {
    requireDirection(direction);
    const mapping = DmaMapping.create(USegment.cloneOf(segment), direction);
    return mapping === undefined ? undefined : new DmaStream(mapping, direction);
  }

  /** Allocates and maps `frameCount` frames, or undefined when memory is out. */
  static alloc(frameCount: number, direction: DmaDirection): DmaStream | undefined {
    requireDirection(direction);
    const segment = new FrameAllocOptions().allocSegment(frameCount);
    const mapping = DmaMapping.create(segment, direction);
    return mapping === undefined ? undefined : new DmaStream(mapping, direction);
  }

  /** The address that the device uses. */
  get daddr(): Daddr {
    return this.#mapping.daddr;
  }

  /** The length in bytes. */
  get size(): number {
    return this.#segment.size;
  }

  get direction(): DmaDirection {
    return this.#direction;
  }

  /** The memory itself: lent, the stream drops it. */
  get segment(): USegment {
    return this.#segment;
  }

  /** Makes what the CPU wrote visible to the device. x86-64 is coherent: nothing to do. */
  syncToDevice(_offset = 0, _length: number = this.size): void {}

  /** Makes what the device wrote visible to the CPU. x86-64 is coherent: nothing to do. */
  syncFromDevice(_offset = 0, _length: number = this.size): void {}

  reader(offset = 0, length: number = this.size - offset): VmReader {
    return this.#segment.reader(offset, length);
  }

  writer(offset = 0, length: number = this.size - offset): VmWriter {
    return this.#segment.writer(offset, length);
  }

  /** Ends the mapping. The device must not use it any more; behind an IOMMU it cannot. */
  drop(): void {
    this.#mapping.release(this.#mapping.places.note());
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

function requireDirection(direction: DmaDirection): void {
  if (direction !== "toDevice" && direction !== "fromDevice" && direction !== "bidirectional") {
    panic(`a DMA direction of ${String(direction)}`);
  }
}
