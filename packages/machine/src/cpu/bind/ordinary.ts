// SPDX-License-Identifier: MPL-2.0

/** Numbers of which compiled code knows that they are not subnormal: bits of `Value.facts`. */

import { Local, type Value } from "../../wasm/index.ts";

/** The format of a number, or of all numbers in a vector. */
export type FloatFormat = "f32" | "f64" | "f32x4" | "f64x2";

const BITS: Readonly<Record<FloatFormat, number>> = { f64: 1, f64x2: 3, f32: 4, f32x4: 12 };

/** What is known of a value where its number, or all of them, or the lowest one of a vector, is not subnormal. */
export function ordinaryBits(t: FloatFormat): number {
  return BITS[t];
}

export function isOrdinary({ facts }: Value, t: FloatFormat): boolean {
  return (facts & BITS[t]) === BITS[t];
}

/** A value that `let` gave, known not to be subnormal. */
export function asOrdinary(value: Value, t: FloatFormat): Value {
  return value instanceof Local
    ? value.known(value.root, value.delta, value.facts | BITS[t])
    : value;
}
