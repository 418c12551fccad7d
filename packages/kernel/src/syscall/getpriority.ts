// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { int, oneOf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { clampNice } from "./sched_setattr.ts";
import { findThread, isNoMoreCapable, isOwnTask, mayBeNice } from "./sched_setscheduler.ts";

const PRIO_PROCESS = 0;
const PRIO_PGRP = 1;
const PRIO_USER = 2;

const WhichNames = { PRIO_PROCESS, PRIO_PGRP, PRIO_USER } as const;

/** The threads that `which` and `who` name; undefined for an unknown `which`. */
export function threadsOf(thread: Thread, which: number, who: number): Thread[] | undefined {
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
      if (!isOwnTask(thread, target)) result = -Errno.EPERM;
      else if (!mayBeNice(thread, target, nice)) result = -Errno.EACCES;
      else if (!isNoMoreCapable(thread, target)) result = -Errno.EPERM;
      else {
        target.nice = nice;
        thread.kernel.scheduler.changed(target);
      }
    }
    return result;
  },
});
