// SPDX-License-Identifier: MPL-2.0

import { bootInfo } from "@aster/ostd";

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

/** The names of the bits of CPUID's leaf 1, from bit 0 on; "" for those without one. */
const EDX_FLAGS: readonly string[] =
  "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe".split(
    " ",
  );
const ECX_FLAGS: readonly string[] =
  "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor".split(
    " ",
  );

function flagsIn(bits: number, names: readonly string[]): string[] {
  return names.filter((name, bit) => name !== "-" && ((bits >>> bit) & 1) !== 0);
}

/** /proc/cpuinfo: what the processor says of itself. */
export function renderCpu(): string {
  const { processor } = bootInfo();
  const { vendor, modelName, family, model, stepping } = processor ?? BUILT_IN;
  const flags =
    processor === undefined
      ? BUILT_IN_FLAGS
      : [
          ...flagsIn(processor.featuresEdx, EDX_FLAGS),
          "syscall nx lm",
          ...flagsIn(processor.featuresEcx, ECX_FLAGS),
        ].join(" ");
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
