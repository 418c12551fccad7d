// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { address, int, size, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { findThread, mayChange } from "./sched_setscheduler.ts";
import { readStruct } from "./user-struct.ts";

/** Bytes of the kernel's CPU mask: one CPU, a long. */
const CPU_MASK_BYTES = 8;

export const sched_setaffinity: Syscall = defineSyscall({
  name: "sched_setaffinity",
  number: { x86_64: 203 },
  args: [int("pid"), size("cpusetsize"), address("mask")],
  support: "full",
  handler: (thread, tid, setSize, maskAddress) => {
    const view = readStruct(thread, maskAddress, Math.min(setSize, CPU_MASK_BYTES));
    if (view === undefined) return fail(Errno.EFAULT);
    const target = findThread(thread, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    if (!mayChange(thread, target)) return fail(Errno.EPERM);
    const hasFirst = view.byteLength > 0 && (view.getUint8(0) & 1) !== 0;
    return hasFirst ? 0 : fail(Errno.EINVAL, "the mask has no CPU that exists");
  },
});

export const sched_getaffinity: Syscall = defineSyscall({
  name: "sched_getaffinity",
  number: { x86_64: 204 },
  args: [int("pid"), uint("cpusetsize"), address("mask")],
  support: "full",
  handler: (thread, tid, setSize, maskAddress) => {
    // Linux counts bits, in 32 bits.
    if ((setSize << 3) >>> 0 === 0 || setSize % 8 !== 0) return fail(Errno.EINVAL);
    if (findThread(thread, tid) === undefined) return fail(Errno.ESRCH);
    const isWritten = thread.memory.writeU64(maskAddress, 1, 0);
    return isWritten ? CPU_MASK_BYTES : fail(Errno.EFAULT);
  },
});
