// SPDX-License-Identifier: MPL-2.0

import { PageFlags } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE } from "../abi/mman.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { AddressSpace } from "./address-space.ts";
import { TASK_SIZE } from "./layout.ts";
import type { VmLimits } from "./limits.ts";
import { mapOwned } from "./map-owned.ts";
import type { Mapping } from "./mapping.ts";
import { Locked, PAGE_SIZE, pageCeil } from "./mapping.ts";
import { populate } from "./populate.ts";

export interface RemapRequest {
  readonly address: number;
  readonly oldLength: number;
  readonly newLength: number;
  readonly flags: number;
  /** Used with MREMAP_FIXED. */
  readonly newAddress: number;
}

/** mremap(2): the new address of the range, or an error. */
export function remap(vm: AddressSpace, request: RemapRequest, limits: VmLimits): Result {
  const checked = checkRequest(request);
  if (checked < 0) return checked;
  const { address, flags } = request;
  const oldLength = pageCeil(request.oldLength);
  const newLength = pageCeil(request.newLength);
  const mayMove = (flags & MREMAP_MAYMOVE) !== 0;
  const isPlaced = (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0;

  const mapping = vm.mappings.find(address);
  if (mapping === undefined) return fail(Errno.EFAULT, "the address is not mapped");
  if (oldLength === 0) {
    if (!mapping.shared) return fail(Errno.EINVAL, "only a shared mapping can be duplicated");
    return mayMove
      ? move(vm, mapping, request, 0, newLength)
      : fail(Errno.EINVAL, "a duplicate needs MREMAP_MAYMOVE");
  }
  if (!isPlaced && newLength <= oldLength) {
    const unmapped = vm.unmap(address + newLength, address + oldLength);
    return unmapped < 0 ? unmapped : address;
  }
  if (address + oldLength > mapping.end) {
    return fail(Errno.EFAULT, "the range spans more than one mapping");
  }
  if (vm.totalBytes + newLength - oldLength > limits.addressSpaceBytes) {
    return fail(Errno.ENOMEM, "the address space would exceed RLIMIT_AS");
  }
  const grown = newLength - oldLength;
  const isLocked = mapping.locked !== Locked.NO;
  if (isLocked && grown > 0 && vm.lockedBytes() + grown > limits.lockedBytes) {
    return fail(Errno.EAGAIN, "RLIMIT_MEMLOCK would be exceeded");
  }
  const fills = mapping.locked === Locked.NOW && grown > 0;
  if (!isPlaced) {
    const endsMapping = address + oldLength === mapping.end;
    const grownEnd = address + newLength;
    if (endsMapping && grownEnd <= TASK_SIZE && !vm.mappings.overlaps(mapping.end, grownEnd)) {
      vm.add(extension(mapping, grownEnd));
      if (fills) populate(vm, address, grownEnd, limits.stackBytes);
      return address;
    }
    if (!mayMove) return fail(Errno.ENOMEM, "the mapping can not grow where it is");
  }
  const moved = move(vm, mapping, request, oldLength, newLength);
  if (fills && moved >= 0) populate(vm, moved, moved + newLength, limits.stackBytes);
  return moved;
}

function checkRequest({ address, oldLength, newLength, flags, newAddress }: RemapRequest): Result {
  const known = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
  if ((flags & ~known) !== 0) return fail(Errno.EINVAL, "the flags have unknown bits");
  const mayMove = (flags & MREMAP_MAYMOVE) !== 0;
  if (!mayMove && (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0) {
    return fail(Errno.EINVAL, "MREMAP_FIXED and MREMAP_DONTUNMAP need MREMAP_MAYMOVE");
  }
  if ((flags & MREMAP_DONTUNMAP) !== 0 && pageCeil(oldLength) !== pageCeil(newLength)) {
    return fail(Errno.EINVAL, "MREMAP_DONTUNMAP does not resize");
  }
  if (address % PAGE_SIZE !== 0) return fail(Errno.EINVAL, "the address is not page-aligned");
  if (newLength === 0) return fail(Errno.EINVAL, "the new length is zero");
  if (address + oldLength > TASK_SIZE || newLength > TASK_SIZE) {
    return fail(Errno.EINVAL, "the range leaves user space");
  }
  if ((flags & MREMAP_FIXED) === 0) return 0;
  if (newAddress % PAGE_SIZE !== 0 || newAddress + newLength > TASK_SIZE) {
    return fail(Errno.EINVAL, "the new address is not one for a mapping");
  }
  const isApart =
    newAddress + pageCeil(newLength) <= address || address + pageCeil(oldLength) <= newAddress;
  return isApart ? 0 : fail(Errno.EINVAL, "the old and the new range overlap");
}

/** A mapping alike, from the end of `mapping` to `end`. */
function extension(mapping: Mapping, end: number): Mapping {
  return mapping.copy(mapping.end, end);
}

/** Moves the first `oldLength` bytes at the request's address to a new place of `newLength` bytes. */
function move(
  vm: AddressSpace,
  mapping: Mapping,
  request: RemapRequest,
  oldLength: number,
  newLength: number,
): Result {
  const { address, flags } = request;
  let target = request.newAddress;
  if ((flags & MREMAP_FIXED) !== 0) {
    const cleared = vm.unmap(target, target + newLength);
    if (cleared < 0) return cleared;
  } else {
    target = vm.findFree(newLength, 0);
    if (target < 0) return target;
  }
  const moved = mapping.copy(address, address + newLength);
  moved.start = target;
  moved.end = target + newLength;
  vm.add(moved);
  const end = address + Math.min(oldLength, newLength);
  if (!movePages(vm, address, end, target)) {
    vm.unmap(target, target + newLength);
    return fail(Errno.ENOMEM, "no memory is left for page tables");
  }
  moveGuards(vm, address, end, target);
  if ((flags & MREMAP_DONTUNMAP) !== 0) {
    for (const left of vm.mappings.isolate(address, end)) left.locked = Locked.NO;
    vm.mappings.joinAround(address, end);
  } else if (oldLength > 0) {
    const unmapped = vm.unmap(address, address + oldLength);
    if (unmapped < 0) return unmapped;
  }
  return target;
}

function moveGuards(vm: AddressSpace, start: number, end: number, target: number): void {
  for (const page of [...vm.guards]) {
    if (page < start || page >= end) continue;
    vm.guards.delete(page);
    vm.guards.add(target + (page - start));
  }
}

/** Maps the pages of `[start, end)` at `target` instead; false when memory for tables is out. */
function movePages(vm: AddressSpace, start: number, end: number, target: number): boolean {
  const { space } = vm;
  let at = start < end ? space.findNextPage(start, end) : -1;
  while (at >= 0) {
    const frame = space.frameAt(at);
    if (frame === undefined) return false;
    const flags = space.queryPage(at) % PAGE_SIZE;
    if (!mapOwned(space, target + (at - start), frame, flags & ~PageFlags.W)) return false;
    space.unmapPage(at);
    at = at + PAGE_SIZE < end ? space.findNextPage(at + PAGE_SIZE, end) : -1;
  }
  return true;
}
