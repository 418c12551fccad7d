// SPDX-License-Identifier: MPL-2.0

/** MMX and SSE: integer arithmetic, comparison, packing, shifts. One WebAssembly operation where there is one. */

import type { Binding } from "../bind/binding.ts";
import { type Value, apply, i32, i64, select, shuffle, v128of } from "../../wasm/index.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import {
  binaryVector,
  commitMmx,
  enterMmx,
  isMmx,
  unaryVector,
  vector,
  writeVector,
  zero,
} from "./vector.ts";

type Compute = (a: Value, c: Value, b: Binding) => Value;

const set: Instruction[] = [];

/** Operand 0 = compute(operand 0, operand 1). `mmx` tells that the form without prefix exists. */
function binary(name: string, opcode: string, mmx: boolean, compute: Compute): void {
  const encodings = [`66 0F ${opcode} Vx,Wx`];
  if (mmx) encodings.push(`NP 0F ${opcode} Pq,Qq`);
  set.push(instruction(name, encodings, (b) => binaryVector(b, (a, c) => compute(a, c, b))));
}

const both = (name: string, opcode: string, compute: Compute): void =>
  binary(name, opcode, true, compute);
const sseOnly = (name: string, opcode: string, compute: Compute): void =>
  binary(name, opcode, false, compute);
const direct =
  (operation: string): Compute =>
  (a, c) =>
    apply(operation, a, c);

for (const [name, opcode, operation] of [
  ["paddb", "FC", "i8x16.add"],
  ["paddw", "FD", "i16x8.add"],
  ["paddd", "FE", "i32x4.add"],
  ["paddq", "D4", "i64x2.add"],
  ["psubb", "F8", "i8x16.sub"],
  ["psubw", "F9", "i16x8.sub"],
  ["psubd", "FA", "i32x4.sub"],
  ["psubq", "FB", "i64x2.sub"],
  ["paddsb", "EC", "i8x16.add_sat_s"],
  ["paddsw", "ED", "i16x8.add_sat_s"],
  ["paddusb", "DC", "i8x16.add_sat_u"],
  ["paddusw", "DD", "i16x8.add_sat_u"],
  ["psubsb", "E8", "i8x16.sub_sat_s"],
  ["psubsw", "E9", "i16x8.sub_sat_s"],
  ["psubusb", "D8", "i8x16.sub_sat_u"],
  ["psubusw", "D9", "i16x8.sub_sat_u"],
  ["pmullw", "D5", "i16x8.mul"],
  ["pmaddwd", "F5", "i32x4.dot_i16x8_s"],
  ["pavgb", "E0", "i8x16.avgr_u"],
  ["pavgw", "E3", "i16x8.avgr_u"],
  ["pminub", "DA", "i8x16.min_u"],
  ["pmaxub", "DE", "i8x16.max_u"],
  ["pminsw", "EA", "i16x8.min_s"],
  ["pmaxsw", "EE", "i16x8.max_s"],
  ["pcmpeqb", "74", "i8x16.eq"],
  ["pcmpeqw", "75", "i16x8.eq"],
  ["pcmpeqd", "76", "i32x4.eq"],
  ["pcmpgtb", "64", "i8x16.gt_s"],
  ["pcmpgtw", "65", "i16x8.gt_s"],
  ["pcmpgtd", "66", "i32x4.gt_s"],
] as const) {
  both(name, opcode, direct(operation));
}

for (const [name, opcode, operation] of [
  ["pcmpeqq", "38 29", "i64x2.eq"],
  ["pcmpgtq", "38 37", "i64x2.gt_s"],
  ["pminsb", "38 38", "i8x16.min_s"],
  ["pminsd", "38 39", "i32x4.min_s"],
  ["pminuw", "38 3A", "i16x8.min_u"],
  ["pminud", "38 3B", "i32x4.min_u"],
  ["pmaxsb", "38 3C", "i8x16.max_s"],
  ["pmaxsd", "38 3D", "i32x4.max_s"],
  ["pmaxuw", "38 3E", "i16x8.max_u"],
  ["pmaxud", "38 3F", "i32x4.max_u"],
  ["pmulld", "38 40", "i32x4.mul"],
] as const) {
  sseOnly(name, opcode, direct(operation));
}

// --- Products

/** The high halves of 16-bit products. */
function highProducts(sign: "s" | "u"): Compute {
  return (a, c) =>
    shuffle(
      apply(`i32x4.extmul_low_i16x8_${sign}`, a, c),
      apply(`i32x4.extmul_high_i16x8_${sign}`, a, c),
      Array.from({ length: 16 }, (_, i) => (i >> 1) * 4 + 2 + (i & 1)),
    );
}
both("pmulhw", "E5", highProducts("s"));
both("pmulhuw", "E4", highProducts("u"));

/** Gathers 32-bit lanes 0 and 2 into lanes 0 and 1. */
const evenLanes = (x: Value): Value =>
  shuffle(x, x, [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]);
both("pmuludq", "F4", (a, c) => apply("i64x2.extmul_low_i32x4_u", evenLanes(a), evenLanes(c)));
sseOnly("pmuldq", "38 28", (a, c) => apply("i64x2.extmul_low_i32x4_s", evenLanes(a), evenLanes(c)));

/** Rounded high products; WebAssembly saturates the one overflow, −1 × −1, where SSSE3 wraps. */
both("pmulhrsw", "38 0B", (a, c, b) => {
  const r = b.let(apply("i16x8.q15mulr_sat_s", a, c));
  const minimum = apply("i16x8.splat", i32(0x8000));
  const overflow = apply("v128.and", apply("i16x8.eq", a, minimum), apply("i16x8.eq", c, minimum));
  return apply("v128.xor", r, overflow);
});

/** Products of unsigned and signed bytes, added in pairs with saturation. */
both("pmaddubsw", "38 04", (a, c, b) => {
  const low = b.let(products(a, c, "low"));
  const high = b.let(products(a, c, "high"));
  const even = [0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29];
  const odd = even.map((i) => i + 2);
  return apply("i16x8.add_sat_s", shuffle(low, high, even), shuffle(low, high, odd));
});

function products(a: Value, c: Value, half: string): Value {
  return apply(
    "i16x8.mul",
    apply(`i16x8.extend_${half}_i8x16_u`, a),
    apply(`i16x8.extend_${half}_i8x16_s`, c),
  );
}

/** Sums of absolute differences of 8 bytes. */
both("psadbw", "F6", (a, c, b) => {
  const difference = apply(
    "v128.or",
    apply("i8x16.sub_sat_u", a, c),
    apply("i8x16.sub_sat_u", c, a),
  );
  const words = apply("i16x8.extadd_pairwise_i8x16_u", difference);
  const doubles = b.let(apply("i32x4.extadd_pairwise_i16x8_u", words));
  const sums = apply("i64x2.add", doubles, apply("i64x2.shr_u", doubles, i32(32)));
  return apply("v128.and", sums, v128of(0xffffn, 0xffffn));
});

// --- Horizontal operations

function horizontal(shape: string, width: number, operation: string): Compute {
  return (a, c, b) => {
    const half = isMmx(b) ? 8 : 16;
    // Even elements of a then c, and the odd ones. Of an MMX register only the low half counts.
    const lanes = (odd: number): number[] =>
      Array.from({ length: 16 }, (_, i) => {
        const element = Math.floor(i / width);
        const perOperand = half / 2 / width;
        const source = element < perOperand ? 0 : 16;
        const at = (element % perOperand) * 2 + odd;
        return source + ((at * width + (i % width)) % 16);
      });
    return apply(`${shape}.${operation}`, shuffle(a, c, lanes(0)), shuffle(a, c, lanes(1)));
  };
}
both("phaddw", "38 01", horizontal("i16x8", 2, "add"));
both("phaddd", "38 02", horizontal("i32x4", 4, "add"));
both("phaddsw", "38 03", horizontal("i16x8", 2, "add_sat_s"));
both("phsubw", "38 05", horizontal("i16x8", 2, "sub"));
both("phsubd", "38 06", horizontal("i32x4", 4, "sub"));
both("phsubsw", "38 07", horizontal("i16x8", 2, "sub_sat_s"));

// --- Signs

/** a negated, cleared or kept by the sign of c. */
function bySign(shape: string): Compute {
  return (a, c, b) => {
    const negative = b.let(apply(`${shape}.lt_s`, c, zero));
    const flipped = apply(`${shape}.sub`, apply("v128.xor", a, negative), negative);
    return apply("v128.andnot", flipped, apply(`${shape}.eq`, c, zero));
  };
}
both("psignb", "38 08", bySign("i8x16"));
both("psignw", "38 09", bySign("i16x8"));
both("psignd", "38 0A", bySign("i32x4"));

function unary(name: string, encodings: string, compute: (c: Value, b: Binding) => Value): void {
  set.push(instruction(name, encodings.split("; "), (b) => unaryVector(b, (c) => compute(c, b))));
}

for (const [name, opcode, shape] of [
  ["pabsb", "38 1C", "i8x16"],
  ["pabsw", "38 1D", "i16x8"],
  ["pabsd", "38 1E", "i32x4"],
] as const) {
  unary(name, `66 0F ${opcode} Vx,Wx; NP 0F ${opcode} Pq,Qq`, (c) => apply(`${shape}.abs`, c));
}

// --- Widening and packing

for (const [name, opcode, sign] of [
  ["pmovsx", "2", "s"],
  ["pmovzx", "3", "u"],
] as const) {
  const bw = (x: Value): Value => apply(`i16x8.extend_low_i8x16_${sign}`, x);
  const wd = (x: Value): Value => apply(`i32x4.extend_low_i16x8_${sign}`, x);
  const dq = (x: Value): Value => apply(`i64x2.extend_low_i32x4_${sign}`, x);
  unary(`${name}bw`, `66 0F 38 ${opcode}0 Vx,Wq`, bw);
  unary(`${name}bd`, `66 0F 38 ${opcode}1 Vx,Wd`, (x) => wd(bw(x)));
  unary(`${name}bq`, `66 0F 38 ${opcode}2 Vx,Ww`, (x) => dq(wd(bw(x))));
  unary(`${name}wd`, `66 0F 38 ${opcode}3 Vx,Wq`, wd);
  unary(`${name}wq`, `66 0F 38 ${opcode}4 Vx,Wd`, (x) => dq(wd(x)));
  unary(`${name}dq`, `66 0F 38 ${opcode}5 Vx,Wq`, dq);
}

/** Narrows with saturation: operand 0 to the low half, operand 1 to the high half. */
function pack(operation: string): Compute {
  return (a, c, b) => {
    if (!isMmx(b)) return apply(operation, a, c);
    // Both operands of an MMX pack fit in one source.
    const joined = b.let(a.withLane("i64x2", 1, c.lane("i64x2", 0)));
    return apply(operation, joined, joined);
  };
}
both("packsswb", "63", pack("i8x16.narrow_i16x8_s"));
both("packuswb", "67", pack("i8x16.narrow_i16x8_u"));
both("packssdw", "6B", pack("i16x8.narrow_i32x4_s"));
sseOnly("packusdw", "38 2B", pack("i16x8.narrow_i32x4_u"));

// --- Shifts

const WIDTH: Readonly<Record<string, number>> = { i16x8: 16, i32x4: 32, i64x2: 64 };

/** Shifts all lanes by one count (i64): beyond the width gives zeros, or copies of the sign. */
function shiftLanes(b: Binding, shape: string, operation: string, x: Value, count: Value): Value {
  const width = WIDTH[shape] ?? 0;
  if (operation === "shr_s") {
    const bounded = select(count.gtU(width - 1), i64(width - 1), count).wrap();
    return apply(`${shape}.shr_s`, x, bounded);
  }
  const shifted = b.let(apply(`${shape}.${operation}`, x, count.wrap()));
  return select(count.ltU(width), shifted, zero);
}

for (const [name, shape, operation, opcode, immediate] of [
  ["psrlw", "i16x8", "shr_u", "D1", "71/2"],
  ["psrld", "i32x4", "shr_u", "D2", "72/2"],
  ["psrlq", "i64x2", "shr_u", "D3", "73/2"],
  ["psraw", "i16x8", "shr_s", "E1", "71/4"],
  ["psrad", "i32x4", "shr_s", "E2", "72/4"],
  ["psllw", "i16x8", "shl", "F1", "71/6"],
  ["pslld", "i32x4", "shl", "F2", "72/6"],
  ["psllq", "i64x2", "shl", "F3", "73/6"],
] as const) {
  both(name, opcode, (a, c, b) => shiftLanes(b, shape, operation, a, b.let(c.lane("i64x2", 0))));
  set.push(
    instruction(`${name}.i`, [`66 0F ${immediate} Ux,Ib`, `NP 0F ${immediate} Nq,Ib`], (b) =>
      binaryByImmediate(b, (a, n) => shiftLanes(b, shape, operation, a, b.let(n.extendU()))),
    ),
  );
}

/** Operand 0 = compute(operand 0, immediate byte). */
function binaryByImmediate(b: Binding, compute: (a: Value, n: Value) => Value): void {
  const n = b.let(b.rd(1).and(0xff));
  const mmx = isMmx(b);
  if (mmx) enterMmx(b);
  const result = b.let(compute(vector(b, 0), n));
  if (mmx) commitMmx(b);
  writeVector(b, 0, result);
}

export const sseIntegers: InstructionSet = { instructions: set };
