// SPDX-License-Identifier: MPL-2.0

import type { VmSpace } from "@aster/ostd";
import type { OpenFile } from "../fs/file.ts";
import type { PageSource } from "./page-source.ts";

export const PAGE_SIZE = 4096;

/** Whether a mapping is locked in memory (mlock2(2)). */
export const Locked = {
  NO: 0,
  /** All its pages are there. */
  NOW: 1,
  /** Pages stay once they were accessed (MLOCK_ONFAULT). */
  ON_FAULT: 2,
} as const;
export type Locked = (typeof Locked)[keyof typeof Locked];

/** One range of an address space with one set of properties (what Linux calls a VMA). */
export class Mapping {
  /** First byte; a multiple of the page size. */
  start: number;
  /** One past the last byte; a multiple of the page size. */
  end: number;
  /** PROT_READ, PROT_WRITE, PROT_EXEC. */
  protection: number;
  /** The widest protection that mprotect may give, from how the file was opened. */
  maxProtection: number;
  /** Stores go to the source and other mappings see them. */
  readonly shared: boolean;
  /** What the pages show before they are written; undefined for private anonymous memory. */
  readonly source: PageSource | undefined;
  /** Page index in `source` of the page at `start`. */
  sourcePage: number;
  /** The file mapped; each mapping holds one reference, from its constructor to `release`. */
  readonly file: OpenFile | undefined;
  /** What /proc/PID/maps prints where there is no file: "[heap]", "[stack]" or nothing. */
  readonly name: string;
  /** Grows by page faults below `start` (the stack). */
  readonly growsDown: boolean;
  /** madvise(2): MADV_DONTFORK and MADV_WIPEONFORK. */
  dontFork = false;
  wipeOnFork = false;
  /** mlock(2); a child of fork(2) starts without. */
  locked: Locked = Locked.NO;
  /** Where its pages are; set when the mapping is added to an address space. */
  space: VmSpace | undefined = undefined;

  constructor(fields: {
    start: number;
    end: number;
    protection: number;
    maxProtection?: number;
    shared: boolean;
    source?: PageSource | undefined;
    sourcePage?: number;
    file?: OpenFile | undefined;
    name?: string;
    growsDown?: boolean;
  }) {
    this.start = fields.start;
    this.end = fields.end;
    this.protection = fields.protection;
    this.maxProtection = fields.maxProtection ?? 7;
    this.shared = fields.shared;
    this.source = fields.source;
    this.sourcePage = fields.sourcePage ?? 0;
    this.file = fields.file?.retain();
    this.name = fields.name ?? "";
    this.growsDown = fields.growsDown ?? false;
    this.source?.attach(this);
  }

  get pages(): number {
    return (this.end - this.start) / PAGE_SIZE;
  }

  /** The page of the source that is seen at `address`. */
  sourcePageAt(address: number): number {
    return this.sourcePage + Math.floor((address - this.start) / PAGE_SIZE);
  }

  /** Where page `index` of the source is seen; may lie outside the mapping. */
  addressOf(index: number): number {
    return this.start + (index - this.sourcePage) * PAGE_SIZE;
  }

  /** Ends the mapping's hold on its source and file. */
  release(): void {
    this.source?.detach(this);
    this.file?.release();
  }

  /** The same properties over another range. */
  copy(start: number, end: number): Mapping {
    const copy = new Mapping({
      start,
      end,
      protection: this.protection,
      maxProtection: this.maxProtection,
      shared: this.shared,
      source: this.source,
      sourcePage: this.sourcePage + (start - this.start) / PAGE_SIZE,
      file: this.file,
      name: this.name,
      growsDown: this.growsDown,
    });
    copy.dontFork = this.dontFork;
    copy.wipeOnFork = this.wipeOnFork;
    copy.locked = this.locked;
    copy.space = this.space;
    return copy;
  }

  /** Whether `next`, which starts where this one ends, could be one mapping with it. */
  continuesInto(next: Mapping): boolean {
    return (
      this.end === next.start &&
      this.protection === next.protection &&
      this.maxProtection === next.maxProtection &&
      this.shared === next.shared &&
      this.source === next.source &&
      this.file === next.file &&
      this.name === next.name &&
      this.growsDown === next.growsDown &&
      this.dontFork === next.dontFork &&
      this.wipeOnFork === next.wipeOnFork &&
      this.locked === next.locked &&
      (this.source === undefined || this.sourcePage + this.pages === next.sourcePage)
    );
  }
}

/** Addresses have 64 bits: what reaches this wraps around. */
export const ADDRESS_LIMIT: number = 2 ** 64;

/** `length` in whole pages, as 64 bits hold it: what rounds up to 2^64 becomes 0. */
export function pageCeil64(length: number): number {
  // Adding to what is near the limit would lose low bits.
  const beyond = length % PAGE_SIZE;
  const rounded = beyond === 0 ? length : length - beyond + PAGE_SIZE;
  return rounded >= ADDRESS_LIMIT ? rounded - ADDRESS_LIMIT : rounded;
}

export function pageFloor(address: number): number {
  return address - (address % PAGE_SIZE);
}

/** Whether a number of bytes is so large that rounding it up to pages gives 2^64, which is 0 to Linux. */
export function roundsToNothing(length: number): boolean {
  return length > 2 ** 64 - PAGE_SIZE;
}

export function pageCeil(address: number): number {
  return pageFloor(address + PAGE_SIZE - 1);
}
