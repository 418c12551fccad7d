// SPDX-License-Identifier: MPL-2.0

import type { Operands } from "../bind/operands.ts";
import type { Shape } from "../bind/binding.ts";
import { DECODED, type Decoder } from "../decode/decoder.ts";
import type { MicroOp, OpTable } from "../decode/op-table.ts";
import type { BlockEnd, Instruction } from "../isa/define.ts";

export const PAGE_SIZE = 4096;

/**
 * Offsets count from the first page of a region and may lie in other pages around it, also before it: the page of an
 * offset is its distance from the first one.
 */
export function pageOf(offset: number): number {
  return offset >> 12;
}

/** One decoded instruction of a region. */
export interface Code extends Operands {
  readonly op: MicroOp;
  readonly instruction: Instruction;
  readonly end: BlockEnd;
  /** What a direct jump leads to. */
  readonly target: number;
}

/**
 * Decodes the instruction at `bytes[at]`, of which bytes from `end` on do not exist, as standing at `offset` of a region.
 * Undefined where there is none.
 */
export function decodeCode(
  decoder: Decoder,
  table: OpTable,
  bytes: Uint8Array,
  at: number,
  end: number,
  offset: number,
): Code | undefined {
  if (decoder.decode(bytes, at, end, offset) !== DECODED) return undefined;
  const op = table.ops[decoder.op];
  const { candidate } = decoder;
  if (op?.instruction === undefined || op.shape === undefined || candidate === undefined) {
    return undefined;
  }
  const d = decoder;
  const shape: Shape = op.shape;
  return {
    op,
    instruction: op.instruction,
    shape,
    end: candidate.end,
    target: offset + d.length + d.relative,
    offset,
    length: d.length,
    r0: d.r0,
    r1: d.r1,
    base: d.base,
    index: d.index,
    scale: d.scale,
    displacement: d.displacement,
    immediateLow: d.immediateLow,
    immediateHigh: d.immediateHigh,
    addressFirst: d.addressFirst,
    firstBase: d.firstBase,
    firstIndex: d.firstIndex,
    firstScale: d.firstScale,
    firstDisplacement: d.firstDisplacement,
    firstImmediateLow: d.firstImmediateLow,
    firstImmediateHigh: d.firstImmediateHigh,
  };
}
