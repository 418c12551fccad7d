// SPDX-License-Identifier: MPL-2.0

import { x86_64 } from "@aster/hardware";
import { REGS } from "./layout.ts";

/**
 * What CPUID promises: x86-64-v2 and nothing beyond (SDM vol. 2, CPUID). No AVX, BMI, RDRAND, FSGSBASE, RDTSCP,
 * XSAVE; an instruction that is not promised raises #UD.
 */

const EDX_1 =
  (1 << 0) | // FPU
  (1 << 4) | // TSC
  (1 << 5) | // MSR
  (1 << 6) | // PAE
  (1 << 8) | // CX8
  (1 << 15) | // CMOV
  (1 << 19) | // CLFSH
  (1 << 23) | // MMX
  (1 << 24) | // FXSR
  (1 << 25) | // SSE
  (1 << 26); // SSE2
const ECX_1 =
  (1 << 0) | // SSE3
  (1 << 9) | // SSSE3
  (1 << 13) | // CX16
  (1 << 19) | // SSE4.1
  (1 << 20) | // SSE4.2
  (1 << 23) | // POPCNT
  (1 << 31); // a hypervisor is present
/** ERMS: rep movsb and stosb are the fastest way to move memory, here more than anywhere. */
const EBX_7 = 1 << 9;
const EDX_80000001 =
  (1 << 11) | // SYSCALL
  (1 << 20) | // NX
  (1 << 29); // LM
/** LAHF and SAHF in 64-bit mode. */
const ECX_80000001 = 1 << 0;

/** Family 6, model 0x2c, stepping 2: the last Intel processors with just these features. */
const SIGNATURE = 0x000206c2;
const PHYSICAL_BITS = 40;
const VIRTUAL_BITS = 48;

const word = (text: string, at: number): number =>
  text.charCodeAt(at) |
  (text.charCodeAt(at + 1) << 8) |
  (text.charCodeAt(at + 2) << 16) |
  (text.charCodeAt(at + 3) << 24);

const VENDOR = "GenuineIntel";
const HYPERVISOR = "AsterBuiltin";
const BRAND = "Aster built-in machine".padEnd(48, "\0");

/** Deterministic cache parameters (leaf 4): kind, level, ways, line size 64, sets. */
function cacheLeaf(index: number): readonly [number, number, number, number] {
  const caches = [
    [1, 1, 8, 64], // data, 32 KiB
    [2, 1, 8, 64], // instruction, 32 KiB
    [3, 2, 8, 512], // unified, 256 KiB
    [3, 3, 16, 8192], // unified, 8 MiB
  ];
  const cache = caches[index];
  if (cache === undefined) return [0, 0, 0, 0];
  const [kind = 0, level = 0, ways = 1, sets = 1] = cache;
  return [kind | (level << 5) | (1 << 8), 63 | ((ways - 1) << 22), sets - 1, 0];
}

/** eax, ebx, ecx and edx of a leaf. */
export function cpuid(leaf: number, subleaf: number): readonly [number, number, number, number] {
  switch (leaf >>> 0) {
    case 0:
      return [7, word(VENDOR, 0), word(VENDOR, 8), word(VENDOR, 4)];
    case 1:
      return [SIGNATURE, (8 << 8) | (1 << 16), ECX_1, EDX_1];
    case 4:
      return cacheLeaf(subleaf);
    case 7:
      return subleaf === 0 ? [0, EBX_7, 0, 0] : [0, 0, 0, 0];
    case 0x40000000:
      return [0x40000000, word(HYPERVISOR, 0), word(HYPERVISOR, 4), word(HYPERVISOR, 8)];
    case 0x80000000:
      return [0x80000008 | 0, 0, 0, 0];
    case 0x80000001:
      return [0, 0, ECX_80000001, EDX_80000001];
    case 0x80000002:
    case 0x80000003:
    case 0x80000004: {
      const at = 16 * ((leaf >>> 0) - 0x80000002);
      return [word(BRAND, at), word(BRAND, at + 4), word(BRAND, at + 8), word(BRAND, at + 12)];
    }
    case 0x80000008:
      return [PHYSICAL_BITS | (VIRTUAL_BITS << 8), 0, 0, 0];
    default:
      return [0, 0, 0, 0];
  }
}

/** Answers the instruction: takes eax and ecx from the registers in the CPU's memory, and sets four of them. */
export function executeCpuid(words: Int32Array): void {
  const result = cpuid(words[REGS >> 2] ?? 0, words[(REGS + 8) >> 2] ?? 0);
  result.forEach((value, i) => {
    // eax, ebx, ecx, edx; registers are encoded rax, rcx, rdx, rbx.
    const at = (REGS + 8 * ([x86_64.RAX, x86_64.RBX, x86_64.RCX, x86_64.RDX][i] ?? 0)) >> 2;
    words[at] = value;
    words[at + 1] = 0;
  });
}
