// SPDX-License-Identifier: MPL-2.0

import { bootInfo } from "@aster/ostd";
import { processorFlags } from "./cpu-flags.ts";

/** The built-in machine: x86-64-v2, by its own CPUID. */
const BUILT_IN = {
  vendor: "GenuineIntel",
  modelName: "Aster built-in machine",
  family: 6,
  model: 44,
  stepping: 2,
} as const;

/** What x86-64-v2 promises, in the words of /proc/cpuinfo. */
const BUILT_IN_FLAGS =
  "fpu tsc cx8 sep cmov mmx fxsr sse sse2 syscall nx lm constant_tsc nopl cpuid pni ssse3 cx16 " +
  "sse4_1 sse4_2 popcnt lahf_lm";

/** /proc/cpuinfo: what the processor says of itself. */
export function renderCpu(): string {
  const { processor } = bootInfo();
  const { vendor, modelName, family, model, stepping } = processor ?? BUILT_IN;
  const flags = processor === undefined ? BUILT_IN_FLAGS : processorFlags(processor);
  const lines: readonly (readonly [string, string])[] = [
    ["processor", "0"],
    ["vendor_id", vendor],
    ["cpu family", String(family)],
    ["model", String(model)],
    ["model name", modelName],
    ["stepping", String(stepping)],
    ["physical id", "0"],
    ["siblings", "1"],
    ["core id", "0"],
    ["cpu cores", "1"],
    ["fpu", "yes"],
    ["wp", "yes"],
    ["flags", flags],
    ["bogomips", "2000.00"],
    ["clflush size", "64"],
    ["cache_alignment", "64"],
    ["address sizes", "40 bits physical, 48 bits virtual"],
  ];
  const tabs = (name: string): string => (name.length < 8 ? "\t\t" : "\t");
  return `${lines.map(([name, value]) => `${name}${tabs(name)}: ${value}\n`).join("")}\n`;
}
