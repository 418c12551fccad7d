// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, getU32, getU64, set32, set64, StructBuffer } from "../abi/layout.ts";
import { fail } from "../result.ts";
import { address, int, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { findThread, NOTE, setPolicy } from "./sched_setscheduler.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

/** struct sched_attr, version 0. */
const SCHED_ATTR_SIZE = 48;

export const sched_setattr: Syscall = defineSyscall({
  name: "sched_setattr",
  number: { x86_64: 314 },
  args: [int("pid"), address("attr"), uint("flags")],
  scml: [{ flags: "0" }],
  support: "partial",
  note: NOTE,
  handler: (thread, tid, attrAddress, attrFlags) => {
    if (tid < 0 || attrFlags !== 0 || attrAddress === 0) return fail(Errno.EINVAL);
    const view = readStruct(thread, attrAddress, SCHED_ATTR_SIZE);
    if (view === undefined) return fail(Errno.EFAULT);
    const attrSize = getU32(view, 0);
    if (attrSize !== 0 && attrSize < SCHED_ATTR_SIZE) return fail(Errno.E2BIG);
    if ((getU64(view, 8) & ~1) !== 0) return fail(Errno.EINVAL);
    const set = setPolicy(thread, tid, getI32(view, 4), getI32(view, 20));
    const target = findThread(thread, tid);
    if (set === 0 && target !== undefined) target.nice = clampNice(getI32(view, 16));
    return set;
  },
});

export const sched_getattr: Syscall = defineSyscall({
  name: "sched_getattr",
  number: { x86_64: 315 },
  args: [int("pid"), address("attr"), uint("size"), uint("flags")],
  scml: [{ flags: "0" }],
  support: "full",
  handler: (thread, tid, attrAddress, attrSize, attrFlags) => {
    if (tid < 0 || attrFlags !== 0 || attrAddress === 0) return fail(Errno.EINVAL);
    if (attrSize < SCHED_ATTR_SIZE) return fail(Errno.EINVAL);
    const target = findThread(thread, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    const buffer = new StructBuffer(SCHED_ATTR_SIZE);
    set32(buffer.view, 0, SCHED_ATTR_SIZE);
    set32(buffer.view, 4, target.schedulingPolicy);
    set64(buffer.view, 8, 0);
    set32(buffer.view, 16, target.nice);
    set32(buffer.view, 20, target.schedulingPriority);
    return writeStruct(thread, attrAddress, buffer);
  },
});

const NICE_MIN = -20;
const NICE_MAX = 19;

export function clampNice(nice: number): number {
  return Math.max(NICE_MIN, Math.min(NICE_MAX, nice));
}
