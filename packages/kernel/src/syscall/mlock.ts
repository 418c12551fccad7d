// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { RLIMIT_MEMLOCK, RLIMIT_STACK } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { pageCeil, pageFloor } from "../vm/mapping.ts";
import { populate } from "../vm/populate.ts";
import { address, flags, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** Memory is never paged out, so that locking means bringing the pages in, within the limit. */
const NOTE =
  "Pages never leave memory; the limit is checked per call, not over all that is locked.";

const MLOCK_ONFAULT = 1;
const MCL_CURRENT = 1;
const MCL_FUTURE = 2;
const MCL_ONFAULT = 4;

function lock(thread: Thread, addr: number, length: number, onFault: boolean): Result {
  const start = pageFloor(addr);
  const end = pageCeil(addr + length);
  if (end > TASK_SIZE) return fail(Errno.EINVAL, "the range leaves user space");
  const limit = thread.process.limits.get(RLIMIT_MEMLOCK);
  const mayExceed = thread.credentials.has(Capability.IPC_LOCK);
  if (!mayExceed && limit === 0) return fail(Errno.EPERM, "RLIMIT_MEMLOCK is zero");
  if (!mayExceed && end - start > limit) return fail(Errno.ENOMEM, "RLIMIT_MEMLOCK is exceeded");
  if (!thread.vm.mappings.covers(start, end)) {
    return fail(Errno.ENOMEM, "part of the range is not mapped");
  }
  if (onFault) return 0;
  const reached = populate(thread.vm, start, end, thread.process.limits.get(RLIMIT_STACK));
  return reached === end ? 0 : fail(Errno.ENOMEM, "a page could not be brought in");
}

function unlock(thread: Thread, addr: number, length: number): Result {
  const start = pageFloor(addr);
  const end = pageCeil(addr + length);
  if (end > TASK_SIZE) return fail(Errno.EINVAL, "the range leaves user space");
  return thread.vm.mappings.covers(start, end)
    ? 0
    : fail(Errno.ENOMEM, "part of the range is not mapped");
}

/** mlock(2). */
export const mlock: Syscall = defineSyscall({
  name: "mlock",
  number: { x86_64: 149 },
  args: [address("addr"), size("len")],
  support: "partial",
  note: NOTE,
  handler: (thread, addr, length) => lock(thread, addr, length, false),
});

/** mlock2(2). */
export const mlock2: Syscall = defineSyscall({
  name: "mlock2",
  number: { x86_64: 325 },
  args: [address("addr"), size("len"), flags("flags", { MLOCK_ONFAULT }, "0")],
  support: "partial",
  note: NOTE,
  handler(thread, addr, length, lockFlags) {
    if ((lockFlags & ~MLOCK_ONFAULT) !== 0)
      return fail(Errno.EINVAL, "the flags have unknown bits");
    return lock(thread, addr, length, lockFlags !== 0);
  },
});

/** munlock(2). */
export const munlock: Syscall = defineSyscall({
  name: "munlock",
  number: { x86_64: 150 },
  args: [address("addr"), size("len")],
  support: "full",
  handler: (thread, addr, length) => unlock(thread, addr, length),
});

/** mlockall(2). */
export const mlockall: Syscall = defineSyscall({
  name: "mlockall",
  number: { x86_64: 151 },
  args: [flags("flags", { MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT })],
  support: "partial",
  note: "MCL_FUTURE does not fill later mappings.",
  handler(thread, lockFlags) {
    const isKnown = (lockFlags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) === 0;
    if (!isKnown || lockFlags === 0 || lockFlags === MCL_ONFAULT) {
      return fail(Errno.EINVAL, "the flags make no sense");
    }
    const limit = thread.process.limits.get(RLIMIT_MEMLOCK);
    const mayExceed = thread.credentials.has(Capability.IPC_LOCK);
    if (!mayExceed && limit === 0) return fail(Errno.EPERM, "RLIMIT_MEMLOCK is zero");
    if (!mayExceed && (lockFlags & MCL_CURRENT) !== 0 && thread.vm.totalBytes > limit) {
      return fail(Errno.ENOMEM, "RLIMIT_MEMLOCK is exceeded");
    }
    if ((lockFlags & MCL_CURRENT) === 0 || (lockFlags & MCL_ONFAULT) !== 0) return 0;
    for (const mapping of [...thread.vm.mappings]) {
      if (mapping.protection === 0) continue;
      populate(thread.vm, mapping.start, mapping.end, thread.process.limits.get(RLIMIT_STACK));
    }
    return 0;
  },
});

/** munlockall(2). */
export const munlockall: Syscall = defineSyscall({
  name: "munlockall",
  number: { x86_64: 152 },
  args: [],
  support: "full",
  handler: () => 0,
});
