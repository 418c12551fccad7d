// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { Rusage, StructBuffer } from "../abi/layout.ts";
import { CpuTime } from "../process/cpu-time.ts";
import { writeRusage } from "../process/rusage.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import { oneOf, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { writeStruct } from "./user-struct.ts";

const RUSAGE_SELF = 0;
const RUSAGE_CHILDREN = -1;
const RUSAGE_THREAD = 1;
const PAGE_KIB = 4;

function usageOf(thread: Thread, who: number): CpuTime | undefined {
  const { process } = thread;
  if (who === RUSAGE_CHILDREN) return process.childrenUsage;
  if (who !== RUSAGE_SELF && who !== RUSAGE_THREAD) return undefined;
  const usage = new CpuTime();
  usage.add(who === RUSAGE_SELF ? process.totalUsage() : thread.usage);
  usage.maxResidentKiB = Math.max(
    process.usage.maxResidentKiB,
    thread.vm.residentPeak() * PAGE_KIB,
  );
  process.usage.maxResidentKiB = usage.maxResidentKiB;
  return usage;
}

export const getrusage: Syscall = defineSyscall({
  name: "getrusage",
  number: { x86_64: 98 },
  args: [
    oneOf("who", { RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD }),
    structOut("usage", "rusage"),
  ],
  support: "partial",
  note: "maxrss is sampled, at exit, when asked, and when much is given back; no block counts",
  handler: (thread, who, usageAddress) => {
    thread.accountRun(thread.kernel.clock.monotonicNs());
    const usage = usageOf(thread, who);
    if (usage === undefined) return fail(Errno.EINVAL);
    const buffer = new StructBuffer(Rusage.size);
    writeRusage(buffer.view, usage);
    return writeStruct(thread, usageAddress, buffer);
  },
});
