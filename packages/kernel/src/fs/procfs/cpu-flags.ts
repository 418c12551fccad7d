// SPDX-License-Identifier: MPL-2.0

import type { ProcessorIdentity } from "@aster/ostd";

/** Bits without a name, or of what this kernel does not turn on: FSGSBASE, PKU and LA57 among them. */
const NONE = "-";

/** The names of a register's bits, from bit 0 on (Intel SDM, volume 2, CPUID; proc_cpuinfo(5)). */
function names(text: string): readonly string[] {
  return text.split(" ");
}

/** EDX and ECX of leaf 1. */
const EDX = names(
  "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe",
);
const ECX = names(
  "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor",
);
/** EDX and ECX of leaf 0x80000001. */
const EXTENDED_EDX = names(
  "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - lm 3dnowext 3dnow",
);
const EXTENDED_ECX = names(
  "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt - lwp fma4",
);
/** EBX and ECX of leaf 7. */
const STRUCTURED_EBX = names(
  "- - - bmi1 hle avx2 - smep bmi2 erms invpcid rtm - - - - - - rdseed adx smap - - clflushopt clwb - - - - sha_ni",
);
const STRUCTURED_ECX = names("- - umip - - - - - gfni vaes vpclmulqdq - - - - - - - - - - - rdpid");

/** OSXSAVE in ECX of leaf 1: the system keeps the registers of AVX. Without it, there are none. */
const OSXSAVE = 27;
const NEEDS_OSXSAVE: ReadonlySet<string> = new Set(
  names("xsave avx f16c fma xop fma4 avx2 vaes vpclmulqdq"),
);

function isSet(bits: number, bit: number): boolean {
  return ((bits >>> bit) & 1) !== 0;
}

/** What a processor can do that programs can use, in the words of /proc/cpuinfo. */
export function processorFlags(processor: ProcessorIdentity): string {
  const registers = [
    [processor.featuresEdx, EDX],
    [processor.extendedEdx, EXTENDED_EDX],
    [processor.featuresEcx, ECX],
    [processor.extendedEcx, EXTENDED_ECX],
    [processor.structuredEbx, STRUCTURED_EBX],
    [processor.structuredEcx, STRUCTURED_ECX],
  ] as const;
  const all = registers.flatMap(([bits, list]) =>
    list.filter((name, bit) => name !== NONE && isSet(bits, bit)),
  );
  const hasAvx = isSet(processor.featuresEcx, OSXSAVE);
  return all.filter((name) => hasAvx || !NEEDS_OSXSAVE.has(name)).join(" ");
}
