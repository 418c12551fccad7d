// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { vmLimitsOf } from "../vm/limits.ts";
import { setAllLocked, setLocked } from "../vm/lock.ts";
import { Locked } from "../vm/mapping.ts";
import { address, flags, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const MLOCK_ONFAULT = 1;
const MCL_CURRENT = 1;
const MCL_FUTURE = 2;
const MCL_ONFAULT = 4;

/** mlock(2). */
export const mlock: Syscall = defineSyscall({
  name: "mlock",
  number: { x86_64: 149 },
  args: [address("addr"), size("len")],
  support: "full",
  handler: (thread, addr, length) =>
    setLocked(thread.vm, addr, length, Locked.NOW, vmLimitsOf(thread)),
});

/** mlock2(2). */
export const mlock2: Syscall = defineSyscall({
  name: "mlock2",
  number: { x86_64: 325 },
  args: [address("addr"), size("len"), flags("flags", { MLOCK_ONFAULT }, "0")],
  support: "full",
  handler(thread, addr, length, lockFlags) {
    if ((lockFlags & ~MLOCK_ONFAULT) !== 0)
      return fail(Errno.EINVAL, "the flags have unknown bits");
    const locked = lockFlags === 0 ? Locked.NOW : Locked.ON_FAULT;
    return setLocked(thread.vm, addr, length, locked, vmLimitsOf(thread));
  },
});

/** munlock(2). */
export const munlock: Syscall = defineSyscall({
  name: "munlock",
  number: { x86_64: 150 },
  args: [address("addr"), size("len")],
  support: "full",
  handler: (thread, addr, length) =>
    setLocked(thread.vm, addr, length, Locked.NO, vmLimitsOf(thread)),
});

/** mlockall(2). */
export const mlockall: Syscall = defineSyscall({
  name: "mlockall",
  number: { x86_64: 151 },
  args: [flags("flags", { MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT })],
  support: "full",
  handler(thread, lockFlags) {
    const isKnown = (lockFlags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) === 0;
    if (!isKnown || lockFlags === 0 || lockFlags === MCL_ONFAULT) {
      return fail(Errno.EINVAL, "the flags make no sense");
    }
    const { vm } = thread;
    const limits = vmLimitsOf(thread);
    if (limits.lockedBytes === 0) return fail(Errno.EPERM, "RLIMIT_MEMLOCK is zero");
    const isCurrent = (lockFlags & MCL_CURRENT) !== 0;
    if (isCurrent && vm.totalBytes > limits.lockedBytes) {
      return fail(Errno.ENOMEM, "RLIMIT_MEMLOCK is exceeded");
    }
    const locked = (lockFlags & MCL_ONFAULT) !== 0 ? Locked.ON_FAULT : Locked.NOW;
    vm.futureLock = (lockFlags & MCL_FUTURE) !== 0 ? locked : Locked.NO;
    if (isCurrent) setAllLocked(vm, locked, limits);
    return 0;
  },
});

/** munlockall(2). */
export const munlockall: Syscall = defineSyscall({
  name: "munlockall",
  number: { x86_64: 152 },
  args: [],
  support: "full",
  handler: (thread) => {
    thread.vm.futureLock = Locked.NO;
    setAllLocked(thread.vm, Locked.NO, vmLimitsOf(thread));
    return 0;
  },
});
