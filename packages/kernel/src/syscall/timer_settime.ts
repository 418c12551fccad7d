// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { Itimerspec, StructBuffer } from "../abi/layout.ts";
import { TIMER_ABSTIME } from "../abi/time.ts";
import type { PosixTimer } from "../process/posix-timers.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { flags, int, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { putTimespec, readStruct, timespecAt, writeStruct } from "./user-struct.ts";

function writeSetting(thread: Thread, timer: PosixTimer, valueAddress: number): Result {
  const buffer = new StructBuffer(Itimerspec.size);
  putTimespec(buffer.view, Itimerspec.interval, timer.intervalNs);
  if (timer.deadlineNs !== 0) {
    const left = timer.deadlineNs - timer.nowNs();
    putTimespec(buffer.view, Itimerspec.value, Math.max(1, left));
  }
  return writeStruct(thread, valueAddress, buffer);
}

function doSettime(
  thread: Thread,
  id: number,
  timerFlags: number,
  newAddress: number,
  oldAddress: number,
): Result {
  if (newAddress === 0) return fail(Errno.EINVAL, "there is no new setting");
  const view = readStruct(thread, newAddress, Itimerspec.size);
  if (view === undefined) return fail(Errno.EFAULT);
  const value = timespecAt(view, Itimerspec.value);
  const interval = timespecAt(view, Itimerspec.interval);
  if (value < 0 || interval < 0) return fail(Errno.EINVAL);
  const timer = thread.process.timers.posix.get(id);
  if (timer === undefined) return fail(Errno.EINVAL, "there is no such timer");
  if (oldAddress !== 0) {
    const written = writeSetting(thread, timer, oldAddress);
    if (written < 0) return written;
  }
  const { kind, thread: watched } = timer.clock;
  if (kind === "thread" && watched?.hasExited === true) return fail(Errno.ESRCH);
  const isAbsolute = (timerFlags & TIMER_ABSTIME) !== 0;
  if (value === 0) timer.set(0, 0);
  else if (isAbsolute && kind === "realtime") timer.setRealtime(value / 1000, interval);
  else timer.set(isAbsolute ? Math.max(1, value) : timer.nowNs() + value, interval);
  return 0;
}

export const timer_settime: Syscall = defineSyscall({
  name: "timer_settime",
  number: { x86_64: 223 },
  args: [
    int("timerid"),
    flags("flags", { TIMER_ABSTIME }),
    structIn("new_value", "itimerspec"),
    structOut("old_value", "itimerspec"),
  ],
  // As on Linux, other bits mean nothing.
  scml: [{ flags: "TIMER_ABSTIME | <INTEGER>" }],
  support: "full",
  handler: doSettime,
});

export const timer_gettime: Syscall = defineSyscall({
  name: "timer_gettime",
  number: { x86_64: 224 },
  args: [int("timerid"), structOut("curr_value", "itimerspec")],
  support: "full",
  handler: (thread, id, valueAddress) => {
    const timer = thread.process.timers.posix.get(id);
    if (timer === undefined) return fail(Errno.EINVAL, "there is no such timer");
    return writeSetting(thread, timer, valueAddress);
  },
});

export const timer_getoverrun: Syscall = defineSyscall({
  name: "timer_getoverrun",
  number: { x86_64: 225 },
  args: [int("timerid")],
  support: "full",
  handler: (thread, id) =>
    thread.process.timers.posix.get(id)?.overrun ?? fail(Errno.EINVAL, "there is no such timer"),
});
