// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, getU32, getU64, set32, set64, StructBuffer } from "../abi/layout.ts";
import { fail } from "../result.ts";
import { NICE_MAX, NICE_MIN, SCHED_RESET_ON_FORK } from "../sched/policy.ts";
import { address, int, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { findThread, NOTE, setPolicy } from "./sched_setscheduler.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

/** struct sched_attr, version 0. */
const SCHED_ATTR_SIZE = 48;
/** Its flags: SCHED_FLAG_RESET_ON_FORK, _KEEP_POLICY and _KEEP_PARAMS; the others need deadlines or clamps. */
const RESET_ON_FORK = 0x01;
const KEEP_POLICY = 0x08;
const KEEP_PARAMS = 0x10;
const SCHED_FLAG_ALL: number = RESET_ON_FORK | KEEP_POLICY | KEEP_PARAMS;

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
    const flags = getU64(view, 8);
    if (flags > SCHED_FLAG_ALL || (flags & ~SCHED_FLAG_ALL) !== 0)
      return fail(Errno.EINVAL, "a flag is unknown");
    const target = findThread(thread, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    const policy = (flags & KEEP_POLICY) === 0 ? getI32(view, 4) : target.schedulingPolicy;
    if (policy < 0 || policy >= SCHED_RESET_ON_FORK) return fail(Errno.EINVAL);
    const keepsParameters = (flags & KEEP_PARAMS) !== 0;
    const priority = keepsParameters ? target.schedulingPriority : getU32(view, 20);
    const nice = keepsParameters ? undefined : clampNice(getI32(view, 16));
    const resets = (flags & RESET_ON_FORK) === 0 ? 0 : SCHED_RESET_ON_FORK;
    return setPolicy(thread, tid, policy | resets, priority, nice);
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
    set64(buffer.view, 8, target.resetsPolicyOnFork ? RESET_ON_FORK : 0);
    set32(buffer.view, 16, target.nice);
    set32(buffer.view, 20, target.schedulingPriority);
    return writeStruct(thread, attrAddress, buffer);
  },
});

export function clampNice(nice: number): number {
  return Math.max(NICE_MIN, Math.min(NICE_MAX, nice));
}
