// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32 } from "../abi/layout.ts";
import { SIGALRM, SIGNAL_COUNT } from "../abi/signal.ts";
import {
  ClockNames,
  SIGEV_NONE,
  SIGEV_SIGNAL,
  SIGEV_THREAD,
  SIGEV_THREAD_ID,
} from "../abi/time.ts";
import type { TimerNotification } from "../process/posix-timers.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { drivesTimers, findClock, isClockOfFile, needsAlarm } from "../time/read-clock.ts";
import { address, int, oneOf, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { readStruct } from "./user-struct.ts";

/** struct sigevent: value, signo, notify, and the thread of SIGEV_THREAD_ID. */
const SIGEVENT_SIZE = 64;
const SIGEVENT_VALUE = 0;
const SIGEVENT_SIGNO = 8;
const SIGEVENT_NOTIFY = 12;
const SIGEVENT_TID = 16;

function readNotification(thread: Thread, view: DataView): TimerNotification | Result {
  const kind = getI32(view, SIGEVENT_NOTIFY);
  const signo = getI32(view, SIGEVENT_SIGNO);
  const tid = getI32(view, SIGEVENT_TID);
  const isKnown =
    kind === SIGEV_SIGNAL ||
    kind === SIGEV_NONE ||
    kind === SIGEV_THREAD ||
    kind === SIGEV_THREAD_ID;
  if (!isKnown) return fail(Errno.EINVAL, "sigev_notify is unknown");
  if (kind !== SIGEV_NONE && (signo < 1 || signo > SIGNAL_COUNT)) return fail(Errno.EINVAL);
  if (kind === SIGEV_THREAD_ID) {
    const target = thread.kernel.processes.getThread(tid);
    if (target?.process !== thread.process) return fail(Errno.EINVAL, "not a thread of the caller");
  }
  return {
    kind,
    signo,
    valueLow: getI32(view, SIGEVENT_VALUE),
    valueHigh: getI32(view, SIGEVENT_VALUE + 4),
    tid,
  };
}

export const timer_create: Syscall = defineSyscall({
  name: "timer_create",
  number: { x86_64: 222 },
  args: [oneOf("clockid", ClockNames), structIn("sevp", "sigevent"), address("timerid")],
  scml: [
    {
      clockid: `${among(
        ClockNames,
        "CLOCK_MONOTONIC_RAW",
        "CLOCK_REALTIME_COARSE",
        "CLOCK_MONOTONIC_COARSE",
      )} | <INTEGER>`,
    },
  ],
  support: "full",
  handler: (thread, clockId, eventAddress, idAddress) => {
    const event = eventAddress === 0 ? undefined : readStruct(thread, eventAddress, SIGEVENT_SIZE);
    if (eventAddress !== 0 && event === undefined) return fail(Errno.EFAULT);
    const clock = findClock(thread, clockId);
    if (clock === undefined && clockId >= 0) return fail(Errno.EINVAL, "the clock is unknown");
    if (!drivesTimers(clockId) || isClockOfFile(clockId)) return fail(Errno.EOPNOTSUPP);
    const notification = event === undefined ? undefined : readNotification(thread, event);
    if (typeof notification === "number") return notification;
    if (clock === undefined || needsAlarm(thread, clockId)) {
      // Linux tells of the number first.
      if (!thread.memory.writeU32(idAddress, 0)) return fail(Errno.EFAULT);
      return fail(clock === undefined ? Errno.EINVAL : Errno.EPERM);
    }
    const { process } = thread;
    const { posix } = process.timers;
    const timer = posix.create(process, clock, clockId, notification, SIGALRM);
    if (timer === undefined) return fail(Errno.EAGAIN, "the process has too many timers");
    if (thread.memory.writeU32(idAddress, timer.id)) return 0;
    posix.delete(timer.id);
    return fail(Errno.EFAULT);
  },
});

export const timer_delete: Syscall = defineSyscall({
  name: "timer_delete",
  number: { x86_64: 226 },
  args: [int("timerid")],
  support: "full",
  handler: (thread, id) =>
    thread.process.timers.posix.delete(id) ? 0 : fail(Errno.EINVAL, "there is no such timer"),
});
