// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";
import { FrameKind } from "./frames.unsafe.ts";
import type { MemoryStatistics } from "./frames.unsafe.ts";
import { PAGE_SIZE } from "./page.ts";
import { UntypedMemory } from "./untyped-memory.ts";

/**
 * A counted reference to one untyped frame: 4096 raw bytes that may be mapped into user space,
 * read, written, and given to devices. The frame is free when the last handle and the last
 * mapping are gone.
 *
 * A handle is one small object (about 40 bytes); a `FrameTable` keeps many references in less.
 */
export class UFrame extends UntypedMemory {
  /** For OSTD: takes over one reference to the frame `pfn`. */
  constructor(privilege: Privilege, owner: System, pfn: number) {
    super(privilege, owner, pfn, 1);
  }

  /** How many handles and mappings refer to the frame. */
  get referenceCount(): number {
    const { frames } = UntypedMemory.systemOf(PRIVILEGE, this);
    return frames.referenceCount(UntypedMemory.firstFrameOf(this));
  }

  /** A further handle on the same frame. */
  clone(): UFrame {
    const owner = UntypedMemory.systemOf(PRIVILEGE, this);
    const pfn = UntypedMemory.firstFrameOf(this);
    owner.frames.increase(pfn);
    return new UFrame(PRIVILEGE, owner, pfn);
  }

  /** Copies all of `source`. */
  copyFrom(source: UFrame): void {
    this.copyRange(0, source, 0, PAGE_SIZE);
  }
}

/**
 * Contiguous untyped frames under one handle; each frame has its own reference count, so single
 * frames of it can be mapped and outlive the segment.
 */
export class USegment extends UntypedMemory {
  /** A further handle on frame `index`. */
  frame(index: number): UFrame {
    const all = UntypedMemory.frameCountOf(this);
    if (!(Number.isInteger(index) && index >= 0 && index < all)) {
      panic(`frame ${index} of a segment of ${all}`);
    }
    const owner = UntypedMemory.systemOf(PRIVILEGE, this);
    const pfn = UntypedMemory.firstFrameOf(this) + index;
    owner.frames.increase(pfn);
    return new UFrame(PRIVILEGE, owner, pfn);
  }

  /** A handle on each frame in turn; the receiver drops them. */
  *frames(): IterableIterator<UFrame> {
    for (let index = 0; index < UntypedMemory.frameCountOf(this); index++) {
      yield this.frame(index);
    }
  }

  /** A further handle on `count` frames from `index`. */
  slice(index: number, count: number): USegment {
    const valid = Number.isInteger(index) && Number.isInteger(count) && index >= 0 && count > 0;
    const all = UntypedMemory.frameCountOf(this);
    if (!valid || index + count > all) {
      panic(`frames ${index}…${index + count} of a segment of ${all}`);
    }
    const owner = UntypedMemory.systemOf(PRIVILEGE, this);
    const first = UntypedMemory.firstFrameOf(this) + index;
    for (let pfn = first; pfn < first + count; pfn++) {
      owner.frames.increase(pfn);
    }
    return new USegment(PRIVILEGE, owner, first, count);
  }

  /** A further handle on the whole segment. */
  clone(): USegment {
    return USegment.cloneOf(this);
  }

  /** As `clone`, whatever was put over it. @internal */
  static cloneOf(segment: USegment): USegment {
    const owner = UntypedMemory.systemOf(PRIVILEGE, segment);
    const first = UntypedMemory.firstFrameOf(segment);
    const count = UntypedMemory.frameCountOf(segment);
    for (let pfn = first; pfn < first + count; pfn++) {
      owner.frames.increase(pfn);
    }
    return new USegment(PRIVILEGE, owner, first, count);
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
