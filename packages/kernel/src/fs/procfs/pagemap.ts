// SPDX-License-Identifier: MPL-2.0

import { PAGE_SIZE } from "@aster/ostd";
import type { AddressSpace } from "../../vm/address-space.ts";

/** Of one page in /proc/PID/pagemap (Linux, admin-guide/mm/pagemap). */
export const ENTRY_BYTES = 8;

/** Bits of the upper half. */
const EXCLUSIVE = 1 << 24;
const GUARD = 1 << 26;
const OF_FILE = 1 << 29;
const SWAPPED = 1 << 30;
const PRESENT = 0x8000_0000;

/** Puts the entry of the page at `address` into a cleared view: all zeros where none is present. */
export function pageMapEntry(
  vm: AddressSpace,
  address: number,
  showsFrame: boolean,
  view: DataView,
  at: number,
): void {
  // A guard is a marker in the place of a page, which Linux shows as swapped out.
  if (vm.guards.size > 0 && vm.guards.has(address)) {
    view.setUint32(at + 4, (GUARD | SWAPPED) >>> 0, true);
    return;
  }
  const entry = vm.space.queryPage(address);
  if (entry === 0) return;
  const frame = entry - (entry % PAGE_SIZE);
  const mapping = vm.mappings.find(address);
  const cached = mapping?.source?.cachedPage(mapping.sourcePageAt(address));
  const isOfFile = cached !== undefined && cached.paddr === frame;
  const users = vm.space.pageReferenceCount(address) - (isOfFile ? 1 : 0);
  const isExclusive = users === 1 && frame !== vm.zeroFrame.paddr;
  const number = showsFrame ? frame / PAGE_SIZE : 0;
  const flags = PRESENT | (isOfFile ? OF_FILE : 0) | (isExclusive ? EXCLUSIVE : 0);
  view.setUint32(at, number % 0x1_0000_0000, true);
  view.setUint32(at + 4, (flags + Math.floor(number / 0x1_0000_0000)) >>> 0, true);
}
