// SPDX-License-Identifier: MPL-2.0

/**
 * Flags as compiled code keeps them: the kind of the last operation and its operands, from which the vector form of
 * flags.ts is computed where somebody looks. A kind is one of KIND_* plus log2 of the operand size, or KIND_VECTOR.
 */

import {
  type FunctionBuilder,
  type Helper,
  type Value,
  helper,
  i32,
  i64,
} from "../../wasm/index.ts";
import { type IntegerSize, carriesOf, carryBits, overflowFlag, toI64Signed } from "./flags.ts";
import { type ShiftKind, shiftFlags, shiftedValue } from "./shift-flags.ts";

/** The operands are the result and the carries of flags.ts. */
export const KIND_VECTOR = 0;
export const KIND_ADD = 1;
export const KIND_SUB = 5;
/** The first operand is the result. */
export const KIND_LOGIC = 9;
/** The first operand is the result, the narrow second one CF before. */
export const KIND_INC = 13;
export const KIND_DEC = 17;
/** The narrow second operand is the count, not 0. */
export const KIND_SHL = 21;
export const KIND_SHR = 25;
export const KIND_SAR = 29;
/** The first operand is the low product, the narrow second one CF and OF. */
export const KIND_PRODUCT = 33;
export const KINDS = 37;

export const SHIFT_KINDS: Readonly<Record<ShiftKind, number>> = {
  shl: KIND_SHL,
  shr: KIND_SHR,
  sar: KIND_SAR,
};

export function sizeOfKind(kind: number): IntegerSize {
  return (1 << ((kind - 1) & 3)) as IntegerSize;
}

/** The group of a kind, KIND_ADD … */
export function groupOfKind(kind: number): number {
  return kind - ((kind - 1) & 3);
}

/** log2 of an operand size, to be added to KIND_*. */
export function sizeLog(n: IntegerSize): number {
  return 31 - Math.clz32(n);
}

/** Operands in the type that holds the operand size; `narrow` is the i32 one that some kinds have. */
export interface FlagOperands {
  readonly a: Value;
  readonly b: Value;
  readonly narrow: Value;
}

/** The operands of a kind other than KIND_VECTOR from the two i64 that hold them. */
export function flagOperands(kind: number, a: Value, b: Value): FlagOperands {
  const narrow = b.wrap();
  return sizeOfKind(kind) === 8 ? { a, b, narrow } : { a: a.wrap(), b: narrow, narrow };
}

function one(n: IntegerSize): Value {
  return n === 8 ? i64(1) : i32(1);
}

/** The result of the operation, of its size. */
export function resultOf(kind: number, { a, b, narrow }: FlagOperands): Value {
  const n = sizeOfKind(kind);
  switch (groupOfKind(kind)) {
    case KIND_ADD:
      return a.add(b);
    case KIND_SUB:
      return a.sub(b);
    case KIND_SHL:
      return shiftedValue("shl", n, a, narrow);
    case KIND_SHR:
      return shiftedValue("shr", n, a, narrow);
    case KIND_SAR:
      return shiftedValue("sar", n, a, narrow);
    default:
      return a;
  }
}

/** The vector form of the flags of a kind other than KIND_VECTOR. Uses locals of `f`. */
export function vectorOf(
  f: FunctionBuilder,
  kind: number,
  operands: FlagOperands,
): { readonly result: Value; readonly carries: Value } {
  const n = sizeOfKind(kind);
  const { a, b, narrow } = operands;
  const r = f.let(resultOf(kind, operands));
  const result = f.let(toI64Signed(n, r));
  const kept = (c: Value): Value =>
    f.let(c.and((1n << 62n) - 1n).or(carryBits(narrow, overflowFlag(c))));
  switch (groupOfKind(kind)) {
    case KIND_ADD:
      return { result, carries: f.let(carriesOf(n, a, b, r)) };
    case KIND_SUB:
      return { result, carries: f.let(carriesOf(n, r, b, a)) };
    case KIND_LOGIC:
      return { result, carries: i64(0) };
    case KIND_INC:
      return { result, carries: kept(f.let(carriesOf(n, a.sub(one(n)), one(n), r))) };
    case KIND_DEC:
      return { result, carries: kept(f.let(carriesOf(n, r, one(n), a.add(one(n))))) };
    case KIND_PRODUCT:
      return { result, carries: f.let(carryBits(narrow, narrow)) };
    default: {
      const group = groupOfKind(kind);
      const shift = group === KIND_SHL ? "shl" : group === KIND_SHR ? "shr" : "sar";
      const { cf, of } = shiftFlags(shift, n, a, narrow, r);
      return { result, carries: f.let(carryBits(f.let(cf), f.let(of))) };
    }
  }
}

/** (kind, a, b) → (result, carries): any kind at run time. */
export const settleFlags: Helper = helper(
  "settleFlags",
  ["i32", "i64", "i64"],
  ["i64", "i64"],
  (f, kind, a, b) => {
    if (!kind || !a || !b) return;
    const labels: { depth: number }[] = [];
    f.block((vector) => {
      const nest = (k: number): void => {
        if (k === 0) {
          f.brTable(kind.sub(1), labels, vector);
          return;
        }
        f.block((label) => {
          labels[k - 1] = label;
          nest(k - 1);
        });
        f.scope(() => {
          const { result, carries } = vectorOf(f, k, flagOperands(k, a, b));
          f.return(result, carries);
        });
      };
      nest(KINDS - 1);
      f.unreachable();
    });
    f.return(a, b);
    f.unreachable();
  },
);
