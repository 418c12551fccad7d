// SPDX-License-Identifier: MPL-2.0

/** x87 loads and stores: conversions between 80-bit numbers, float32, float64, integers and BCD. */

import {
  type FunctionBuilder,
  type Helper,
  type Value,
  helper,
  i32,
  i64,
  select,
} from "../../wasm/index.ts";
import {
  BIAS,
  type Extended,
  INTEGER_BIT,
  MAX_EXPONENT,
  QUIET_BIT,
  denormalFlag,
  extendedControl,
  isInfinite,
  isNan,
  isSignalling,
  isUnsupported,
  isZero,
  partsOf,
  returnIndefinite,
  signOf,
} from "./extended.ts";
import { INVALID } from "./format.ts";
import { DOUBLE, type Ieee, SINGLE } from "./ieee.ts";
import { round, roundToInteger } from "./round.ts";
import { shiftRightJam } from "./wide.ts";

const RESULT = ["i64", "i32", "i32"] as const;

/**
 * (bits) → (significand, word, denormal flag): exact. `quieten` is for loads: a signalling NaN becomes quiet,
 * and the flags tell that it was invalid; operands of arithmetic stay as they are.
 */
function fromIeee(t: Ieee, quieten: boolean): Helper {
  return helper(`x.from${t.bits}${quieten ? "" : ".raw"}`, ["i64"], RESULT, (f, a) => {
    const sign = f.let(t.sign(a!).shl(15));
    f.if(t.isZero(a!), () => f.return(i64(0), sign, i32(0)));
    f.if(t.magnitude(a!).geU(t.infinity), () => {
      const fraction = a!.shl(64 - t.format.precision).or(INTEGER_BIT);
      if (!quieten) f.return(fraction, sign.or(MAX_EXPONENT), i32(0));
      const quiet = select(t.isNan(a!), i64(QUIET_BIT), i64(0));
      f.return(fraction.or(quiet), sign.or(MAX_EXPONENT), t.isSignalling(a!));
    });
    const x = t.parts(f, a!);
    f.return(x.significand, x.exponent.add(BIAS).or(sign), t.isDenormal(a!).shl(1));
    f.unreachable();
  });
}

/** (integer) → (significand, word): exact. */
export const fromInteger: Helper = helper("x.fromint", ["i64"], ["i64", "i32"], (f, n) => {
  f.if(n!.eqz(), () => f.return(i64(0), i32(0)));
  const sign = f.let(n!.ltS(0));
  const magnitude = f.let(select(sign, i64(0).sub(n!), n!));
  const shift = f.let(magnitude.clz());
  f.return(
    magnitude.shl(shift),
    i32(BIAS + 63)
      .sub(shift.wrap())
      .or(sign.shl(15)),
  );
  f.unreachable();
});

/** (significand, word, fcw) → (bits, flags). */
function toIeee(t: Ieee): Helper {
  return helper(`x.to${t.bits}`, ["i64", "i32", "i32"], ["i64", "i32"], (f, sig, se, fcw) => {
    const a: Extended = { sig: sig!, se: se! };
    const sign = f.let(t.signMask(signOf(a)));
    f.if(isUnsupported(a), () => f.return(i64(t.defaultNan), i32(INVALID)));
    f.if(isNan(a), () => {
      const fraction = sig!
        .or(QUIET_BIT)
        .shl(1)
        .shrU(65 - t.format.precision);
      f.return(sign.or(t.infinity).or(fraction), isSignalling(a));
    });
    f.if(isInfinite(a), () => f.return(sign.or(t.infinity), i32(0)));
    f.if(isZero(a), () => f.return(sign, i32(0)));
    const denormal = f.let(denormalFlag(a));
    const x = partsOf(f, a);
    const e = f.local("i32");
    const s = f.local("i64");
    const flags = f.local("i32");
    const { precision, minimum, maximum } = t.format;
    f.do(
      round,
      [
        signOf(a),
        x.exponent,
        x.significand,
        i64(0),
        i32(precision),
        i32(minimum),
        i32(maximum),
        extendedControl(fcw!),
      ],
      [e, s, flags],
    );
    const biased = select(s.ltS(0), e.sub(minimum - 1), i32(0));
    const fraction = s.shl(1).shrU(65 - precision);
    f.return(sign.or(biased.extendU().shl(t.fractionBits)).or(fraction), flags.or(denormal));
    f.unreachable();
  });
}

/** Rounds to an integer magnitude below 2^64. `tooLarge` must leave. */
function toMagnitude(
  f: FunctionBuilder,
  a: Extended,
  rounding: Value,
  tooLarge: () => void,
): { magnitude: Value; flags: Value } {
  const magnitude = f.local("i64");
  const inexact = f.local("i32");
  const up = f.local("i32");
  const x = partsOf(f, a);
  f.if(x.exponent.geS(64), tooLarge);
  const high = f.local("i64");
  const low = f.local("i64");
  f.do(shiftRightJam, [x.significand, i64(0), i32(63).sub(x.exponent)], [high, low]);
  f.do(roundToInteger, [high, low, signOf(a), rounding], [magnitude, inexact, up]);
  f.if(up.and(magnitude.eqz()), tooLarge);
  return { magnitude, flags: f.let(inexact.shl(5).or(up.shl(9))) };
}

/** (significand, word, rounding, bits) → (integer, flags); out of range gives the integer indefinite. */
export const toInteger: Helper = helper(
  "x.toint",
  ["i64", "i32", "i32", "i32"],
  ["i64", "i32"],
  (f, sig, se, rounding, bits) => {
    const a: Extended = { sig: sig!, se: se! };
    const limit = f.let(i64(1).shl(bits!.sub(1).extendU()));
    const invalid = (): void => f.return(i64(0).sub(limit), i32(INVALID));
    f.if(isUnsupported(a).or(se!.and(MAX_EXPONENT).eq(MAX_EXPONENT)), invalid);
    f.if(isZero(a), () => f.return(i64(0), i32(0)));
    const r = toMagnitude(f, a, rounding!, invalid);
    f.if(r.magnitude.gtU(limit.sub(signOf(a).eqz().extendU())), invalid);
    f.return(select(signOf(a), i64(0).sub(r.magnitude), r.magnitude), r.flags);
    f.unreachable();
  },
);

/** (significand, word, rounding) → (low 64 bits of BCD, word of two digits and sign, flags). */
export const toBcd: Helper = helper(
  "x.tobcd",
  ["i64", "i32", "i32"],
  RESULT,
  (f, sig, se, rounding) => {
    const a: Extended = { sig: sig!, se: se! };
    const invalid = (): void => f.return(i64(0xcn << 60n), i32(0xffff), i32(INVALID));
    f.if(isUnsupported(a).or(se!.and(MAX_EXPONENT).eq(MAX_EXPONENT)), invalid);
    const sign = f.let(se!.and(0x8000));
    f.if(isZero(a), () => f.return(i64(0), sign, i32(0)));
    const r = toMagnitude(f, a, rounding!, invalid);
    f.if(r.magnitude.geU(10n ** 18n), invalid);
    const digits = f.variable(i64(0));
    const rest = f.variable(r.magnitude);
    const shift = f.variable(i64(0));
    f.loop((again) => {
      f.set(digits, digits.or(rest.remU(10).shl(shift)));
      f.set(rest, rest.divU(10));
      f.set(shift, shift.add(4));
      f.brIf(again, shift.ltU(64));
    });
    const top = rest.remU(10).or(rest.divU(10).shl(4)).wrap();
    f.return(digits, top.or(sign), r.flags);
    f.unreachable();
  },
);

/** (low 64 bits, word) of BCD → (significand, word). Digits above 9 count as they are. */
export const fromBcd: Helper = helper(
  "x.frombcd",
  ["i64", "i32"],
  ["i64", "i32"],
  (f, low, top) => {
    const total = f.variable(top!.and(15).add(top!.shrU(4).and(15).mul(10)).extendU());
    const shift = f.variable(i64(64));
    f.loop((again) => {
      f.set(shift, shift.sub(4));
      f.set(total, total.mul(10).add(low!.shrU(shift).and(15)));
      f.brIf(again, shift.ne(0));
    });
    const sig = f.local("i64");
    const se = f.local("i32");
    f.do(fromInteger, [total], [sig, se]);
    f.return(sig, se.or(top!.and(0x8000)));
    f.unreachable();
  },
);

/** (a, fcw) → (significand, word, flags): frndint. */
export const roundExtended: Helper = helper(
  "x.rint",
  ["i64", "i32", "i32"],
  RESULT,
  (f, sig, se, fcw) => {
    const a: Extended = { sig: sig!, se: se! };
    f.if(isUnsupported(a), () => returnIndefinite(f));
    f.if(isNan(a), () => f.return(sig!.or(QUIET_BIT), se!, isSignalling(a)));
    f.if(isInfinite(a).or(isZero(a)), () => f.return(sig!, se!, i32(0)));
    const denormal = f.let(denormalFlag(a));
    const x = partsOf(f, a);
    f.if(x.exponent.geS(63), () => f.return(sig!, se!, i32(0)));
    const r = toMagnitude(f, a, fcw!.shrU(10).and(3), () => f.unreachable());
    const flags = f.let(r.flags.or(denormal));
    const sign = f.let(se!.and(0x8000));
    f.if(r.magnitude.eqz(), () => f.return(i64(0), sign, flags));
    const shift = f.let(r.magnitude.clz());
    f.return(
      r.magnitude.shl(shift),
      i32(BIAS + 63)
        .sub(shift.wrap())
        .or(sign),
      flags,
    );
    f.unreachable();
  },
);

export const fromSingle: Helper = fromIeee(SINGLE, true);
export const fromDouble: Helper = fromIeee(DOUBLE, true);
export const fromSingleRaw: Helper = fromIeee(SINGLE, false);
export const fromDoubleRaw: Helper = fromIeee(DOUBLE, false);
export const toSingle: Helper = toIeee(SINGLE);
export const toDouble: Helper = toIeee(DOUBLE);
