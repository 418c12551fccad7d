// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, type Offset, type Value, type ValueType } from "../../wasm/index.ts";
import type { OperandSize } from "./binding.ts";

/** The `n` bytes at a host address + `offset`, as `type` or what the size suggests. */
export function loadSized(at: Value, n: OperandSize, offset: Offset, type?: ValueType): Value {
  if (type === "f64" || type === "f32") return at.load(type, "", offset);
  if (type === "i64" && n < 8)
    return at.load("i64", n === 4 ? "32_u" : n === 2 ? "16_u" : "8_u", offset);
  if (type === "i32" && n > 4) return at.load32(offset);
  if (type === "i64") return at.load64(offset);
  if (type === "v128" && n === 8) return at.load("v128", "64_zero", offset);
  if (type === "v128" && n === 4) return at.load("v128", "32_zero", offset);
  switch (n) {
    case 1:
      return at.load8u(offset);
    case 2:
      return at.load16u(offset);
    case 4:
      return at.load32(offset);
    case 8:
      return at.load64(offset);
    case 16:
      return at.load128(offset);
    default:
      throw new Error(`an operand of ${n} bytes cannot be read as one value`);
  }
}

/** Stores the low `n` bytes of `value` at a host address + `offset`. */
export function storeSized(
  f: FunctionBuilder,
  at: Value,
  n: OperandSize,
  value: Value,
  offset: Offset,
): void {
  if (value.type === "v128" && n < 16) {
    storeSized(f, at, n, n === 8 ? value.lane("i64x2", 0) : value.lane("i32x4", 0), offset);
    return;
  }
  const bytes = { i32: 4, i64: 8, f32: 4, f64: 8, v128: 16 }[value.type];
  if (bytes < n) throw new Error(`a store of ${n} bytes given ${value.type}`);
  f.store(at, value, offset, bytes === n ? "" : String(8 * n));
}
