// SPDX-License-Identifier: MPL-2.0

import { PageFlags } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { PROT_WRITE } from "../abi/mman.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { PAGE_SIZE } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";

/** Why a page of a source can not be had. */
export const PAGE_BEYOND_END = -1;
export const PAGE_OUT_OF_MEMORY = -2;
export type PageFailure = typeof PAGE_BEYOND_END | typeof PAGE_OUT_OF_MEMORY;

/**
 * What a mapping shows: the page cache of a file, or shared anonymous memory. `read`, `write` and
 * every mapping of the object see the same frames. It knows its mappings, so that pages that go
 * away (truncation, holes) go away there too.
 */
export abstract class PageSource {
  private readonly mappings: Set<Mapping> = new Set();

  /**
   * The frame of page `index` (offset / 4096), brought in or made on demand. The frame is lent: a
   * mapping takes a reference of its own.
   */
  abstract page(index: number): UFrame | PageFailure;
  /** The frame of page `index` if it is in memory; never brings it in or makes it. */
  abstract cachedPage(index: number): UFrame | undefined;
  /**
   * A page of this source is about to be mapped writable and shared: its contents may change at any
   * time. False where there is no storage for it.
   */
  abstract markDirty(index: number): boolean;
  /**
   * Gives the pages `[first, end)` back, so that they read as zeros (MADV_REMOVE); for what is no
   * file.
   */
  punch(_first: number, _end: number): Result {
    return fail(Errno.EOPNOTSUPP, "the memory can have no holes");
  }
  /** The last mapping has gone. */
  protected onUnmapped(): void {}

  /** A mapping shows the source from now on; each `attach` is followed by one `detach`. */
  attach(mapping: Mapping): void {
    this.mappings.add(mapping);
  }
  detach(mapping: Mapping): void {
    this.mappings.delete(mapping);
    if (this.mappings.size === 0) this.onUnmapped();
  }

  get isMapped(): boolean {
    return this.mappings.size > 0;
  }

  /** Shared mappings that may be written through, now or after mprotect(2). */
  get writableMappings(): number {
    let count = 0;
    for (const mapping of this.mappings) {
      if (mapping.shared && (mapping.maxProtection & PROT_WRITE) !== 0) count += 1;
    }
    return count;
  }

  /** Takes the pages from `first` on out of all mappings, private copies too (ftruncate(2)). */
  protected forgetFrom(first: number): void {
    for (const mapping of this.mappings) {
      const start = Math.max(mapping.start, mapping.addressOf(first));
      if (start < mapping.end) mapping.space?.unmapRange(start, mapping.end);
    }
  }

  /**
   * Takes the pages `[first, end)` out of the mappings that show them; private copies stay
   * (fallocate(2), FALLOC_FL_PUNCH_HOLE). Called while the source still has its frames.
   */
  protected forgetShown(first: number, end: number): void {
    for (const mapping of this.mappings) {
      const { space } = mapping;
      if (space === undefined) continue;
      const stop = Math.min(mapping.end, mapping.addressOf(end));
      let at = Math.max(mapping.start, mapping.addressOf(first));
      for (; at < stop; at += PAGE_SIZE) {
        const entry = space.queryPage(at);
        const shown = this.cachedPage(mapping.sourcePageAt(at))?.paddr;
        if (entry !== 0 && entry - (entry % PAGE_SIZE) === shown) space.unmapPage(at);
      }
    }
  }

  /**
   * Makes page `index` read-only in the shared mappings that show it, so that `markDirty` is called
   * before it is written again.
   */
  protected writeProtect(index: number): void {
    for (const mapping of this.mappings) {
      const { space } = mapping;
      const at = mapping.addressOf(index);
      if (space === undefined || !mapping.shared || at < mapping.start || at >= mapping.end)
        continue;
      const flags = space.queryPage(at) % PAGE_SIZE;
      if ((flags & PageFlags.W) !== 0) space.protectPage(at, flags & ~PageFlags.W);
    }
  }
}
