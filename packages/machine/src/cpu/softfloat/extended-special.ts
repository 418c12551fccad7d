// SPDX-License-Identifier: MPL-2.0

/** fscale, fxtract, fprem and fprem1 on 80-bit numbers. */

import { type Helper, helper, i32, i64, select } from "../../wasm/index.ts";
import {
  BIAS,
  INDEFINITE_SIGNIFICAND,
  INDEFINITE_WORD,
  type Extended,
  INTEGER_BIT,
  MAX_EXPONENT,
  QUIET_BIT,
  denormalFlag,
  isInfinite,
  isNan,
  isSignalling,
  isUnsupported,
  isZero,
  packExtended,
  partsOf,
  propagateNan,
  returnIndefinite,
  returnSpecial,
  signOf,
} from "./extended.ts";

import {
  FLOAT80,
  INVALID,
  OVERFLOW,
  PRECISION,
  ROUNDED_UP,
  SCALE,
  SCALE_OVERFLOW,
  SCALE_UNDERFLOW,
  UNDERFLOW,
  ZERO_DIVIDE,
} from "./format.ts";
import { fromInteger } from "./extended-convert.ts";
import { divide128 } from "./wide.ts";

const RESULT = ["i64", "i32", "i32"] as const;
const WHOLE_PRECISION = 64;

/** (a, b, fcw) → a × 2^b, b cut to an integer. */
export const scaleExtended: Helper = helper(
  "x.scale",
  ["i64", "i32", "i64", "i32", "i32"],
  RESULT,
  (f, sigA, seA, sigB, seB, fcw) => {
    const a: Extended = { sig: sigA!, se: seA! };
    const b: Extended = { sig: sigB!, se: seB! };
    returnSpecial(f, a, b);
    const denormal = f.let(denormalFlag(a, b));
    const sign = f.let(seA!.and(0x8000));
    f.if(isInfinite(b), () => {
      f.if(
        signOf(b),
        () => {
          f.if(isInfinite(a), () => returnIndefinite(f));
          f.return(i64(0), sign, denormal);
        },
        () => {
          f.if(isZero(a), () => returnIndefinite(f));
          f.return(i64(INTEGER_BIT), sign.or(MAX_EXPONENT), denormal);
        },
      );
    });
    f.if(isInfinite(a).or(isZero(a)), () => f.return(sigA!, seA!, denormal));
    const x = partsOf(f, a);
    const scale = f.variable(i32(0));
    f.if(isZero(b).eqz(), () => {
      const y = partsOf(f, b);
      f.if(y.exponent.geS(16), () => f.set(scale, i32(0x10000)));
      f.if(y.exponent.geS(0).and(y.exponent.ltS(16)), () =>
        f.set(scale, y.significand.shrU(i32(63).sub(y.exponent).extendU()).wrap()),
      );
      f.if(signOf(b), () => f.set(scale, i32(0).sub(scale)));
    });
    const sig = f.local("i64");
    const se = f.local("i32");
    const flags = f.local("i32");
    const exponent = f.let(x.exponent.add(scale));
    // Where even a scaled result has no place in the format: infinity, or zero.
    const tooLarge = exponent.gtS(FLOAT80.maximum + SCALE).and(fcw!.and(SCALE_OVERFLOW).eqz());
    f.if(tooLarge, () => {
      const told = denormal.or(OVERFLOW | PRECISION | ROUNDED_UP);
      f.return(i64(INTEGER_BIT), sign.or(MAX_EXPONENT), told);
    });
    const tooSmall = exponent.ltS(FLOAT80.minimum - SCALE).and(fcw!.and(SCALE_UNDERFLOW).eqz());
    f.if(tooSmall, () => f.return(i64(0), sign, denormal.or(UNDERFLOW | PRECISION)));
    f.do(
      packExtended,
      [signOf(a), exponent, x.significand, i64(0), i32(WHOLE_PRECISION), fcw!],
      [sig, se, flags],
    );
    f.return(sig, se, flags.or(denormal));
    f.unreachable();
  },
);

/** (a) → (exponent as a number, significand as a number, flags). */
export const extractExtended: Helper = helper(
  "x.xtract",
  ["i64", "i32"],
  ["i64", "i32", "i64", "i32", "i32"],
  (f, sig, se) => {
    const a: Extended = { sig: sig!, se: se! };
    f.if(isUnsupported(a), () => {
      const nan = [i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD)];
      f.return(...nan, ...nan, i32(INVALID));
    });
    f.if(isNan(a), () => {
      const quiet = f.let(sig!.or(QUIET_BIT));
      f.return(quiet, se!, quiet, se!, isSignalling(a));
    });
    f.if(isInfinite(a), () => f.return(sig!, i32(MAX_EXPONENT), sig!, se!, i32(0)));
    f.if(isZero(a), () =>
      f.return(i64(INTEGER_BIT), i32(0x8000 | MAX_EXPONENT), sig!, se!, i32(ZERO_DIVIDE)),
    );
    const x = partsOf(f, a);
    const exponentSig = f.local("i64");
    const exponentSe = f.local("i32");
    f.do(fromInteger, [x.exponent.extendS()], [exponentSig, exponentSe]);
    const word = se!.and(0x8000).or(BIAS);
    f.return(exponentSig, exponentSe, x.significand, word, denormalFlag(a));
    f.unreachable();
  },
);

/** The quotient's value where there is none: the result is a NaN, or the reduction is not finished. */
const NO_QUOTIENT = -1;
const UNFINISHED = -2;

/**
 * (a, b, fcw, nearest) → (remainder, flags, quotient): its low bits, or NO_QUOTIENT, or UNFINISHED. The quotient is
 * cut (fprem) or rounded to nearest (fprem1). Exponents that differ by 64 or more are reduced by
 * 32 to 63, so that multiples of 32 are left, as processors of AMD do (SDM vol. 2 leaves the number free).
 */
export const remainderExtended: Helper = helper(
  "x.prem",
  ["i64", "i32", "i64", "i32", "i32", "i32"],
  ["i64", "i32", "i32", "i32"],
  (f, sigA, seA, sigB, seB, fcw, nearest) => {
    const a: Extended = { sig: sigA!, se: seA! };
    const b: Extended = { sig: sigB!, se: seB! };
    const sig = f.local("i64");
    const se = f.local("i32");
    const flags = f.local("i32");
    const invalid = (): void =>
      f.return(i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD), i32(INVALID), i32(NO_QUOTIENT));
    f.if(isUnsupported(a).or(isUnsupported(b)), invalid);
    f.if(isNan(a).or(isNan(b)), () => {
      f.do(propagateNan, [a.sig, a.se, b.sig, b.se], [sig, se, flags]);
      f.return(sig, se, flags, i32(NO_QUOTIENT));
    });
    f.if(isInfinite(a).or(isZero(b)), invalid);
    const denormal = f.let(denormalFlag(a, b));
    f.if(isZero(a), () => f.return(sigA!, seA!, denormal, i32(0)));
    const x = partsOf(f, a);
    const exponent = f.variable(x.exponent);
    const rest = f.variable(x.significand);
    const sign = f.variable(signOf(a));
    const quotient = f.variable(i32(0));
    f.if(isInfinite(b).eqz(), () => {
      const y = partsOf(f, b);
      const distance = f.variable(x.exponent.sub(y.exponent));
      f.if(
        distance.geS(64),
        () => {
          f.set(exponent, y.exponent.add(distance.and(~31)).sub(32));
          f.set(distance, distance.and(31).add(32));
          f.set(quotient, i32(UNFINISHED));
        },
        () => f.if(distance.geS(0), () => f.set(exponent, y.exponent)),
      );
      f.if(distance.geS(0), () => {
        const low = f.variable(i32(0));
        f.if(rest.geU(y.significand), () => {
          f.set(rest, rest.sub(y.significand));
          f.set(low, i32(1));
        });
        f.if(distance, () => {
          const q = f.local("i64");
          const wide = f.let(distance.extendU());
          const high = rest.shrU(i64(64).sub(wide));
          f.do(divide128, [high, rest.shl(wide), y.significand], [q, rest]);
          f.set(low, select(distance.ltU(3), low.shl(distance), i32(0)).add(q.wrap()));
        });
        f.if(quotient.ne(UNFINISHED), () => f.set(quotient, low.and(7)));
      });
      f.if(nearest!.and(quotient.ne(UNFINISHED)), () => {
        f.if(distance.geS(0), () => {
          // 2 × rest against b, without its carry: rest against b − rest.
          const left = f.let(y.significand.sub(rest));
          const odd = quotient.and(1);
          f.if(rest.gtU(left).or(rest.eq(left).and(odd)), () => {
            f.set(rest, left);
            f.set(sign, sign.xor(1));
            f.set(quotient, quotient.add(1).and(7));
          });
        });
        f.if(distance.eq(-1).and(rest.gtU(y.significand)), () => {
          // a lies in (b / 2, b): b − a, in units of half of b's.
          f.set(rest, y.significand.sub(rest).add(y.significand));
          f.set(sign, sign.xor(1));
          f.set(quotient, i32(1));
        });
      });
    });
    f.if(rest.eqz(), () => f.return(i64(0), signOf(a).shl(15), denormal, quotient));
    const shift = f.let(rest.clz());
    const control = [i32(WHOLE_PRECISION), fcw!];
    f.do(
      packExtended,
      [sign, exponent.sub(shift.wrap()), rest.shl(shift), i64(0), ...control],
      [sig, se, flags],
    );
    f.return(sig, se, flags.or(denormal), quotient);
    f.unreachable();
  },
);
