// SPDX-License-Identifier: MPL-2.0

import { FrameAllocOptions, PageFlags, VmSpace, panic } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../abi/mman.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { LOW_LAYOUT, TASK_SIZE } from "./layout.ts";
import type { AddressSpaceLayout } from "./layout.ts";
import { Locked, Mapping, PAGE_SIZE } from "./mapping.ts";
import { MAX_MAPPINGS, MappingList } from "./mapping-list.ts";

/** MAP_32BIT looks for a place in the second GiB. */
const BOTTOM_32BIT = 0x4000_0000;
const TOP_32BIT = 0x8000_0000;

/** What is given back at once is looked at from this size, and this share of the whole, on. */
const PEAK_BYTES_MIN = 0x10_0000;
const PEAK_SHARE = 8;

/**
 * The user memory of a process: which ranges are mapped to what (`mappings`), and the pages that
 * have been brought in so far (`space`).
 *
 * What always holds: a page in `space` lies in a mapping; its rights are at most the mapping's;
 * a page of a private mapping that is writable is owned by this space alone.
 * Faults are in `fault.ts`; mmap(2) and its kin in `map.ts`, `protect.ts`, `remap.ts`, `brk.ts`.
 */
export class AddressSpace {
  readonly space: VmSpace;
  readonly mappings: MappingList = new MappingList();
  readonly layout: AddressSpaceLayout;
  /** Shown by every private page that was read and never written. */
  readonly zeroFrame: UFrame;

  /** The heap of brk(2). */
  heapStart = 0;
  heapEnd = 0;
  /** Where execve(2) put things, for /proc/PID/stat, cmdline and environ. */
  codeStart = 0;
  codeEnd = 0;
  dataStart = 0;
  dataEnd = 0;
  stackStart = 0;
  argStart = 0;
  argEnd = 0;
  envStart = 0;
  envEnd = 0;
  /** The auxiliary vector as type and value in turn, for /proc/PID/auxv. */
  auxiliary: readonly number[] = [];

  /** How mappings made later are locked (mlockall(2), MCL_FUTURE). */
  futureLock: Locked = Locked.NO;
  /** prctl(PR_SET_THP_DISABLE): kept, and inherited. */
  disablesHugePages = false;
  /** prctl(PR_SET_MEMORY_MERGE): kept, and inherited. */
  mergesPages = false;
  /** What has been registered with membarrier(2), as MEMBARRIER_CMD_* bits. */
  barriers = 0;
  /** Addresses of pages that no access reaches (madvise(2), MADV_GUARD_INSTALL). */
  readonly guards: Set<number> = new Set();

  /** Bytes in all mappings (VmSize). */
  totalBytes = 0;
  /** The highest that `totalBytes` has been (VmPeak). */
  peakBytes = 0;
  private peakPages = 0;
  /** Where the next fault is if the program writes its memory in order, and how many have been so. */
  nextFault = -1;
  faultRun = 0;
  /** Pages brought in ahead, to be counted as faults. */
  pagesAhead = 0;
  /** Tasks that run in this space; the last one to leave frees it. */
  private users = 1;

  private constructor(space: VmSpace, zeroFrame: UFrame, layout: AddressSpaceLayout) {
    this.space = space;
    this.zeroFrame = zeroFrame;
    this.layout = layout;
  }

  /** An empty address space; undefined when memory is out. The zero frame is lent by the caller. */
  static create(
    zeroFrame: UFrame,
    layout: AddressSpaceLayout = LOW_LAYOUT,
  ): AddressSpace | undefined {
    const space = VmSpace.create();
    return space === undefined ? undefined : new AddressSpace(space, zeroFrame.clone(), layout);
  }

  /** Takes part in the space once more (CLONE_VM); each `retain` needs one `release`. */
  retain(): this {
    this.users += 1;
    return this;
  }

  release(): void {
    this.users -= 1;
    if (this.users > 0) return;
    for (const mapping of this.mappings) mapping.release();
    this.space.drop();
    this.zeroFrame.drop();
  }

  /** The last task has left: nothing is mapped any more. */
  get isReleased(): boolean {
    return this.users === 0;
  }

  /** Whether tasks of more than one process run in the space. */
  get isShared(): boolean {
    return this.users > 1;
  }

  // --- Ranges

  /** Adds a mapping over a free range. */
  add(mapping: Mapping): void {
    mapping.space = this.space;
    this.totalBytes += mapping.end - mapping.start;
    this.peakBytes = Math.max(this.peakBytes, this.totalBytes);
    this.mappings.insert(mapping);
  }

  /** Takes every mapping out of the page-aligned range; 0 or -ENOMEM. */
  unmap(start: number, end: number): Result {
    const { mappings } = this;
    // Nothing is no place to split a mapping at.
    if (start >= end || !mappings.overlaps(start, end)) return 0;
    if (mappings.count + mappings.splitsNeeded(start, end) > MAX_MAPPINGS) {
      return fail(Errno.ENOMEM, "the split would make too many mappings");
    }
    this.notePeak(end - start);
    for (const mapping of mappings.isolate(start, end)) {
      this.space.unmapRange(mapping.start, mapping.end);
      this.removeGuards(mapping.start, mapping.end);
      this.totalBytes -= mapping.end - mapping.start;
      mappings.remove(mapping);
    }
    return 0;
  }

  /**
   * Before `bytes` are given back: notes how much is resident, which takes as long as there are
   * pages; so where it is much of the whole alone.
   */
  notePeak(bytes: number): void {
    if (bytes < PEAK_BYTES_MIN || bytes * PEAK_SHARE < this.totalBytes) return;
    this.peakPages = Math.max(this.peakPages, this.residentPages());
  }

  /** The most pages that were resident, as far as it was noted (VmHWM). */
  residentPeak(): number {
    this.peakPages = Math.max(this.peakPages, this.residentPages());
    return this.peakPages;
  }

  /** VmHWM counts from now on. */
  resetPeak(): void {
    this.peakPages = 0;
  }

  /** Takes the guards out of a range; a guarded page has no frame. */
  removeGuards(start: number, end: number): void {
    if (this.guards.size === 0) return;
    for (const page of this.guards) {
      if (page >= start && page < end) this.guards.delete(page);
    }
  }

  /** A free range of `length` bytes (page-aligned) where mmap may put a mapping; -ENOMEM if none. */
  findFree(length: number, hint: number): Result {
    const { layout, mappings } = this;
    return (
      this.placeAtHint(length, hint, TASK_SIZE) ??
      mappings.findFreeBelow(layout.mmapTop, layout.mmapMinimum, length) ??
      // As Linux, which searches upwards once there is no room below.
      mappings.findFreeBelow(TASK_SIZE, layout.mmapMinimum, length) ??
      fail(Errno.ENOMEM, "no free range is large enough")
    );
  }

  /** The same below 2 GiB, for MAP_32BIT: as in Linux the lowest of the second GiB, where the caller has no wish. */
  findFreeBelow2GiB(length: number, hint: number): Result {
    return (
      this.placeAtHint(length, hint, TOP_32BIT) ??
      this.mappings.findFreeAbove(BOTTOM_32BIT, TOP_32BIT, length) ??
      fail(Errno.ENOMEM, "no free range between 1 and 2 GiB is large enough")
    );
  }

  /** Where the caller wishes, if that is free below `top`. A wish below the minimum is for the minimum. */
  private placeAtHint(length: number, hint: number, top: number): number | undefined {
    const aligned = hint - (hint % PAGE_SIZE);
    if (aligned === 0) return undefined;
    const start = Math.max(aligned, this.layout.mmapMinimum);
    const isFree = start + length <= top && !this.mappings.overlaps(start, start + length);
    return isFree ? start : undefined;
  }

  // --- Fork

  /**
   * A copy for fork(2): private pages are shared until one side writes. Undefined when memory is
   * out; the parent is whole then.
   */
  fork(): AddressSpace | undefined {
    const child = AddressSpace.create(this.zeroFrame, this.layout);
    if (child === undefined) return undefined;
    for (const mapping of this.mappings) {
      if (mapping.dontFork) continue;
      const copy = mapping.copy(mapping.start, mapping.end);
      copy.locked = Locked.NO;
      child.add(copy);
      if (mapping.wipeOnFork) continue;
      const pages = mapping.shared
        ? child.space.shareFrom(this.space, mapping.start, mapping.end)
        : child.space.copyOnWriteFrom(this.space, mapping.start, mapping.end);
      if (pages < 0) {
        child.release();
        return undefined;
      }
    }
    child.copyBookkeeping(this);
    return child;
  }

  private copyBookkeeping(from: AddressSpace): void {
    this.barriers = from.barriers;
    this.disablesHugePages = from.disablesHugePages;
    this.mergesPages = from.mergesPages;
    for (const page of from.guards) this.guards.add(page);
    this.heapStart = from.heapStart;
    this.heapEnd = from.heapEnd;
    this.codeStart = from.codeStart;
    this.codeEnd = from.codeEnd;
    this.dataStart = from.dataStart;
    this.dataEnd = from.dataEnd;
    this.stackStart = from.stackStart;
    this.argStart = from.argStart;
    this.argEnd = from.argEnd;
    this.envStart = from.envStart;
    this.envEnd = from.envEnd;
    this.auxiliary = from.auxiliary;
  }

  // --- Figures

  /** How many faults the last one was, with those that it spared. */
  takeFaults(): number {
    const faults = 1 + this.pagesAhead;
    this.pagesAhead = 0;
    return faults;
  }

  /** Pages in memory (VmRSS); each lies in a mapping. */
  residentPages(): number {
    return this.space.pageCount;
  }

  /** Bytes in locked mappings (VmLck). */
  lockedBytes(): number {
    let bytes = 0;
    for (const mapping of this.mappings) {
      if (mapping.locked !== Locked.NO) bytes += mapping.end - mapping.start;
    }
    return bytes;
  }

  residentPagesOf(mapping: Mapping): number {
    let pages = 0;
    let at = this.space.findNextPage(mapping.start, mapping.end);
    while (at >= 0) {
      pages += 1;
      at = at + PAGE_SIZE < mapping.end ? this.space.findNextPage(at + PAGE_SIZE, mapping.end) : -1;
    }
    return pages;
  }
}

/** The frame that private pages show before they are written; made once per system, at boot. */
export function createZeroFrame(): UFrame {
  return new FrameAllocOptions().zeroed(true).allocFrame() ?? panic("no frame for the zero page");
}

/** The rights of a page in a mapping with `protection`, in OSTD's bits. On x86 each right implies reading. */
export function pageFlagsOf(protection: number): number {
  if ((protection & (PROT_READ | PROT_WRITE | PROT_EXEC)) === 0) return 0;
  return (
    PageFlags.R |
    ((protection & PROT_WRITE) !== 0 ? PageFlags.W : 0) |
    ((protection & PROT_EXEC) !== 0 ? PageFlags.X : 0)
  );
}
