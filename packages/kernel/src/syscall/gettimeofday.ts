// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { StructBuffer, Timeval, Timezone, getI32, set32 } from "../abi/layout.ts";
import { fail } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { putTimeval, readStruct, timevalAt, writeStruct } from "./user-struct.ts";

/** Fifteen hours. */
const MINUTES_WEST_MAX = 15 * 60;

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
    if (zoneAddress === 0) return 0;
    const zone = new StructBuffer(Timezone.size);
    set32(zone.view, 0, thread.kernel.minutesWest);
    set32(zone.view, 4, thread.kernel.daylightSaving);
    return writeStruct(thread, zoneAddress, zone);
  },
});

export const settimeofday: Syscall = defineSyscall({
  name: "settimeofday",
  number: { x86_64: 164 },
  args: [structIn("tv", "timeval"), structIn("tz", "timezone")],
  support: "partial",
  note: "The time zone is kept and told; the first one set does not move the clock.",
  handler: (thread, timeAddress, zoneAddress) => {
    const { kernel } = thread;
    const view = timeAddress === 0 ? undefined : readStruct(thread, timeAddress, Timeval.size);
    const zone = zoneAddress === 0 ? undefined : readStruct(thread, zoneAddress, Timezone.size);
    if (timeAddress !== 0 && view === undefined) return fail(Errno.EFAULT);
    const us = view === undefined ? 0 : timevalAt(view, 0);
    if (us < 0) return us;
    if (zoneAddress !== 0 && zone === undefined) return fail(Errno.EFAULT);
    if (!thread.credentials.has(Capability.SYS_TIME)) return fail(Errno.EPERM);
    if (zone !== undefined) {
      const minutes = getI32(zone, 0);
      if (Math.abs(minutes) > MINUTES_WEST_MAX) return fail(Errno.EINVAL);
      kernel.minutesWest = minutes;
      kernel.daylightSaving = getI32(zone, 4);
    }
    if (view !== undefined) kernel.setRealtimeUs(us);
    return 0;
  },
});
