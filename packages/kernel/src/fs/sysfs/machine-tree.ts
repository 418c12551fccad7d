// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics } from "@aster/ostd";
import type { ProcTree } from "../procfs/static-directory.ts";
import type { ProcEntry } from "../procfs/text.ts";

const KIB_PER_PAGE = 4;

function constant(name: string, value: string): ProcEntry {
  return { name, render: () => `${value}\n` };
}

/** Each set of CPUs as a mask and as a list: there is one CPU, which is in all of them. */
function cpuSets(...names: readonly string[]): readonly ProcEntry[] {
  return names.flatMap((name) => [constant(name, "1"), constant(`${name}_list`, "0")]);
}

/** /sys/devices/system/cpu: what lscpu(1), nproc(1) and C libraries read. */
export const CPU_TREE: ProcTree = {
  files: [
    constant("isolated", ""),
    constant("kernel_max", "0"),
    constant("offline", ""),
    constant("online", "0"),
    constant("possible", "0"),
    constant("present", "0"),
  ],
  directories: {
    cpu0: {
      files: [],
      directories: {
        topology: {
          files: [
            constant("cluster_id", "-1"),
            constant("core_id", "0"),
            constant("die_id", "0"),
            constant("physical_package_id", "0"),
            ...cpuSets("cluster_cpus", "core_cpus", "core_siblings", "die_cpus"),
            ...cpuSets("package_cpus", "thread_siblings"),
          ],
          directories: {},
        },
      },
      links: { subsystem: "../../cpu" },
    },
  },
};

function nodeMemory(): string {
  const { total, free } = memoryStatistics();
  const line = (name: string, pages: number): string =>
    `Node 0 ${`${name}:`.padEnd(15)}${String(pages * KIB_PER_PAGE).padStart(9)} kB\n`;
  return line("MemTotal", total) + line("MemFree", free) + line("MemUsed", total - free);
}

/** /sys/devices/system/node: one, with all memory. */
export const NODE_TREE: ProcTree = {
  files: [
    constant("has_cpu", "0"),
    constant("has_memory", "0"),
    constant("has_normal_memory", "0"),
    constant("online", "0"),
    constant("possible", "0"),
  ],
  directories: {
    node0: {
      files: [
        constant("cpulist", "0"),
        constant("cpumap", "1"),
        constant("distance", "10"),
        { name: "meminfo", render: nodeMemory },
      ],
      directories: {},
      links: { cpu0: "../../cpu/cpu0" },
    },
  },
};

/** /sys/kernel. */
export const KERNEL_TREE: ProcTree = {
  files: [constant("fscaps", "0"), constant("uevent_seqnum", "0")],
  directories: {
    mm: {
      files: [],
      directories: {
        // There are no huge pages.
        hugepages: { files: [], directories: {} },
        transparent_hugepage: {
          files: [constant("enabled", "always madvise [never]")],
          directories: {},
        },
      },
    },
  },
};

/** /sys/devices/system. */
export const SYSTEM_TREE: ProcTree = {
  files: [],
  directories: { cpu: CPU_TREE, node: NODE_TREE },
};
