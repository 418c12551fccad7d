// SPDX-License-Identifier: MPL-2.0

import { CopyOnWrite, FrameAllocOptions, PageFlags } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import { pageFlagsOf } from "./address-space.ts";
import type { AddressSpace } from "./address-space.ts";
import { mapOwned } from "./map-owned.ts";
import type { Mapping } from "./mapping.ts";
import { Locked, PAGE_SIZE, pageFloor } from "./mapping.ts";
import { PAGE_OUT_OF_MEMORY } from "./page-source.ts";
import type { PageSource } from "./page-source.ts";

/** What a page fault came to. */
export const Fault = {
  /** The page is there now; the access can be done again. */
  RESOLVED: 0,
  /** Nothing is mapped there: SIGSEGV with SEGV_MAPERR. */
  NOT_MAPPED: -1,
  /** The mapping does not allow the access: SIGSEGV with SEGV_ACCERR. */
  NOT_ALLOWED: -2,
  /** The page lies beyond the end of the mapped file: SIGBUS with BUS_ADRERR. */
  BEYOND_END: -3,
  /** No memory is left: some process has to die. */
  OUT_OF_MEMORY: -4,
} as const;
export type Fault = (typeof Fault)[keyof typeof Fault];

/** As the PROT_* bit that the mapping must have. */
export const Access = { READ: 1, WRITE: 2, EXECUTE: 4 } as const;
export type Access = (typeof Access)[keyof typeof Access];

/** Pages of a file mapped around one that faults for reading (Linux's fault_around_bytes: 64 KiB). */
const FAULT_AROUND_PAGES = 16;

/** Pages written one behind the other until those behind them are brought in, and how many there are then with the first. */
const LONG_RUN_PAGES = 64;
const AHEAD_PAGES = 16;

/** How far below the stack's mapping an access may be to make it grow: Linux's stack_guard_gap. */
const STACK_GUARD_BYTES = 256 * PAGE_SIZE;

/**
 * Brings in the page of `address`, or says why not. `stackLimit` is RLIMIT_STACK in bytes.
 * Called for faults of user mode, and for the kernel's own accesses to user memory. `isForced`: for a
 * debugger, whatever the mapping's protection, which the page gets all the same.
 */
export function handleFault(
  vm: AddressSpace,
  address: number,
  access: Access,
  stackLimit: number,
  isForced = false,
): Fault {
  const mapping = vm.mappings.find(address) ?? growStack(vm, address, stackLimit);
  if (mapping === undefined) return Fault.NOT_MAPPED;
  if (!isForced && !allows(mapping.protection, access)) return Fault.NOT_ALLOWED;

  const page = pageFloor(address);
  if (vm.guards.size > 0 && vm.guards.has(page)) return Fault.NOT_MAPPED;
  const isPresent = vm.space.queryPage(page) !== 0;
  const isWrite = access === Access.WRITE;
  if (mapping.source === undefined) {
    if (isPresent) return isWrite ? ownPage(vm, mapping, page) : refresh(vm, mapping, page);
    return isWrite ? mapFirst(vm, mapping, page) : mapZero(vm, mapping, page);
  }
  if (mapping.shared) return mapShared(vm, mapping, mapping.source, page, isWrite);
  if (isPresent) return isWrite ? ownPage(vm, mapping, page) : refresh(vm, mapping, page);
  return isWrite
    ? mapCopy(vm, mapping, mapping.source, page)
    : mapAround(vm, mapping, mapping.source, page);
}

function allows(protection: number, access: Access): boolean {
  // x86 can not forbid reading what may be written or executed.
  return access === Access.READ ? protection !== 0 : (protection & access) !== 0;
}

/** The stack's mapping after it has grown down to `address`; undefined where none may. */
function growStack(vm: AddressSpace, address: number, stackLimit: number): Mapping | undefined {
  const index = vm.mappings.firstEndingAbove(address);
  const stack = vm.mappings.at(index);
  if (stack === undefined || !stack.growsDown) return undefined;
  const start = pageFloor(address);
  if (stack.end - start > stackLimit) return undefined;
  const below = vm.mappings.at(index - 1);
  if (below !== undefined && below.protection !== 0 && start - below.end < STACK_GUARD_BYTES) {
    return undefined;
  }
  if (start < vm.layout.mmapMinimum) return undefined;
  vm.totalBytes += stack.start - start;
  vm.peakBytes = Math.max(vm.peakBytes, vm.totalBytes);
  stack.start = start;
  return stack;
}

/** A present page of which the CPU knew something older, or whose rights were narrower. */
function refresh(vm: AddressSpace, mapping: Mapping, page: number): Fault {
  const writable = vm.space.queryPage(page) & PageFlags.W;
  const flags = pageFlagsOf(mapping.protection) & ~PageFlags.W;
  vm.space.protectPage(page, flags | writable | PageFlags.ACCESSED);
  return Fault.RESOLVED;
}

/** Write to a present private page: the page becomes the space's own. */
function ownPage(vm: AddressSpace, mapping: Mapping, page: number): Fault {
  const flags = pageFlagsOf(mapping.protection);
  const frame = vm.space.queryPage(page);
  if (frame - (frame % PAGE_SIZE) === vm.zeroFrame.paddr) return mapFresh(vm, mapping, page);
  const outcome = vm.space.resolveCopyOnWrite(page, flags);
  return outcome === CopyOnWrite.NO_MEMORY ? Fault.OUT_OF_MEMORY : Fault.RESOLVED;
}

function mapFresh(vm: AddressSpace, mapping: Mapping, page: number): Fault {
  return vm.space.mapZeroedPage(page, pageFlagsOf(mapping.protection))
    ? Fault.RESOLVED
    : Fault.OUT_OF_MEMORY;
}

/** First write to a page that nobody has read. */
function mapFirst(vm: AddressSpace, mapping: Mapping, page: number): Fault {
  const outcome = mapFresh(vm, mapping, page);
  const run = page === vm.nextFault ? vm.faultRun + 1 : 1;
  vm.faultRun = run;
  vm.nextFault = page + PAGE_SIZE;
  if (run >= LONG_RUN_PAGES && outcome === Fault.RESOLVED) mapAhead(vm, mapping, page);
  return outcome;
}

/**
 * A program that fills its memory page by page gets several of them at once. As with Linux's large folios, more may be
 * resident than has been written, and a program that wants none has none; faults are counted as if each page had had its own.
 */
function mapAhead(vm: AddressSpace, mapping: Mapping, page: number): void {
  if (vm.disablesHugePages || mapping.locked !== Locked.NO) return;
  const flags = pageFlagsOf(mapping.protection);
  const end = Math.min(mapping.end, page + AHEAD_PAGES * PAGE_SIZE);
  let at = page + PAGE_SIZE;
  while (at < end && vm.space.queryPage(at) === 0 && !vm.guards.has(at)) {
    if (!vm.space.mapZeroedPage(at, flags)) break;
    vm.pagesAhead += 1;
    at += PAGE_SIZE;
  }
  vm.nextFault = at;
}

function mapZero(vm: AddressSpace, mapping: Mapping, page: number): Fault {
  const flags = pageFlagsOf(mapping.protection) & ~PageFlags.W;
  return vm.space.mapPage(page, vm.zeroFrame, flags) ? Fault.RESOLVED : Fault.OUT_OF_MEMORY;
}

/** A page of a shared mapping: read-only until it is written, so that its source learns of it. */
function mapShared(
  vm: AddressSpace,
  mapping: Mapping,
  source: PageSource,
  page: number,
  isWrite: boolean,
): Fault {
  const index = mapping.sourcePageAt(page);
  const frame = source.page(index);
  if (typeof frame === "number") return failureOf(frame);
  if (isWrite && !source.markDirty(index)) return Fault.BEYOND_END;
  const writable = isWrite ? PageFlags.W : vm.space.queryPage(page) & PageFlags.W;
  const flags = (pageFlagsOf(mapping.protection) & ~PageFlags.W) | writable;
  return vm.space.mapPage(page, frame, flags) ? Fault.RESOLVED : Fault.OUT_OF_MEMORY;
}

/** First access to a private page of a file, and it writes: a copy at once. */
function mapCopy(vm: AddressSpace, mapping: Mapping, source: PageSource, page: number): Fault {
  const original = source.page(mapping.sourcePageAt(page));
  if (typeof original === "number") return failureOf(original);
  const copy = new FrameAllocOptions().zeroed(false).allocFrame();
  if (copy === undefined) return Fault.OUT_OF_MEMORY;
  copy.copyFrom(original);
  return mapOwned(vm.space, page, copy, pageFlagsOf(mapping.protection))
    ? Fault.RESOLVED
    : Fault.OUT_OF_MEMORY;
}

/** Maps the page of the source read-only, and those around it that are free: most are used soon. */
function mapAround(vm: AddressSpace, mapping: Mapping, source: PageSource, page: number): Fault {
  const flags = pageFlagsOf(mapping.protection) & ~PageFlags.W;
  const frame = source.page(mapping.sourcePageAt(page));
  if (typeof frame === "number") return failureOf(frame);
  if (!vm.space.mapPage(page, frame, flags)) return Fault.OUT_OF_MEMORY;

  const window = FAULT_AROUND_PAGES * PAGE_SIZE;
  const start = Math.max(mapping.start, page - (page % window));
  const end = Math.min(mapping.end, page - (page % window) + window);
  const neighbours: (UFrame | undefined)[] = [];
  for (let at = start; at < end; at += PAGE_SIZE) {
    const isFree = at !== page && !vm.guards.has(at);
    neighbours.push(isFree ? source.cachedPage(mapping.sourcePageAt(at)) : undefined);
  }
  vm.space.mapAbsentPages(start, neighbours, flags);
  return Fault.RESOLVED;
}

function failureOf(failure: number): Fault {
  return failure === PAGE_OUT_OF_MEMORY ? Fault.OUT_OF_MEMORY : Fault.BEYOND_END;
}
