// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { StructBuffer, Timeval, Timezone } from "../abi/layout.ts";
import { fail } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { putTimeval, readStruct, timevalAt, writeStruct } from "./user-struct.ts";

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
    thread.kernel.setRealtimeUs(us);
    return 0;
  },
});
