// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import {
  MADV_COLD,
  MADV_DODUMP,
  MADV_DOFORK,
  MADV_DONTDUMP,
  MADV_DONTFORK,
  MADV_DONTNEED,
  MADV_DONTNEED_LOCKED,
  MADV_FREE,
  MADV_GUARD_INSTALL,
  MADV_GUARD_REMOVE,
  MADV_HUGEPAGE,
  MADV_KEEPONFORK,
  MADV_MERGEABLE,
  MADV_NOHUGEPAGE,
  MADV_NORMAL,
  MADV_PAGEOUT,
  MADV_POPULATE_READ,
  MADV_POPULATE_WRITE,
  MADV_RANDOM,
  MADV_REMOVE,
  MADV_SEQUENTIAL,
  MADV_UNMERGEABLE,
  MADV_WILLNEED,
  MADV_WIPEONFORK,
  PROT_READ,
  PROT_WRITE,
} from "../abi/mman.ts";
import { FALLOC } from "../abi/fcntl.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { AddressSpace } from "./address-space.ts";
import { Access, Fault, handleFault } from "./fault.ts";
import { ADDRESS_LIMIT, Locked, PAGE_SIZE, pageCeil64 } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import { MAX_MAPPINGS } from "./mapping-list.ts";

/**
 * madvise(2). Advice that a kernel may ignore, and this one does, is checked and accepted.
 * `thread` is whose file MADV_REMOVE punches holes into; BLOCKED when that takes a disk.
 */
export function advise(
  vm: AddressSpace,
  address: number,
  length: number,
  advice: number,
  stackLimit: number,
  thread?: Thread,
): Result {
  if (!isKnown(advice)) return fail(Errno.EINVAL, "the advice is not known");
  if (address % PAGE_SIZE !== 0) return fail(Errno.EINVAL, "the address is not page-aligned");
  const size = pageCeil64(length);
  if ((length > 0 && size === 0) || address + size >= ADDRESS_LIMIT) {
    return fail(Errno.EINVAL, "the range wraps around");
  }
  const end = address + size;
  if (address === end) return 0;
  if (advice === MADV_POPULATE_READ || advice === MADV_POPULATE_WRITE) {
    const access = advice === MADV_POPULATE_READ ? Access.READ : Access.WRITE;
    return populate(vm, address, end, access, stackLimit);
  }
  if (vm.mappings.count + vm.mappings.splitsNeeded(address, end) > MAX_MAPPINGS) {
    return fail(Errno.ENOMEM, "the split would make too many mappings");
  }
  // As in Linux, holes are skipped, and reported at the end.
  const hasHoles = !vm.mappings.covers(address, end);
  for (const mapping of vm.mappings.isolate(address, end)) {
    const applied =
      advice === MADV_REMOVE ? removePages(mapping, thread) : apply(vm, mapping, advice);
    if (applied < 0) {
      vm.mappings.joinAround(address, end);
      return applied;
    }
  }
  vm.mappings.joinAround(address, end);
  return hasHoles ? fail(Errno.ENOMEM, "part of the range is not mapped") : 0;
}

function isKnown(advice: number): boolean {
  switch (advice) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
    case MADV_FREE:
    case MADV_GUARD_INSTALL:
    case MADV_GUARD_REMOVE:
    case MADV_REMOVE:
    case MADV_DONTFORK:
    case MADV_DOFORK:
    case MADV_MERGEABLE:
    case MADV_UNMERGEABLE:
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
    case MADV_DONTDUMP:
    case MADV_DODUMP:
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
    case MADV_COLD:
    case MADV_PAGEOUT:
    case MADV_POPULATE_READ:
    case MADV_POPULATE_WRITE:
      return true;
    default:
      return false;
  }
}

/** Whether the memory has to stay where it is. */
function isRefusedToLocked(advice: number): boolean {
  return (
    advice === MADV_DONTNEED ||
    advice === MADV_FREE ||
    advice === MADV_COLD ||
    advice === MADV_PAGEOUT ||
    advice === MADV_GUARD_INSTALL
  );
}

/** MADV_REMOVE: a hole in what the mapping shows. */
function removePages(mapping: Mapping, thread: Thread | undefined): Result {
  const { source, file } = mapping;
  if (mapping.locked !== Locked.NO) return fail(Errno.EINVAL, "the memory is locked");
  if (source === undefined) return fail(Errno.EINVAL, "private memory can have no hole");
  if (!mapping.shared || (mapping.maxProtection & PROT_WRITE) === 0) {
    return fail(Errno.EACCES, "the mapping is not shared and writable");
  }
  const first = mapping.sourcePage;
  if (file === undefined || thread === undefined) return source.punch(first, first + mapping.pages);
  const mode = FALLOC.PUNCH_HOLE | FALLOC.KEEP_SIZE;
  return file.allocate(thread, mode, first * PAGE_SIZE, mapping.end - mapping.start);
}

function apply(vm: AddressSpace, mapping: Mapping, advice: number): Result {
  if (mapping.locked !== Locked.NO && isRefusedToLocked(advice)) {
    return fail(Errno.EINVAL, "the memory is locked");
  }
  switch (advice) {
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
      vm.notePeak(mapping.end - mapping.start);
      vm.space.unmapRange(mapping.start, mapping.end);
      return 0;
    case MADV_FREE:
      if (mapping.source !== undefined) {
        return fail(Errno.EINVAL, "only private anonymous memory can be freed");
      }
      vm.space.unmapRange(mapping.start, mapping.end);
      return 0;
    case MADV_GUARD_INSTALL:
      vm.space.unmapRange(mapping.start, mapping.end);
      for (let at = mapping.start; at < mapping.end; at += PAGE_SIZE) vm.guards.add(at);
      return 0;
    case MADV_GUARD_REMOVE:
      vm.removeGuards(mapping.start, mapping.end);
      return 0;
    case MADV_DONTFORK:
    case MADV_DOFORK:
      mapping.dontFork = advice === MADV_DONTFORK;
      return 0;
    case MADV_WIPEONFORK:
      if (mapping.source !== undefined) {
        return fail(Errno.EINVAL, "only private anonymous memory can be wiped on fork");
      }
      mapping.wipeOnFork = true;
      return 0;
    case MADV_KEEPONFORK:
      mapping.wipeOnFork = false;
      return 0;
    default:
      return 0;
  }
}

/** Brings pages in as accesses would, up to the first that can not be. */
function populate(
  vm: AddressSpace,
  start: number,
  end: number,
  access: Access,
  stackLimit: number,
): Result {
  const needed = access === Access.READ ? PROT_READ : PROT_WRITE;
  for (let at = start; at < end; at += PAGE_SIZE) {
    const mapping = vm.mappings.find(at);
    if (mapping === undefined) {
      return fail(Errno.ENOMEM, "part of the range is not mapped");
    }
    if ((mapping.protection & needed) === 0) {
      return fail(Errno.EINVAL, "the mapping does not allow the access");
    }
    switch (handleFault(vm, at, access, stackLimit)) {
      case Fault.RESOLVED:
        break;
      case Fault.BEYOND_END:
        return fail(Errno.EFAULT, "the page lies beyond the end of the file");
      case Fault.NOT_MAPPED:
        return fail(Errno.EFAULT, "the page is a guard");
      case Fault.OUT_OF_MEMORY:
        return fail(Errno.ENOMEM);
      default:
        return fail(Errno.EINVAL, "the mapping does not allow the access");
    }
  }
  return 0;
}
