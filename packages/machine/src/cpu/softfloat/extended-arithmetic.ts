// SPDX-License-Identifier: MPL-2.0

/**
 * x87 arithmetic: (a, b, fcw) → (significand, word, flags), exact to the precision and rounding of the
 * control word. The caller looks at flags and masks, and decides whether the result is stored.
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
import {
  type Extended,
  INTEGER_BIT,
  MAX_EXPONENT,
  denormalFlag,
  isInfinite,
  isNan,
  isUnsupported,
  isZero,
  packExtended,
  partsOf,
  precisionOf,
  returnIndefinite,
  returnSpecial,
  signOf,
} from "./extended.ts";
import { INVALID, ZERO_DIVIDE } from "./format.ts";
import { EQUAL, GREATER, LESS, UNORDERED } from "./sse-arithmetic.ts";

interface Operands {
  readonly f: FunctionBuilder;
  readonly a: Extended;
  readonly b: Extended;
  readonly fcw: Value;
  readonly denormal: Value;
  /** Sign of a product or quotient. */
  readonly sign: Value;
}

const ARITHMETIC = ["i64", "i32", "i64", "i32", "i32"] as const;
const RESULT = ["i64", "i32", "i32"] as const;

function infinity(f: FunctionBuilder, sign: Value, flags: Value): void {
  f.return(i64(INTEGER_BIT), sign.shl(15).or(MAX_EXPONENT), flags);
}

function zero(f: FunctionBuilder, sign: Value, flags: Value): void {
  f.return(i64(0), sign.shl(15), flags);
}

function finish(
  f: FunctionBuilder,
  sign: Value,
  exponent: Value,
  high: Value,
  low: Value,
  fcw: Value,
  denormal: Value,
): void {
  const sig = f.local("i64");
  const se = f.local("i32");
  const flags = f.local("i32");
  f.do(packExtended, [sign, exponent, high, low, precisionOf(fcw), fcw], [sig, se, flags]);
  f.return(sig, se, flags.or(denormal));
}

function binary(
  name: string,
  special: (x: Operands) => void,
  finite: (x: Operands, sign: Local, exponent: Local, high: Local, low: Local) => void,
): Helper {
  return helper(`x.${name}`, ARITHMETIC, RESULT, (f, sigA, seA, sigB, seB, fcw) => {
    const a: Extended = { sig: sigA!, se: seA! };
    const b: Extended = { sig: sigB!, se: seB! };
    returnSpecial(f, a, b);
    const denormal = f.let(denormalFlag(a, b));
    const sign = f.let(signOf(a).xor(signOf(b)));
    const x: Operands = { f, a, b, fcw: fcw!, denormal, sign };
    special(x);
    const resultSign = f.variable(sign);
    const exponent = f.local("i32");
    const high = f.local("i64");
    const low = f.local("i64");
    finite(x, resultSign, exponent, high, low);
    finish(f, resultSign, exponent, high, low, fcw!, denormal);
    f.unreachable();
  });
}

const roundsDown = (fcw: Value): Value => fcw.shrU(10).and(3).eq(1);

export const addExtended: Helper = binary(
  "add",
  ({ f, a, b, denormal, sign, fcw }) => {
    f.if(isInfinite(a), () => {
      f.if(isInfinite(b).and(sign), () => returnIndefinite(f));
      f.return(a.sig, a.se, denormal);
    });
    f.if(isInfinite(b), () => f.return(b.sig, b.se, denormal));
    f.if(isZero(a).and(isZero(b)), () => {
      f.if(sign, () => zero(f, roundsDown(fcw), i32(0)));
      f.return(a.sig, a.se, i32(0));
    });
  },
  ({ f, a, b, fcw, denormal }, resultSign, exponent, high, low) => {
    f.block((summed) => {
      for (const [none, other] of [
        [a, b],
        [b, a],
      ] as const) {
        f.if(isZero(none), () => {
          const x = partsOf(f, other);
          f.set(resultSign, signOf(other));
          f.set(exponent, x.exponent);
          f.set(high, x.significand);
          f.set(low, i64(0));
          f.br(summed);
        });
      }
      const x = partsOf(f, a);
      const y = partsOf(f, b);
      f.do(
        addFinite,
        [signOf(a), x.exponent, x.significand, signOf(b), y.exponent, y.significand],
        [resultSign, exponent, high, low],
      );
      f.if(high.eqz(), () => zero(f, roundsDown(fcw), denormal));
    });
  },
);

/** a − b; a NaN keeps its sign. */
export const subtractExtended: Helper = helper(
  "x.sub",
  ARITHMETIC,
  RESULT,
  (f, sigA, seA, sigB, seB, fcw) => {
    f.if(isNan({ sig: sigB!, se: seB! }).eqz(), () => f.set(seB!, seB!.xor(0x8000)));
    const sig = f.local("i64");
    const se = f.local("i32");
    const flags = f.local("i32");
    f.do(addExtended, [sigA!, seA!, sigB!, seB!, fcw!], [sig, se, flags]);
    f.return(sig, se, flags);
    f.unreachable();
  },
);

export const multiplyExtended: Helper = binary(
  "mul",
  ({ f, a, b, denormal, sign }) => {
    f.if(isInfinite(a).or(isInfinite(b)), () => {
      f.if(isZero(a).or(isZero(b)), () => returnIndefinite(f));
      infinity(f, sign, denormal);
    });
    f.if(isZero(a).or(isZero(b)), () => zero(f, sign, denormal));
  },
  ({ f, a, b }, _sign, exponent, high, low) => {
    const x = partsOf(f, a);
    const y = partsOf(f, b);
    f.do(
      multiplyFinite,
      [x.exponent, x.significand, y.exponent, y.significand],
      [exponent, high, low],
    );
  },
);

export const divideExtended: Helper = binary(
  "div",
  ({ f, a, b, denormal, sign }) => {
    f.if(isInfinite(a), () => {
      f.if(isInfinite(b), () => returnIndefinite(f));
      infinity(f, sign, denormal);
    });
    f.if(isInfinite(b), () => zero(f, sign, denormal));
    f.if(isZero(b), () => {
      f.if(isZero(a), () => returnIndefinite(f));
      infinity(f, sign, i32(ZERO_DIVIDE));
    });
    f.if(isZero(a), () => zero(f, sign, denormal));
  },
  ({ f, a, b }, _sign, exponent, high, low) => {
    const x = partsOf(f, a);
    const y = partsOf(f, b);
    f.do(
      divideFinite,
      [x.exponent, x.significand, y.exponent, y.significand],
      [exponent, high, low],
    );
  },
);

/** (a, fcw) → (significand, word, flags). */
export const squareRootExtended: Helper = helper(
  "x.sqrt",
  ["i64", "i32", "i32"],
  RESULT,
  (f, sigA, seA, fcw) => {
    const a: Extended = { sig: sigA!, se: seA! };
    returnSpecial(f, a, a);
    f.if(isZero(a), () => f.return(a.sig, a.se, i32(0)));
    f.if(signOf(a), () => returnIndefinite(f));
    f.if(isInfinite(a), () => f.return(a.sig, a.se, i32(0)));
    const denormal = f.let(denormalFlag(a));
    const x = partsOf(f, a);
    const exponent = f.local("i32");
    const high = f.local("i64");
    const low = f.local("i64");
    f.do(squareRootFinite, [x.exponent, x.significand], [exponent, high, low]);
    finish(f, i32(0), exponent, high, low, fcw!, denormal);
    f.unreachable();
  },
);

/** (a, b, quiet) → (relation, flags) with the relations of `sse-arithmetic.ts`. */
export const compareExtended: Helper = helper(
  "x.cmp",
  ARITHMETIC,
  ["i32", "i32"],
  (f, sigA, seA, sigB, seB, quiet) => {
    const a: Extended = { sig: sigA!, se: seA! };
    const b: Extended = { sig: sigB!, se: seB! };
    f.if(isUnsupported(a).or(isUnsupported(b)), () => f.return(i32(UNORDERED), i32(INVALID)));
    f.if(isNan(a).or(isNan(b)), () => {
      // A quiet NaN has bit 62; both quiet and `quiet` asked for: no exception.
      const signalling = isNan(a)
        .and(a.sig.shl(1).geS(0))
        .or(isNan(b).and(b.sig.shl(1).geS(0)));
      f.return(i32(UNORDERED), quiet!.eqz().or(signalling));
    });
    const flags = f.let(denormalFlag(a, b));
    f.if(isZero(a).and(isZero(b)), () => f.return(i32(EQUAL), flags));
    f.if(signOf(a).ne(signOf(b)), () => f.return(i32(GREATER).sub(signOf(a).shl(1)), flags));
    // Of one sign: pseudo-denormals have the exponent of the smallest normal numbers.
    const rank = (x: Extended): Value => {
      const e = f.let(x.se.and(MAX_EXPONENT));
      return f.let(e.or(e.eqz().and(x.sig.ltS(0))));
    };
    const rankA = rank(a);
    const rankB = rank(b);
    f.if(rankA.eq(rankB).and(a.sig.eq(b.sig)), () => f.return(i32(EQUAL), flags));
    const less = rankA.ltS(rankB).or(rankA.eq(rankB).and(a.sig.ltU(b.sig)));
    f.if(less.xor(signOf(a)), () => f.return(i32(LESS), flags));
    f.return(i32(GREATER), flags);
    f.unreachable();
  },
);
