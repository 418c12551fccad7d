// SPDX-License-Identifier: MPL-2.0

/**
 * MMX and SSE: shuffles, blends, insertions and extractions whose lanes are chosen by an immediate or by data.
 * Where the immediate is known when code is emitted it becomes a constant shuffle; tier 0 computes the lanes.
 */

import type { Binding } from "../bind/binding.ts";
import { CONSTANTS, FX_XMM } from "../layout.ts";
import { type Value, apply, i32, i64, select, shuffle, v128, v128of } from "../../wasm/index.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import {
  IOTA,
  atMost,
  binaryVector,
  commitMmx,
  enterMmx,
  isMmx,
  splat8,
  unaryVector,
  vector,
  writeVector,
  zero,
} from "./vector.ts";

/** For each immediate, the 16 byte lanes of pshufd. */
const DOUBLE_LANES = CONSTANTS;
/** For each immediate, the 8 byte lanes of pshuflw. */
const WORD_LANES = CONSTANTS + 0x1000;

const doubleLanes = (immediate: number): number[] =>
  Array.from({ length: 16 }, (_, i) => ((immediate >> (2 * (i >> 2))) & 3) * 4 + (i & 3));
const wordLanes = (immediate: number): number[] =>
  Array.from({ length: 8 }, (_, i) => ((immediate >> (2 * (i >> 1))) & 3) * 2 + (i & 1));

function table(lanes: (immediate: number) => number[], bytes: number): Uint8Array {
  const out = new Uint8Array(256 * bytes);
  for (let i = 0; i < 256; i++) out.set(lanes(i), i * bytes);
  return out;
}

const set: Instruction[] = [];

function add(name: string, encodings: string, semantics: (b: Binding) => void): void {
  set.push(instruction(name, encodings.split("; "), semantics));
}

const swizzle = (x: Value, lanes: Value): Value => apply("i8x16.swizzle", x, lanes);
const bitselect = (a: Value, c: Value, mask: Value): Value => apply("v128.bitselect", a, c, mask);

/** The immediate byte in operand `i`, as i32 0…255. */
function immediate(b: Binding, i: number): Value {
  const value = b.rd(i);
  if (value.constant !== undefined) return i32(Number(value.constant) & 255);
  return b.let(value.and(255));
}

// --- Shuffles by immediate

/** The lanes of `x` permuted as pshufd does. */
function permuteDoubles(b: Binding, x: Value, lanes: Value): Value {
  if (lanes.constant !== undefined) return shuffle(x, x, doubleLanes(Number(lanes.constant)));
  return swizzle(x, b.let(lanes.shl(4).load128(DOUBLE_LANES)));
}

/** The lanes of pshuflw in the low 8 bytes. */
function wordLanesOf(lanes: Value): Value {
  if (lanes.constant !== undefined) {
    const known = wordLanes(Number(lanes.constant));
    return v128([...known, ...Array.from({ length: 8 }, () => 0)]);
  }
  return lanes.shl(3).load("v128", "64_zero", WORD_LANES);
}

add("pshufd", "66 0F 70 Vx,Wx,Ib", (b) => {
  const x = vector(b, 1);
  b.wr(0, permuteDoubles(b, x, immediate(b, 2)));
});
add("pshuflw", "F2 0F 70 Vx,Wx,Ib", (b) => {
  const high = 0x0f0e0d0c0b0a0908n;
  const x = vector(b, 1);
  b.wr(0, swizzle(x, apply("v128.or", wordLanesOf(immediate(b, 2)), v128of(0n, high))));
});
add("pshufhw", "F3 0F 70 Vx,Wx,Ib", (b) => {
  const x = vector(b, 1);
  const low = wordLanesOf(immediate(b, 2));
  const lanes = shuffle(low, low, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]);
  const identity = v128of(0x0706050403020100n, 0n);
  const raised = apply("i8x16.add", lanes, v128of(0n, 0x0808080808080808n));
  const wanted = bitselect(raised, identity, v128of(0n, 0xffffffffffffffffn));
  b.wr(0, swizzle(x, wanted));
});
add("pshufw", "NP 0F 70 Pq,Qq,Ib", (b) =>
  unaryVector(b, (x) => swizzle(x, wordLanesOf(immediate(b, 2)))),
);
add("shufps", "NP 0F C6 Vx,Wx,Ib", (b) => {
  const lanes = immediate(b, 2);
  binaryVector(b, (a, c) =>
    shuffle(
      b.let(permuteDoubles(b, a, lanes)),
      b.let(permuteDoubles(b, c, lanes)),
      [0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31],
    ),
  );
});
add("shufpd", "66 0F C6 Vx,Wx,Ib", (b) => {
  const lanes = immediate(b, 2);
  binaryVector(b, (a, c) => {
    const pick = (x: Value, bit: number): Value =>
      select(lanes.and(bit), x.lane("i64x2", 1), x.lane("i64x2", 0));
    return apply("i64x2.splat", pick(a, 1)).withLane("i64x2", 1, pick(c, 2));
  });
});

// --- Shuffles by data, and of whole bytes

add("pshufb", "66 0F 38 00 Vx,Wx; NP 0F 38 00 Pq,Qq", (b) => {
  const kept = isMmx(b) ? 0x87 : 0x8f;
  binaryVector(b, (a, c) => swizzle(a, apply("v128.and", c, v128(Array(16).fill(kept)))));
});

/** `swizzle` gives 0 for lanes of 16 and more, which is what shifting in zeros means. */
const lanesFrom = (shift: Value): Value => apply("i8x16.add", IOTA, splat8(shift));

function shiftBytes(right: boolean): (b: Binding) => void {
  return (b) => {
    const n = atMost(b, immediate(b, 1), 16);
    b.wr(0, swizzle(vector(b, 0), lanesFrom(right ? n : i32(0).sub(n))));
  };
}
add("psrldq", "66 0F 73/3 Ux,Ib", shiftBytes(true));
add("pslldq", "66 0F 73/7 Ux,Ib", shiftBytes(false));

add("palignr", "66 0F 3A 0F Vx,Wx,Ib; NP 0F 3A 0F Pq,Qq,Ib", (b) => {
  const mmx = isMmx(b);
  const n = atMost(b, immediate(b, 2), 32);
  binaryVector(b, (a, c) => {
    if (mmx) {
      const joined = c.withLane("i64x2", 1, a.lane("i64x2", 0));
      return swizzle(joined, lanesFrom(n));
    }
    const low = swizzle(c, lanesFrom(n));
    return apply("v128.or", low, swizzle(a, lanesFrom(n.sub(16))));
  });
});

// --- Blends

/** All ones in the lanes whose bit of the immediate is set. */
function laneMask(b: Binding, shape: string, bits: Value): Value {
  const n = Number(shape.split("x")[1]);
  const width = 16 / n;
  const single = new Uint8Array(16);
  for (let i = 0; i < n; i++) single[i * width] = 1 << i;
  const each = v128(single);
  const splat = apply(`${shape}.splat`, shape === "i64x2" ? bits.extendU() : bits);
  return b.let(apply(`${shape}.eq`, apply("v128.and", splat, each), each));
}

function blendByImmediate(shape: string): (b: Binding) => void {
  return (b) => {
    const mask = laneMask(b, shape, immediate(b, 2));
    binaryVector(b, (a, c) => bitselect(c, a, mask));
  };
}
add("blendps", "66 0F 3A 0C Vx,Wx,Ib", blendByImmediate("i32x4"));
add("blendpd", "66 0F 3A 0D Vx,Wx,Ib", blendByImmediate("i64x2"));
add("pblendw", "66 0F 3A 0E Vx,Wx,Ib", blendByImmediate("i16x8"));

/** By the sign bits of xmm0. */
function blendBySign(shape: string): (b: Binding) => void {
  return (b) => {
    const mask = b.let(apply(`${shape}.lt_s`, b.state("v128", FX_XMM), zero));
    binaryVector(b, (a, c) => bitselect(c, a, mask));
  };
}
add("pblendvb", "66 0F 38 10 Vx,Wx", blendBySign("i8x16"));
add("blendvps", "66 0F 38 14 Vx,Wx", blendBySign("i32x4"));
add("blendvpd", "66 0F 38 15 Vx,Wx", blendBySign("i64x2"));

// --- Insertion and extraction

const laneNumbers = (shape: string): Value => {
  const n = Number(shape.split("x")[1]);
  const numbers = new Uint8Array(16);
  for (let i = 0; i < n; i++) numbers[(i * 16) / n] = i;
  return v128(numbers);
};

/** `x` with lane `at` replaced by `value`. */
function insert(shape: string, x: Value, at: Value, value: Value): Value {
  const lane = apply(`${shape}.splat`, shape === "i64x2" ? at.extendU() : at);
  const mask = apply(`${shape}.eq`, laneNumbers(shape), lane);
  return bitselect(apply(`${shape}.splat`, value), x, mask);
}

/** Lane `at` of `x` moved to lane 0. */
function rotateTo(width: number, x: Value, at: Value): Value {
  return swizzle(x, lanesFrom(at.mul(width)));
}

function insertion(shape: string, lanes: number): (b: Binding) => void {
  return (b) => {
    const mmx = isMmx(b);
    const at = b.let(immediate(b, 2).and((mmx ? 4 : lanes) - 1));
    if (mmx) enterMmx(b);
    const value = b.rd(1);
    const result = b.let(insert(shape, vector(b, 0), at, value));
    if (mmx) commitMmx(b);
    writeVector(b, 0, result);
  };
}
add("pinsrb", "66 0F 3A 20 Vx,Rd,Ib; 66 0F 3A 20 Vx,Mb,Ib", insertion("i8x16", 16));
add(
  "pinsrw",
  "66 0F C4 Vx,Rd,Ib; 66 0F C4 Vx,Mw,Ib; NP 0F C4 Pq,Rd,Ib; NP 0F C4 Pq,Mw,Ib",
  insertion("i16x8", 8),
);
add("pinsrd", "66 0F 3A 22 Vx,Ey,Ib", (b) =>
  b.sizeOf(1) === 8 ? insertion("i64x2", 2)(b) : insertion("i32x4", 4)(b),
);

function writeGeneral(b: Binding, value: Value): void {
  b.wr(0, b.sizeOf(0) === 8 ? value.extendU() : value);
}

function extraction(width: 1 | 2): (b: Binding) => void {
  return (b) => {
    const mmx = isMmx(b);
    const at = immediate(b, 2).and((mmx ? 4 : 16 / width) - 1);
    if (mmx) enterMmx(b);
    const moved = rotateTo(width, vector(b, 1), at);
    const value = b.let(moved.lane(width === 1 ? "i8x16" : "i16x8", 0));
    if (mmx) commitMmx(b);
    writeGeneral(b, value);
  };
}
add("pextrb", "66 0F 3A 14 Mb,Vx,Ib; 66 0F 3A 14 Ry,Vx,Ib", extraction(1));
add(
  "pextrw",
  "66 0F 3A 15 Mw,Vx,Ib; 66 0F 3A 15 Ry,Vx,Ib; 66 0F C5 Gy,Ux,Ib; NP 0F C5 Gy,Nq,Ib",
  extraction(2),
);
add("pextrd", "66 0F 3A 16 Ey,Vx,Ib", (b) => {
  const n = b.sizeOf(0);
  const at = immediate(b, 2).and(16 / n - 1);
  b.wr(0, b.let(rotateTo(n, vector(b, 1), at).lane(n === 8 ? "i64x2" : "i32x4", 0)));
});
add("extractps", "66 0F 3A 17 Ed,Vx,Ib", (b) => {
  b.wr(0, b.let(rotateTo(4, vector(b, 1), immediate(b, 2).and(3)).lane("i32x4", 0)));
});
add("insertps", "66 0F 3A 21 Vx,Wd,Ib", (b) => {
  const control = immediate(b, 2);
  // A register's lane is chosen by the immediate; memory has only one.
  const source = b.isMemory(1)
    ? b.rd(1)
    : b.let(rotateTo(4, b.rdWhole(1), control.shrU(6)).lane("i32x4", 0));
  const inserted = insert("i32x4", vector(b, 0), control.shrU(4).and(3), source);
  b.wr(0, apply("v128.andnot", inserted, laneMask(b, "i32x4", control)));
});

// --- Others

add("ptest", "66 0F 38 17 Vx,Wx", (b) => {
  const c = vector(b, 1);
  const a = vector(b, 0);
  const none = (x: Value): Value => apply("v128.any_true", x).eqz();
  b.flagsCompare(none(apply("v128.and", a, c)), i32(0), b.let(none(apply("v128.andnot", c, a))));
});

/** Eight sums of four absolute differences: a sliding group of operand 0 against one of operand 1. */
add("mpsadbw", "66 0F 3A 42 Vx,Wx,Ib", (b) => {
  const control = immediate(b, 2);
  const from = b.let(control.shrU(2).and(1).shl(2));
  const group = b.let(control.and(3).shl(2));
  binaryVector(b, (a, c) => {
    const sums = [0, 1, 2, 3].map((j) => {
      const x = b.let(swizzle(a, lanesFrom(from.add(j))));
      const y = b.let(swizzle(c, splat8(group.add(j))));
      const below = apply("i8x16.sub_sat_u", x, y);
      const above = apply("i8x16.sub_sat_u", y, x);
      return apply("i16x8.extend_low_i8x16_u", apply("v128.or", below, above));
    });
    return sums.reduce((s, t) => apply("i16x8.add", s, t));
  });
});

/** The smallest 16-bit lane and its number. */
add("phminposuw", "66 0F 38 41 Vx,Wx", (b) => {
  unaryVector(b, (x) => {
    const keys = Array.from({ length: 8 }, (_, i) => b.let(x.lane("i16x8", i).shl(3).or(i)));
    const least = keys.reduce((p, q) => b.let(select(p.ltU(q), p, q)));
    const packed = least.shrU(3).or(least.and(7).shl(16));
    return apply("i64x2.splat", i64(0)).withLane("i32x4", 0, packed);
  });
});

export const sseShuffles: InstructionSet = {
  instructions: set,
  constants: [
    { address: DOUBLE_LANES, bytes: table(doubleLanes, 16) },
    { address: WORD_LANES, bytes: table(wordLanes, 8) },
  ],
};
