// SPDX-License-Identifier: MPL-2.0

import { PROT_WRITE } from "../abi/mman.ts";
import type { AddressSpace } from "./address-space.ts";
import { Access, Fault, handleFault } from "./fault.ts";
import { PAGE_SIZE } from "./mapping.ts";

/**
 * Brings in all pages of the range as if each was accessed (written, in private writable
 * mappings). Returns the address of the first page that could not be had, or `end`.
 */
export function populate(vm: AddressSpace, start: number, end: number, stackLimit: number): number {
  let at = start;
  while (at < end) {
    const mapping = vm.mappings.find(at);
    if (mapping === undefined || mapping.protection === 0) return at;
    const isWritten = !mapping.shared && (mapping.protection & PROT_WRITE) !== 0;
    const access = isWritten ? Access.WRITE : Access.READ;
    for (; at < Math.min(end, mapping.end); at += PAGE_SIZE) {
      if (vm.space.queryPage(at) !== 0 && !isWritten) continue;
      if (handleFault(vm, at, access, stackLimit) !== Fault.RESOLVED) return at;
    }
  }
  return end;
}
