// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../abi/mman.ts";
import { MAY_READ, MAY_WRITE } from "../ipc/sysv/ipc-object.ts";
import { ShmPages, ShmSegment } from "../ipc/sysv/shared-memory.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { vmLimitsOf } from "../vm/limits.ts";
import { ADDRESS_LIMIT, Locked, Mapping, PAGE_SIZE, pageCeil, pageFloor } from "../vm/mapping.ts";
import { populate } from "../vm/populate.ts";
import { address, flags, hex32, int, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { IpcFlagNames } from "./ipc-names.ts";

const SHM_RDONLY = 0o10000;
const SHM_RND = 0o20000;
const SHM_REMAP = 0o40000;
const SHM_EXEC = 0o100000;
const SHM_HUGETLB = 0o4000;
/** Swap space is promised to no segment in any case. */
const SHM_NORESERVE = 0o10000;
const MAY_EXECUTE = 1;

const ShmGetNames = { ...IpcFlagNames, SHM_HUGETLB, SHM_NORESERVE } as const;

/** In the flags of shmget(2), the binary logarithm of the size of huge pages; 0: the usual. */
const SHM_HUGE_SHIFT = 26;
const HUGE_PAGE_SIZES: readonly number[] = [0, 21, 30];

/** What Linux answers who asks for huge pages that it has not reserved. */
function refuseHugePages({ credentials }: Thread, getFlags: number): Result {
  if (!HUGE_PAGE_SIZES.includes(getFlags >>> SHM_HUGE_SHIFT)) {
    return fail(Errno.EINVAL, "there are no huge pages of the size");
  }
  // Root's group is the one that hugetlb_shm_group names.
  const mayUse = credentials.has(Capability.IPC_LOCK) || credentials.inEffectiveGroup(0);
  return mayUse ? fail(Errno.ENOMEM, "no huge pages are reserved") : fail(Errno.EPERM);
}

/** shmget(2). */
export const shmget: Syscall = defineSyscall({
  name: "shmget",
  number: { x86_64: 29 },
  args: [hex32("key"), size("size"), flags("shmflg", ShmGetNames)],
  support: "partial",
  note: "There are no huge pages: SHM_HUGETLB is ENOMEM for a new segment.",
  handler(thread, keyBits, bytes, getFlags) {
    const key = keyBits | 0;
    const { segments } = thread.kernel.sysvIpc;
    const isLarge = (segment: ShmSegment): boolean => bytes <= segment.sizeBytes;
    const found = segments.lookup(thread, key, getFlags, isLarge);
    if (typeof found === "number") return found;
    if (found !== undefined) return found.id;
    if (bytes < 1 || bytes >= 2 ** 63) return fail(Errno.EINVAL, "the size is out of range");
    if ((getFlags & SHM_HUGETLB) !== 0) return refuseHugePages(thread, getFlags);
    if (Math.ceil(bytes / PAGE_SIZE) > memoryStatistics().total) {
      return fail(Errno.ENOMEM, "the segment could never be filled");
    }
    if (thread.kernel.memory.isExhausted) return fail(Errno.ENOMEM);
    return segments.add(new ShmSegment(thread, segments.takeId(), key, getFlags, bytes));
  },
});

/** shmat(2). */
export const shmat: Syscall = defineSyscall({
  name: "shmat",
  number: { x86_64: 30 },
  args: [
    int("shmid"),
    address("shmaddr"),
    flags("shmflg", { SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_EXEC }),
  ],
  returns: "address",
  support: "full",
  handler(thread, id, wanted, atFlags) {
    if (id < 0) return fail(Errno.EINVAL);
    const replaces = (atFlags & SHM_REMAP) !== 0;
    let start = wanted;
    if (wanted % PAGE_SIZE !== 0) {
      if ((atFlags & SHM_RND) === 0) return fail(Errno.EINVAL, "the address is not page-aligned");
      start = pageFloor(wanted);
    }
    if (start === 0 && (replaces || wanted !== 0)) return fail(Errno.EINVAL);
    const segment = thread.kernel.sysvIpc.segments.find(id);
    if (segment === undefined) return fail(Errno.EINVAL, "there is no such segment");
    const isReadOnly = (atFlags & SHM_RDONLY) !== 0;
    const isExecutable = (atFlags & SHM_EXEC) !== 0;
    const rights = MAY_READ | (isReadOnly ? 0 : MAY_WRITE) | (isExecutable ? MAY_EXECUTE : 0);
    if (!segment.permits(thread.credentials, rights)) return fail(Errno.EACCES);
    const protection = PROT_READ | (isReadOnly ? 0 : PROT_WRITE) | (isExecutable ? PROT_EXEC : 0);
    return attach(thread, segment, start, replaces, protection);
  },
});

function attach(
  thread: Thread,
  segment: ShmSegment,
  wanted: number,
  replaces: boolean,
  protection: number,
): Result {
  const { vm } = thread;
  const length = pageCeil(segment.sizeBytes);
  const { futureLock } = vm;
  const limits = vmLimitsOf(thread);
  if (vm.totalBytes + length > limits.addressSpaceBytes) return fail(Errno.ENOMEM);
  if (futureLock !== Locked.NO && vm.lockedBytes() + length > limits.lockedBytes) {
    return fail(Errno.EAGAIN, "RLIMIT_MEMLOCK would be exceeded");
  }
  let start = wanted;
  if (wanted === 0) {
    start = vm.findFree(length, 0);
    if (start < 0) return start;
  } else {
    if (!replaces && wanted + length >= ADDRESS_LIMIT)
      return fail(Errno.EINVAL, "the range wraps around");
    if (!replaces && vm.mappings.overlaps(wanted, wanted + length)) {
      return fail(Errno.EINVAL, "the range holds a mapping");
    }
    if (wanted + length > TASK_SIZE) return fail(Errno.ENOMEM, "the range leaves user space");
    const unmapped = vm.unmap(wanted, wanted + length);
    if (unmapped < 0) return unmapped;
  }
  const mapping = new Mapping({
    start,
    end: start + length,
    protection,
    maxProtection: protection | PROT_EXEC,
    shared: true,
    source: segment.pages,
    name: `/SYSV${(segment.key >>> 0).toString(16).padStart(8, "0")} (deleted)`,
  });
  mapping.locked = futureLock;
  vm.add(mapping);
  if (futureLock === Locked.NOW) populate(vm, start, start + length, limits.stackBytes);
  return start;
}

/** shmdt(2). */
export const shmdt: Syscall = defineSyscall({
  name: "shmdt",
  number: { x86_64: 67 },
  args: [address("shmaddr")],
  support: "full",
  handler(thread, start) {
    if (start % PAGE_SIZE !== 0) return fail(Errno.EINVAL, "the address is not page-aligned");
    const { vm } = thread;
    let segment: ShmSegment | undefined;
    // Parts of the attachment may have been unmapped or protected apart from others.
    for (const mapping of [...vm.mappings]) {
      const { source } = mapping;
      if (!(source instanceof ShmPages) || mapping.addressOf(0) !== start) continue;
      if (segment !== undefined && source.segment !== segment) continue;
      segment = source.segment;
      vm.unmap(mapping.start, mapping.end);
    }
    return segment === undefined ? fail(Errno.EINVAL, "nothing is attached there") : 0;
  },
});
