// SPDX-License-Identifier: MPL-2.0

import type { PageTable } from "../arch/x86_64/page-table.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";
import { UFrame } from "./frame.ts";
import { UntypedMemory } from "./untyped-memory.ts";
import { PAGE_SIZE, isPageStart, pageOffset } from "./page.ts";
import { PageProperty } from "./page-prop.ts";

/** A page that a cursor stands on. */
export interface MappedPage {
  readonly address: number;
  /** A handle of the receiver's own, to be dropped. */
  readonly frame: UFrame;
  readonly property: PageProperty;
}

/** Looks at the pages of a range of user space, page by page. */
export class Cursor {
  readonly #system: System;
  readonly #table: PageTable;
  readonly #start: number;
  readonly #end: number;
  #at: number;

  /** For OSTD: over a page-aligned range of user space, checked by the caller. */
  constructor(
    privilege: Privilege,
    owner: System,
    table: PageTable,
    start: number,
    length: number,
  ) {
    if (privilege !== PRIVILEGE) {
      panic("cursors come from an address space");
    }
    this.#system = owner;
    this.#table = table;
    this.#start = start;
    this.#end = start + length;
    this.#at = start;
  }

  /** The page the cursor stands on; the end of its range once it has passed the last page. */
  get virtAddr(): number {
    return this.#at;
  }

  /** What is mapped where the cursor stands; it stays there. */
  query(): MappedPage | undefined {
    const entry = this.#at < this.#end ? this.#table.query(this.#at) : 0;
    if (entry === 0) {
      return undefined;
    }
    const flags = pageOffset(entry);
    const pfn = (entry - flags) / PAGE_SIZE;
    this.#system.frames.increase(pfn);
    return {
      address: this.#at,
      frame: new UFrame(PRIVILEGE, this.#system, pfn),
      property: PageProperty.newUser(flags, this.#table.cacheOf(this.#at)),
    };
  }

  /** Moves to the next mapped page within `length` bytes; its address, or undefined (not moved). */
  findNext(length: number): number | undefined {
    const found = this.#table.findNext(this.#at, this.#limit(length));
    if (found < 0) {
      return undefined;
    }
    this.#at = found;
    return found;
  }

  /** Moves to a page of the range; false when `address` is none. */
  jump(address: number): boolean {
    if (!(address >= this.#start && address <= this.#end && isPageStart(address))) {
      return false;
    }
    this.#at = address;
    return true;
  }

  #limit(length: number): number {
    if (!(length >= 0 && (isPageStart(length) || length === Number.POSITIVE_INFINITY))) {
      panic(`a cursor was asked for ${length} bytes, which are no whole pages`);
    }
    return Math.min(this.#end, this.#at + length);
  }

  /** For `CursorMut`: maps where the cursor stands and moves on. */
  static map(cursor: CursorMut, frame: UFrame, property: PageProperty): boolean {
    // SAFETY: numbers-once; a property of the kernel's own making may move the cursor.
    const flags = property.flags | 0;
    const { cache } = property;
    const at = cursor.#at;
    if (at >= cursor.#end) {
      return false;
    }
    const pfn = UntypedMemory.firstFrameIn(cursor.#system, frame);
    cursor.#system.frames.increase(pfn);
    if (!cursor.#table.map(at, pfn, flags, cache)) {
      cursor.#system.frames.decrease(pfn);
      return false;
    }
    cursor.#at = at + PAGE_SIZE;
    return true;
  }

  /** For `CursorMut`: what its changes have still to tell. */
  static flush(cursor: CursorMut): void {
    cursor.#system.tlbFlusher.sync();
  }

  /** For `CursorMut`: unmaps and moves on. */
  static unmap(cursor: CursorMut, length: number): number {
    const end = cursor.#limit(length);
    const pages = cursor.#table.unmapRange(cursor.#at, end);
    cursor.#at = end;
    return pages;
  }

  /** For `CursorMut`: changes the next page's flags and moves past it. */
  static protectNext(
    cursor: CursorMut,
    length: number,
    change: (flags: number) => number,
  ): number | undefined {
    const found = cursor.#table.findNext(cursor.#at, cursor.#limit(length));
    if (found < 0) {
      return undefined;
    }
    const flags = change(pageOffset(cursor.#table.query(found))) | 0;
    cursor.#table.protect(found, flags);
    cursor.#at = found + PAGE_SIZE;
    return found;
  }
}

/** Looks at and changes the pages of a range of user space. */
export class CursorMut extends Cursor {
  // Makes the type nominal: a Cursor is no CursorMut.
  readonly #mutable = true;

  get isMutable(): boolean {
    return this.#mutable;
  }

  /**
   * Maps `frame` where the cursor stands, in place of what was there, and moves on one page. The
   * mapping has a reference of its own. False at the end of the range or when memory is out.
   */
  map(frame: UFrame, property: PageProperty): boolean {
    return Cursor.map(this, frame, property);
  }

  /**
   * Unmaps `length` bytes (a multiple of the page size) and moves past them; pages unmapped. The
   * frames are given up by `flush`, or when user mode is entered: several calls share one flush.
   */
  unmap(length: number): number {
    return Cursor.unmap(this, length);
  }

  /** Has the machine forget the pages that were unmapped, and then gives up their frames. */
  flush(): void {
    Cursor.flush(this);
  }

  /**
   * Finds the next mapped page within `length` bytes, gives it the flags that `change` makes of
   * its flags, and moves past it; its address, or undefined when there is none (not moved).
   */
  protectNext(length: number, change: (flags: number) => number): number | undefined {
    return Cursor.protectNext(this, length, change);
  }
}
