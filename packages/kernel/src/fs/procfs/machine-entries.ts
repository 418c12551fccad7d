// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics } from "@aster/ostd";
import { DiskDevice } from "../../device/block/disk-device.ts";
import { TIMER_LINE } from "../../drivers/interrupt-counts.ts";
import { cachedPages } from "./cached-pages.ts";
import type { ProcTree } from "./static-directory.ts";
import type { ProcContext, ProcEntry } from "./text.ts";

const SECTORS_PER_KIB = 2;

function renderPartitions({ reader }: ProcContext): string {
  let text = "major minor  #blocks  name\n\n";
  for (const device of reader.kernel.devices.list("block")) {
    if (!(device instanceof DiskDevice)) continue;
    const blocks = Math.floor(device.disk.sectors / SECTORS_PER_KIB);
    text +=
      `${String(device.major).padStart(4)}  ${String(device.minor).padStart(7)} ` +
      `${String(blocks).padStart(10)} ${device.name}\n`;
  }
  return text;
}

function renderDiskStatistics({ reader }: ProcContext): string {
  const now = reader.kernel.clock.monotonicNs();
  let text = "";
  for (const device of reader.kernel.devices.list("block")) {
    if (!(device instanceof DiskDevice)) continue;
    text +=
      `${String(device.major).padStart(4)} ${String(device.minor).padStart(7)} ${device.name} ` +
      `${device.disk.statistics.columns(now).join(" ")}\n`;
  }
  return text;
}

/** One column, as there is one processor; lines that have never interrupted are left out. */
function renderInterrupts({ reader }: ProcContext): string {
  const { interrupts } = reader.kernel;
  const column = (count: number): string => String(count).padStart(10);
  let text = "           CPU0       \n";
  for (const { line, count, name } of interrupts.devices()) {
    text += `${String(line).padStart(3)}: ${column(count)}  ${name}\n`;
  }
  return `${text}LOC: ${column(interrupts.of(TIMER_LINE))}   Local timer interrupts\n`;
}

function renderConsoles({ reader }: ProcContext): string {
  let text = "";
  for (const device of reader.kernel.devices.list("char")) {
    if (/^hvc\d+$/.test(device.name)) {
      text += `${device.name.padEnd(20)} -W- (EC   )  ${device.major}:${device.minor}\n`;
    }
  }
  return text;
}

/** Names and numbers of terminals: ps(1) finds a process's terminal by them. */
const TTY_DRIVERS =
  "/dev/tty             /dev/tty        5       0 system:/dev/tty\n" +
  "/dev/console         /dev/console    5       1 system:console\n" +
  "/dev/ptmx            /dev/ptmx       5       2 system\n" +
  "hvc                  /dev/hvc      229 0-7 system\n" +
  "pty_slave            /dev/pts      136 0-1048575 pty:slave\n" +
  "pty_master           /dev/ptm      128 0-1048575 pty:master\n";

/** Counters that this kernel has, by the names of Linux. */
function renderVmStat({ reader }: ProcContext): string {
  const memory = memoryStatistics();
  let sectorsRead = 0;
  let sectorsWritten = 0;
  for (const device of reader.kernel.devices.list("block")) {
    if (!(device instanceof DiskDevice)) continue;
    sectorsRead += device.disk.statistics.reads.sectors;
    sectorsWritten += device.disk.statistics.writes.sectors;
  }
  let minor = 0;
  let major = 0;
  for (const process of reader.kernel.processes.processes.values()) {
    for (const usage of [process.totalUsage(), process.childrenUsage]) {
      minor += usage.minorFaults;
      major += usage.majorFaults;
    }
  }
  const lines: readonly (readonly [string, number])[] = [
    ["nr_free_pages", memory.free],
    ["nr_page_table_pages", memory.pageTables],
    ["nr_dirty", cachedPages(reader.kernel).dirty],
    ["nr_writeback", 0],
    ["pgpgin", sectorsRead / SECTORS_PER_KIB],
    ["pgpgout", sectorsWritten / SECTORS_PER_KIB],
    ["pswpin", 0],
    ["pswpout", 0],
    ["pgfault", minor + major],
    ["pgmajfault", major],
  ];
  return lines.map(([name, value]) => `${name} ${value}\n`).join("");
}

/** Files of /proc about the machine. */
export const MACHINE_ENTRIES: readonly ProcEntry[] = [
  { name: "cgroups", render: () => "#subsys_name\thierarchy\tnum_cgroups\tenabled\n" },
  { name: "consoles", render: renderConsoles },
  { name: "diskstats", render: renderDiskStatistics },
  { name: "execdomains", render: () => "0-0\tLinux           \t[kernel]\n" },
  { name: "interrupts", render: renderInterrupts },
  { name: "modules", render: () => "" },
  { name: "partitions", render: renderPartitions },
  { name: "vmstat", render: renderVmStat },
];

/** /proc/tty. */
export const TTY_TREE: ProcTree = {
  files: [{ name: "drivers", render: () => TTY_DRIVERS }],
  directories: {},
};
