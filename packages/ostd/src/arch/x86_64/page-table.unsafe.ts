// SPDX-License-Identifier: MPL-2.0

import type { Hardware } from "@aster/hardware";
import { FrameKind } from "../../mm/frames.unsafe.ts";
import type { Frames } from "../../mm/frames.unsafe.ts";
import { MAX_USERSPACE_VADDR, PAGE_SIZE } from "../../mm/page.ts";
import type { CachePolicy } from "../../mm/page-prop.ts";
import type { EntryList, Ram } from "../../mm/ram.unsafe.ts";
import type { TlbFlusher } from "../../mm/tlb.ts";
import { panicUsed } from "../../release.ts";
import type { Release } from "../../release.ts";
import type { System } from "../../system.unsafe.ts";
import {
  ACCESSED,
  AVAIL1,
  AVAIL2,
  LEAF_SPAN,
  DIRTY,
  NO_EXECUTE_HIGH,
  PRESENT,
  USER,
  WRITABLE,
  addressOf,
  cacheBitsOf,
  cachePolicyOf,
  flagsOf,
  lowBitsOf,
  spanEnd,
} from "./page-entry.ts";
import type { TranslationCache } from "./translation-cache.ts";

const TWO_32 = 0x1_0000_0000;
const ENTRIES = 512;

/**
 * The 4-level page table of one user address space.
 *
 * SAFETY:
 * - its tables are typed frames, reachable by no handle; leaves point at untyped frames only,
 *   each present leaf owning one reference;
 * - every change that takes rights away tells the machine before user mode runs again;
 * - a frame that left the tables is given up after the machine was told (`TlbFlusher`), and last of
 *   all, so that the frame allocator, which is the kernel's, never sees a table half changed;
 * - only addresses below `MAX_USERSPACE_VADDR` are entered: callers check, and the split below
 *   cannot reach the upper half of the root.
 *
 * Addresses are split by `>>> 0`, which is exact: it takes an integer below 2^53 modulo 2^32.
 */
export class PageTable {
  readonly #ram: Ram;
  readonly #frames: Frames;
  readonly #hardware: Hardware;
  /** Physical address of the root table. */
  readonly root: number;
  /** How many pages are mapped. */
  pageCount = 0;
  /** Where the address space was dropped. */
  #destroyed: Release | undefined;
  /** The leaf table found last, and the number of its 2 MiB region (-1 for none). */
  #lastRegion = -1;
  #lastLeaf = 0;

  readonly #flusher: TlbFlusher;
  readonly #translations: TranslationCache;
  readonly #list: EntryList;
  #owner: number;

  private constructor(owner: System, root: number) {
    this.#ram = owner.ram;
    this.#frames = owner.frames;
    this.#hardware = owner.hardware;
    this.#flusher = owner.tlbFlusher;
    this.#translations = owner.translations;
    this.#list = owner.entryList;
    this.#owner = owner.translations.newOwner();
    this.root = root;
  }

  /** An empty table, or undefined when memory is out. */
  static create(owner: System): PageTable | undefined {
    const pfn = owner.frames.alloc(1, FrameKind.PAGE_TABLE, true);
    return pfn < 0 ? undefined : new PageTable(owner, pfn * PAGE_SIZE);
  }

  /** The leaf table of `address`, or -1. */
  #leafTable(address: number): number {
    const low = address >>> 0;
    const high = low === address ? 0 : (address - low) / TWO_32;
    const region = high * 2048 + (low >>> 21);
    if (this.#lastRegion === region) return this.#lastLeaf;
    if (this.#destroyed !== undefined) {
      panicUsed("an address space", this.#destroyed);
    }
    let table = this.#child(this.root, (high >>> 7) & 511);
    if (table >= 0) {
      table = this.#child(table, ((high << 2) | (low >>> 30)) & 511);
    }
    if (table >= 0) {
      table = this.#child(table, (low >>> 21) & 511);
    }
    if (table >= 0) {
      this.#lastRegion = region;
      this.#lastLeaf = table;
    }
    return table;
  }

  #child(table: number, index: number): number {
    const low = this.#ram.readEntry(table + index * 8);
    return (low & PRESENT) === 0 ? -1 : addressOf(low, this.#ram.readEntry(table + index * 8 + 4));
  }

  /** The leaf table of `address`, made if absent; -1 when memory is out. */
  #makeLeafTable(address: number): number {
    const found = this.#leafTable(address);
    if (found >= 0) return found;
    const low = address >>> 0;
    const high = (address - low) / TWO_32;
    let table = this.#makeChild(this.root, (high >>> 7) & 511);
    if (table >= 0) {
      table = this.#makeChild(table, ((high << 2) | (low >>> 30)) & 511);
    }
    if (table >= 0) {
      table = this.#makeChild(table, (low >>> 21) & 511);
    }
    if (table < 0) {
      this.#freeEmptyTables(address);
      this.#flusher.sync();
    }
    return table;
  }

  #makeChild(table: number, index: number): number {
    const found = this.#child(table, index);
    if (found >= 0) return found;
    const pfn = this.#frames.alloc(1, FrameKind.PAGE_TABLE, true);
    if (pfn < 0) return -1;
    const child = pfn * PAGE_SIZE;
    this.#write(table + index * 8, child, PRESENT | WRITABLE | USER, 0);
    this.#frames.addEntries(table / PAGE_SIZE, 1);
    return child;
  }

  #write(entry: number, paddr: number, lowBits: number, highBits: number): void {
    const low = paddr >>> 0;
    this.#ram.writeEntry(entry, low | lowBits);
    this.#ram.writeEntry(entry + 4, (low === paddr ? 0 : (paddr - low) / TWO_32) | highBits);
  }

  /**
   * The physical address that user mode would reach at `address`, or -1 where it would fault.
   * Sets the accessed bit, and for a write the dirty bit, as the CPU does. Any number may be
   * asked for.
   */
  translate(address: number, write: boolean): number {
    const found = this.#translations.lookup(this.#owner, address, write);
    return found >= 0 ? found : this.#walk(address, write);
  }

  #walk(address: number, write: boolean): number {
    if (!(address >= 0 && address < MAX_USERSPACE_VADDR)) return -1;
    const table = this.#leafTable(address);
    if (table < 0) return -1;
    const entry = table + ((address >>> 12) & 511) * 8;
    const low = this.#ram.readEntry(entry);
    const rights = write ? PRESENT | USER | WRITABLE : PRESENT | USER;
    if ((low & rights) !== rights) return -1;
    const wanted = write ? ACCESSED | DIRTY : ACCESSED;
    if ((low & wanted) !== wanted) {
      this.#ram.writeEntry(entry, low | wanted);
    }
    const frame = addressOf(low, this.#ram.readEntry(entry + 4));
    this.#translations.enter(this.#owner, address, frame, write);
    return frame + (address & 0xfff);
  }

  /** Forgets the kernel's own translations: with every change of a present entry. */
  #forgetTranslations(): void {
    this.#owner = this.#translations.newOwner();
  }

  /** Address of the frame plus its `PageFlags` (below 4096), or 0 when nothing is mapped. */
  query(address: number): number {
    const table = this.#leafTable(address);
    if (table < 0) return 0;
    const entry = table + ((address >>> 12) & 511) * 8;
    const low = this.#ram.readEntry(entry);
    if ((low & PRESENT) === 0) return 0;
    const high = this.#ram.readEntry(entry + 4);
    return addressOf(low, high) + flagsOf(low, high);
  }

  /** The cache policy of a mapped page. */
  cacheOf(address: number): CachePolicy {
    const table = this.#leafTable(address);
    const low = table < 0 ? 0 : this.#ram.readEntry(table + ((address >>> 12) & 511) * 8);
    return cachePolicyOf(low);
  }

  /**
   * Maps `pfn` at `address`, taking over one reference to it; gives up what was mapped there.
   * False when memory for a table is out, and then the reference stays with the caller.
   */
  map(address: number, pfn: number, flags: number, cache: CachePolicy): boolean {
    const table = this.#makeLeafTable(address);
    if (table < 0) return false;
    const entry = table + ((address >>> 12) & 511) * 8;
    const oldLow = this.#ram.readEntry(entry);
    const oldHigh = this.#ram.readEntry(entry + 4);
    this.#write(
      entry,
      pfn * PAGE_SIZE,
      lowBitsOf(flags) | cacheBitsOf(cache),
      (flags & 4) === 0 ? NO_EXECUTE_HIGH : 0,
    );
    if ((oldLow & PRESENT) === 0) {
      this.pageCount += 1;
      this.#frames.addEntries(table / PAGE_SIZE, 1);
    } else {
      this.#forgetTranslations();
      this.#hardware.invalidatePage(this.root, address);
      this.#frames.decrease(addressOf(oldLow, oldHigh) / PAGE_SIZE);
    }
    return true;
  }

  /**
   * Maps `pfns` at the pages from `address` on, which one leaf table has, where nothing is mapped yet
   * and the number is no negative one; takes a reference for each. False when memory is out.
   */
  mapAbsent(address: number, pfns: readonly number[], flags: number): boolean {
    const table = this.#makeLeafTable(address);
    if (table < 0) return false;
    const index = (address >>> 12) & 511;
    const high = (flags & 4) === 0 ? NO_EXECUTE_HIGH : 0;
    const added = this.#ram.addEntries(table, index, pfns, lowBitsOf(flags), high, this.#list);
    this.#frames.increaseAll(this.#list.frames, added);
    this.pageCount += added;
    this.#frames.addEntries(table / PAGE_SIZE, added);
    return true;
  }

  /** Sets the flags of a mapped page (also accessed and dirty); false when nothing is mapped. */
  protect(address: number, flags: number): boolean {
    const table = this.#leafTable(address);
    if (table < 0) return false;
    const entry = table + ((address >>> 12) & 511) * 8;
    const low = this.#ram.readEntry(entry);
    if ((low & PRESENT) === 0) return false;
    this.#protectEntry(entry, low, flags);
    this.#forgetTranslations();
    this.#hardware.invalidatePage(this.root, address);
    return true;
  }

  #protectEntry(entry: number, low: number, flags: number): void {
    const high = this.#ram.readEntry(entry + 4) & 0x7fff_ffff;
    const kept = low & ~(USER | WRITABLE | ACCESSED | DIRTY | AVAIL1 | AVAIL2);
    this.#ram.writeEntry(entry, kept | lowBitsOf(flags));
    this.#ram.writeEntry(entry + 4, (flags & 4) === 0 ? high | NO_EXECUTE_HIGH : high);
  }

  /** Sets `set` and clears `clear` in the flags of all mapped pages; how many there were. */
  protectRange(start: number, end: number, set: number, clear: number): number {
    this.#forgetTranslations();
    let pages = 0;
    let at = this.findNext(start, end);
    while (at >= 0) {
      const table = this.#leafTable(at);
      const limit = Math.min(end, spanEnd(at));
      for (; at < limit; at += PAGE_SIZE) {
        const entry = table + ((at >>> 12) & 511) * 8;
        const low = this.#ram.readEntry(entry);
        if ((low & PRESENT) === 0) continue;
        pages += 1;
        const old = flagsOf(low, this.#ram.readEntry(entry + 4));
        const flags = (old & ~clear) | set;
        if (flags !== old) {
          this.#protectEntry(entry, low, flags);
          this.#flusher.issuePage(this.root, at);
        }
      }
      at = this.findNext(limit, end);
    }
    this.#flusher.dispatch();
    return pages;
  }

  /**
   * Unmaps all pages of the range and tables that became empty; how many pages. Their frames are
   * given up by the next `sync` of the flusher, which the caller sees to.
   */
  unmapRange(start: number, end: number): number {
    this.#forgetTranslations();
    let pages = 0;
    let at = this.findNext(start, end);
    while (at >= 0) {
      const table = this.#leafTable(at);
      const limit = Math.min(end, spanEnd(at));
      const first = (at >>> 12) & 511;
      const last = first + (limit - at) / PAGE_SIZE;
      const list = this.#list;
      const present = this.#frames.entryCount(table / PAGE_SIZE);
      const count = this.#ram.listEntries(table, first, last, present, true, list);
      const region = at - first * PAGE_SIZE;
      for (let i = 0; i < count; i++) {
        this.#flusher.issuePage(this.root, region + (list.places[i] ?? 0) * PAGE_SIZE);
      }
      this.#flusher.deferAll(list.frames, count);
      pages += count;
      this.pageCount -= count;
      this.#frames.addEntries(table / PAGE_SIZE, -count);
      if (this.#frames.entryCount(table / PAGE_SIZE) === 0) {
        this.#freeEmptyTables(region);
      }
      at = this.findNext(limit, end);
    }
    return pages;
  }

  /** Takes out the tables on the way to `address` that have no entries, from the lowest one up. */
  #freeEmptyTables(address: number): void {
    const low = address >>> 0;
    const high = (address - low) / TWO_32;
    const indexes = [(high >>> 7) & 511, ((high << 2) | (low >>> 30)) & 511, (low >>> 21) & 511];
    const tables = [this.root];
    for (const index of indexes) {
      const child = this.#child(tables[tables.length - 1] ?? 0, index);
      if (child < 0) break;
      tables.push(child);
    }
    for (let level = tables.length - 1; level > 0; level--) {
      const table = tables[level] ?? -1;
      const parent = tables[level - 1] ?? -1;
      if (this.#frames.entryCount(table / PAGE_SIZE) > 0) break;
      const entry = parent + (indexes[level - 1] ?? 0) * 8;
      this.#ram.writeEntry(entry, 0);
      this.#ram.writeEntry(entry + 4, 0);
      this.#frames.addEntries(parent / PAGE_SIZE, -1);
      this.#lastRegion = -1;
      // INVLPG also forgets the cached upper entries of the address (SDM vol. 3, 4.10.4.1).
      this.#flusher.issuePage(this.root, address);
      this.#flusher.defer(table / PAGE_SIZE);
    }
  }

  /** The first mapped page in `[start, end)`, both page-aligned, or -1. */
  findNext(start: number, end: number): number {
    let at = start;
    while (at < end) {
      const table = this.#leafTable(at);
      if (table < 0) {
        at = this.#skipAbsent(at, end);
        continue;
      }
      const limit = Math.min(end, spanEnd(at));
      const first = (at >>> 12) & 511;
      const last = first + (limit - at) / PAGE_SIZE;
      const found = this.#ram.findEntry(table, first, last, PRESENT);
      if (found < last) return at + (found - first) * PAGE_SIZE;
      at = limit;
    }
    return -1;
  }

  /** The first address after `address`, but not after `end`, that may have a leaf table. */
  #skipAbsent(address: number, end: number): number {
    const low = address >>> 0;
    const high = (address - low) / TWO_32;
    let table = this.root;
    let span = LEAF_SPAN * ENTRIES * ENTRIES;
    let index = (high >>> 7) & 511;
    for (let level = 3; level > 1; level--) {
      const child = this.#child(table, index);
      if (child < 0) break;
      table = child;
      span /= ENTRIES;
      index = level === 3 ? ((high << 2) | (low >>> 30)) & 511 : (low >>> 21) & 511;
    }
    // In the table where the walk ended, skip to the next entry that is present.
    const at = address - (address % span) + span;
    index += 1;
    const last = Math.min(ENTRIES, index + Math.ceil(Math.max(0, end - at) / span));
    return at + (this.#ram.findEntry(table, index, last, PRESENT) - index) * span;
  }

  /**
   * Maps every page of `parent` in `[start, end)` here too, at the same address. With
   * `copyOnWrite` the right to write goes away in both. Pages shared, or -1 when memory is out.
   */
  shareFrom(parent: PageTable, start: number, end: number, copyOnWrite: boolean): number {
    try {
      return this.#share(parent, start, end, copyOnWrite);
    } finally {
      // Last: the frame allocator, asked for tables on the way, may have read the parent's pages.
      parent.#forgetTranslations();
      this.#flusher.dispatch();
    }
  }

  #share(parent: PageTable, start: number, end: number, copyOnWrite: boolean): number {
    let pages = 0;
    let at = parent.findNext(start, end);
    while (at >= 0) {
      const source = parent.#leafTable(at);
      const target = this.#makeLeafTable(at);
      if (target < 0) {
        pages = -1;
        break;
      }
      const limit = Math.min(end, spanEnd(at));
      const first = (at >>> 12) & 511;
      const last = first + (limit - at) / PAGE_SIZE;
      const list = this.#list;
      const lost = copyOnWrite ? WRITABLE : 0;
      const added = this.#ram.copyEntries(source, target, first, last, lost, list);
      this.#frames.increaseAll(list.frames, added);
      const region = at - first * PAGE_SIZE;
      for (let i = 0; i < added; i++) {
        const place = list.places[i] ?? 0;
        if (place < 0) this.#flusher.issuePage(parent.root, region + (-1 - place) * PAGE_SIZE);
      }
      this.pageCount += added;
      this.#frames.addEntries(target / PAGE_SIZE, added);
      pages += added;
      at = parent.findNext(limit, end);
    }
    return pages;
  }

  /** Unmaps everything and frees all tables, the root too. The table must not be used again. */
  destroy(release: Release): void {
    this.#destroyed = release;
    this.#lastRegion = -1;
    this.#forgetTranslations();
    this.#flusher.dispatch();
    this.#hardware.invalidateAddressSpace(this.root);
    this.#destroyLevel(this.root, 4);
    this.#flusher.sync();
  }

  #destroyLevel(table: number, level: number): void {
    if (level === 1) {
      const present = this.#frames.entryCount(table / PAGE_SIZE);
      const count = this.#ram.listEntries(table, 0, ENTRIES, present, false, this.#list);
      this.#flusher.deferAll(this.#list.frames, count);
      this.#flusher.defer(table / PAGE_SIZE);
      return;
    }
    let index = -1;
    for (let left = this.#frames.entryCount(table / PAGE_SIZE); left > 0; left--) {
      index = this.#ram.findEntry(table, index + 1, ENTRIES, PRESENT);
      if (index >= ENTRIES) break;
      const low = this.#ram.readEntry(table + index * 8);
      const child = addressOf(low, this.#ram.readEntry(table + index * 8 + 4));
      this.#destroyLevel(child, level - 1);
    }
    this.#flusher.defer(table / PAGE_SIZE);
  }
}
