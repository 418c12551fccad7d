// SPDX-License-Identifier: MPL-2.0

/** The two number formats of SSE, and what is asked of numbers by their bits. */

import { type Value, apply, f32, f64, i32, i64, v128 } from "../../wasm/index.ts";
import { type SseRoutines, double, single } from "../softfloat/sse-arithmetic.ts";

/** One of the two number formats, as WebAssembly and the exact routines see it. */
export interface Lane {
  readonly scalar: "f32" | "f64";
  readonly integer: "i32" | "i64";
  readonly shape: "f32x4" | "f64x2";
  readonly integerShape: "i32x4" | "i64x2";
  readonly lanes: 4 | 2;
  readonly bytes: 4 | 8;
  readonly smallestNormal: number;
  readonly largest: number;
  readonly routines: SseRoutines;
}

export const F32: Lane = {
  scalar: "f32",
  integer: "i32",
  shape: "f32x4",
  integerShape: "i32x4",
  lanes: 4,
  bytes: 4,
  smallestNormal: 2 ** -126,
  largest: (2 - 2 ** -23) * 2 ** 127,
  routines: single,
};

export const F64: Lane = {
  scalar: "f64",
  integer: "i64",
  shape: "f64x2",
  integerShape: "i64x2",
  lanes: 2,
  bytes: 8,
  smallestNormal: 2 ** -1022,
  largest: Number.MAX_VALUE,
  routines: double,
};

// --- Scalars: checks on bits

export const bitsOf = (t: Lane, x: Value): Value =>
  apply(t === F32 ? "i32.reinterpret_f32" : "i64.reinterpret_f64", x);
export const fromBits = (t: Lane, x: Value): Value =>
  apply(t === F32 ? "f32.reinterpret_i32" : "f64.reinterpret_i64", x);

/** The bits of a lane as the exact routines take them. */
export const widen = (t: Lane, bits: Value): Value => (t === F32 ? bits.extendU() : bits);
export const narrow = (t: Lane, bits: Value): Value => (t === F32 ? bits.wrap() : bits);

/** 2 × the bits of the smallest normal number, and of infinity. */
const normalTwice = (t: Lane): bigint => (t === F32 ? 1n << 24n : 1n << 53n);
const infinityTwice = (t: Lane): bigint => (t === F32 ? 0xffn << 24n : 0x7ffn << 53n);
/** An integer of the size of a lane. */
export const literal = (t: Lane, value: bigint): Value =>
  t === F32 ? i32(Number(BigInt.asIntN(32, value))) : i64(value);

/** Subnormal, and not zero. */
export function isSubnormal(t: Lane, bits: Value): Value {
  return bits
    .shl(1)
    .op("sub", literal(t, 1n))
    .ltU(literal(t, normalTwice(t) - 1n));
}
/** A NaN that signals: the highest bit of its fraction is clear. */
export function isSignaling(t: Lane, bits: Value): Value {
  const above = infinityTwice(t) + 1n;
  const half = t === F32 ? 1n << 23n : 1n << 52n;
  return bits
    .shl(1)
    .op("sub", literal(t, above))
    .ltU(literal(t, half - 1n));
}
/** Infinite or a NaN. */
export function isSpecial(t: Lane, bits: Value): Value {
  return bits.shl(1).geU(literal(t, infinityTwice(t)));
}
/** Zero, subnormal, infinite or a NaN. */
export function isZeroOrStrange(t: Lane, bits: Value): Value {
  const normal = normalTwice(t);
  return bits
    .shl(1)
    .op("sub", literal(t, normal))
    .geU(literal(t, infinityTwice(t) - normal));
}
/**
 * Zero, subnormal, the smallest normal number, infinite or a NaN: what may hide an underflow. The smallest
 * normal number is among them because a result that is tiny may be rounded up to it.
 */
export function mayHideUnderflow(t: Lane, bits: Value): Value {
  const above = normalTwice(t) + 2n;
  return bits
    .shl(1)
    .op("sub", literal(t, above))
    .geU(literal(t, infinityTwice(t) - above));
}

// --- Vectors: checks on lanes

export const splat = (t: Lane, x: number): Value => {
  const bytes = t === F32 ? new Float32Array(4).fill(x) : new Float64Array(2).fill(x);
  return v128(new Uint8Array(bytes.buffer));
};

/** All ones in lanes that are subnormal and not zero. */
export function subnormalLanes(t: Lane, x: Value): Value {
  const small = apply(`${t.shape}.lt`, apply(`${t.shape}.abs`, x), splat(t, t.smallestNormal));
  return apply("v128.and", small, apply(`${t.shape}.ne`, x, splat(t, 0)));
}
/** All ones in lanes that are finite. */
export const finiteLanes = (t: Lane, r: Value): Value =>
  apply(`${t.shape}.le`, apply(`${t.shape}.abs`, r), splat(t, t.largest));
/** All ones in lanes that are finite and above the smallest normal number, as {@link mayHideUnderflow} says. */
export const normalLanes = (t: Lane, r: Value): Value =>
  apply(
    "v128.and",
    finiteLanes(t, r),
    apply(`${t.shape}.gt`, apply(`${t.shape}.abs`, r), splat(t, t.smallestNormal)),
  );

export const literalFloat = (t: Lane, x: number): Value => (t === F32 ? f32(x) : f64(x));
