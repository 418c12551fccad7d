// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { StructBuffer, getI32, getU32, getU64, set32, set64 } from "../abi/layout.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { address, int, oneOf, size, structIn, structOut, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct, writeStruct, writeTimespec } from "./user-struct.ts";

const SCHED_OTHER = 0;
const SCHED_FIFO = 1;
const SCHED_RR = 2;
const SCHED_BATCH = 3;
const SCHED_IDLE = 5;
const SCHED_RESET_ON_FORK = 0x4000_0000;
const PolicyNames = { SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE } as const;

const REALTIME_PRIORITY_MAX = 99;
/** Bytes of the kernel's CPU mask: one CPU, a long. */
const CPU_MASK_BYTES = 8;
const SLICE_NS = 8_000_000;
const NOTE = "policies are told, and obeyed only as far as nice goes; one CPU";

function findThread(thread: Thread, tid: number): Thread | undefined {
  return tid === 0 ? thread : thread.kernel.processes.getThread(tid);
}

/** Whether `thread` may change how `target` is scheduled. */
function mayChange(thread: Thread, target: Thread): boolean {
  const mine = thread.credentials;
  const theirs = target.credentials;
  return mine.euid === theirs.euid || mine.euid === theirs.uid || mine.has(Capability.SYS_NICE);
}

export const sched_yield: Syscall = defineSyscall({
  name: "sched_yield",
  number: { x86_64: 24 },
  args: [],
  support: "full",
  handler: (thread) => {
    thread.wantsYield = true;
    return 0;
  },
});

function setPolicy(thread: Thread, tid: number, policy: number, priority: number): Result {
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

function priorityLimit(policy: number, realtime: number): Result {
  if (policy === SCHED_FIFO || policy === SCHED_RR) return realtime;
  const isPlain = policy === SCHED_OTHER || policy === SCHED_BATCH || policy === SCHED_IDLE;
  return isPlain ? 0 : fail(Errno.EINVAL, "the policy is unknown");
}

export const sched_get_priority_max: Syscall = defineSyscall({
  name: "sched_get_priority_max",
  number: { x86_64: 146 },
  args: [oneOf("policy", PolicyNames)],
  support: "full",
  handler: (_thread, policy) => priorityLimit(policy, REALTIME_PRIORITY_MAX),
});

export const sched_get_priority_min: Syscall = defineSyscall({
  name: "sched_get_priority_min",
  number: { x86_64: 147 },
  args: [oneOf("policy", PolicyNames)],
  support: "full",
  handler: (_thread, policy) => priorityLimit(policy, 1),
});

export const sched_rr_get_interval: Syscall = defineSyscall({
  name: "sched_rr_get_interval",
  number: { x86_64: 148 },
  args: [int("pid"), structOut("tp", "timespec")],
  support: "full",
  handler: (thread, tid, timeAddress) => {
    if (tid < 0) return fail(Errno.EINVAL);
    if (findThread(thread, tid) === undefined) return fail(Errno.ESRCH);
    return writeTimespec(thread, timeAddress, SLICE_NS);
  },
});

export const sched_setaffinity: Syscall = defineSyscall({
  name: "sched_setaffinity",
  number: { x86_64: 203 },
  args: [int("pid"), size("cpusetsize"), address("mask")],
  support: "full",
  handler: (thread, tid, setSize, maskAddress) => {
    const target = findThread(thread, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    const view = readStruct(thread, maskAddress, Math.min(setSize, CPU_MASK_BYTES));
    if (view === undefined) return fail(Errno.EFAULT);
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
    if (setSize < CPU_MASK_BYTES || setSize % 8 !== 0) return fail(Errno.EINVAL);
    if (findThread(thread, tid) === undefined) return fail(Errno.ESRCH);
    const isWritten = thread.memory.writeU64(maskAddress, 1, 0);
    return isWritten ? CPU_MASK_BYTES : fail(Errno.EFAULT);
  },
});

/** struct sched_attr, version 0. */
const SCHED_ATTR_SIZE = 48;

export const sched_setattr: Syscall = defineSyscall({
  name: "sched_setattr",
  number: { x86_64: 314 },
  args: [int("pid"), address("attr"), uint("flags")],
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

// --- Nice values

const PRIO_PROCESS = 0;
const PRIO_PGRP = 1;
const PRIO_USER = 2;
const WhichNames = { PRIO_PROCESS, PRIO_PGRP, PRIO_USER } as const;
const NICE_MIN = -20;
const NICE_MAX = 19;

function clampNice(nice: number): number {
  return Math.max(NICE_MIN, Math.min(NICE_MAX, nice));
}

/** The threads that `which` and `who` name; undefined for an unknown `which`. */
function threadsOf(thread: Thread, which: number, who: number): Thread[] | undefined {
  const { processes } = thread.kernel;
  if (which === PRIO_PROCESS) {
    const one = findThread(thread, who);
    return one === undefined ? [] : [one];
  }
  const found: Thread[] = [];
  if (which === PRIO_PGRP) {
    const group = who === 0 ? thread.process.group : processes.getGroup(who);
    for (const process of group?.members ?? []) found.push(...process.threads);
    return found;
  }
  if (which !== PRIO_USER) return undefined;
  const uid = who === 0 ? thread.credentials.uid : who >>> 0;
  for (const other of processes.threads.values()) {
    if (other.credentials.uid === uid) found.push(other);
  }
  return found;
}

export const getpriority: Syscall = defineSyscall({
  name: "getpriority",
  number: { x86_64: 140 },
  args: [oneOf("which", WhichNames), int("who")],
  support: "full",
  handler: (thread, which, who) => {
    const threads = threadsOf(thread, which, who);
    if (threads === undefined) return fail(Errno.EINVAL);
    if (threads.length === 0) return fail(Errno.ESRCH);
    // 20 minus the nice value, so that it is never negative (getpriority(2), "C library").
    return 20 - Math.min(...threads.map((one) => one.nice));
  },
});

export const setpriority: Syscall = defineSyscall({
  name: "setpriority",
  number: { x86_64: 141 },
  args: [oneOf("which", WhichNames), int("who"), int("prio")],
  support: "full",
  handler: (thread, which, who, priority) => {
    const threads = threadsOf(thread, which, who);
    if (threads === undefined) return fail(Errno.EINVAL);
    if (threads.length === 0) return fail(Errno.ESRCH);
    const nice = clampNice(priority);
    let result: Result = 0;
    for (const target of threads) {
      if (!mayChange(thread, target)) result = -Errno.EPERM;
      else if (nice < target.nice && !thread.credentials.has(Capability.SYS_NICE)) {
        result = -Errno.EACCES;
      } else target.nice = nice;
    }
    return result;
  },
});

export const getcpu: Syscall = defineSyscall({
  name: "getcpu",
  number: { x86_64: 309 },
  args: [structOut("cpu", "u32"), structOut("node", "u32"), address("tcache")],
  support: "full",
  handler: (thread, cpuAddress, nodeAddress) => {
    if (cpuAddress !== 0 && !thread.memory.writeU32(cpuAddress, 0)) return fail(Errno.EFAULT);
    if (nodeAddress !== 0 && !thread.memory.writeU32(nodeAddress, 0)) return fail(Errno.EFAULT);
    return 0;
  },
});
