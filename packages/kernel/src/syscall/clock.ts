// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { StructBuffer, Timespec, Timeval, Timezone, Tms, set64 } from "../abi/layout.ts";
import {
  CLOCK_MONOTONIC_COARSE,
  CLOCK_REALTIME,
  CLOCK_REALTIME_COARSE,
  ClockNames,
} from "../abi/time.ts";
import type { CpuTime } from "../process/cpu-time.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { findClock, readNs } from "../time/read-clock.ts";
import { address, oneOf, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import {
  NS_PER_S,
  putTimespec,
  putTimeval,
  readStruct,
  readTimespec,
  timevalAt,
  writeStruct,
  writeTimespec,
} from "./user-struct.ts";

const US_PER_S = 1_000_000;
const NS_PER_CLOCK_TICK = 10_000_000;
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
  support: "full",
  handler: doGettime,
});

export const clock_getres: Syscall = defineSyscall({
  name: "clock_getres",
  number: { x86_64: 229 },
  args: [oneOf("clockid", ClockNames), structOut("res", "timespec")],
  support: "full",
  handler: (thread, id, resolutionAddress) => {
    if (findClock(thread, id) === undefined) return fail(Errno.EINVAL, "the clock is unknown");
    if (resolutionAddress === 0) return 0;
    const isCoarse = id === CLOCK_REALTIME_COARSE || id === CLOCK_MONOTONIC_COARSE;
    return writeTimespec(thread, resolutionAddress, isCoarse ? COARSE_RESOLUTION_NS : 1);
  },
});

export const clock_settime: Syscall = defineSyscall({
  name: "clock_settime",
  number: { x86_64: 227 },
  args: [oneOf("clockid", ClockNames), structIn("tp", "timespec")],
  support: "full",
  handler: (thread, id, timeAddress) => {
    if (id !== CLOCK_REALTIME) return fail(Errno.EINVAL, "the clock can not be set");
    const ns = readTimespec(thread, timeAddress);
    if (ns < 0) return ns;
    if (!thread.credentials.has(Capability.SYS_TIME)) return fail(Errno.EPERM);
    thread.kernel.clock.setRealtimeUs(Math.floor(ns / 1000));
    return 0;
  },
});

export const gettimeofday: Syscall = defineSyscall({
  name: "gettimeofday",
  number: { x86_64: 96 },
  args: [structOut("tv", "timeval"), structOut("tz", "timezone")],
  support: "full",
  handler: (thread, timeAddress, zoneAddress) => {
    if (timeAddress !== 0) {
      const buffer = new StructBuffer(Timeval.size);
      putTimeval(buffer.view, 0, thread.kernel.clock.realtimeUs());
      if (writeStruct(thread, timeAddress, buffer) < 0) return fail(Errno.EFAULT);
    }
    return zoneAddress === 0
      ? 0
      : writeStruct(thread, zoneAddress, new StructBuffer(Timezone.size));
  },
});

export const settimeofday: Syscall = defineSyscall({
  name: "settimeofday",
  number: { x86_64: 164 },
  args: [structIn("tv", "timeval"), structIn("tz", "timezone")],
  support: "partial",
  note: "the time zone is not kept",
  handler: (thread, timeAddress) => {
    if (!thread.credentials.has(Capability.SYS_TIME)) return fail(Errno.EPERM);
    if (timeAddress === 0) return 0;
    const view = readStruct(thread, timeAddress, Timeval.size);
    if (view === undefined) return fail(Errno.EFAULT);
    const us = timevalAt(view, 0);
    if (us < 0) return us;
    thread.kernel.clock.setRealtimeUs(us);
    return 0;
  },
});

export const time: Syscall = defineSyscall({
  name: "time",
  number: { x86_64: 201 },
  args: [address("tloc")],
  support: "full",
  handler: (thread, timeAddress) => {
    const seconds = thread.kernel.clock.realtimeSeconds();
    if (timeAddress !== 0 && !thread.memory.writeNumber64(timeAddress, seconds)) {
      return fail(Errno.EFAULT);
    }
    return seconds;
  },
});

function putTicks(view: DataView, at: number, usage: CpuTime): void {
  set64(view, at, Math.floor(usage.userNs / NS_PER_CLOCK_TICK));
  set64(view, at + 8, Math.floor(usage.systemNs / NS_PER_CLOCK_TICK));
}

export const times: Syscall = defineSyscall({
  name: "times",
  number: { x86_64: 100 },
  args: [structOut("buf", "tms")],
  support: "full",
  handler: (thread, bufferAddress) => {
    const now = thread.kernel.clock.monotonicNs();
    thread.accountRun(now);
    if (bufferAddress !== 0) {
      const buffer = new StructBuffer(Tms.size);
      putTicks(buffer.view, Tms.utime, thread.process.totalUsage());
      putTicks(buffer.view, Tms.cutime, thread.process.childrenUsage);
      if (writeStruct(thread, bufferAddress, buffer) < 0) return fail(Errno.EFAULT);
    }
    return Math.floor((now / NS_PER_S) * 100);
  },
});
