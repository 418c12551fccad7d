// SPDX-License-Identifier: MPL-2.0

import type { ProcessorIdentity } from "@aster/hardware";
import type { Native } from "./native.ts";
import type { SharedState } from "./shared-state.ts";

const HIGHEST_EXTENDED_LEAF = 0x8000_0000;
/** Three leaves of 16 characters each. */
const BRAND_LEAVES: readonly number[] = [0x8000_0002, 0x8000_0003, 0x8000_0004];
const [EAX, EBX, ECX, EDX] = [0, 1, 2, 3] as const;

/** What CPUID tells (Intel SDM, volume 2, CPUID). */
export function identifyProcessor(native: Native, state: SharedState): ProcessorIdentity {
  const read = (leaf: number): number[] => {
    native.cpuid(leaf, 0);
    return [EAX, EBX, ECX, EDX].map((index) => state.cpuidRegister(index));
  };
  const [highestLeaf = 0, ebx = 0, ecx = 0, edx = 0] = read(0);
  const [signature = 0, , featuresEcx = 0, featuresEdx = 0] = read(1);
  const [highest = 0] = read(HIGHEST_EXTENDED_LEAF);
  const [, structuredEbx = 0, structuredEcx = 0] = highestLeaf >= 7 ? read(7) : [];
  const [, , extendedEcx = 0, extendedEdx = 0] =
    highest > HIGHEST_EXTENDED_LEAF ? read(HIGHEST_EXTENDED_LEAF + 1) : [];
  const hasBrand = highest >= 0x8000_0004;
  const brand = hasBrand ? BRAND_LEAVES.flatMap(read).map(characters).join("") : "";
  const family = (signature >>> 8) & 0xf;
  const isExtended = family === 0xf || family === 6;
  return {
    vendor: [ebx, edx, ecx].map(characters).join(""),
    modelName: brand.replace(/\0.*$/, "").trim() || "unknown",
    family: family === 0xf ? family + ((signature >>> 20) & 0xff) : family,
    model: ((signature >>> 4) & 0xf) | (isExtended ? ((signature >>> 16) & 0xf) << 4 : 0),
    stepping: signature & 0xf,
    featuresEdx,
    featuresEcx,
    structuredEbx,
    structuredEcx,
    extendedEdx,
    extendedEcx,
  };
}

/** The four bytes of a register, the lowest first. */
function characters(register: number): string {
  return String.fromCharCode(...[0, 8, 16, 24].map((shift) => (register >>> shift) & 0xff));
}
