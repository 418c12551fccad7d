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
import { Locked, PAGE_SIZE, pageCeil, roundsToNothing } from "./mapping.ts";
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
  const { address, flags } = request;
  const oldLength = roundsToNothing(request.oldLength) ? 0 : pageCeil(request.oldLength);
  const checked = checkRequest(request, oldLength);
  if (checked < 0) return checked;
  const newLength = pageCeil(request.newLength);
  const mayMove = (flags & MREMAP_MAYMOVE) !== 0;
  const isPlaced = (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0;

  if ((flags & MREMAP_FIXED) !== 0 && oldLength === newLength) {
    return moveAll(vm, request, oldLength);
  }
  const mapping = vm.mappings.find(address);
  if (mapping === undefined) return fail(Errno.EFAULT, "the address is not mapped");
  if ((flags & MREMAP_FIXED) !== 0 && request.newAddress < limits.lowestAddress) {
    return fail(Errno.EPERM, "the address is below vm.mmap_min_addr");
  }
  if (oldLength === 0) {
    if (!mapping.shared) return fail(Errno.EINVAL, "only a shared mapping can be duplicated");
    if (!mayMove) return fail(Errno.ENOMEM, "a duplicate needs MREMAP_MAYMOVE");
    const cleared = clearTarget(vm, request, newLength);
    if (cleared < 0) return cleared;
    const left = vm.mappings.find(address);
    return left === undefined
      ? fail(Errno.EFAULT, "the duplicate would take its original's place")
      : move(vm, left, request, 0, newLength);
  }
  const kept = Math.min(oldLength, newLength);
  if (isPlaced && address + kept > mapping.end) {
    return fail(Errno.EFAULT, "the range spans more than one mapping");
  }
  if (newLength <= oldLength) {
    // As Linux: what is at the new place goes first, whatever else is wrong.
    const cleared = clearTarget(vm, request, newLength);
    if (cleared < 0) return cleared;
    if (address + oldLength > TASK_SIZE) return fail(Errno.EINVAL, "the range leaves user space");
    const unmapped = vm.unmap(address + newLength, address + oldLength);
    if (unmapped < 0 || !isPlaced) return unmapped < 0 ? unmapped : address;
    return move(vm, mapping, request, newLength, newLength);
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

/** What is wrong with the numbers alone, in Linux's order. */
function checkRequest(request: RemapRequest, oldLength: number): Result {
  const { address, newLength, flags, newAddress } = request;
  const known = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
  if ((flags & ~known) !== 0) return fail(Errno.EINVAL, "the flags have unknown bits");
  if (address % PAGE_SIZE !== 0) return fail(Errno.EINVAL, "the address is not page-aligned");
  if (newLength === 0 || newLength > TASK_SIZE) {
    return fail(Errno.EINVAL, "the new length is zero, or exceeds user space");
  }
  if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) === 0) return 0;
  if (newAddress % PAGE_SIZE !== 0 || newAddress + newLength > TASK_SIZE) {
    return fail(Errno.EINVAL, "the new address is not one for a mapping");
  }
  if ((flags & MREMAP_MAYMOVE) === 0) {
    return fail(Errno.EINVAL, "MREMAP_FIXED and MREMAP_DONTUNMAP need MREMAP_MAYMOVE");
  }
  if ((flags & MREMAP_DONTUNMAP) !== 0 && oldLength !== pageCeil(newLength)) {
    return fail(Errno.EINVAL, "MREMAP_DONTUNMAP does not resize");
  }
  // As Linux, a range that wraps around the end of all addresses overlaps nothing.
  const isApart =
    newAddress + pageCeil(newLength) <= address ||
    address + oldLength <= newAddress ||
    address + oldLength >= 2 ** 64;
  return isApart ? 0 : fail(Errno.EINVAL, "the old and the new range overlap");
}

/** Moves whatever lies in a range of `length` bytes, with the gaps between: the first may not be one. */
function moveAll(vm: AddressSpace, request: RemapRequest, length: number): Result {
  const { mappings } = vm;
  const end = request.address + length;
  let at = request.address;
  for (;;) {
    const mapping = mappings.at(mappings.firstEndingAbove(at));
    const isFirst = at === request.address;
    if (isFirst && (mapping === undefined || mapping.start > at)) {
      return fail(Errno.EFAULT, "the address is not mapped");
    }
    if (mapping === undefined || mapping.start >= end) return request.newAddress;
    const start = Math.max(at, mapping.start);
    const stop = Math.min(end, mapping.end);
    const newAddress = request.newAddress + (start - request.address);
    const part = { ...request, address: start, newAddress };
    const moved = move(vm, mapping, part, stop - start, stop - start);
    if (moved < 0 || stop === end) return moved < 0 ? moved : request.newAddress;
    at = stop;
  }
}

/** A mapping alike, from the end of `mapping` to `end`. */
function extension(mapping: Mapping, end: number): Mapping {
  return mapping.copy(mapping.end, end);
}

/** With MREMAP_FIXED, frees the new place. */
function clearTarget(vm: AddressSpace, request: RemapRequest, newLength: number): Result {
  const { flags, newAddress } = request;
  return (flags & MREMAP_FIXED) === 0 ? 0 : vm.unmap(newAddress, newAddress + newLength);
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
    const cleared = clearTarget(vm, request, newLength);
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
