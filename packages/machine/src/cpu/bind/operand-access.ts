// SPDX-License-Identifier: MPL-2.0

/** Parts of registers that are kept in locals. */

import { type Value, type ValueType, apply, v128of } from "../../wasm/index.ts";
import type { IntegerSize, OperandSize } from "./binding.ts";
import { type FloatFormat, isOrdinary, ordinaryBits } from "./ordinary.ts";

const LOW_8 = v128of(0xffff_ffff_ffff_ffffn, 0n);
const LOW_4 = v128of(0xffff_ffffn, 0n);

/** The low `n` bytes of a general register (of its second byte where `high`), as their type. */
export function generalPart(
  register: Value,
  n: OperandSize,
  high: boolean,
  type?: ValueType,
): Value {
  if (type === "v128") {
    const wide = n === 8 ? register : generalPart(register, n, high).extendU();
    return v128of(0n, 0n).withLane("i64x2", 0, wide);
  }
  if (type === "f64") return apply("f64.reinterpret_i64", register);
  if (type === "f32") return apply("f32.reinterpret_i32", register.wrap());
  if (n === 8) return type === "i32" ? register.wrap() : register;
  const low = register.wrap();
  const narrow =
    n === 4 ? low : n === 2 ? low.and(0xffff) : high ? low.shrU(8).and(0xff) : low.and(0xff);
  return type === "i64" ? narrow.extendU() : narrow;
}

/** A general register with its low `n` bytes replaced; 4 bytes clear the rest. */
export function withGeneralPart(
  register: Value,
  n: IntegerSize,
  high: boolean,
  value: Value,
): Value {
  if (n === 8) return value;
  const narrow = value.type === "i64" ? value.wrap() : value;
  if (n === 4) return narrow.extendU();
  if (n === 2) return register.and(~0xffffn).or(narrow.and(0xffff).extendU());
  return high
    ? register.and(~0xff00n).or(narrow.and(0xff).shl(8).extendU())
    : register.and(~0xffn).or(narrow.and(0xff).extendU());
}

/** The low `n` bytes of an xmm register, as `type` or what the size suggests. */
export function vectorPart(register: Value, n: OperandSize, type?: ValueType): Value {
  const part = vectorPartOf(register, n, type);
  if (type === "f64" || type === "f32") part.facts = register.facts & ordinaryBits(type);
  return part;
}

function vectorPartOf(register: Value, n: OperandSize, type?: ValueType): Value {
  switch (type) {
    case "f64":
      return register.lane("f64x2", 0);
    case "f32":
      return register.lane("f32x4", 0);
    case "v128":
      if (n === 8) return apply("v128.and", register, LOW_8);
      return n === 4 ? apply("v128.and", register, LOW_4) : register;
    default:
  }
  if (n >= 8) {
    if (type === "i32") return register.lane("i32x4", 0);
    return n === 16 && type !== "i64" ? register : register.lane("i64x2", 0);
  }
  const low =
    n === 4
      ? register.lane("i32x4", 0)
      : n === 2
        ? register.lane("i16x8", 0)
        : register.lane("i8x16", 0);
  return type === "i64" ? low.extendU() : low;
}

/** What is known of a vector of which the lowest number has been replaced. */
function lowFacts(vector: Value, low: Value, one: FloatFormat, all: FloatFormat): number {
  if (!isOrdinary(low, one)) return 0;
  return isOrdinary(vector, all) ? ordinaryBits(all) : ordinaryBits(one);
}

/** An xmm register with its low `n` bytes replaced. */
export function withVectorPart(register: Value, n: OperandSize, value: Value): Value {
  if (n === 16) return value;
  if (value.type === "v128") {
    return withVectorPart(register, n, n === 8 ? value.lane("i64x2", 0) : value.lane("i32x4", 0));
  }
  if (n === 8) {
    const whole = register.withLane(value.type === "f64" ? "f64x2" : "i64x2", 0, value);
    if (value.type === "f64") whole.facts = lowFacts(register, value, "f64", "f64x2");
    return whole;
  }
  const narrow = value.type === "i64" ? value.wrap() : value;
  if (n === 4) {
    const whole = register.withLane(narrow.type === "f32" ? "f32x4" : "i32x4", 0, narrow);
    if (narrow.type === "f32") whole.facts = lowFacts(register, narrow, "f32", "f32x4");
    return whole;
  }
  return register.withLane(n === 2 ? "i16x8" : "i8x16", 0, narrow);
}
