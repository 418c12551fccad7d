// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { AddressSpace } from "./address-space.ts";
import { TASK_SIZE } from "./layout.ts";
import type { VmLimits } from "./limits.ts";
import { ADDRESS_LIMIT, Locked, PAGE_SIZE, pageCeil64, pageFloor } from "./mapping.ts";
import { MAX_MAPPINGS } from "./mapping-list.ts";
import { populate } from "./populate.ts";

/**
 * mlock2(2), munlock(2): memory is never paged out, so that locking brings pages in, counts them,
 * and keeps advice from giving them back.
 */
export function setLocked(
  vm: AddressSpace,
  address: number,
  length: number,
  locked: Locked,
  limits: VmLimits,
): Result {
  if (locked !== Locked.NO && limits.lockedBytes === 0) {
    return fail(Errno.EPERM, "RLIMIT_MEMLOCK is zero");
  }
  const start = pageFloor(address);
  const offset = address - start;
  if (length > 2 ** 63 && 2 ** 64 - length <= offset + PAGE_SIZE - 1) return 0;
  const end = start + pageCeil64(offset + length);
  if (start === end) return 0;
  if (end > TASK_SIZE) {
    const isLimited = locked !== Locked.NO && vm.lockedBytes() + (end - start) > limits.lockedBytes;
    return end >= ADDRESS_LIMIT && !isLimited
      ? fail(Errno.EINVAL, "the range ends before it starts")
      : fail(Errno.ENOMEM, "the range leaves user space, or RLIMIT_MEMLOCK is exceeded");
  }
  if (locked !== Locked.NO) {
    const added = end - start - lockedWithin(vm, start, end);
    if (vm.lockedBytes() + added > limits.lockedBytes) {
      return fail(Errno.ENOMEM, "RLIMIT_MEMLOCK is exceeded");
    }
  }
  const { mappings } = vm;
  if (mappings.count + mappings.splitsNeeded(start, end) > MAX_MAPPINGS) {
    return fail(Errno.ENOMEM, "the split would make too many mappings");
  }
  // As Linux: what comes before a hole is locked.
  let reached = start;
  for (const mapping of mappings.isolate(start, end)) {
    if (mapping.start > reached) break;
    mapping.locked = locked;
    reached = mapping.end;
  }
  mappings.joinAround(start, end);
  if (reached < end) return fail(Errno.ENOMEM, "part of the range is not mapped");
  if (locked !== Locked.NOW) return 0;
  const filled = populate(vm, start, end, limits.stackBytes);
  return filled === end ? 0 : fail(Errno.ENOMEM, "a page could not be brought in");
}

function lockedWithin(vm: AddressSpace, start: number, end: number): number {
  let bytes = 0;
  for (const mapping of vm.mappings) {
    if (mapping.locked === Locked.NO) continue;
    bytes += Math.max(0, Math.min(end, mapping.end) - Math.max(start, mapping.start));
  }
  return bytes;
}

/** mlockall(2) and munlockall(2): all mappings that there are. */
export function setAllLocked(vm: AddressSpace, locked: Locked, limits: VmLimits): void {
  const all = [...vm.mappings];
  for (const mapping of all) mapping.locked = locked;
  const last = vm.mappings.at(vm.mappings.count - 1);
  if (last !== undefined) vm.mappings.joinAround(0, last.end);
  if (locked !== Locked.NOW) return;
  // What can not be brought in is passed over.
  for (const mapping of [...vm.mappings]) {
    if (mapping.protection !== 0) populate(vm, mapping.start, mapping.end, limits.stackBytes);
  }
}
