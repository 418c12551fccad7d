// SPDX-License-Identifier: MPL-2.0

/**
 * The exact SSE routines on float32 and float64: (a, b, mxcsr) → (result, flags). They serve every mode, and all
 * special operands; the common mode's fast paths come here when their check fails.
 * Numbers are bits in an i64, float32 zero-extended. NaN rules: SDM vol. 1, table 4-7.
 */

import {
  type FunctionBuilder,
  type Helper,
  type Local,
  type Value,
  helper,
  i32,
  i64,
} from "../../wasm/index.ts";
import { addFinite, divideFinite, multiplyFinite, squareRootFinite } from "./arithmetic.ts";
import { INVALID, ZERO_DIVIDE } from "./format.ts";
import { DOUBLE, type Ieee, MXCSR_ROUNDING_SHIFT, SINGLE, denormalsAreZeros } from "./ieee.ts";

/** Returns where an operand is a NaN: the first NaN, made quiet. */
function returnNan(f: FunctionBuilder, t: Ieee, a: Value, b: Value): void {
  f.if(t.isNan(a).or(t.isNan(b)), () => {
    const invalid = f.let(t.isSignalling(a).or(t.isSignalling(b)));
    f.if(t.isNan(a), () => f.return(a.or(t.quietBit), invalid));
    f.return(b.or(t.quietBit), invalid);
  });
}

function denormalFlag(t: Ieee, ...operands: Value[]): Value {
  return operands
    .map((x) => t.isDenormal(x))
    .reduce((a, b) => a.or(b))
    .shl(1);
}

interface Binary {
  readonly f: FunctionBuilder;
  readonly t: Ieee;
  readonly a: Local;
  readonly b: Local;
  readonly mxcsr: Value;
  readonly denormal: Value;
  readonly sign: Value;
}

/** Declares a two-operand routine; `special` returns for infinities and zeros, `finite` computes. */
function binary(
  name: string,
  t: Ieee,
  special: (x: Binary) => void,
  finite: (x: Binary, sign: Local, exponent: Local, high: Local, low: Local) => void,
): Helper {
  return helper(`s.${name}${t.bits}`, ["i64", "i64", "i32"], ["i64", "i32"], (f, p, q, mxcsr) => {
    const a = p!;
    const b = q!;
    denormalsAreZeros(f, t, a, mxcsr!);
    denormalsAreZeros(f, t, b, mxcsr!);
    returnNan(f, t, a, b);
    const denormal = f.let(denormalFlag(t, a, b));
    const sign = f.let(t.sign(a.xor(b)));
    const x: Binary = { f, t, a, b, mxcsr: mxcsr!, denormal, sign };
    special(x);
    const resultSign = f.variable(sign);
    const exponent = f.local("i32");
    const high = f.local("i64");
    const low = f.local("i64");
    finite(x, resultSign, exponent, high, low);
    const result = f.local("i64");
    const flags = f.local("i32");
    t.pack(f, resultSign, exponent, high, low, mxcsr!, result, flags);
    f.return(result, flags.or(denormal));
    f.unreachable();
  });
}

/** −0 when rounding down, else +0: the sum of numbers that cancel. */
function zeroOfCancellation(t: Ieee, mxcsr: Value): Value {
  return t.signMask(mxcsr.shrU(MXCSR_ROUNDING_SHIFT).and(3).eq(1));
}

function addition(t: Ieee): Helper {
  return binary(
    "add",
    t,
    ({ f, a, b, denormal, sign, mxcsr }) => {
      f.if(t.isInfinite(a), () => {
        f.if(t.isInfinite(b).and(sign), () => f.return(i64(t.defaultNan), i32(INVALID)));
        f.return(a, denormal);
      });
      f.if(t.isInfinite(b), () => f.return(b, denormal));
      f.if(t.isZero(a).and(t.isZero(b)), () => {
        f.if(sign, () => f.return(zeroOfCancellation(t, mxcsr), i32(0)));
        f.return(a, i32(0));
      });
    },
    ({ f, a, b, denormal, mxcsr }, resultSign, exponent, high, low) => {
      // One zero: the other operand, by way of the rounding (a subnormal may have to be flushed).
      f.block((summed) => {
        for (const [zero, other] of [
          [a, b],
          [b, a],
        ] as const) {
          f.if(t.isZero(zero), () => {
            const x = t.parts(f, other);
            f.set(resultSign, x.sign);
            f.set(exponent, x.exponent);
            f.set(high, x.significand);
            f.set(low, i64(0));
            f.br(summed);
          });
        }
        const x = t.parts(f, a);
        const y = t.parts(f, b);
        f.do(
          addFinite,
          [x.sign, x.exponent, x.significand, y.sign, y.exponent, y.significand],
          [resultSign, exponent, high, low],
        );
        f.if(high.eqz(), () => f.return(zeroOfCancellation(t, mxcsr), denormal));
      });
    },
  );
}

/** a − b is a + (−b), but a NaN keeps its sign. */
function subtraction(t: Ieee, add: Helper): Helper {
  return helper(`s.sub${t.bits}`, ["i64", "i64", "i32"], ["i64", "i32"], (f, a, b, mxcsr) => {
    f.if(t.isNan(b!).eqz(), () => f.set(b!, b!.xor(t.signBit)));
    const result = f.local("i64");
    const flags = f.local("i32");
    f.do(add, [a!, b!, mxcsr!], [result, flags]);
    f.return(result, flags);
    f.unreachable();
  });
}

function multiplication(t: Ieee): Helper {
  return binary(
    "mul",
    t,
    ({ f, a, b, denormal, sign }) => {
      f.if(t.isInfinite(a).or(t.isInfinite(b)), () => {
        f.if(t.isZero(a).or(t.isZero(b)), () => f.return(i64(t.defaultNan), i32(INVALID)));
        f.return(t.signMask(sign).or(t.infinity), denormal);
      });
      f.if(t.isZero(a).or(t.isZero(b)), () => f.return(t.signMask(sign), denormal));
    },
    ({ f, a, b }, _sign, exponent, high, low) => {
      const x = t.parts(f, a);
      const y = t.parts(f, b);
      f.do(
        multiplyFinite,
        [x.exponent, x.significand, y.exponent, y.significand],
        [exponent, high, low],
      );
    },
  );
}

function division(t: Ieee): Helper {
  return binary(
    "div",
    t,
    ({ f, a, b, denormal, sign }) => {
      f.if(t.isInfinite(a), () => {
        f.if(t.isInfinite(b), () => f.return(i64(t.defaultNan), i32(INVALID)));
        f.return(t.signMask(sign).or(t.infinity), denormal);
      });
      f.if(t.isInfinite(b), () => f.return(t.signMask(sign), denormal));
      f.if(t.isZero(b), () => {
        f.if(t.isZero(a), () => f.return(i64(t.defaultNan), i32(INVALID)));
        f.return(t.signMask(sign).or(t.infinity), i32(ZERO_DIVIDE));
      });
      f.if(t.isZero(a), () => f.return(t.signMask(sign), denormal));
    },
    ({ f, a, b }, _sign, exponent, high, low) => {
      const x = t.parts(f, a);
      const y = t.parts(f, b);
      f.do(
        divideFinite,
        [x.exponent, x.significand, y.exponent, y.significand],
        [exponent, high, low],
      );
    },
  );
}

/** (a, mxcsr) → (square root, flags). */
function squareRoot(t: Ieee): Helper {
  return helper(`s.sqrt${t.bits}`, ["i64", "i32"], ["i64", "i32"], (f, p, mxcsr) => {
    const a = p!;
    denormalsAreZeros(f, t, a, mxcsr!);
    f.if(t.isNan(a), () => f.return(a.or(t.quietBit), t.isSignalling(a)));
    f.if(t.isZero(a), () => f.return(a, i32(0)));
    f.if(t.sign(a), () => f.return(i64(t.defaultNan), i32(INVALID)));
    f.if(t.isInfinite(a), () => f.return(a, i32(0)));
    const denormal = f.let(denormalFlag(t, a));
    const x = t.parts(f, a);
    const exponent = f.local("i32");
    const high = f.local("i64");
    const low = f.local("i64");
    f.do(squareRootFinite, [x.exponent, x.significand], [exponent, high, low]);
    const result = f.local("i64");
    const flags = f.local("i32");
    t.pack(f, i32(0), exponent, high, low, mxcsr!, result, flags);
    f.return(result, flags.or(denormal));
    f.unreachable();
  });
}

/** What `compare` finds. */
export const UNORDERED = 0;
export const LESS = 1;
export const EQUAL = 2;
export const GREATER = 3;

/** (a, b, mxcsr, quiet) → (relation, flags); a quiet NaN is invalid unless `quiet`. */
function comparison(t: Ieee): Helper {
  return helper(
    `s.cmp${t.bits}`,
    ["i64", "i64", "i32", "i32"],
    ["i32", "i32"],
    (f, p, q, mxcsr, quiet) => {
      const a = p!;
      const b = q!;
      denormalsAreZeros(f, t, a, mxcsr!);
      denormalsAreZeros(f, t, b, mxcsr!);
      f.if(t.isNan(a).or(t.isNan(b)), () => {
        const signalling = t.isSignalling(a).or(t.isSignalling(b));
        f.return(i32(UNORDERED), quiet!.eqz().or(signalling));
      });
      const flags = f.let(denormalFlag(t, a, b));
      f.if(t.magnitude(a.or(b)).eqz(), () => f.return(i32(EQUAL), flags));
      // As integers whose sign is the number's: −x is the complement of its magnitude.
      const order = (x: Value): Value => {
        const wide = f.let(t.bits === 64 ? x : x.shl(32));
        return f.let(wide.xor(wide.shrS(63).shrU(1)));
      };
      const x = order(a);
      const y = order(b);
      f.if(x.eq(y), () => f.return(i32(EQUAL), flags));
      f.return(i32(GREATER).sub(x.ltS(y).shl(1)), flags);
      f.unreachable();
    },
  );
}

export interface SseRoutines {
  readonly add: Helper;
  readonly sub: Helper;
  readonly mul: Helper;
  readonly div: Helper;
  readonly sqrt: Helper;
  readonly compare: Helper;
}

function routines(t: Ieee): SseRoutines {
  const add = addition(t);
  return {
    add,
    sub: subtraction(t, add),
    mul: multiplication(t),
    div: division(t),
    sqrt: squareRoot(t),
    compare: comparison(t),
  };
}

export const single: SseRoutines = routines(SINGLE);
export const double: SseRoutines = routines(DOUBLE);
