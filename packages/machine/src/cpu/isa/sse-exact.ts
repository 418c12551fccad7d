// SPDX-License-Identifier: MPL-2.0

/**
 * How operations on floating-point numbers take their fast path: in the usual mode of MXCSR, and either after some
 * result has been inexact already or where this one is not.
 */

import type { Binding } from "../bind/binding.ts";
import type { FunctionBuilder, Value } from "../../wasm/index.ts";
import { commonMode } from "./sse-exceptions.ts";
import { F32, F64, type Lane, bitsOf, literal, literalFloat } from "./sse-lane.ts";

export type FloatOperation = "add" | "sub" | "mul" | "div" | "sqrt";

/** How an operation leaves its fast path. */
export interface Leave {
  slowIf: (condition: Value) => void;
  /** Leaves where `inexact` (built only where it matters) holds and no result has been inexact before. */
  slowIfInexact: (inexact: () => Value) => void;
}

/** Whether an operation rounds: never, with a result that `fast` tells by `slowIfInexact`, or it is not known. */
export type Rounding = "never" | "told" | "unknown";

/**
 * Runs `fast` in the common mode; where it branches to the slow path (by what it is given), or in another
 * mode, `exact` is emitted instead.
 */
export function fastOrExact(
  b: Binding,
  fast: (slowIf: Leave["slowIf"], slowIfInexact: Leave["slowIfInexact"]) => void,
  exact: () => void,
  rounding: Rounding = "unknown",
): void {
  const { f } = b;
  const elsewhere = b.elsewhere();
  if (elsewhere !== undefined) {
    const allExact = b.usualFloatMode();
    const slowIf = (condition: Value): void => f.brIf(elsewhere, condition);
    if (rounding === "unknown") slowIf(allExact());
    fast(slowIf, (inexact) => f.if(allExact(), () => slowIf(inexact())));
    return;
  }
  f.block((done) => {
    f.block((slow) => {
      f.brIf(slow, commonMode(b, rounding !== "never").eqz());
      fast(
        (condition) => f.brIf(slow, condition),
        () => {},
      );
      f.br(done);
    });
    exact();
  });
}
/**
 * Whether the product of two numbers, given by their bits, is exact if it is a normal number: it has at most as many
 * significant bits as they have together.
 */
export function isExactProduct(t: Lane, low: Value, high: Value): Value {
  const one = literal(t, t === F32 ? 1n << 23n : 1n << 52n);
  const zeros = low.or(one).ctz().add(high.or(one).ctz());
  return zeros.geU(literal(t, t === F32 ? 24n : 53n));
}

/** Whether r = x + y is exact where it is finite: the error of a sum is a number of its format (Knuth's TwoSum). */
export function isExactSum(f: FunctionBuilder, x: Value, y: Value, r: Value): Value {
  const virtual = f.let(r.op("sub", x));
  const error = x.op("sub", r.op("sub", virtual)).op("add", y.op("sub", virtual));
  return error.op("eq", literalFloat(r.type === "f32" ? F32 : F64, 0));
}

/** Whether the finite, normal result r of an operation on a and c is exact. */
export function isExact(
  f: FunctionBuilder,
  t: Lane,
  name: FloatOperation,
  a: Value,
  c: Value,
  r: Value,
): Value {
  const bits = (x: Value): Value => f.let(bitsOf(t, x));
  switch (name) {
    case "add":
      return isExactSum(f, a, c, r);
    case "sub":
      return isExactSum(f, a, f.let(c.op("neg")), r);
    case "mul":
      return isExactProduct(t, bits(a), bits(c));
    case "div":
      return isExactProduct(t, bits(r), bits(c)).and(r.op("mul", c).op("eq", a));
    case "sqrt":
      return isExactProduct(t, bits(r), bits(r)).and(r.op("mul", r).op("eq", c));
  }
}

/**
 * Whether the result r of an operation on a and c, which is no NaN, is infinite because one of them is: then it is exact. A finite number
 * over zero, and a sum that is too large, are not. No helper, as a call makes the engine keep no number in a register.
 */
export function isOfInfinity(t: Lane, a: Value, c: Value, r: Value): Value {
  const isInfinite = (x: Value): Value => x.op("abs").op("eq", literalFloat(t, Infinity));
  return isInfinite(r).and(isInfinite(a).or(isInfinite(c)));
}
