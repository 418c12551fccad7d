// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { int, oneOf, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import {
  FAIR_SLICE_NS,
  REALTIME_PRIORITY_MAX,
  RR_SLICE_NS,
  SCHED_BATCH,
  SCHED_FIFO,
  SCHED_IDLE,
  SCHED_OTHER,
  SCHED_RR,
} from "../sched/policy.ts";
import { findThread, PolicyNames } from "./sched_setscheduler.ts";
import { writeTimespec } from "./user-struct.ts";

/** Without priorities; that this kernel has no such threads is said by sched_setscheduler(2). */
const SCHED_DEADLINE = 6;
const SCHED_EXT = 7;

const LimitedPolicies = { ...PolicyNames, SCHED_DEADLINE } as const;

function priorityLimit(policy: number, realtime: number): Result {
  if (policy === SCHED_FIFO || policy === SCHED_RR) return realtime;
  const isPlain =
    policy === SCHED_OTHER ||
    policy === SCHED_BATCH ||
    policy === SCHED_IDLE ||
    policy === SCHED_DEADLINE ||
    policy === SCHED_EXT;
  return isPlain ? 0 : fail(Errno.EINVAL, "the policy is unknown");
}

export const sched_get_priority_max: Syscall = defineSyscall({
  name: "sched_get_priority_max",
  number: { x86_64: 146 },
  args: [oneOf("policy", LimitedPolicies)],
  support: "full",
  handler: (_thread, policy) => priorityLimit(policy, REALTIME_PRIORITY_MAX),
});

export const sched_get_priority_min: Syscall = defineSyscall({
  name: "sched_get_priority_min",
  number: { x86_64: 147 },
  args: [oneOf("policy", LimitedPolicies)],
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
    const target = findThread(thread, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    const { schedulingPolicy: policy } = target;
    // A SCHED_FIFO thread has no turn that ends.
    const slice = policy === SCHED_RR ? RR_SLICE_NS : policy === SCHED_FIFO ? 0 : FAIR_SLICE_NS;
    return writeTimespec(thread, timeAddress, slice);
  },
});
