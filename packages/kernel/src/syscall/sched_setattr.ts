// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, getU32, getU64, set32, set64, StructBuffer } from "../abi/layout.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { NICE_MAX, NICE_MIN, SCHED_RESET_ON_FORK } from "../sched/policy.ts";
import { address, int, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { findThread, NOTE, setPolicy } from "./sched_setscheduler.ts";
import { writeStruct } from "./user-struct.ts";

/** struct sched_attr, version 0. */
const SCHED_ATTR_SIZE = 48;
/** With the clamps of later versions. */
const SCHED_ATTR_KNOWN = 56;
const PAGE_SIZE = 4096;
/** Its flags: SCHED_FLAG_RESET_ON_FORK, _KEEP_POLICY and _KEEP_PARAMS; the others need deadlines or clamps. */
const RESET_ON_FORK = 0x01;
const KEEP_POLICY = 0x08;
const KEEP_PARAMS = 0x10;
/** SCHED_FLAG_UTIL_CLAMP_MIN and _MAX. */
const UTIL_CLAMP = 0x60;
const SCHED_FLAG_ALL: number = RESET_ON_FORK | KEEP_POLICY | KEEP_PARAMS;

/** What the caller gives, whose size says how new a Linux it was written for. */
function readAttributes(thread: Thread, address: number): DataView | Result {
  const { memory } = thread;
  const told = memory.readU32(address);
  if (told < 0) return fail(Errno.EFAULT);
  const { view, bytes } = new StructBuffer(PAGE_SIZE);
  const given = told === 0 ? SCHED_ATTR_SIZE : told;
  if (given >= SCHED_ATTR_SIZE && given <= PAGE_SIZE) {
    if (memory.readBytes(address, bytes, 0, given) < given) return fail(Errno.EFAULT);
    const clamps = (getU32(view, 8) & UTIL_CLAMP) !== 0;
    if (clamps && given < SCHED_ATTR_KNOWN) return fail(Errno.EINVAL, "the clamps are not there");
    if (bytes.subarray(SCHED_ATTR_KNOWN).every((byte) => byte === 0)) return view;
  }
  memory.writeU32(address, SCHED_ATTR_KNOWN);
  return fail(Errno.E2BIG, "the structure says more, or less, than is known");
}

export const sched_setattr: Syscall = defineSyscall({
  name: "sched_setattr",
  number: { x86_64: 314 },
  args: [int("pid"), address("attr"), uint("flags")],
  scml: [{ flags: "0" }],
  support: "partial",
  note: NOTE,
  handler: (thread, tid, attrAddress, attrFlags) => {
    if (tid < 0 || attrFlags !== 0 || attrAddress === 0) return fail(Errno.EINVAL);
    const view = readAttributes(thread, attrAddress);
    if (typeof view === "number") return view;
    if (getI32(view, 4) < 0) return fail(Errno.EINVAL, "the policy is negative");
    const target = findThread(thread, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    const flags = getU64(view, 8);
    if (flags <= (SCHED_FLAG_ALL | UTIL_CLAMP) && (flags & UTIL_CLAMP) !== 0) {
      return fail(Errno.EOPNOTSUPP, "use of the processor is not clamped");
    }
    if (flags > SCHED_FLAG_ALL || (flags & ~SCHED_FLAG_ALL) !== 0)
      return fail(Errno.EINVAL, "a flag is unknown");
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
    if (attrSize < SCHED_ATTR_SIZE || attrSize > PAGE_SIZE) return fail(Errno.EINVAL);
    const target = findThread(thread, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    // What the caller knows beside is zero, as the clamps are.
    const buffer = new StructBuffer(attrSize);
    set32(buffer.view, 0, Math.min(attrSize, SCHED_ATTR_KNOWN));
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
