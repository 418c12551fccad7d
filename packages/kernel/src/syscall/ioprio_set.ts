// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { int, oneOf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import { isNoMoreCapable } from "./sched_setscheduler.ts";
import type { Syscall } from "./define.ts";
import { threadsOf } from "./getpriority.ts";

const IOPRIO_WHO_PROCESS = 1;
const IOPRIO_WHO_PGRP = 2;
const IOPRIO_WHO_USER = 3;
const WhichNames = { IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP, IOPRIO_WHO_USER } as const;

const IOPRIO_CLASS_SHIFT = 13;
const CLASS_NONE = 0;
const CLASS_REALTIME = 1;
const CLASS_IDLE = 3;
/** What a thread without a priority of its own counts as when the best of several is asked for. */
const DEFAULT_LEVEL = 4;
const CLASS_BEST_EFFORT = 2;

const NOTE = "kept, inherited and told; disks answer requests in their order";

/** Whether `priority` can be set by `thread` at all: 0 or minus an errno. */
function checkPriority(thread: Thread, priority: number): Result {
  const kind = priority >> IOPRIO_CLASS_SHIFT;
  const level = priority & ((1 << IOPRIO_CLASS_SHIFT) - 1);
  if (kind < CLASS_NONE || kind > CLASS_IDLE) return fail(Errno.EINVAL, "the class is unknown");
  if (kind === CLASS_NONE && level !== 0) return fail(Errno.EINVAL, "no class has no levels");
  const { credentials } = thread;
  const privileged = credentials.has(Capability.SYS_ADMIN) || credentials.has(Capability.SYS_NICE);
  return kind === CLASS_REALTIME && !privileged ? fail(Errno.EPERM) : 0;
}

/** As for getpriority(2), but that for users 0 is a number like any other: root's threads. */
function threadsNamed(thread: Thread, which: number, who: number): Thread[] | undefined {
  if (which !== IOPRIO_WHO_USER || who !== 0) {
    return threadsOf(thread, which - IOPRIO_WHO_PROCESS, who);
  }
  const { threads } = thread.kernel.processes;
  return [...threads.values()].filter(({ credentials }) => credentials.uid === 0);
}

/** Lower is better; a thread without a class counts as best effort in the middle. */
function rank(priority: number): number {
  return priority === 0 ? (CLASS_BEST_EFFORT << IOPRIO_CLASS_SHIFT) | DEFAULT_LEVEL : priority;
}

/** ioprio_get(2): the best of those named. */
export const ioprio_get: Syscall = defineSyscall({
  name: "ioprio_get",
  number: { x86_64: 252 },
  args: [oneOf("which", WhichNames), int("who")],
  support: "full",
  note: NOTE,
  handler: (thread, which, who) => {
    const threads = threadsNamed(thread, which, who);
    if (threads === undefined) return fail(Errno.EINVAL);
    const [first, ...others] = threads;
    if (first === undefined) return fail(Errno.ESRCH);
    if (others.length === 0) return first.ioPriority;
    return Math.min(...threads.map(({ ioPriority }) => rank(ioPriority)));
  },
});

/** ioprio_set(2). */
export const ioprio_set: Syscall = defineSyscall({
  name: "ioprio_set",
  number: { x86_64: 251 },
  args: [oneOf("which", WhichNames), int("who"), int("ioprio")],
  support: "full",
  note: NOTE,
  handler: (thread, which, who, priority) => {
    const checked = checkPriority(thread, priority);
    if (checked < 0) return checked;
    const threads = threadsNamed(thread, which, who);
    if (threads === undefined) return fail(Errno.EINVAL);
    if (threads.length === 0) return fail(Errno.ESRCH);
    const { credentials } = thread;
    for (const target of threads) {
      const { uid } = target.credentials;
      const isOwn = uid === credentials.euid || uid === credentials.uid;
      if (!isOwn && !credentials.has(Capability.SYS_NICE)) return fail(Errno.EPERM);
      if (!isNoMoreCapable(thread, target)) return fail(Errno.EPERM);
      target.ioPriority = priority;
    }
    return 0;
  },
});
