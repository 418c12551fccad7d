// SPDX-License-Identifier: MPL-2.0

import { DATA, HIGH, PAGE, READ_ONLY } from "../layout.mjs";
import { CODE_ALIAS, CODE_BYTES } from "../programs-layout.mjs";

/** Registers that hold addresses during a program and are never written; r11 counts the jumps backwards. */
export const BASES = [
  [12, DATA + 0x800],
  [13, DATA + 0x1800],
  [14, HIGH + 0x1000],
  [15, DATA + 0x2800],
];

/** An address in data that is mapped, mostly. */
export function programTarget(rng, bytes, aligned) {
  const align = (x) => (aligned ? x & ~15 : x);
  const inside = (base, size) => BigInt(base + align(rng.below(size - bytes - 16)));
  switch (rng.below(40)) {
    case 0:
    case 1:
    case 2:
      // Across the border of two pages.
      return BigInt(
        align(rng.pick([DATA + PAGE, DATA + 2 * PAGE, HIGH + PAGE]) - rng.below(bytes + 1)),
      );
    case 3:
      return BigInt(align(READ_ONLY - rng.below(bytes + 1)));
    case 4:
      return inside(READ_ONLY, PAGE);
    case 5:
      return BigInt(align(rng.pick([READ_ONLY + PAGE, HIGH + 2 * PAGE]) - rng.below(bytes + 1)));
    case 6:
      return BigInt(CODE_ALIAS + CODE_BYTES - 64 + rng.below(48));
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
      return inside(HIGH, 2 * PAGE);
    default:
      return inside(DATA, 3 * PAGE);
  }
}
