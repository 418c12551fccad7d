// SPDX-License-Identifier: MPL-2.0

import type { Value } from "../../wasm/index.ts";
import { type IntegerSize, signExtend } from "./flags.ts";

export type ShiftKind = "shl" | "shr" | "sar";

/** The top bit of a value of `n` bytes, as i32. */
export function msb(n: IntegerSize, v: Value): Value {
  return n === 8 ? v.shrU(63).wrap() : v.shrU(8 * n - 1).and(1);
}

/** Bit 0 as i32. */
export const lsb = (n: IntegerSize, v: Value): Value => (n === 8 ? v.wrap() : v).and(1);

const wide = (n: IntegerSize, count: Value): Value => (n === 8 ? count.extendU() : count);

/** `old` of `n` bytes shifted by `count` (i32, masked already). */
export function shiftedValue(kind: ShiftKind, n: IntegerSize, old: Value, count: Value): Value {
  const k = wide(n, count);
  if (kind === "shl") return old.shl(k);
  return kind === "shr" ? old.shrU(k) : signExtend(n, old).shrS(k);
}

/** CF and OF of a shift by a count that is not 0; OF is what a count of 1 gives. */
export function shiftFlags(
  kind: ShiftKind,
  n: IntegerSize,
  old: Value,
  count: Value,
  r: Value,
): { readonly cf: Value; readonly of: Value } {
  const k = wide(n, count).sub(1);
  if (kind === "shl") {
    const cf = msb(n, old.shl(k));
    return { cf, of: msb(n, r).xor(cf) };
  }
  if (kind === "shr") return { cf: lsb(n, old.shrU(k)), of: msb(n, old) };
  return { cf: lsb(n, signExtend(n, old).shrS(k)), of: count.and(0) };
}
