// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { Itimerspec, StructBuffer } from "../abi/layout.ts";
import {
  CLOCK_BOOTTIME,
  CLOCK_BOOTTIME_ALARM,
  CLOCK_MONOTONIC,
  CLOCK_REALTIME,
  CLOCK_REALTIME_ALARM,
  ClockNames,
} from "../abi/time.ts";
import { installOpened } from "../fs/descriptor.ts";
import { TimerFile } from "../ipc/event/timerfd.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { fd, flags, oneOf, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { putTimespec, readStruct, timespecAt, writeStruct } from "./user-struct.ts";

const TFD_CLOEXEC: number = O.CLOEXEC;
const TFD_NONBLOCK: number = O.NONBLOCK;
const TFD_TIMER_ABSTIME = 1;
const TFD_TIMER_CANCEL_ON_SET = 2;

/** timerfd_create(2). */
export const timerfd_create: Syscall = defineSyscall({
  name: "timerfd_create",
  number: { x86_64: 283 },
  args: [oneOf("clockid", ClockNames), flags("flags", { TFD_CLOEXEC, TFD_NONBLOCK })],
  scml: [
    {
      clockid:
        "CLOCK_REALTIME | CLOCK_MONOTONIC | CLOCK_BOOTTIME | CLOCK_REALTIME_ALARM | CLOCK_BOOTTIME_ALARM",
    },
  ],
  support: "full",
  handler(thread, clockId, timerFlags) {
    if ((timerFlags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) !== 0) return fail(Errno.EINVAL);
    const isAlarm = clockId === CLOCK_REALTIME_ALARM || clockId === CLOCK_BOOTTIME_ALARM;
    const isRealtime = clockId === CLOCK_REALTIME || clockId === CLOCK_REALTIME_ALARM;
    const isKnown =
      isAlarm || isRealtime || clockId === CLOCK_MONOTONIC || clockId === CLOCK_BOOTTIME;
    if (!isKnown) return fail(Errno.EINVAL, "the clock can not drive a timer");
    if (isAlarm && !thread.credentials.has(Capability.WAKE_ALARM)) return fail(Errno.EPERM);
    const file = new TimerFile(thread.kernel, clockId, isRealtime, timerFlags & TFD_NONBLOCK);
    return installOpened(thread, file, timerFlags);
  },
});

function timerOf(thread: Thread, fileDescriptor: number): TimerFile | Result {
  const file = thread.files.get(fileDescriptor);
  if (file === undefined || file.isPathOnly) return fail(Errno.EBADF);
  return file instanceof TimerFile ? file : fail(Errno.EINVAL, "not a timerfd");
}

function writeSetting(thread: Thread, timer: TimerFile, to: number): Result {
  const buffer = new StructBuffer(Itimerspec.size);
  putTimespec(buffer.view, Itimerspec.interval, timer.intervalNs);
  putTimespec(buffer.view, Itimerspec.value, timer.remainingNs);
  return writeStruct(thread, to, buffer);
}

function settime(
  thread: Thread,
  fileDescriptor: number,
  timerFlags: number,
  newAddress: number,
  oldAddress: number,
): Result {
  const view = readStruct(thread, newAddress, Itimerspec.size);
  if (view === undefined) return fail(Errno.EFAULT);
  const interval = timespecAt(view, Itimerspec.interval);
  const value = timespecAt(view, Itimerspec.value);
  const known = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
  if ((timerFlags & ~known) !== 0 || interval < 0 || value < 0) return fail(Errno.EINVAL);
  const timer = timerOf(thread, fileDescriptor);
  if (typeof timer === "number") return timer;
  if (oldAddress !== 0) {
    const written = writeSetting(thread, timer, oldAddress);
    if (written < 0) return written;
  }
  const { clock } = thread.kernel;
  const isAbsolute = (timerFlags & TFD_TIMER_ABSTIME) !== 0;
  timer.setFlags = timerFlags;
  if (value === 0) timer.set(0, interval);
  else if (isAbsolute && timer.isRealtime) {
    timer.setRealtime(value / 1000, interval, (timerFlags & TFD_TIMER_CANCEL_ON_SET) !== 0);
  } else timer.set(isAbsolute ? Math.max(1, value) : clock.monotonicNs() + value, interval);
  return 0;
}

/** timerfd_settime(2). */
export const timerfd_settime: Syscall = defineSyscall({
  name: "timerfd_settime",
  number: { x86_64: 286 },
  args: [
    fd(),
    flags("flags", { TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET }),
    structIn("new_value", "itimerspec"),
    structOut("old_value", "itimerspec"),
  ],
  support: "full",
  handler: settime,
});

/** timerfd_gettime(2). */
export const timerfd_gettime: Syscall = defineSyscall({
  name: "timerfd_gettime",
  number: { x86_64: 287 },
  args: [fd(), structOut("curr_value", "itimerspec")],
  support: "full",
  handler(thread, fileDescriptor, to) {
    const timer = timerOf(thread, fileDescriptor);
    return typeof timer === "number" ? timer : writeSetting(thread, timer, to);
  },
});
