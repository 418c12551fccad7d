// SPDX-License-Identifier: MPL-2.0

import type { CachePolicy } from "../../mm/page-prop.ts";

// Bits of the low half of a page-table entry (Intel SDM vol. 3, 4.5), and of the high half.
export const PRESENT = 1;
export const WRITABLE = 2;
export const USER = 4;
export const WRITE_THROUGH = 8;
export const CACHE_DISABLE = 16;
export const ACCESSED = 32;
export const DIRTY = 64;
export const AVAIL1 = 0x200;
export const AVAIL2 = 0x400;
/** As a signed word. */
export const NO_EXECUTE_HIGH: number = 1 << 31;

/** Bytes that one table of each level covers: a leaf table 2 MiB, then 1 GiB, then 512 GiB. */
export const LEAF_SPAN = 0x20_0000;

const TWO_32 = 0x1_0000_0000;

/** The rights and state of an entry in the bits of `PageFlags`; 0 when not present. */
export function flagsOf(low: number, high: number): number {
  if ((low & PRESENT) === 0) {
    return 0;
  }
  return (
    ((low & USER) >>> 2) |
    (low & WRITABLE) |
    (high >>> 31 === 0 ? 4 : 0) |
    ((low & (ACCESSED | DIRTY)) >>> 2) |
    ((low & (AVAIL1 | AVAIL2)) >>> 3)
  );
}

/** The low half of a present entry with `flags` of `PageFlags`, without the address. */
export function lowBitsOf(flags: number): number {
  return PRESENT | ((flags & 1) << 2) | (flags & 2) | ((flags & 0x18) << 2) | ((flags & 0xc0) << 3);
}

/** PWT and PCD of an entry. */
export function cacheBitsOf(cache: CachePolicy): number {
  return cache === "Writeback" ? 0 : cache === "Writethrough" ? WRITE_THROUGH : CACHE_DISABLE;
}

/** What PWT and PCD of an entry say. */
export function cachePolicyOf(low: number): CachePolicy {
  if ((low & CACHE_DISABLE) !== 0) return "Uncacheable";
  return (low & WRITE_THROUGH) !== 0 ? "Writethrough" : "Writeback";
}

/** The physical address in an entry. */
export function addressOf(low: number, high: number): number {
  const upper = high & 0xf_ffff;
  const lower = (low & ~0xfff) >>> 0;
  // Most RAM is below 4 GiB, where all numbers are integers.
  return upper === 0 ? lower : upper * TWO_32 + lower;
}

/** The end of the 2 MiB region around `address`. */
export function spanEnd(address: number): number {
  return address - (address & (LEAF_SPAN - 1)) + LEAF_SPAN;
}
