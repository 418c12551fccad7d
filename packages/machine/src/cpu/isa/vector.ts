// SPDX-License-Identifier: MPL-2.0

/** What MMX and SSE instructions share: operands as v128, and the state that MMX changes. */

import type { Binding } from "../bind/binding.ts";
import { FX_FSW, FX_FTW, REGS } from "../layout.ts";
import { type Value, apply, i32, i64, select, v128 } from "../../wasm/index.ts";

/** Exception summary of the x87 status word: an unmasked exception is pending. */
export const FSW_ES = 0x80;

const VECTOR_X87 = 16;

/** Does the instruction work on MMX registers? */
export function isMmx(b: Binding): boolean {
  return b.shape.operands.some((o) => o.kind === "p");
}

/** First in every MMX instruction: a pending x87 exception is raised. */
export function enterMmx(b: Binding): void {
  b.fault(VECTOR_X87, b.state("i32", FX_FSW, "16_u").and(FSW_ES));
}

/** When nothing can fault any more: MMX makes all registers valid and TOP 0 (SDM vol. 1, 9.5.1). */
export function commitMmx(b: Binding): void {
  b.setState(FX_FSW, b.state("i32", FX_FSW, "16_u").and(~0x3800), "16");
  b.setState(FX_FTW, i32(0xff), "8");
}

/** Operand `i` as a vector; an MMX register or 8-byte operand has its upper half zero. */
export function vector(b: Binding, i: number): Value {
  if (b.sizeOf(i) === 2) {
    return b.let(apply("i64x2.splat", i64(0)).withLane("i32x4", 0, b.rd(i, "i32")));
  }
  return b.rd(i, "v128");
}

/** Writes vector operand `i`, the low 8 bytes of it to an MMX register. */
export function writeVector(b: Binding, i: number, value: Value): void {
  const kind = b.shape.operands[i]?.kind;
  if (kind === "p") {
    const low = b.let(value.type === "v128" ? value.lane("i64x2", 0) : value);
    b.wr(i, low);
    // The bits of the exponent become ones.
    b.f.store(b.registerOffset(i), i32(0xffff), REGS + 8, "16");
  } else if (value.type === "v128" && b.sizeOf(i) === 8) {
    b.wr(i, value.lane("i64x2", 0));
  } else if (value.type === "v128" && b.sizeOf(i) === 4) {
    b.wr(i, value.lane("i32x4", 0));
  } else {
    b.wr(i, value);
  }
}

/** An instruction on vectors that reads operands 0 and 1 and writes operand 0. */
export function binaryVector(b: Binding, compute: (a: Value, c: Value) => Value): void {
  const mmx = isMmx(b);
  if (mmx) enterMmx(b);
  const c = vector(b, 1);
  const result = b.let(compute(vector(b, 0), c));
  if (mmx) commitMmx(b);
  writeVector(b, 0, result);
}

/** An instruction on vectors that reads operand 1 and writes operand 0. */
export function unaryVector(b: Binding, compute: (c: Value) => Value): void {
  const mmx = isMmx(b);
  if (mmx) enterMmx(b);
  const result = b.let(compute(vector(b, 1)));
  if (mmx) commitMmx(b);
  writeVector(b, 0, result);
}

/** Bytes 0 … 15. */
export const IOTA: Value = v128([...Array(16).keys()]);

export const splat8 = (x: Value): Value => apply("i8x16.splat", x);

export const zero: Value = v128(new Uint8Array(16));

/** The unsigned smaller of an i32 and a constant. */
export function atMost(b: Binding, x: Value, limit: number): Value {
  const kept = b.let(x);
  return b.let(select(kept.gtU(limit), i32(limit), kept));
}
