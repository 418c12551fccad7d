// SPDX-License-Identifier: MPL-2.0

/** Bytes in a page and in a frame. */
export const PAGE_SIZE = 4096;

/** The first address that user space never reaches: 2^47 on x86-64 with 4-level paging. */
export const MAX_USERSPACE_VADDR = 0x8000_0000_0000;

/** A physical address in bytes. Only OSTD mints it. */
export type Paddr = number & { readonly __unit: "paddr" };

/** An address below `MAX_USERSPACE_VADDR`, in bytes. Only OSTD mints it. */
export type UserAddr = number & { readonly __unit: "uaddr" };

/** An address as a device sees it, in bytes. Only OSTD mints it. */
export type Daddr = number & { readonly __unit: "daddr" };

/** The largest multiple of `unit` that is not above `value`; exact for integers below 2^53. */
export function alignDown(value: number, unit: number): number {
  return value - restOf(value, unit);
}

/** The smallest multiple of `unit` that is not below `value`; exact for integers below 2^53. */
export function alignUp(value: number, unit: number): number {
  const rest = restOf(value, unit);
  return rest === 0 ? value : value - rest + unit;
}

/** Whether `value` is a multiple of `unit`. */
export function isAligned(value: number, unit: number): boolean {
  return restOf(value, unit) === 0;
}

/**
 * `value % unit`. The remainder of large numbers is a slow library call in V8; for the usual
 * powers of two the low 32 bits tell it: `>>> 0` takes an integer modulo 2^32, exactly.
 */
function restOf(value: number, unit: number): number {
  return unit <= 0x8000_0000 && (unit & (unit - 1)) === 0
    ? (value & (unit - 1)) >>> 0
    : value % unit;
}

/** The number of the page (or frame) that holds `address`. */
export function pageIndex(address: number): number {
  return (address - (address & 0xfff)) / PAGE_SIZE;
}

/** The offset of `address` in its page, 0…4095. */
export function pageOffset(address: number): number {
  return address & 0xfff;
}

/** Pages needed to hold `bytes` bytes. */
export function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_SIZE);
}

/** Whether `[start, end)` is a page-aligned range of user space. */
export function isUserRange(start: number, end: number): boolean {
  return (
    start >= 0 &&
    start <= end &&
    end <= MAX_USERSPACE_VADDR &&
    isPageStart(start) &&
    isPageStart(end)
  );
}

/** Whether `address` is a whole number of pages; one with a fraction is none. */
export function isPageStart(address: number): boolean {
  return pageOffset(address) === 0 && Number.isInteger(address);
}
