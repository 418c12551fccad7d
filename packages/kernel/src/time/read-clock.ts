// SPDX-License-Identifier: MPL-2.0

import {
  CLOCK_BOOTTIME,
  CLOCK_BOOTTIME_ALARM,
  CLOCK_MONOTONIC,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_MONOTONIC_RAW,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_REALTIME,
  CLOCK_REALTIME_ALARM,
  CLOCK_REALTIME_COARSE,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
} from "../abi/time.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { Capability } from "../security/capabilities.ts";

/** The kinds of clock behind the ids of clock_gettime(2). */
export type ClockKind = "realtime" | "monotonic" | "process" | "thread";

export interface ClockRef {
  readonly kind: ClockKind;
  /** Whose CPU time; undefined for other clocks. */
  readonly process: Process | undefined;
  readonly thread: Thread | undefined;
}

/** CPU-clock ids are negative: ~pid in the high bits, then per-thread, then the kind (3 bits). */
const CPUCLOCK_PERTHREAD = 4;
const CPUCLOCK_MAX = 3;

/** The clock that `id` names for `thread`; undefined when there is none. */
export function findClock(thread: Thread, id: number): ClockRef | undefined {
  switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
      return { kind: "realtime", process: undefined, thread: undefined };
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
      return { kind: "monotonic", process: undefined, thread: undefined };
    case CLOCK_PROCESS_CPUTIME_ID:
      return { kind: "process", process: thread.process, thread: undefined };
    case CLOCK_THREAD_CPUTIME_ID:
      return { kind: "thread", process: undefined, thread };
    default:
      return id < 0 ? findCpuClock(thread, id) : undefined;
  }
}

/** clock_getcpuclockid(3), pthread_getcpuclockid(3). */
function findCpuClock(thread: Thread, id: number): ClockRef | undefined {
  if ((id & 3) === CPUCLOCK_MAX) return undefined;
  const pid = ~(id >> 3);
  if ((id & CPUCLOCK_PERTHREAD) !== 0) {
    const other = pid === 0 ? thread : thread.kernel.processes.getThread(pid);
    const isOwn = other?.process === thread.process;
    return isOwn ? { kind: "thread", process: undefined, thread: other } : undefined;
  }
  const process = pid === 0 ? thread.process : thread.kernel.processes.get(pid);
  return process === undefined ? undefined : { kind: "process", process, thread: undefined };
}

/** What a CPU-time or monotonic clock shows, in nanoseconds; not for the real-time clock. */
export function readNs(current: Thread, clock: ClockRef): number {
  const now = current.kernel.clock.monotonicNs();
  current.accountRun(now);
  if (clock.kind === "process") return clock.process?.totalUsage().totalNs ?? 0;
  if (clock.kind === "thread") return clock.thread?.usage.totalNs ?? 0;
  return now;
}

/** Numbers below 0 are made from those of processes and threads, or, so, from descriptors. */
const CLOCK_KIND_MASK = 7;
const CLOCK_OF_FILE = 3;

/** Whether the clock would be a device's (clock_gettime(2), "Dynamic clocks"). */
export function isClockOfFile(id: number): boolean {
  return id < 0 && (id & CLOCK_KIND_MASK) === CLOCK_OF_FILE;
}

/** Whether the clock is one that wakes a sleeping machine, and the thread may not do so. */
export function needsAlarm(thread: Thread, id: number): boolean {
  const isAlarm = id === CLOCK_REALTIME_ALARM || id === CLOCK_BOOTTIME_ALARM;
  return isAlarm && !thread.credentials.has(Capability.WAKE_ALARM);
}

/** Whether timers and sleeps can run on the clock: the coarse ones and the raw one only tell the time. */
export function drivesTimers(id: number): boolean {
  return (
    id !== CLOCK_MONOTONIC_RAW && id !== CLOCK_REALTIME_COARSE && id !== CLOCK_MONOTONIC_COARSE
  );
}
