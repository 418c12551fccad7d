// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32 } from "../abi/layout.ts";
import { RLIMIT_NICE, RLIMIT_RTPRIO } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import {
  isRealtime,
  REALTIME_PRIORITY_MAX,
  SCHED_BATCH,
  SCHED_FIFO,
  SCHED_IDLE,
  SCHED_OTHER,
  SCHED_RESET_ON_FORK,
  SCHED_RR,
} from "../sched/policy.ts";
import { Capability } from "../security/capabilities.ts";
import { int, oneOf, structIn, structOut } from "./args.ts";
import type { Names } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { readStruct } from "./user-struct.ts";

export const PolicyNames: Names = { SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE };
export const NOTE = "no SCHED_DEADLINE, no SCHED_EXT";

export function findThread(thread: Thread, tid: number): Thread | undefined {
  return tid === 0 ? thread : thread.kernel.processes.getThread(tid);
}

/** Whether `target` is a task of the caller's user, by its ids. */
export function isOwnTask(thread: Thread, target: Thread): boolean {
  const mine = thread.credentials;
  const theirs = target.credentials;
  return mine.euid === theirs.euid || mine.euid === theirs.uid || mine.has(Capability.SYS_NICE);
}

/** Whether `target` has no capability that the caller has not (capabilities(7), CAP_SYS_NICE). */
export function isNoMoreCapable(thread: Thread, target: Thread): boolean {
  const mine = thread.credentials;
  return target.credentials.permitted.isSubsetOf(mine.permitted) || mine.has(Capability.SYS_NICE);
}

/** Whether the caller may set how `target` is scheduled. */
export function mayChange(thread: Thread, target: Thread): boolean {
  return isOwnTask(thread, target) && isNoMoreCapable(thread, target);
}

/** Whether `thread` may make `target` this nice: raised niceness always, less by limit or right. */
export function mayBeNice(thread: Thread, target: Thread, nice: number): boolean {
  if (nice >= target.nice) return true;
  const limit = target.process.limits.get(RLIMIT_NICE);
  return 20 - nice <= limit || thread.credentials.has(Capability.SYS_NICE);
}

/** sched(7): what a thread without CAP_SYS_NICE may change of a policy. */
function mayHavePolicy(thread: Thread, target: Thread, policy: number, priority: number): boolean {
  if (thread.credentials.has(Capability.SYS_NICE)) return true;
  if (isRealtime(policy)) {
    const limit = target.process.limits.get(RLIMIT_RTPRIO);
    if (policy !== target.schedulingPolicy && limit === 0) return false;
    if (priority > target.schedulingPriority && priority > limit) return false;
  }
  const leavesIdle = target.schedulingPolicy === SCHED_IDLE && policy !== SCHED_IDLE;
  if (leavesIdle && 20 - target.nice > target.process.limits.get(RLIMIT_NICE)) return false;
  return mayChange(thread, target);
}

/** `nice`: of sched_setattr(2), which sets it with a fair policy; undefined: it stays. */
export function setPolicy(
  thread: Thread,
  tid: number,
  policy: number,
  priority: number,
  nice?: number,
): Result {
  const target = findThread(thread, tid);
  if (target === undefined) return fail(Errno.ESRCH);
  const plain = policy & ~SCHED_RESET_ON_FORK;
  const isKnown =
    isRealtime(plain) || plain === SCHED_OTHER || plain === SCHED_BATCH || plain === SCHED_IDLE;
  if (!isKnown) return fail(Errno.EINVAL, "the policy is unknown");
  if (isRealtime(plain) ? priority < 1 || priority > REALTIME_PRIORITY_MAX : priority !== 0) {
    return fail(Errno.EINVAL, "the priority does not fit the policy");
  }
  const resets = (policy & SCHED_RESET_ON_FORK) !== 0;
  const mayDrop = resets || !target.resetsPolicyOnFork;
  if (!mayHavePolicy(thread, target, plain, priority)) return fail(Errno.EPERM);
  if (!mayDrop && !thread.credentials.has(Capability.SYS_NICE)) return fail(Errno.EPERM);
  const isNiceSet = nice !== undefined && !isRealtime(plain);
  if (isNiceSet && !mayBeNice(thread, target, nice)) return fail(Errno.EPERM);
  target.schedulingPolicy = plain;
  target.schedulingPriority = priority;
  target.resetsPolicyOnFork = resets;
  if (isNiceSet) target.nice = nice;
  thread.kernel.scheduler.changed(target);
  return 0;
}

/** What sched_getscheduler(2) tells: the policy, and whether children lose it. */
export function toldPolicy(target: Thread): number {
  return target.schedulingPolicy | (target.resetsPolicyOnFork ? SCHED_RESET_ON_FORK : 0);
}

export const sched_setscheduler: Syscall = defineSyscall({
  name: "sched_setscheduler",
  number: { x86_64: 144 },
  args: [int("pid"), oneOf("policy", PolicyNames), structIn("param", "i32")],
  scml: [{ policy: `${among(PolicyNames)} | SCHED_RESET_ON_FORK` }],
  support: "partial",
  note: NOTE,
  handler: (thread, tid, policy, paramAddress) => {
    if (tid < 0 || policy < 0 || paramAddress === 0) return fail(Errno.EINVAL);
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
    const target = findThread(thread, tid);
    return target === undefined ? fail(Errno.ESRCH) : toldPolicy(target);
  },
});

export const sched_setparam: Syscall = defineSyscall({
  name: "sched_setparam",
  number: { x86_64: 142 },
  args: [int("pid"), structIn("param", "i32")],
  support: "partial",
  note: NOTE,
  handler: (thread, tid, paramAddress) => {
    if (tid < 0 || paramAddress === 0) return fail(Errno.EINVAL);
    const view = readStruct(thread, paramAddress, 4);
    if (view === undefined) return fail(Errno.EFAULT);
    const target = findThread(thread, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    return setPolicy(thread, tid, toldPolicy(target), getI32(view, 0));
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
