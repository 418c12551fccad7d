// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics } from "@aster/ostd";
import type { Kernel } from "../../kernel.ts";
import { CpuTime } from "../../process/cpu-time.ts";
import { SYSTEM_NAME, KERNEL_RELEASE, KERNEL_VERSION } from "../../version.ts";
import { cachedPages } from "./cached-pages.ts";
import { renderCpu } from "./cpu-entry.ts";
import { renderLocks } from "./locks.ts";
import { stateOf, toTicks } from "./process-state.ts";
import type { ProcContext, ProcEntry } from "./text.ts";

const KIB_PER_PAGE = 4;

/** Time that programs have used since boot, and the time that the processor was idle. */
export function processorTimes(kernel: Kernel): {
  readonly used: CpuTime;
  readonly idleNs: number;
} {
  const used = new CpuTime();
  for (const process of kernel.processes.processes.values()) {
    used.add(process.totalUsage());
    used.add(process.childrenUsage);
  }
  return { used, idleNs: Math.max(0, kernel.clock.monotonicNs() - used.totalNs) };
}

function renderMemory({ reader }: ProcContext): string {
  const memory = memoryStatistics();
  const { cached, shared, reclaimable, dirty } = cachedPages(reader.kernel);
  const anonymous = Math.max(0, memory.used - cached - memory.pageTables);
  const lines: readonly (readonly [string, number])[] = [
    ["MemTotal", memory.total],
    ["MemFree", memory.free],
    ["MemAvailable", memory.free + reclaimable],
    ["Buffers", 0],
    ["Cached", cached],
    ["SwapCached", 0],
    ["Active", anonymous + shared],
    ["Inactive", cached - shared],
    ["SwapTotal", 0],
    ["SwapFree", 0],
    ["Dirty", dirty],
    ["Writeback", 0],
    ["AnonPages", anonymous],
    ["Shmem", shared],
    ["Slab", 0],
    ["SReclaimable", 0],
    ["SUnreclaim", 0],
    ["PageTables", memory.pageTables],
    ["CommitLimit", Math.floor(memory.total / 2)],
    ["Committed_AS", anonymous + shared],
  ];
  return lines
    .map(
      ([name, pages]) =>
        `${`${name}:`.padEnd(15)} ${String(pages * KIB_PER_PAGE).padStart(8)} kB\n`,
    )
    .join("");
}

function renderStat({ reader }: ProcContext): string {
  const { kernel } = reader;
  const { used, idleNs } = processorTimes(kernel);
  const times = `${toTicks(used.userNs)} 0 ${toTicks(used.systemNs)} ${toTicks(idleNs)} 0 0 0 0 0 0`;
  const { clock, processes } = kernel;
  const bootSeconds = Math.floor((clock.realtimeUs() - clock.monotonicNs() / 1000) / 1_000_000);
  const switches = used.voluntarySwitches + used.involuntarySwitches;
  return (
    `cpu  ${times}\ncpu0 ${times}\nintr ${kernel.interrupts.total}\nctxt ${switches}\nbtime ${bootSeconds}\n` +
    `processes ${processes.forks}\nprocs_running ${runnable(kernel)}\nprocs_blocked 0\n` +
    `softirq 0 0 0 0 0 0 0 0 0 0 0\n`
  );
}

/** Threads that run or could run. */
function runnable(kernel: Kernel): number {
  let count = 0;
  for (const thread of kernel.processes.threads.values()) {
    count += stateOf(thread.process, thread)[0] === "R" ? 1 : 0;
  }
  return count;
}

function renderLoad({ reader }: ProcContext): string {
  const { kernel } = reader;
  const { loadAverage, processes } = kernel;
  const running = runnable(kernel);
  // The reader itself was not waiting for the processor while the samples were taken.
  loadAverage.update(kernel.clock.monotonicNs(), Math.max(0, running - 1));
  const shown = [loadAverage.one, loadAverage.five, loadAverage.fifteen]
    .map((value) => value.toFixed(2))
    .join(" ");
  return `${shown} ${running}/${processes.threads.size} ${processes.lastPid}\n`;
}

function renderUptime({ reader }: ProcContext): string {
  const { kernel } = reader;
  const seconds = (ns: number): string => (Math.floor(ns / 1e7) / 100).toFixed(2);
  return `${seconds(kernel.clock.monotonicNs())} ${seconds(processorTimes(kernel).idleNs)}\n`;
}

function renderFileSystems({ reader }: ProcContext): string {
  let text = "";
  for (const type of reader.kernel.vfs.fileSystemTypes()) {
    text += `${type.nodev ? "nodev" : ""}\t${type.name}\n`;
  }
  return text;
}

function renderDevices({ reader }: ProcContext): string {
  const { devices } = reader.kernel;
  const lines = (kind: "char" | "block"): string => {
    const majors = new Map<number, string>();
    for (const device of devices.list(kind)) {
      if (!majors.has(device.major)) {
        majors.set(device.major, device.name.replace(/^.*\//, "").replace(/\d+$/, ""));
      }
    }
    return [...majors]
      .toSorted(([a], [b]) => a - b)
      .map(([major, name]) => `${String(major).padStart(3)} ${name}\n`)
      .join("");
  };
  return `Character devices:\n${lines("char")}\nBlock devices:\n${lines("block")}`;
}

/** The files of /proc itself. */
export const SYSTEM_ENTRIES: readonly ProcEntry[] = [
  { name: "cmdline", render: ({ reader }) => `${reader.kernel.commandLine.text}\n` },
  { name: "cpuinfo", render: renderCpu },
  { name: "devices", render: renderDevices },
  { name: "filesystems", render: renderFileSystems },
  { name: "loadavg", render: renderLoad },
  { name: "locks", render: renderLocks },
  { name: "meminfo", render: renderMemory },
  { name: "stat", render: renderStat },
  { name: "swaps", render: () => "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" },
  { name: "uptime", render: renderUptime },
  { name: "version", render: () => `${SYSTEM_NAME} version ${KERNEL_RELEASE} ${KERNEL_VERSION}\n` },
];
