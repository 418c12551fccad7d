// SPDX-License-Identifier: MPL-2.0

/**
 * Rights and state of a mapped page, as bits of a small integer.
 * A page mapped without `R` keeps its frame, but user mode can not reach it (PROT_NONE): on
 * x86-64 its entry is present and belongs to the supervisor. A page with `R` may be read.
 */
export const PageFlags = {
  R: 1,
  W: 2,
  X: 4,
  /** The page was read, written or executed since the bit was cleared. */
  ACCESSED: 8,
  /** The page was written since the bit was cleared. */
  DIRTY: 16,
  /** Free for the kernel; kept in the page-table entry. */
  AVAIL1: 64,
  /** Free for the kernel; kept in the page-table entry. */
  AVAIL2: 128,
  RW: 3,
  RX: 5,
  RWX: 7,
} as const;

/**
 * How accesses to a page are cached. The page attribute table stays as the CPU has it at reset,
 * without the last two: they are mapped uncacheable, which is right for both, and reported so.
 */
export type CachePolicy =
  | "Writeback"
  | "Writethrough"
  | "Uncacheable"
  | "WriteCombining"
  | "WriteProtected";

/** What a cursor maps with and reports. */
export class PageProperty {
  /** Bits of `PageFlags`. */
  readonly flags: number;
  readonly cache: CachePolicy;

  private constructor(flags: number, cache: CachePolicy) {
    this.flags = flags;
    this.cache = cache;
  }

  /** The property of a page that user mode may access. */
  static newUser(flags: number, cache: CachePolicy = "Writeback"): PageProperty {
    return new PageProperty(flags, cache);
  }
}
