// SPDX-License-Identifier: MPL-2.0

import { PageFlags } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import {
  PROT_EXEC,
  PROT_GROWSDOWN,
  PROT_GROWSUP,
  PROT_READ,
  PROT_SEM,
  PROT_WRITE,
} from "../abi/mman.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { pageFlagsOf } from "./address-space.ts";
import type { AddressSpace } from "./address-space.ts";
import { ADDRESS_LIMIT, PAGE_SIZE, pageCeil, pageCeil64, roundsToNothing } from "./mapping.ts";
import { MAX_MAPPINGS } from "./mapping-list.ts";

const RIGHTS = PROT_READ | PROT_WRITE | PROT_EXEC;

/** mprotect(2). */
export function protect(
  vm: AddressSpace,
  address: number,
  length: number,
  protection: number,
): Result {
  const grows = protection & (PROT_GROWSDOWN | PROT_GROWSUP);
  if (grows === (PROT_GROWSDOWN | PROT_GROWSUP)) {
    return fail(Errno.EINVAL, "nothing grows both ways");
  }
  if (address % PAGE_SIZE !== 0) return fail(Errno.EINVAL, "the address is not page-aligned");
  if (length === 0) return 0;
  const isWrapped = roundsToNothing(length) || address + pageCeil64(length) >= ADDRESS_LIMIT;
  if (isWrapped) return fail(Errno.ENOMEM, "the range wraps around");
  if ((protection & ~(RIGHTS | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP)) !== 0) {
    return fail(Errno.EINVAL, "the protection has unknown bits");
  }
  const { mappings } = vm;
  let start = address;
  const end = address + pageCeil(length);
  const first = mappings.at(mappings.firstEndingAbove(start));
  if (first === undefined || first.start >= end) {
    return fail(Errno.ENOMEM, "nothing is mapped there");
  }
  if (grows === PROT_GROWSDOWN) {
    if (!first.growsDown) return fail(Errno.EINVAL, "the mapping does not grow downwards");
    ({ start } = first);
  } else {
    if (first.start > start) return fail(Errno.ENOMEM, "the range begins with a hole");
    if (grows !== 0) return fail(Errno.EINVAL, "no mapping grows upwards on this architecture");
  }
  if (mappings.count + mappings.splitsNeeded(start, end) > MAX_MAPPINGS) {
    return fail(Errno.ENOMEM, "the split would make too many mappings");
  }

  const rights = protection & RIGHTS;
  const flags = pageFlagsOf(rights);
  // The right to write comes back by a fault, page by page: copy-on-write depends on it.
  const set = flags & (PageFlags.R | PageFlags.X);
  const clear = PageFlags.RWX & ~flags;
  let result: Result = 0;
  // As Linux: what comes before a hole is protected.
  let reached = start;
  for (const mapping of mappings.isolate(start, end)) {
    if (mapping.start > reached) break;
    if ((rights & ~mapping.maxProtection) !== 0) {
      result = fail(Errno.EACCES, "the file was not opened for such access");
      break;
    }
    mapping.protection = rights;
    reached = mapping.end;
    vm.space.protectRange(mapping.start, mapping.end, set, clear);
  }
  mappings.joinAround(start, end);
  return result === 0 && reached < end ? fail(Errno.ENOMEM, "the range has a hole") : result;
}
