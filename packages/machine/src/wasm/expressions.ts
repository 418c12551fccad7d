// SPDX-License-Identifier: MPL-2.0

/** Expressions that are not methods of `Value`. */

import type { Late } from "./late.ts";
import { operation } from "./opcodes.ts";
import { type Value, binary, check, emitted, unary } from "./value.ts";

/** Applies any operation without immediates by its text-format name. */
export function apply(name: string, ...operands: Value[]): Value {
  const found = operation(name);
  const [a, b] = operands;
  if (a !== undefined && operands.length === 1) return unary(found, a);
  if (a !== undefined && b !== undefined && operands.length === 2) return binary(found, a, b);
  operands.forEach((operand, i) => check(found, operand, i));
  return emitted(found.result, (out) => {
    for (const operand of operands) operand.emit(out);
    if (found.prefix >= 0) out.u8(found.prefix);
    if (found.prefix >= 0) out.u32(found.code);
    else out.u8(found.code);
  });
}

/** `i8x16.shuffle` with constant lane numbers 0…31. */
export function shuffle(a: Value, b: Value, lanes: readonly number[]): Value {
  if (lanes.length !== 16) throw new Error("i8x16.shuffle takes 16 lane numbers");
  return emitted("v128", (out) => {
    a.emit(out);
    b.emit(out);
    out.u8(0xfd);
    out.u32(13);
    out.bytes(lanes);
  });
}

/** An i64 constant that is known later. */
export function lateI64(value: Late): Value {
  return emitted("i64", (out) => {
    out.u8(0x42);
    value.emit(out);
  });
}

/** A v128 constant from its sixteen bytes, lowest address first. */
export function v128(bytes: ArrayLike<number>): Value {
  if (bytes.length !== 16) throw new Error("a v128 constant has 16 bytes");
  return emitted("v128", (out) => {
    out.u8(0xfd);
    out.u32(12);
    out.bytes(bytes);
  });
}

/** A v128 constant from two 64-bit halves. */
export function v128of(low: bigint, high: bigint): Value {
  return v128(new Uint8Array(new BigUint64Array([low, high]).buffer));
}

/** `condition ? a : b`; both are computed. */
export function select(condition: Value, a: Value, b: Value): Value {
  if (a.type !== b.type) throw new Error(`select: ${a.type} and ${b.type} differ`);
  return emitted(a.type, (out) => {
    a.emit(out);
    b.emit(out);
    condition.emit(out);
    if (a.type === "v128") {
      out.bytes([0x1c, 1, 0x7b]);
    } else {
      out.u8(0x1b);
    }
  });
}
