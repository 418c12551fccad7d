// SPDX-License-Identifier: MPL-2.0

import { x86_64 } from "@aster/hardware";
import type { Decoder } from "./decode/decoder.ts";
import type { OpTable } from "./decode/op-table.ts";
import { REGS, SLOT_TEMPORARY } from "./layout.ts";

const TEMPORARY_SLOT = 8 * SLOT_TEMPORARY;

/** Instructions that access the stack without an operand that says so. */
const STACK = /^((push|pop)(f|Fs|Gs)?|call(Indirect)?|ret|enter|leave)$/;

/** What each access must be aligned to, by its size in bytes (SDM vol. 3, table 6-7). */
const ALIGNMENT: Readonly<Record<number, number>> = { 2: 2, 4: 4, 8: 8, 16: 16 };

/**
 * Whether the instruction just decoded accesses memory that is not aligned, for EFLAGS.AC. Only the low halves of addresses
 * matter. Operands that must be aligned in any case raise #GP when they are accessed, and are not looked at.
 */
export function isMisaligned(d: Decoder, table: OpTable, words: Int32Array): boolean {
  const shape = table.ops[d.op]?.shape;
  const { candidate } = d;
  if (shape === undefined || candidate === undefined) return false;
  const register = (offset: number): number => words[(REGS + offset) >> 2] ?? 0;
  const { name } = candidate;
  const size = shape.size === 0 ? 8 : shape.size;
  const off = (address: number, bytes: number): boolean => (address & (bytes - 1)) !== 0;

  if (!candidate.addressOnly) {
    for (const operand of shape.operands) {
      if (operand.kind !== "m") continue;
      const bytes = operand.size === 0 ? areaAlignment(name) : (ALIGNMENT[operand.size] ?? 1);
      if (bytes === 16 && !shape.unaligned) continue;
      const built = firstAddress(d, register);
      const value = (slot: number): number => (slot === TEMPORARY_SLOT ? built : register(slot));
      if (off(value(d.base) + (value(d.index) << d.scale) + d.displacement, bytes)) return true;
    }
  }
  const rsp = register(8 * x86_64.RSP);
  if (STACK.test(name)) {
    const bytes = /^(call|ret)/.test(name) ? 8 : size;
    if (off(name === "leave" ? register(8 * x86_64.RBP) : rsp, bytes)) return true;
  }
  const string = /^(?:rep(?:e|ne)?)?(movs|stos|lods|cmps|scas)(?:A32)?$/i.exec(name)?.[1];
  if (string === undefined || isNothingLeft(name, register(8 * x86_64.RCX), words)) return false;
  const source =
    !/stos|scas/i.test(string) && off(register(8 * x86_64.RSI) + register(d.base), size);
  return source || (!/lods/i.test(string) && off(register(8 * x86_64.RDI), size));
}

/** What `$address` computes for the instruction. */
function firstAddress(d: Decoder, register: (offset: number) => number): number {
  if (d.addressFirst === 0) return 0;
  const index = register(d.firstIndex) << d.firstScale;
  return (register(d.firstBase) + index + d.firstDisplacement + d.firstImmediateLow) | 0;
}

/** What operands that are only an address must be aligned to: x87 values of 80 bits, and images of its registers. */
function areaAlignment(name: string): number {
  if (/^(fld|fstp)\.t$|^(fbld|fbstp)$/.test(name)) return 8;
  return /^(fn?stenv|fldenv|fn?save|frstor)/.test(name) ? 4 : 1;
}

function isNothingLeft(name: string, countLow: number, words: Int32Array): boolean {
  if (!name.startsWith("rep")) return false;
  const high = words[(REGS + 8 * x86_64.RCX + 4) >> 2] ?? 0;
  return countLow === 0 && (name.endsWith("A32") || high === 0);
}
