// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { set64, StructBuffer, Timespec } from "../abi/layout.ts";
import {
  CLOCK_MONOTONIC_COARSE,
  CLOCK_REALTIME,
  CLOCK_REALTIME_COARSE,
  ClockNames,
} from "../abi/time.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { findClock, isClockOfFile, readNs } from "../time/read-clock.ts";
import { oneOf, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";
import { putTimespec, readTimespec, writeStruct, writeTimespec } from "./user-struct.ts";

const US_PER_S = 1_000_000;

/** What the coarse clocks of Linux with HZ=250 tell as their resolution. */
const COARSE_RESOLUTION_NS = 4_000_000;

function doGettime(thread: Thread, id: number, timeAddress: number): Result {
  const clock = findClock(thread, id);
  if (clock === undefined) return fail(Errno.EINVAL, "the clock is unknown");
  const buffer = new StructBuffer(Timespec.size);
  if (clock.kind === "realtime") {
    const us = thread.kernel.clock.realtimeUs();
    const seconds = Math.floor(us / US_PER_S);
    set64(buffer.view, Timespec.sec, seconds);
    set64(buffer.view, Timespec.nsec, Math.floor((us - seconds * US_PER_S) * 1000));
  } else {
    putTimespec(buffer.view, 0, readNs(thread, clock));
  }
  return writeStruct(thread, timeAddress, buffer);
}

export const clock_gettime: Syscall = defineSyscall({
  name: "clock_gettime",
  number: { x86_64: 228 },
  args: [oneOf("clockid", ClockNames), structOut("tp", "timespec")],
  scml: [{ clockid: `${among(ClockNames)} | <INTEGER>` }],
  support: "full",
  handler: doGettime,
});

export const clock_getres: Syscall = defineSyscall({
  name: "clock_getres",
  number: { x86_64: 229 },
  args: [oneOf("clockid", ClockNames), structOut("res", "timespec")],
  scml: [{ clockid: `${among(ClockNames)} | <INTEGER>` }],
  support: "full",
  handler: (thread, id, resolutionAddress) => {
    if (findClock(thread, id) === undefined) return fail(Errno.EINVAL, "the clock is unknown");
    if (resolutionAddress === 0) return 0;
    const isCoarse = id === CLOCK_REALTIME_COARSE || id === CLOCK_MONOTONIC_COARSE;
    return writeTimespec(thread, resolutionAddress, isCoarse ? COARSE_RESOLUTION_NS : 1);
  },
});

/** The clock has to be able to go on for 30 years (TIME_SETTOD_SEC_MAX of Linux). */
const SETTABLE_END_S = 9_223_372_036 - 946_080_000;

export const clock_settime: Syscall = defineSyscall({
  name: "clock_settime",
  number: { x86_64: 227 },
  args: [oneOf("clockid", ClockNames), structIn("tp", "timespec")],
  scml: [{ clockid: "CLOCK_REALTIME" }],
  support: "full",
  handler: (thread, id, timeAddress) => {
    if (id !== CLOCK_REALTIME) {
      // Nobody may set what a process has used of the processor.
      if (id < 0 && !isClockOfFile(id) && findClock(thread, id) !== undefined) {
        return fail(Errno.EPERM);
      }
      return fail(Errno.EINVAL, "the clock can not be set");
    }
    const ns = readTimespec(thread, timeAddress);
    if (ns < 0) return ns;
    if (ns >= SETTABLE_END_S * 1e9) return fail(Errno.EINVAL, "the time is too late to be set");
    if (!thread.credentials.has(Capability.SYS_TIME)) return fail(Errno.EPERM);
    thread.kernel.setRealtimeUs(Math.floor(ns / 1000));
    return 0;
  },
});
