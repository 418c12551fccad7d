// SPDX-License-Identifier: MPL-2.0

import { FrameAllocOptions } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import type { Ext2Pages } from "./pages.ts";

/** How many pages are tried before one is found that may go. */
const SWEEP_PAGES = 256;

/** A page of a file in memory. */
export class CachedPage {
  readonly owner: Ext2Pages;
  readonly index: number;
  readonly frame: UFrame;
  /** Newer than the disk. */
  dirty = false;
  /** Used since the last sweep came by. */
  used = true;
  /** Where it stands in the cache. */
  slot: number;

  constructor(owner: Ext2Pages, index: number, frame: UFrame, slot: number) {
    this.owner = owner;
    this.index = index;
    this.frame = frame;
    this.slot = slot;
  }
}

/** All pages of a file system's files that are in memory; the ones not used for long make room. */
export class PageCache {
  private readonly pages: CachedPage[] = [];
  private readonly limit: number;
  private hand = 0;
  dirtyCount = 0;

  /** `limit`: the most pages that clean files may hold. */
  constructor(limit: number) {
    this.limit = limit;
  }

  get count(): number {
    return this.pages.length;
  }

  /** A page for `owner`, or undefined when memory is out. */
  add(owner: Ext2Pages, index: number, zeroed: boolean): CachedPage | undefined {
    if (this.pages.length >= this.limit) this.evictOne();
    const options = new FrameAllocOptions().zeroed(zeroed);
    const frame = options.allocFrame() ?? (this.evictOne() ? options.allocFrame() : undefined);
    if (frame === undefined) return undefined;
    const page = new CachedPage(owner, index, frame, this.pages.length);
    this.pages.push(page);
    return page;
  }

  /** The owner has forgotten the page. */
  remove(page: CachedPage): void {
    if (page.dirty) this.dirtyCount--;
    const last = this.pages.pop();
    if (last !== undefined && last !== page) {
      last.slot = page.slot;
      this.pages[page.slot] = last;
    }
    page.frame.drop();
  }

  markDirty(page: CachedPage): void {
    if (!page.dirty) {
      page.dirty = true;
      this.dirtyCount++;
    }
  }
  markClean(page: CachedPage): void {
    if (page.dirty) {
      page.dirty = false;
      this.dirtyCount--;
    }
  }

  /** Lets all pages go that are clean and in no mapping. */
  dropClean(): void {
    // From the end on: the last one takes the place of one that goes.
    for (let slot = this.pages.length - 1; slot >= 0; slot--) {
      const page = this.pages[slot];
      if (page === undefined || page.dirty || page.frame.referenceCount > 1) continue;
      page.owner.letGo(page);
    }
  }

  /** Lets one page go that is clean, in no mapping, and was not used lately. */
  private evictOne(): boolean {
    for (let tries = 0; tries < SWEEP_PAGES && this.pages.length > 0; tries++) {
      this.hand = (this.hand + 1) % this.pages.length;
      const page = this.pages[this.hand];
      if (page === undefined || page.dirty || page.frame.referenceCount > 1) continue;
      if (page.used) {
        page.used = false;
        continue;
      }
      page.owner.letGo(page);
      return true;
    }
    return false;
  }
}
