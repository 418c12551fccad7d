// SPDX-License-Identifier: MPL-2.0

import type { Decoder } from "../decode/decoder.ts";
import {
  REC_AFTER,
  REC_BASE,
  REC_BEFORE,
  REC_DISPLACEMENT,
  REC_IMMEDIATE,
  REC_IMMEDIATE2,
  REC_INDEX,
  REC_LENGTH,
  REC_OFFSET,
  REC_OP,
  REC_R0,
  REC_R1,
  REC_SCALE,
} from "../layout.ts";

/** The machine's memory, as bytes and in larger units. */
export interface RecordMemory {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
}

/**
 * Writes the record of the instruction that `d` has just decoded, `before` instructions into its block, at address
 * `at`. Jumps get their target from the caller.
 */
export function writeInstruction(
  { u8, u16, i32 }: RecordMemory,
  at: number,
  d: Decoder,
  offset: number,
  before: number,
): void {
  const half = at >> 1;
  u16[half + (REC_OP >> 1)] = d.op;
  u16[half + (REC_OFFSET >> 1)] = offset;
  u8[at + REC_BEFORE] = before;
  u8[at + REC_AFTER] = before + 1;
  u8[at + REC_LENGTH] = d.length;
  u8[at + REC_SCALE] = d.scale;
  u16[half + (REC_R0 >> 1)] = d.r0;
  u16[half + (REC_R1 >> 1)] = d.r1;
  u16[half + (REC_BASE >> 1)] = d.base;
  u16[half + (REC_INDEX >> 1)] = d.index;
  const word = at >> 2;
  i32[word + (REC_DISPLACEMENT >> 2)] = d.displacement;
  // Where an address was computed modulo 2^32 by the micro-op before.
  i32[word + (REC_IMMEDIATE2 >> 2)] = d.addressFirst === 4 ? 1 : 0;
  i32[word + (REC_IMMEDIATE >> 2)] = d.immediateLow;
  i32[word + (REC_IMMEDIATE >> 2) + 1] = d.immediateHigh;
}

/** Writes the operands of the `$address` micro-op that the decoded instruction needs before it. */
export function writeAddress({ u8, u16, i32 }: RecordMemory, at: number, d: Decoder): void {
  u16[(at + REC_BASE) >> 1] = d.firstBase;
  u16[(at + REC_INDEX) >> 1] = d.firstIndex;
  u8[at + REC_SCALE] = d.firstScale;
  i32[(at + REC_DISPLACEMENT) >> 2] = d.firstDisplacement;
  i32[(at + REC_IMMEDIATE) >> 2] = d.firstImmediateLow;
  i32[(at + REC_IMMEDIATE + 4) >> 2] = d.firstImmediateHigh;
}
