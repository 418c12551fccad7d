// SPDX-License-Identifier: MPL-2.0

/** Policies of sched(7). */
export const SCHED_OTHER = 0;
export const SCHED_FIFO = 1;
export const SCHED_RR = 2;
export const SCHED_BATCH = 3;
export const SCHED_IDLE = 5;
/** Beside a policy: children start with SCHED_OTHER and no priority of their own. */
export const SCHED_RESET_ON_FORK = 0x4000_0000;

export const REALTIME_PRIORITY_MAX = 99;
export const NICE_MIN = -20;
export const NICE_MAX = 19;

/** A SCHED_RR thread's turn, as /proc/sys/kernel/sched_rr_timeslice_ms has it. */
export const RR_SLICE_NS = 100_000_000;
/** A fair thread's turn while others of its weight wait. */
export const FAIR_SLICE_NS = 3_000_000;

/** The weight of nice 0. */
export const WEIGHT_ONE = 1024;
/** SCHED_IDLE runs on what is left: a fifth of what nice 19 gets. */
const WEIGHT_IDLE = 3;

export function isRealtime(policy: number): boolean {
  return policy === SCHED_FIFO || policy === SCHED_RR;
}

/**
 * The share of the CPU that a fair thread gets, relative to others: each step of nice is worth a
 * quarter more or less (sched(7)).
 */
export function weightOf(policy: number, nice: number): number {
  return policy === SCHED_IDLE ? WEIGHT_IDLE : Math.round(WEIGHT_ONE * 1.25 ** -nice);
}
