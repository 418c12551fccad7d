// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import {
  MAP_32BIT,
  MAP_ANONYMOUS,
  MAP_DENYWRITE,
  MAP_DROPPABLE,
  MAP_EXECUTABLE,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_HUGETLB,
  MAP_LOCKED,
  MAP_NONBLOCK,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_STACK,
  MAP_TYPE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from "../abi/mman.ts";
import { S } from "../abi/stat.ts";
import type { OpenFile } from "../fs/file.ts";
import { MS } from "../fs/mount.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { AddressSpace } from "./address-space.ts";
import { AnonymousObject } from "./anonymous-object.ts";
import { TASK_SIZE } from "./layout.ts";
import { exceedsDataLimit } from "./limits.ts";
import type { VmLimits } from "./limits.ts";
import { Locked, Mapping, PAGE_SIZE, pageCeil } from "./mapping.ts";
import { MAX_MAPPINGS } from "./mapping-list.ts";
import type { PageSource } from "./page-source.ts";
import { populate } from "./populate.ts";

/** The whole pages of a file of 2^63 bytes less one. */
const MAX_FILE_PAGES = 2 ** 51 - 1;
/** Of what has no size: their numbers do not wrap. */
const MAX_OTHER_PAGES = 2 ** 52 - 1;
/** What MAP_SHARED_VALIDATE lets pass: the flags of Linux before there was validation. */
const VALIDATED_FLAGS =
  MAP_TYPE |
  MAP_FIXED |
  MAP_ANONYMOUS |
  MAP_32BIT |
  MAP_GROWSDOWN |
  MAP_DENYWRITE |
  MAP_EXECUTABLE |
  MAP_LOCKED |
  MAP_NORESERVE |
  MAP_POPULATE |
  MAP_NONBLOCK |
  MAP_STACK |
  MAP_HUGETLB;

export interface MapRequest {
  readonly address: number;
  readonly length: number;
  readonly protection: number;
  readonly flags: number;
  /** Undefined for MAP_ANONYMOUS. */
  readonly file: OpenFile | undefined;
  /** Bytes; a multiple of the page size. */
  readonly offset: number;
}

/** mmap(2): the address of the new mapping, or an error; what is wrong is found in Linux's order. */
export function map(vm: AddressSpace, request: MapRequest, limits: VmLimits): Result {
  const { flags, protection, file } = request;
  if (file !== undefined && (flags & MAP_HUGETLB) !== 0) {
    return fail(Errno.EINVAL, "the file has no huge pages");
  }
  if (request.length === 0) return fail(Errno.EINVAL, "the length is zero");
  if (request.length > TASK_SIZE) return fail(Errno.ENOMEM, "the length exceeds user space");
  if ((flags & MAP_HUGETLB) !== 0) return fail(Errno.ENOMEM, "no huge pages are reserved");
  const length = pageCeil(request.length);
  const pages = length / PAGE_SIZE;
  const rights = protection & (PROT_READ | PROT_WRITE | PROT_EXEC);
  const start = choosePlace(vm, request.address, length, flags);
  if (start < 0) return start;
  if (start < limits.lowestAddress)
    return fail(Errno.EPERM, "the address is below vm.mmap_min_addr");
  const locked = (flags & MAP_LOCKED) !== 0 ? Locked.NOW : vm.futureLock;
  if ((flags & MAP_LOCKED) !== 0 && limits.lockedBytes === 0) {
    return fail(Errno.EPERM, "RLIMIT_MEMLOCK is zero");
  }
  if (locked !== Locked.NO && vm.lockedBytes() + length > limits.lockedBytes) {
    return fail(Errno.EAGAIN, "RLIMIT_MEMLOCK would be exceeded");
  }

  const checked = checkKind(request, pages, rights);
  if (checked < 0) return checked;
  const type = flags & MAP_TYPE;
  const isDroppable = type === MAP_DROPPABLE;
  const isShared = type !== MAP_PRIVATE && !isDroppable;
  let source: PageSource | undefined;
  let maxProtection = PROT_READ | PROT_WRITE | PROT_EXEC;
  if (file !== undefined) {
    if (isShared && (!file.writable || file.forbidsWritableMappings)) maxProtection &= ~PROT_WRITE;
    if (forbidsExecution(file)) maxProtection &= ~PROT_EXEC;
    source = file.mapsZeros ? undefined : file.pageSource();
    if (source === undefined && !file.mapsZeros)
      return fail(Errno.ENODEV, "the file can not be mapped");
    if ((flags & MAP_GROWSDOWN) !== 0) return fail(Errno.EINVAL, "no file grows downwards");
  }
  if (vm.totalBytes + length > limits.addressSpaceBytes) {
    return fail(Errno.ENOMEM, "the address space would exceed RLIMIT_AS");
  }
  const isData = !isShared && (rights & PROT_WRITE) !== 0 && (flags & MAP_GROWSDOWN) === 0;
  if (isData && exceedsDataLimit(vm, length, limits)) {
    return fail(Errno.ENOMEM, "the data would exceed RLIMIT_DATA");
  }
  const isCounted = isShared ? file === undefined : (rights & PROT_WRITE) !== 0;
  const isAccounted = (flags & MAP_NORESERVE) === 0 && !isDroppable && isCounted;
  if (isAccounted && length > limits.totalMemoryBytes) {
    return fail(Errno.ENOMEM, "the mapping could never be filled: it exceeds all memory");
  }
  if (vm.mappings.count >= MAX_MAPPINGS) return fail(Errno.ENOMEM, "there are too many mappings");
  const unmapped = vm.unmap(start, start + length);
  if (unmapped < 0) return unmapped;

  const backing = file?.mapsZeros === true ? undefined : file;
  if (backing === undefined && isShared) source = new AnonymousObject(pages);
  const mapping = new Mapping({
    start,
    end: start + length,
    protection: rights,
    maxProtection,
    shared: isShared,
    source,
    sourcePage: backing === undefined ? 0 : request.offset / PAGE_SIZE,
    file: backing,
    // As Linux, which makes shared memory a file of its own.
    name: backing !== undefined ? "" : isShared ? "/dev/zero (deleted)" : (file?.path() ?? ""),
    growsDown: (flags & MAP_GROWSDOWN) !== 0,
  });
  mapping.locked = isDroppable ? Locked.NO : locked;
  mapping.wipeOnFork = isDroppable;
  vm.add(mapping);
  const wantsPages = (flags & MAP_POPULATE) !== 0 && (flags & MAP_NONBLOCK) === 0;
  if (wantsPages || locked === Locked.NOW) populate(vm, start, start + length, limits.stackBytes);
  return start;
}

/** What mmap(2) asks of the kind of mapping, and of the file's access mode. */
function checkKind({ flags, file, offset }: MapRequest, pages: number, rights: number): Result {
  const type = flags & MAP_TYPE;
  if (file === undefined) {
    if (type === MAP_SHARED) {
      return (flags & MAP_GROWSDOWN) !== 0
        ? fail(Errno.EINVAL, "no shared memory grows downwards")
        : 0;
    }
    // Memory that may be dropped grows nowhere; here it never is dropped.
    if (type === MAP_DROPPABLE && (flags & MAP_GROWSDOWN) !== 0) return fail(Errno.EINVAL);
    return type === MAP_PRIVATE || type === MAP_DROPPABLE
      ? 0
      : fail(Errno.EINVAL, "flags name neither MAP_SHARED nor MAP_PRIVATE");
  }
  // Of what has no size, only the numbers of pages must not wrap.
  const isSized =
    (file.location === undefined && file.inode === undefined) ||
    file.inode?.isRegular === true ||
    file.inode?.type === S.IFBLK;
  const most = isSized ? MAX_FILE_PAGES : MAX_OTHER_PAGES;
  if (offset / PAGE_SIZE + pages > most) {
    return fail(Errno.EOVERFLOW, "the range lies beyond the end of the largest file");
  }
  if (type === MAP_SHARED_VALIDATE && (flags & ~VALIDATED_FLAGS) !== 0) {
    return fail(Errno.EOPNOTSUPP, "the file can not be mapped with these flags");
  }
  const isShared = type === MAP_SHARED || type === MAP_SHARED_VALIDATE;
  if (!isShared && type !== MAP_PRIVATE) {
    return fail(Errno.EINVAL, "flags name neither MAP_SHARED nor MAP_PRIVATE");
  }
  if (isShared && (rights & PROT_WRITE) !== 0 && !file.writable) {
    return fail(Errno.EACCES, "a shared writable mapping needs a file open for writing");
  }
  if (!file.readable) return fail(Errno.EACCES, "the file is not open for reading");
  if ((rights & PROT_EXEC) !== 0 && forbidsExecution(file)) {
    return fail(Errno.EPERM, "the mount does not allow execution");
  }
  if (isShared && (rights & PROT_WRITE) !== 0 && file.forbidsWritableMappings) {
    return fail(Errno.EPERM, "the file is sealed against writes");
  }
  return 0;
}

/** Files without a place in the tree are on file systems of their own, which Linux lets nobody execute from. */
function forbidsExecution({ location }: OpenFile): boolean {
  if (location === undefined) return true;
  const { mount } = location;
  return (mount.flags & MS.NOEXEC) !== 0 || mount.fs.forbidsExecution;
}

/** The start of the mapping: the caller's with MAP_FIXED, else a free range. */
function choosePlace(vm: AddressSpace, address: number, length: number, flags: number): Result {
  if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0) {
    if (address % PAGE_SIZE !== 0) return fail(Errno.EINVAL, "the address is not page-aligned");
    if (address + length > TASK_SIZE) return fail(Errno.ENOMEM, "the range leaves user space");
    const mayReplace = (flags & MAP_FIXED_NOREPLACE) === 0;
    if (!mayReplace && vm.mappings.overlaps(address, address + length)) {
      return fail(Errno.EEXIST, "the range holds a mapping");
    }
    return address;
  }
  return (flags & MAP_32BIT) === 0
    ? vm.findFree(length, address)
    : vm.findFreeBelow2GiB(length, address);
}
