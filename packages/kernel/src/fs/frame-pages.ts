// SPDX-License-Identifier: MPL-2.0

import { FrameAllocOptions } from "@aster/ostd";
import type { UFrame, VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { PAGE_BEYOND_END, PAGE_OUT_OF_MEMORY } from "../vm/page-source.ts";
import type { PageFailure } from "../vm/page-source.ts";
import type { PageBacking } from "./page-backing.ts";
import { FilePages } from "./file-pages.ts";

const PAGE_SIZE = 4096;
/** Pages of a backed file that are brought in together. */
const LOAD_PAGES = 16;

/** Counts the pages of a file system, and says when there may be no more of them. */
export class PageBudget {
  /** The most pages that may be in use; Infinity where only memory limits. */
  limit: number;
  used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get isExhausted(): boolean {
    return this.used >= this.limit;
  }
}

/**
 * The bytes of a file that lives in memory: a sparse array of frames that read(2), write(2) and
 * every mapping share. Pages that were never written are holes and read as zeros.
 */
export class FramePages extends FilePages {
  private readonly frames: Map<number, UFrame> = new Map();
  private readonly budget: PageBudget;
  private length = 0;
  /** Up to here pages may be reserved, beyond the length too (FALLOC_FL_KEEP_SIZE). */
  private reservedEnd = 0;
  /** Where pages come from that have no frame; undefined for a file that lives in memory alone. */
  private backing: PageBacking | undefined = undefined;
  /** Pages that hold what the backing holds: they can be dropped. */
  private readonly clean: Set<number> = new Set();

  constructor(budget: PageBudget) {
    super();
    this.budget = budget;
  }

  /** Makes an empty file show what `backing` has; its pages are read when they are needed. */
  attachBacking(backing: PageBacking): void {
    this.backing = backing;
    this.length = backing.lengthBytes;
  }

  override get size(): number {
    return this.length;
  }

  /** Pages that hold data, here or in the backing. */
  get storedPages(): number {
    const { backing, frames } = this;
    if (backing === undefined) return frames.size;
    const backed = Math.ceil(backing.lengthBytes / PAGE_SIZE);
    let own = 0;
    for (const index of frames.keys()) if (index >= backed) own++;
    return backed + own;
  }

  override page(index: number): UFrame | PageFailure {
    if (index * PAGE_SIZE >= this.length) {
      return PAGE_BEYOND_END;
    }
    const held = this.frames.get(index);
    if (held !== undefined) {
      return held;
    }
    if (this.isBacked(index)) {
      const loaded = this.load(index);
      return loaded ?? (this.budget.isExhausted ? PAGE_BEYOND_END : PAGE_OUT_OF_MEMORY);
    }
    // As on Linux, a full file system is no reason to kill for memory: the access gets SIGBUS.
    return this.budget.isExhausted
      ? PAGE_BEYOND_END
      : (this.add(index, true) ?? PAGE_OUT_OF_MEMORY);
  }

  override cachedPage(index: number): UFrame | undefined {
    return index * PAGE_SIZE < this.length ? this.frames.get(index) : undefined;
  }

  /** Memory is where changes live: there is nothing to write back, only nothing to drop. */
  override markDirty(index: number): boolean {
    this.clean.delete(index);
    return true;
  }

  override read(writer: VmWriter, offset: number): Result {
    let left = Math.min(writer.avail, this.length - offset);
    let done = 0;
    let position = offset;
    while (left > 0) {
      const inPage = position % PAGE_SIZE;
      const count = Math.min(PAGE_SIZE - inPage, left);
      const index = (position - inPage) / PAGE_SIZE;
      const backed = this.backing !== undefined && this.isBacked(index);
      const frame = this.frames.get(index) ?? (backed ? this.load(index) : undefined);
      if (frame === undefined && backed) {
        return done > 0 ? done : fail(Errno.EIO, "the page can not be read");
      }
      const moved =
        frame === undefined
          ? writer.fillZeros(count)
          : writer.write(frame.reader(inPage, count), count);
      done += moved;
      if (moved < count) {
        return done > 0 ? done : fail(Errno.EFAULT);
      }
      position += count;
      left -= count;
    }
    return done;
  }

  override write(reader: VmReader, offset: number): Result {
    let left = reader.remain;
    let done = 0;
    let position = offset;
    while (left > 0) {
      const inPage = position % PAGE_SIZE;
      const index = (position - inPage) / PAGE_SIZE;
      const count = Math.min(PAGE_SIZE - inPage, left);
      const partial = count < PAGE_SIZE && this.isBacked(index);
      const held = this.frames.get(index) ?? (partial ? this.load(index) : undefined);
      const frame = held ?? (partial ? undefined : this.add(index, count < PAGE_SIZE));
      if (frame === undefined) {
        return done > 0 ? done : fail(Errno.ENOSPC, "no page is left for the file");
      }
      this.clean.delete(index);
      const moved = reader.read(frame.writer(inPage, count), count);
      done += moved;
      position += moved;
      if (position > this.length && moved > 0) {
        this.length = position;
      }
      if (moved < count) {
        if (held === undefined) {
          this.repairFreshPage(index, frame, moved === 0 ? 0 : inPage + moved);
        }
        return done > 0 ? done : fail(Errno.EFAULT);
      }
      left -= count;
    }
    return done;
  }

  /**
   * A copy into a page that was just added stopped short at `end`, 0 where nothing was copied: no
   * old bytes may show.
   */
  private repairFreshPage(index: number, frame: UFrame, end: number): void {
    if (end === 0) {
      this.remove(index, frame);
    } else {
      frame.fill(0, end);
    }
  }

  override truncate(size: number): Result {
    const end = Math.max(this.length, this.reservedEnd);
    // At the same size too: a mapping may have written behind the end.
    if (size <= this.length) {
      const firstGone = Math.ceil(size / PAGE_SIZE);
      const lastPage = Math.ceil(end / PAGE_SIZE);
      this.forgetFrom(firstGone);
      this.removeRange(firstGone, lastPage);
      const inPage = size % PAGE_SIZE;
      if (inPage !== 0) {
        this.frames.get((size - inPage) / PAGE_SIZE)?.fill(0, inPage);
      }
      this.shrinkBacking(size);
      this.reservedEnd = 0;
    }
    this.length = size;
    return 0;
  }

  override punchHole(start: number, end: number): Result {
    this.loadAll();
    const used = Math.max(this.length, this.reservedEnd);
    const stop = Math.min(end, used);
    const firstWhole = Math.ceil(start / PAGE_SIZE);
    // Behind the last byte nothing of its page is left.
    const lastWhole = Math.min(Math.floor(end / PAGE_SIZE), Math.ceil(used / PAGE_SIZE));
    if (firstWhole > lastWhole) {
      this.zero(start, stop);
      return 0;
    }
    this.zero(start, firstWhole * PAGE_SIZE);
    this.forgetShown(firstWhole, lastWhole);
    this.removeRange(firstWhole, lastWhole);
    this.zero(lastWhole * PAGE_SIZE, stop);
    return 0;
  }

  override reserve(start: number, end: number): Result {
    const stop = Math.ceil(end / PAGE_SIZE);
    this.reservedEnd = Math.max(this.reservedEnd, end);
    this.loadAll();
    for (let index = Math.floor(start / PAGE_SIZE); index < stop; index++) {
      if (!this.frames.has(index) && this.add(index, true) === undefined) {
        return fail(Errno.ENOSPC, "no page is left for the file");
      }
    }
    return 0;
  }

  override seekData(from: number, data: boolean): number {
    let position = from;
    while (position < this.length) {
      const index = Math.floor(position / PAGE_SIZE);
      if ((this.frames.has(index) || this.isBacked(index)) === data) {
        return position;
      }
      if (data && this.frames.size < 64) {
        // Few pages in a large sparse file: ask them rather than every page of the hole.
        return this.nearestData(index);
      }
      position = (index + 1) * PAGE_SIZE;
    }
    return data ? -1 : this.length;
  }

  private nearestData(after: number): number {
    let best = Infinity;
    for (const index of this.frames.keys()) {
      if (index > after && index < best) {
        best = index;
      }
    }
    const position = best * PAGE_SIZE;
    return position < this.length ? position : -1;
  }

  private zero(start: number, end: number): void {
    if (end <= start) {
      return;
    }
    const inPage = start % PAGE_SIZE;
    this.frames.get((start - inPage) / PAGE_SIZE)?.fill(0, inPage, end - start);
  }

  private add(index: number, zeroed: boolean): UFrame | undefined {
    if (this.budget.isExhausted) {
      return undefined;
    }
    const frame = new FrameAllocOptions().zeroed(zeroed).allocFrame();
    if (frame !== undefined) {
      this.frames.set(index, frame);
      this.budget.used++;
    }
    return frame;
  }

  private remove(index: number, frame: UFrame): void {
    this.frames.delete(index);
    this.clean.delete(index);
    frame.drop();
    this.budget.used--;
  }

  private removeRange(first: number, end: number): void {
    if (end - first > this.frames.size) {
      for (const [index, frame] of this.frames) {
        if (index >= first && index < end) {
          this.remove(index, frame);
        }
      }
      return;
    }
    for (let index = first; index < end; index++) {
      const frame = this.frames.get(index);
      if (frame !== undefined) {
        this.remove(index, frame);
      }
    }
  }

  // --- Backing

  private isBacked(index: number): boolean {
    return this.backing !== undefined && index * PAGE_SIZE < this.backing.lengthBytes;
  }

  /** Brings in page `index` of the backing, and those around it; undefined when that fails. */
  private load(index: number): UFrame | undefined {
    const { backing } = this;
    if (backing === undefined) return undefined;
    backing.makeRoom();
    const first = index - (index % LOAD_PAGES);
    const end = Math.min(first + LOAD_PAGES, Math.ceil(backing.lengthBytes / PAGE_SIZE));
    const fresh: (UFrame | undefined)[] = [];
    for (let at = first; at < end; at++) {
      fresh.push(this.frames.has(at) ? undefined : this.add(at, false));
    }
    if (!backing.load(first, fresh)) {
      for (const [i, frame] of fresh.entries()) {
        if (frame !== undefined) this.remove(first + i, frame);
      }
      return undefined;
    }
    for (const [i, frame] of fresh.entries()) {
      if (frame !== undefined) this.clean.add(first + i);
    }
    backing.pagesLoaded(this);
    return this.frames.get(index);
  }

  /** Brings all of the backing in and lets go of it: holes can be made then. */
  private loadAll(): void {
    const { backing } = this;
    if (backing === undefined) return;
    for (let index = 0; index * PAGE_SIZE < backing.lengthBytes; index++) {
      if (!this.frames.has(index) && this.load(index) === undefined) return;
    }
    this.forgetBacking();
  }

  private shrinkBacking(size: number): void {
    const { backing } = this;
    if (backing === undefined || size >= backing.lengthBytes) return;
    backing.lengthBytes = size;
    if (size === 0) this.forgetBacking();
  }

  private forgetBacking(): void {
    this.backing?.fileGone(this);
    this.backing = undefined;
    this.clean.clear();
  }

  /** The backing holds the file as it is now: the pages `[first, end)` can be dropped. */
  protected becameClean(first: number, end: number): void {
    const { backing } = this;
    if (backing === undefined) return;
    backing.lengthBytes = this.length;
    for (let index = first; index < end; index++) {
      if (this.frames.has(index)) this.clean.add(index);
    }
    backing.pagesLoaded(this);
  }

  /** Whether any page could be dropped, were it not mapped. */
  get hasClean(): boolean {
    return this.clean.size > 0;
  }

  /** Drops up to `count` pages that the backing has and nobody maps: how many it were. */
  dropClean(count: number): number {
    let dropped = 0;
    for (const index of this.clean) {
      if (dropped >= count) break;
      const frame = this.frames.get(index);
      if (frame === undefined || frame.referenceCount > 1) continue;
      this.remove(index, frame);
      dropped++;
    }
    return dropped;
  }
}
