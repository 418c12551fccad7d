// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { CLOCK_THREAD_CPUTIME_ID, ClockNames, TIMER_ABSTIME } from "../abi/time.ts";
import type { Thread } from "../process/thread.ts";
import { ERESTARTNOHAND, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { drivesTimers, findClock, isClockOfFile, needsAlarm, readNs } from "../time/read-clock.ts";
import type { ClockRef } from "../time/read-clock.ts";
import { flags, oneOf, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { sleepRelative } from "./nanosleep.ts";
import { readTimespec } from "./user-struct.ts";

function doClockNanosleep(
  thread: Thread,
  id: number,
  sleepFlags: number,
  requestAddress: number,
  remainAddress: number,
): Result {
  if (isClockOfFile(id)) return fail(Errno.EOPNOTSUPP, "nobody sleeps on such a clock");
  const clock = findClock(thread, id);
  if (id >= 0 && clock === undefined) return fail(Errno.EINVAL, "the clock is unknown");
  if (id === CLOCK_THREAD_CPUTIME_ID || (id >= 0 && !drivesTimers(id))) {
    return fail(Errno.EOPNOTSUPP);
  }
  // What is said of a clock of a process or thread is looked at when the time is known.
  const checked = id < 0 ? readTimespec(thread, requestAddress) : 0;
  if (checked < 0) return checked;
  if (clock === undefined || (id < 0 && clock.thread === thread)) {
    return fail(Errno.EINVAL, "the clock is unknown, or the thread's own");
  }
  if (clock.kind === "thread") return fail(Errno.EOPNOTSUPP);
  if (needsAlarm(thread, id)) {
    const time = readTimespec(thread, requestAddress);
    return time < 0 ? time : fail(Errno.EPERM, "CAP_WAKE_ALARM is needed");
  }
  if ((sleepFlags & TIMER_ABSTIME) === 0 && clock.kind !== "process") {
    return sleepRelative(thread, requestAddress, remainAddress);
  }
  const request = readTimespec(thread, requestAddress);
  if (request < 0) return request;
  if (clock.kind === "process") return sleepOnCpuTime(thread, clock, sleepFlags, request);
  const { kernel } = thread;
  const deadline =
    clock.kind === "realtime" ? kernel.clock.monotonicOfRealtimeUs(request / 1000) : request;
  if (kernel.clock.monotonicNs() >= deadline) return 0;
  const queue = clock.kind === "realtime" ? kernel.clockListeners.sleepers : undefined;
  return thread.block(queue, deadline, ERESTARTNOHAND);
}

/** Waits until the process has used so much CPU time: it can not before at least as much time has passed. */
function sleepOnCpuTime(
  thread: Thread,
  clock: ClockRef,
  sleepFlags: number,
  request: number,
): Result {
  const { restart } = thread;
  const used = readNs(thread, clock);
  if (!restart.entered) {
    restart.value = (sleepFlags & TIMER_ABSTIME) !== 0 ? request : used + request;
  }
  if (used >= restart.value) return 0;
  const earliest = thread.kernel.clock.monotonicNs() + (restart.value - used);
  return thread.block(undefined, earliest, ERESTARTNOHAND);
}

export const clock_nanosleep: Syscall = defineSyscall({
  name: "clock_nanosleep",
  number: { x86_64: 230 },
  args: [
    oneOf("clockid", ClockNames),
    flags("flags", { TIMER_ABSTIME }),
    structIn("request", "timespec"),
    structOut("remain", "timespec"),
  ],
  scml: [
    {
      clockid: `${among(
        ClockNames,
        "CLOCK_THREAD_CPUTIME_ID",
        "CLOCK_MONOTONIC_RAW",
        "CLOCK_REALTIME_COARSE",
        "CLOCK_MONOTONIC_COARSE",
      )} | <INTEGER>`,
      // As on Linux, other bits mean nothing.
      flags: "TIMER_ABSTIME | <INTEGER>",
    },
  ],
  support: "full",
  handler: doClockNanosleep,
});
