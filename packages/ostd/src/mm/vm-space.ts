// SPDX-License-Identifier: MPL-2.0

import { spanEnd } from "../arch/x86_64/page-entry.ts";
import { PageTable } from "../arch/x86_64/page-table.unsafe.ts";
import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";
import type { OstdError } from "../error.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import { Cursor, CursorMut } from "./cursor.ts";
import { UFrame } from "./frame.ts";
import { UntypedMemory } from "./untyped-memory.ts";
import { FrameKind } from "./frames.unsafe.ts";
import {
  MAX_USERSPACE_VADDR,
  PAGE_SIZE,
  isPageStart,
  isUserRange,
  pageIndex,
  pageOffset,
} from "./page.ts";
import { UserMemory } from "./user-memory.ts";
import { VmReader, VmWriter } from "./vm-io.ts";

/** What `resolveCopyOnWrite` did. */
export const CopyOnWrite = {
  /** No page is mapped there. */
  NOT_MAPPED: 0,
  /** The mapping was the only owner: it may write now. */
  MADE_WRITABLE: 1,
  /** The mapping has a copy of its own now. */
  COPIED: 2,
  /** No frame was free. */
  NO_MEMORY: 3,
} as const;

/**
 * A user address space. Pages map untyped frames, each mapping counting as one reference.
 * The holder ends it with `drop`, after which any use panics.
 *
 * Methods that take an address refuse what is no page below `MAX_USERSPACE_VADDR`
 * (`mapPage` returns false, `queryPage` 0, and so on). Whether low addresses such as 0 may be
 * mapped is the kernel's policy.
 */
export class VmSpace extends UserMemory {
  readonly #system: System;
  readonly #table: PageTable;
  #dropped: Release | undefined;

  private constructor(owner: System, table: PageTable) {
    super(PRIVILEGE, owner, table);
    this.#system = owner;
    this.#table = table;
  }

  /** An empty address space, or undefined when memory is out. */
  static create(): VmSpace | undefined {
    const owner = system();
    const table = PageTable.create(owner);
    return table === undefined ? undefined : new VmSpace(owner, table);
  }

  /** For OSTD. */
  static tableOf(privilege: Privilege, space: VmSpace): PageTable {
    if (privilege !== PRIVILEGE) {
      panic("only OSTD touches page tables");
    }
    return space.#live();
  }

  #live(): PageTable {
    if (this.#dropped !== undefined) {
      panicUsed("an address space", this.#dropped);
    }
    return this.#table;
  }

  /** Frees the page tables and gives up every mapped frame. */
  drop(): void {
    if (this.#dropped !== undefined) {
      panicTwice("an address space", this.#dropped);
    }
    const table = this.#table;
    this.#dropped = this.#system.releases.note();
    if (this.#system.activeRoot === table.root) {
      this.#system.setActiveRoot(this.#system.idleRoot);
    }
    table.destroy(this.#dropped);
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  /** Makes this the address space of user mode. Cheap when it already is. */
  activate(): void {
    const table = this.#live();
    if (this.#system.activeRoot !== table.root) {
      this.#system.setActiveRoot(table.root);
    }
  }

  /** A cursor to look at the pages of `[address, address + length)`, page-aligned. */
  cursor(address: number, length: number): Cursor | OstdError {
    const start = +address;
    const end = start + +length;
    const table = this.#live();
    return isUserRange(start, end)
      ? new Cursor(PRIVILEGE, this.#system, table, start, end - start)
      : "InvalidArgs";
  }

  /** A cursor to look at and change the pages of `[address, address + length)`, page-aligned. */
  cursorMut(address: number, length: number): CursorMut | OstdError {
    const start = +address;
    const end = start + +length;
    const table = this.#live();
    return isUserRange(start, end)
      ? new CursorMut(PRIVILEGE, this.#system, table, start, end - start)
      : "InvalidArgs";
  }

  /** A fallible reader of user memory. */
  reader(address: number, length: number): VmReader | OstdError {
    const start = +address;
    const count = +length;
    this.#live();
    return isUserBytes(start, count)
      ? new VmReader(PRIVILEGE, undefined, undefined, this, start, count)
      : "AccessDenied";
  }

  /** A fallible writer of user memory. */
  writer(address: number, length: number): VmWriter | OstdError {
    const start = +address;
    const count = +length;
    this.#live();
    return isUserBytes(start, count)
      ? new VmWriter(PRIVILEGE, undefined, undefined, this, start, count)
      : "AccessDenied";
  }

  // --- Single pages: for the page-fault handler; nothing is allocated but page tables.

  /**
   * Maps `frame` at the page `address` with bits of `PageFlags`, replacing what was there. The
   * mapping has a reference of its own; the caller keeps its handle.
   * False when memory for a table is out or the address is no user page.
   */
  mapPage(address: number, frame: UFrame, flags: number): boolean {
    const bits = flags | 0;
    const table = this.#live();
    if (!isUserPage(address)) return false;
    const pfn = UntypedMemory.firstFrameIn(this.#system, frame);
    this.#system.frames.increase(pfn);
    if (!table.map(address, pfn, bits, "Writeback")) {
      this.#system.frames.decrease(pfn);
      return false;
    }
    return true;
  }

  /**
   * Maps `frames` at the page `address` and those after it in its 2 MiB, with bits of `PageFlags`, but
   * only where nothing is mapped and there is a frame. Each mapping has a reference of its own.
   * False when memory for a table is out or the addresses are no such pages.
   */
  mapAbsentPages(address: number, frames: readonly (UFrame | undefined)[], flags: number): boolean {
    const start = +address;
    const bits = flags | 0;
    this.#live();
    // SAFETY: an array of the kernel's may run code where it is read, so all is looked at after that.
    const given = [...frames];
    const table = this.#live();
    if (!isUserPage(start) || start + given.length * PAGE_SIZE > spanEnd(start)) return false;
    const pfns: number[] = [];
    for (let i = 0; i < given.length; i++) {
      const frame = given[i];
      pfns.push(frame === undefined ? -1 : UntypedMemory.firstFrameIn(this.#system, frame));
    }
    return table.mapAbsent(start, pfns, bits);
  }

  /** Maps a fresh zeroed frame; false when memory is out or the address is no user page. */
  mapZeroedPage(address: number, flags: number): boolean {
    const bits = flags | 0;
    const table = this.#live();
    if (!isUserPage(address)) return false;
    const pfn = this.#system.frames.alloc(1, FrameKind.UNTYPED, true);
    if (pfn < 0) return false;
    if (!table.map(address, pfn, bits, "Writeback")) {
      this.#system.frames.decrease(pfn);
      return false;
    }
    return true;
  }

  /**
   * What is mapped at the page of `address`: the frame's physical address plus its `PageFlags`
   * (take `% PAGE_SIZE`), or 0 for nothing.
   */
  queryPage(address: number): number {
    return this.#query(+address);
  }

  /** As `queryPage`, whatever was put over it. */
  #query(address: number): number {
    const table = this.#live();
    return address >= 0 && address < MAX_USERSPACE_VADDR ? table.query(address) : 0;
  }

  /** A handle on the frame mapped at the page of `address`. */
  frameAt(address: number): UFrame | undefined {
    const entry = this.#query(+address);
    if (entry === 0) return undefined;
    const pfn = pageIndex(entry);
    this.#system.frames.increase(pfn);
    return new UFrame(PRIVILEGE, this.#system, pfn);
  }

  /** How many handles and mappings refer to the frame mapped at `address`; 0 for nothing. */
  pageReferenceCount(address: number): number {
    const entry = this.#query(+address);
    return entry === 0 ? 0 : this.#system.frames.referenceCount(pageIndex(entry));
  }

  /** Sets all flags of the mapped page, also ACCESSED and DIRTY; false when nothing is mapped. */
  protectPage(address: number, flags: number): boolean {
    const bits = flags | 0;
    const table = this.#live();
    return isUserPage(address) && table.protect(address, bits);
  }

  /** Unmaps one page; false when nothing was mapped. */
  unmapPage(address: number): boolean {
    const table = this.#live();
    return isUserPage(address) && this.#unmap(table, address, address + PAGE_SIZE) > 0;
  }

  #unmap(table: PageTable, start: number, end: number): number {
    const pages = table.unmapRange(start, end);
    this.#system.tlbFlusher.sync();
    return pages;
  }

  /**
   * Gives the mapping at `address` a frame that it may write: its own when it is the only
   * owner, else a copy. The page's flags become `flags`. One of `CopyOnWrite`.
   */
  resolveCopyOnWrite(address: number, flags: number): number {
    const bits = flags | 0;
    const table = this.#live();
    const entry = isUserPage(address) ? table.query(address) : 0;
    if (entry === 0) return CopyOnWrite.NOT_MAPPED;
    const { frames, ram } = this.#system;
    const paddr = entry - pageOffset(entry);
    if (frames.referenceCount(paddr / PAGE_SIZE) === 1) {
      table.protect(address, bits);
      return CopyOnWrite.MADE_WRITABLE;
    }
    const pfn = frames.alloc(1, FrameKind.UNTYPED, false);
    if (pfn < 0) return CopyOnWrite.NO_MEMORY;
    ram.copy(pfn * PAGE_SIZE, paddr, PAGE_SIZE);
    table.map(address, pfn, bits, "Writeback");
    return CopyOnWrite.COPIED;
  }

  /** Reads and clears ACCESSED and DIRTY of the page; the bits that were set. */
  clearAccessedDirty(address: number): number {
    const at = +address;
    const entry = this.#query(at);
    const bits = entry & 0x18;
    if (bits !== 0) {
      this.#table.protect(at - pageOffset(at), pageOffset(entry) - bits);
    }
    return bits;
  }

  // --- Ranges; page-aligned, refused (0, or -1) otherwise.

  /** Unmaps all pages of `[start, end)`; how many there were. */
  unmapRange(start: number, end: number): number {
    const table = this.#live();
    return isUserRange(start, end) ? this.#unmap(table, start, end) : 0;
  }

  /** Sets and clears bits of `PageFlags` in all mapped pages of `[start, end)`; how many there were. */
  protectRange(start: number, end: number, set: number, clear: number): number {
    const added = set | 0;
    const removed = clear | 0;
    const table = this.#live();
    return isUserRange(start, end) ? table.protectRange(start, end, added, removed) : 0;
  }

  /** How many pages are mapped. */
  get pageCount(): number {
    return this.#live().pageCount;
  }

  /** The first mapped page in `[start, end)`, or -1. */
  findNextPage(start: number, end: number): number {
    const table = this.#live();
    return isUserRange(start, end) ? table.findNext(start, end) : -1;
  }

  /**
   * For fork: maps the parent's pages of `[start, end)` here at the same addresses, and takes
   * the right to write away from both. Pages shared, or -1 when memory is out (then the caller
   * drops this space; the parent is whole).
   */
  copyOnWriteFrom(parent: VmSpace, start: number, end: number): number {
    const table = this.#live();
    requireSame(this.#system, parent.#system);
    return isUserRange(start, end) ? table.shareFrom(parent.#live(), start, end, true) : -1;
  }

  /** As `copyOnWriteFrom`, for shared mappings: rights stay as they are. */
  shareFrom(parent: VmSpace, start: number, end: number): number {
    const table = this.#live();
    requireSame(this.#system, parent.#system);
    return isUserRange(start, end) ? table.shareFrom(parent.#live(), start, end, false) : -1;
  }
}

function requireSame(own: System, other: System): void {
  if (own !== other) {
    panic("an address space of another system");
  }
}

function isUserPage(address: number): boolean {
  return address >= 0 && address < MAX_USERSPACE_VADDR && isPageStart(address);
}

function isUserBytes(address: number, length: number): boolean {
  return address >= 0 && length >= 0 && address + length <= MAX_USERSPACE_VADDR;
}
