// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { set64, StructBuffer, Tms } from "../abi/layout.ts";
import type { CpuTime } from "../process/cpu-time.ts";
import { fail } from "../result.ts";
import { structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { NS_PER_S, writeStruct } from "./user-struct.ts";

const NS_PER_CLOCK_TICK = 10_000_000;

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
