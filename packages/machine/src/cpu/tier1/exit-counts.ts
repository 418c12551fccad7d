// SPDX-License-Identifier: MPL-2.0

import type { CompiledCodeExits } from "../cpu-options.ts";
import {
  REGION_EXITS,
  REGION_INTERPRET,
  REGION_LINKS,
  REGION_LOST,
  REGION_SPLIT,
  REGION_SYSCALL,
  REGION_TICK,
} from "../layout.ts";

/** How often compiled code was left, by reason; `count` reads a 64-bit counter of layout.ts. */
export function exitCounts(count: (at: number) => number): CompiledCodeExits {
  const exits = (code: number): number => count(REGION_EXITS + 8 * code);
  return {
    jump: count(REGION_LINKS) + exits(REGION_LOST),
    tick: exits(REGION_TICK),
    systemCall: exits(REGION_SYSCALL),
    interpret: exits(REGION_INTERPRET) + exits(REGION_SPLIT),
  };
}

/** The same count of all that the program's own code has made: jumps to other code, and instructions that are interpreted. */
export function exitsByProgram(count: (at: number) => number): number {
  return (
    count(REGION_LINKS) +
    count(REGION_EXITS + 8 * REGION_LOST) +
    count(REGION_EXITS + 8 * REGION_INTERPRET)
  );
}
