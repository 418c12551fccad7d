// SPDX-License-Identifier: MPL-2.0

/** The exact SSE conversions: to and from integers, between the formats, to integral values. */

import {
  type FunctionBuilder,
  type Helper,
  type Value,
  helper,
  i32,
  i64,
  select,
} from "../../wasm/index.ts";
import { INVALID, PRECISION } from "./format.ts";
import { DOUBLE, type Ieee, MXCSR_ROUNDING_SHIFT, SINGLE, denormalsAreZeros } from "./ieee.ts";
import { roundToInteger } from "./round.ts";
import { shiftRightJam } from "./wide.ts";

/** (bits, mxcsr) → (bits, flags). */
function convert(from: Ieee, to: Ieee): Helper {
  return helper(`s.cvt${from.bits}to${to.bits}`, ["i64", "i32"], ["i64", "i32"], (f, p, mxcsr) => {
    const a = p!;
    denormalsAreZeros(f, from, a, mxcsr!);
    const sign = f.let(to.signMask(from.sign(a)));
    const fraction = from.magnitude(a);
    const move = to.fractionBits - from.fractionBits;
    const moved = move > 0 ? fraction.shl(move) : fraction.shrU(-move);
    f.if(from.isNan(a), () => {
      const payload = moved.and((1n << BigInt(to.fractionBits)) - 1n);
      f.return(sign.or(to.infinity | to.quietBit).or(payload), from.isSignalling(a));
    });
    f.if(from.isInfinite(a), () => f.return(sign.or(to.infinity), i32(0)));
    f.if(from.isZero(a), () => f.return(sign, i32(0)));
    const denormal = f.let(from.isDenormal(a).shl(1));
    const x = from.parts(f, a);
    const result = f.local("i64");
    const flags = f.local("i32");
    to.pack(f, x.sign, x.exponent, x.significand, i64(0), mxcsr!, result, flags);
    f.return(result, flags.or(denormal));
    f.unreachable();
  });
}

/** Rounds a finite number that is not zero, of exponent below 64, to an integer magnitude. */
function integral(
  f: FunctionBuilder,
  exponent: Value,
  significand: Value,
  sign: Value,
  rounding: Value,
): { magnitude: Value; inexact: Value; up: Value } {
  const high = f.local("i64");
  const low = f.local("i64");
  const magnitude = f.local("i64");
  const inexact = f.local("i32");
  const up = f.local("i32");
  f.do(shiftRightJam, [significand, i64(0), i32(63).sub(exponent)], [high, low]);
  f.do(roundToInteger, [high, low, sign, rounding], [magnitude, inexact, up]);
  return { magnitude, inexact, up };
}

/** (bits, mxcsr, rounding) → (integer, flags); out of range gives the integer indefinite. */
function toInteger(from: Ieee, bits: 32 | 64): Helper {
  const name = `s.cvt${from.bits}toint${bits}`;
  const indefinite = -(1n << BigInt(bits - 1));
  return helper(name, ["i64", "i32", "i32"], ["i64", "i32"], (f, p, mxcsr, rounding) => {
    const a = p!;
    denormalsAreZeros(f, from, a, mxcsr!);
    f.if(from.isZero(a), () => f.return(i64(0), i32(0)));
    const invalid = (): void => f.return(i64(indefinite), i32(INVALID));
    f.if(from.magnitude(a).geU(from.infinity), invalid);
    const x = from.parts(f, a);
    f.if(x.exponent.geS(64), invalid);
    const r = integral(f, x.exponent, x.significand, x.sign, rounding!);
    const limit = i64(1n << BigInt(bits - 1)).sub(x.sign.eqz().extendU());
    f.if(r.magnitude.gtU(limit), invalid);
    const value = select(x.sign, i64(0).sub(r.magnitude), r.magnitude);
    f.return(value, r.inexact.shl(5));
    f.unreachable();
  });
}

/** (integer, mxcsr) → (bits, flags). */
function fromInteger(to: Ieee): Helper {
  return helper(`s.cvtintto${to.bits}`, ["i64", "i32"], ["i64", "i32"], (f, n, mxcsr) => {
    f.if(n!.eqz(), () => f.return(i64(0), i32(0)));
    const sign = f.let(n!.ltS(0));
    const magnitude = f.let(select(sign, i64(0).sub(n!), n!));
    const shift = f.let(magnitude.clz());
    const exponent = f.let(i32(63).sub(shift.wrap()));
    const result = f.local("i64");
    const flags = f.local("i32");
    to.pack(f, sign, exponent, magnitude.shl(shift), i64(0), mxcsr!, result, flags);
    f.return(result, flags);
    f.unreachable();
  });
}

/**
 * (bits, mxcsr, control) → (bits, flags): round to an integral value. `control` is the immediate of
 * roundss: rounding in bits 0-1, bit 2 takes it from MXCSR, bit 3 suppresses the precision flag.
 */
function roundIntegral(t: Ieee): Helper {
  return helper(
    `s.rint${t.bits}`,
    ["i64", "i32", "i32"],
    ["i64", "i32"],
    (f, p, mxcsr, control) => {
      const a = p!;
      denormalsAreZeros(f, t, a, mxcsr!);
      f.if(t.isNan(a), () => f.return(a.or(t.quietBit), t.isSignalling(a)));
      f.if(t.isInfinite(a).or(t.isZero(a)), () => f.return(a, i32(0)));
      const x = t.parts(f, a);
      f.if(x.exponent.geS(t.fractionBits), () => f.return(a, i32(0)));
      const fromMxcsr = mxcsr!.shrU(MXCSR_ROUNDING_SHIFT);
      const rounding = f.let(select(control!.and(4), fromMxcsr, control!).and(3));
      const r = integral(f, x.exponent, x.significand, x.sign, rounding);
      const quiet = control!.and(8);
      const flags = f.let(select(quiet, i32(0), select(r.inexact, i32(PRECISION), i32(0))));
      f.if(r.magnitude.eqz(), () => f.return(t.signMask(x.sign), flags));
      const shift = f.let(r.magnitude.clz());
      const biased = i32(63 - (t.format.minimum - 1)).sub(shift.wrap());
      const fraction = r.magnitude
        .shl(shift)
        .shl(1)
        .shrU(65 - t.format.precision);
      f.return(t.signMask(x.sign).or(biased.extendU().shl(t.fractionBits)).or(fraction), flags);
      f.unreachable();
    },
  );
}

export const singleToDouble: Helper = convert(SINGLE, DOUBLE);
export const doubleToSingle: Helper = convert(DOUBLE, SINGLE);
export const singleToInt32: Helper = toInteger(SINGLE, 32);
export const singleToInt64: Helper = toInteger(SINGLE, 64);
export const doubleToInt32: Helper = toInteger(DOUBLE, 32);
export const doubleToInt64: Helper = toInteger(DOUBLE, 64);
export const intToSingle: Helper = fromInteger(SINGLE);
export const intToDouble: Helper = fromInteger(DOUBLE);
export const roundSingle: Helper = roundIntegral(SINGLE);
export const roundDouble: Helper = roundIntegral(DOUBLE);
