// SPDX-License-Identifier: MPL-2.0

import { PAGE_SIZE, memoryStatistics } from "@aster/ostd";
import { StructBuffer, Sysinfo, set32, set64, setU16 } from "../abi/layout.ts";
import { structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { NS_PER_S, writeStruct } from "./user-struct.ts";

/** Load averages are fixed-point numbers with 16 bits after the point (SI_LOAD_SHIFT). */
const LOAD_SCALE = 65_536;

export const sysinfo: Syscall = defineSyscall({
  name: "sysinfo",
  number: { x86_64: 99 },
  args: [structOut("info", "sysinfo")],
  support: "full",
  handler: (thread, infoAddress) => {
    const { kernel } = thread;
    const { clock, loadAverage, processes, scheduler } = kernel;
    const now = clock.monotonicNs();
    loadAverage.update(now, scheduler.runnable);
    const memory = memoryStatistics();
    const buffer = new StructBuffer(Sysinfo.size);
    const { view } = buffer;
    set64(view, Sysinfo.uptime, Math.floor(now / NS_PER_S));
    set64(view, Sysinfo.loads, Math.round(loadAverage.one * LOAD_SCALE));
    set64(view, Sysinfo.loads + 8, Math.round(loadAverage.five * LOAD_SCALE));
    set64(view, Sysinfo.loads + 16, Math.round(loadAverage.fifteen * LOAD_SCALE));
    set64(view, Sysinfo.totalram, memory.total * PAGE_SIZE);
    set64(view, Sysinfo.freeram, memory.free * PAGE_SIZE);
    setU16(view, Sysinfo.procs, Math.min(0xffff, processes.threads.size));
    set32(view, Sysinfo.memUnit, 1);
    return writeStruct(thread, infoAddress, buffer);
  },
});
