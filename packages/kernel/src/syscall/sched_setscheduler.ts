// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32 } from "../abi/layout.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { int, oneOf, structIn, structOut } from "./args.ts";
import type { Names } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { readStruct } from "./user-struct.ts";

export const SCHED_OTHER = 0;
export const SCHED_FIFO = 1;
export const SCHED_RR = 2;
export const SCHED_BATCH = 3;
export const SCHED_IDLE = 5;
const SCHED_RESET_ON_FORK = 0x4000_0000;

export const PolicyNames: Names = { SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE };
export const REALTIME_PRIORITY_MAX = 99;
export const NOTE = "policies are told, and obeyed only as far as nice goes; one CPU";

export function findThread(thread: Thread, tid: number): Thread | undefined {
  return tid === 0 ? thread : thread.kernel.processes.getThread(tid);
}

/** Whether `thread` may change how `target` is scheduled. */
export function mayChange(thread: Thread, target: Thread): boolean {
  const mine = thread.credentials;
  const theirs = target.credentials;
  return mine.euid === theirs.euid || mine.euid === theirs.uid || mine.has(Capability.SYS_NICE);
}

export function setPolicy(thread: Thread, tid: number, policy: number, priority: number): Result {
  const target = findThread(thread, tid);
  if (target === undefined) return fail(Errno.ESRCH);
  const plain = policy & ~SCHED_RESET_ON_FORK;
  const isRealtime = plain === SCHED_FIFO || plain === SCHED_RR;
  const isKnown =
    isRealtime || plain === SCHED_OTHER || plain === SCHED_BATCH || plain === SCHED_IDLE;
  if (!isKnown) return fail(Errno.EINVAL, "the policy is unknown");
  if (isRealtime ? priority < 1 || priority > REALTIME_PRIORITY_MAX : priority !== 0) {
    return fail(Errno.EINVAL, "the priority does not fit the policy");
  }
  if (!mayChange(thread, target)) return fail(Errno.EPERM);
  if (isRealtime && !thread.credentials.has(Capability.SYS_NICE)) return fail(Errno.EPERM);
  target.schedulingPolicy = plain;
  target.schedulingPriority = priority;
  return 0;
}

export const sched_setscheduler: Syscall = defineSyscall({
  name: "sched_setscheduler",
  number: { x86_64: 144 },
  args: [int("pid"), oneOf("policy", PolicyNames), structIn("param", "i32")],
  scml: [{ policy: `${among(PolicyNames)} | SCHED_RESET_ON_FORK` }],
  support: "partial",
  note: NOTE,
  handler: (thread, tid, policy, paramAddress) => {
    if (tid < 0 || policy < 0) return fail(Errno.EINVAL);
    const view = readStruct(thread, paramAddress, 4);
    return view === undefined
      ? fail(Errno.EFAULT)
      : setPolicy(thread, tid, policy, getI32(view, 0));
  },
});

export const sched_getscheduler: Syscall = defineSyscall({
  name: "sched_getscheduler",
  number: { x86_64: 145 },
  args: [int("pid")],
  support: "full",
  handler: (thread, tid) => {
    if (tid < 0) return fail(Errno.EINVAL);
    return findThread(thread, tid)?.schedulingPolicy ?? fail(Errno.ESRCH);
  },
});

export const sched_setparam: Syscall = defineSyscall({
  name: "sched_setparam",
  number: { x86_64: 142 },
  args: [int("pid"), structIn("param", "i32")],
  support: "partial",
  note: NOTE,
  handler: (thread, tid, paramAddress) => {
    if (tid < 0) return fail(Errno.EINVAL);
    const view = readStruct(thread, paramAddress, 4);
    if (view === undefined) return fail(Errno.EFAULT);
    const policy = findThread(thread, tid)?.schedulingPolicy ?? SCHED_OTHER;
    return setPolicy(thread, tid, policy, getI32(view, 0));
  },
});

export const sched_getparam: Syscall = defineSyscall({
  name: "sched_getparam",
  number: { x86_64: 143 },
  args: [int("pid"), structOut("param", "i32")],
  support: "full",
  handler: (thread, tid, paramAddress) => {
    if (tid < 0 || paramAddress === 0) return fail(Errno.EINVAL);
    const target = findThread(thread, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    const isWritten = thread.memory.writeU32(paramAddress, target.schedulingPriority);
    return isWritten ? 0 : fail(Errno.EFAULT);
  },
});
