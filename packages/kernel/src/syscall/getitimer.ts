// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { Itimerval, StructBuffer } from "../abi/layout.ts";
import { ITIMER_PROF, ITIMER_REAL, ITIMER_VIRTUAL, ItimerNames } from "../abi/time.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { oneOf, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { putTimeval, readStruct, timevalAt, writeStruct } from "./user-struct.ts";

/** What is left of a timer, and its interval, in microseconds. */
interface TimerValue {
  readonly valueUs: number;
  readonly intervalUs: number;
}

/** An armed timer never tells 0. */
function left(deadline: number, now: number): number {
  return deadline === 0 ? 0 : Math.max(1, Math.ceil((deadline - now) / 1000));
}

export function readTimer(thread: Thread, which: number): TimerValue | undefined {
  const { timers, kernel } = thread.process;
  thread.accountRun(kernel.clock.monotonicNs());
  if (which === ITIMER_REAL) {
    const valueUs = left(timers.realDeadlineNs, kernel.clock.monotonicNs());
    return { valueUs, intervalUs: timers.realIntervalNs / 1000 };
  }
  const usage = thread.process.totalUsage();
  if (which === ITIMER_VIRTUAL) {
    const valueUs = left(timers.virtualDeadlineNs, usage.userNs);
    return { valueUs, intervalUs: timers.virtualIntervalNs / 1000 };
  }
  if (which === ITIMER_PROF) {
    const valueUs = left(timers.profileDeadlineNs, usage.totalNs);
    return { valueUs, intervalUs: timers.profileIntervalNs / 1000 };
  }
  return undefined;
}

function writeTimer(thread: Thread, timerAddress: number, timer: TimerValue): Result {
  const buffer = new StructBuffer(Itimerval.size);
  putTimeval(buffer.view, Itimerval.interval, timer.intervalUs);
  putTimeval(buffer.view, Itimerval.value, timer.valueUs);
  return writeStruct(thread, timerAddress, buffer);
}

export function setTimer(thread: Thread, which: number, valueUs: number, intervalUs: number): void {
  const { process } = thread;
  const { timers } = process;
  if (which === ITIMER_REAL) {
    timers.setReal(valueUs * 1000, intervalUs * 1000);
    return;
  }
  const usage = process.totalUsage();
  const isVirtual = which === ITIMER_VIRTUAL;
  const now = isVirtual ? usage.userNs : usage.totalNs;
  const deadline = valueUs === 0 ? 0 : now + valueUs * 1000;
  if (isVirtual) {
    timers.virtualDeadlineNs = deadline;
    timers.virtualIntervalNs = intervalUs * 1000;
  } else {
    timers.profileDeadlineNs = deadline;
    timers.profileIntervalNs = intervalUs * 1000;
  }
  thread.kernel.watchCpuTime(thread);
}

export const getitimer: Syscall = defineSyscall({
  name: "getitimer",
  number: { x86_64: 36 },
  args: [oneOf("which", ItimerNames), structOut("curr_value", "itimerval")],
  support: "full",
  handler: (thread, which, valueAddress) => {
    const timer = readTimer(thread, which);
    if (timer === undefined) return fail(Errno.EINVAL, "the timer is unknown");
    return writeTimer(thread, valueAddress, timer);
  },
});

export const setitimer: Syscall = defineSyscall({
  name: "setitimer",
  number: { x86_64: 38 },
  args: [
    oneOf("which", ItimerNames),
    structIn("new_value", "itimerval"),
    structOut("old_value", "itimerval"),
  ],
  support: "full",
  handler: (thread, which, newAddress, oldAddress) => {
    let valueUs = 0;
    let intervalUs = 0;
    if (newAddress !== 0) {
      const view = readStruct(thread, newAddress, Itimerval.size);
      if (view === undefined) return fail(Errno.EFAULT);
      valueUs = timevalAt(view, Itimerval.value);
      intervalUs = timevalAt(view, Itimerval.interval);
      if (valueUs < 0 || intervalUs < 0) return fail(Errno.EINVAL);
    }
    const old = readTimer(thread, which);
    if (old === undefined) return fail(Errno.EINVAL, "the timer is unknown");
    setTimer(thread, which, valueUs, intervalUs);
    return oldAddress === 0 ? 0 : writeTimer(thread, oldAddress, old);
  },
});
