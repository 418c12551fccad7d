// SPDX-License-Identifier: MPL-2.0

/**
 * x87: f2xm1, fyl2x, fyl2xp1, fsin, fcos, fsincos, fptan, fpatan. Special operands by the tables of SDM vol. 2;
 * finite ones by series of twice the precision, rounded once. Precision control does not matter.
 */

import type { Binding } from "../bind/binding.ts";
import {
  type FunctionBuilder,
  type Helper,
  type Local,
  type Value,
  helper,
  i32,
  i64,
  select,
} from "../../wasm/index.ts";
import {
  type Extended,
  INDEFINITE_SIGNIFICAND,
  INDEFINITE_WORD,
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
  signOf,
} from "../softfloat/extended.ts";
import { INVALID, PRECISION, ZERO_DIVIDE } from "../softfloat/format.ts";
import { logarithm, logarithmOfSum, powerLessOne } from "../softfloat/logarithmic.ts";
import { HALF_PI, PI, multiplyWide, seriesTables, wide } from "../softfloat/series.ts";
import { arcTangent, cosine, reduceAngle, sine, tangent } from "../softfloat/trigonometric.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import {
  FSW_C2,
  STACK_OVERFLOW,
  STACK_UNDERFLOW,
  fcw,
  fsw,
  isEmpty,
  physical,
  pop,
  raise,
  read,
  setFsw,
  store,
  storeUnderflow,
  waiting,
  write,
} from "./x87-state.ts";

const RESULT = ["i64", "i32", "i32"] as const;
const ONE_WORD = 0x3fff;
/** From this exponent on an angle is out of range: C2 is set and nothing else happens. */
const ANGLE_LIMIT = 63;

// --- Returning from a routine (significand, word, flags)

const indefinite = (f: FunctionBuilder): void =>
  f.return(i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD), i32(INVALID));
const infinity = (f: FunctionBuilder, sign: Value, flags: Value): void =>
  f.return(i64(INTEGER_BIT), sign.shl(15).or(MAX_EXPONENT), flags);
const zero = (f: FunctionBuilder, sign: Value, flags: Value): void =>
  f.return(i64(0), sign.shl(15), flags);

/** Rounds a number that is never exact. */
function rounded(
  f: FunctionBuilder,
  sign: Value,
  exponent: Value,
  high: Value,
  low: Value,
  flags: Value,
): void {
  const sig = f.local("i64");
  const se = f.local("i32");
  const more = f.local("i32");
  f.do(packExtended, [sign, exponent, high, low.or(1), i32(64), fcw()], [sig, se, more]);
  f.return(sig, se, more.or(flags).or(PRECISION));
}

function returnNan(f: FunctionBuilder, x: Extended): void {
  f.if(isUnsupported(x), () => indefinite(f));
  f.if(isNan(x), () => f.return(x.sig.or(QUIET_BIT), x.se, isSignalling(x)));
}

function returnNans(f: FunctionBuilder, a: Extended, b: Extended): void {
  f.if(isUnsupported(a).or(isUnsupported(b)), () => indefinite(f));
  f.if(isNan(a).or(isNan(b)), () => {
    const sig = f.local("i64");
    const se = f.local("i32");
    const flags = f.local("i32");
    f.do(propagateNan, [a.sig, a.se, b.sig, b.se], [sig, se, flags]);
    f.return(sig, se, flags);
  });
}

// --- Of one operand

/** 2^x − 1 for |x| ≤ 1; beyond, where the result is undefined, x itself. */
const powerRoutine: Helper = helper("x.f2xm1", ["i64", "i32"], RESULT, (f, sig, se) => {
  const x: Extended = { sig: sig!, se: se! };
  returnNan(f, x);
  f.if(isZero(x), () => f.return(sig!, se!, i32(0)));
  f.if(isInfinite(x), () => {
    // 2^−∞ − 1
    f.if(signOf(x), () => f.return(i64(INTEGER_BIT), i32(0x8000 | ONE_WORD), i32(0)));
    f.return(sig!, se!, i32(0));
  });
  const flags = f.let(denormalFlag(x));
  const sign = f.let(signOf(x));
  const p = partsOf(f, x);
  f.if(p.exponent.geS(0), () => {
    const one = p.exponent.eqz().and(p.significand.eq(INTEGER_BIT));
    f.if(one.eqz(), () => f.return(sig!, se!, flags.or(PRECISION)));
    f.return(sig!, se!.sub(sign), flags.or(PRECISION));
  });
  const r = wide(f, i32(0), i64(0), i64(0));
  f.do(powerLessOne, [sign, p.exponent, p.significand], [r.exponent, r.high, r.low]);
  rounded(f, sign, r.exponent, r.high, r.low, flags);
  f.unreachable();
});

/** (x, which) → sin x (0) or cos x (1), for x below 2^63. */
const sineRoutine: Helper = helper("x.fsin", ["i64", "i32", "i32"], RESULT, (f, sig, se, which) => {
  const x: Extended = { sig: sig!, se: se! };
  returnNan(f, x);
  f.if(isInfinite(x), () => indefinite(f));
  f.if(isZero(x), () => {
    f.if(which!, () => f.return(i64(INTEGER_BIT), i32(ONE_WORD), i32(0)));
    f.return(sig!, se!, i32(0));
  });
  const { quadrant, sign, r } = reduced(f, x);
  const turned = f.let(quadrant.add(which!));
  f.if(
    turned.and(1),
    () => f.do(cosine, [r.exponent, r.high, r.low], [r.exponent, r.high, r.low]),
    () => f.do(sine, [r.exponent, r.high, r.low], [r.exponent, r.high, r.low]),
  );
  // sin has the sign of the reduced angle, cos has none; half a turn inverts both.
  const own = select(turned.and(1), i32(0), sign);
  const half = turned.shrU(1).and(1);
  const odd = select(which!, i32(0), signOf(x));
  rounded(f, own.xor(half).xor(odd), r.exponent, r.high, r.low, denormalFlag(x));
  f.unreachable();
});

const tangentRoutine: Helper = helper("x.fptan", ["i64", "i32"], RESULT, (f, sig, se) => {
  const x: Extended = { sig: sig!, se: se! };
  returnNan(f, x);
  f.if(isInfinite(x), () => indefinite(f));
  f.if(isZero(x), () => f.return(sig!, se!, i32(0)));
  const { quadrant, sign, r } = reduced(f, x);
  const inverse = f.let(quadrant.and(1));
  f.do(tangent, [r.exponent, r.high, r.low, inverse], [r.exponent, r.high, r.low]);
  const resultSign = sign.xor(inverse).xor(signOf(x));
  rounded(f, resultSign, r.exponent, r.high, r.low, denormalFlag(x));
  f.unreachable();
});

function reduced(
  f: FunctionBuilder,
  x: Extended,
): { quadrant: Local; sign: Local; r: ReturnType<typeof wide> } {
  const p = partsOf(f, x);
  const quadrant = f.local("i32");
  const sign = f.local("i32");
  const r = wide(f, i32(0), i64(0), i64(0));
  f.do(reduceAngle, [p.exponent, p.significand], [quadrant, sign, r.exponent, r.high, r.low]);
  return { quadrant, sign, r };
}

// --- Of two operands: (x = ST(0), y = ST(1)) → the result

/** y × log2 x */
const logarithmRoutine: Helper = helper(
  "x.fyl2x",
  ["i64", "i32", "i64", "i32"],
  RESULT,
  (f, sigX, seX, sigY, seY) => {
    const x: Extended = { sig: sigX!, se: seX! };
    const y: Extended = { sig: sigY!, se: seY! };
    returnNans(f, x, y);
    const signY = f.let(signOf(y));
    f.if(isZero(x), () => {
      f.if(isZero(y), () => indefinite(f));
      infinity(f, signY.xor(1), select(isInfinite(y), i32(0), i32(ZERO_DIVIDE)));
    });
    f.if(signOf(x), () => indefinite(f));
    const denormal = f.let(denormalFlag(x, y));
    f.if(isInfinite(x), () => {
      f.if(isZero(y), () => indefinite(f));
      infinity(f, signY, denormal);
    });
    const p = partsOf(f, x);
    const below = f.let(p.exponent.ltS(0));
    const one = f.let(p.exponent.eqz().and(p.significand.eq(INTEGER_BIT)));
    f.if(isInfinite(y), () => {
      f.if(one, () => indefinite(f));
      infinity(f, signY.xor(below), denormal);
    });
    f.if(isZero(y).or(one), () => zero(f, signY.xor(below), denormal));
    const logSign = f.local("i32");
    const log = wide(f, i32(0), i64(0), i64(0));
    f.do(
      logarithm,
      [p.exponent, p.significand, i64(0)],
      [logSign, log.exponent, log.high, log.low],
    );
    timesY(f, log, logSign, y, denormal);
  },
);

function timesY(
  f: FunctionBuilder,
  log: ReturnType<typeof wide>,
  logSign: Value,
  y: Extended,
  flags: Value,
): void {
  const q = partsOf(f, y);
  const product = multiplyWide(f, log, q.exponent, q.significand, i64(0));
  rounded(f, logSign.xor(signOf(y)), product.exponent, product.high, product.low, flags);
  f.unreachable();
}

/** y × log2(1 + x); a finite x ≤ −1, for which SDM leaves the result undefined, is invalid. */
const logarithmOfSumRoutine: Helper = helper(
  "x.fyl2xp1",
  ["i64", "i32", "i64", "i32"],
  RESULT,
  (f, sigX, seX, sigY, seY) => {
    const x: Extended = { sig: sigX!, se: seX! };
    const y: Extended = { sig: sigY!, se: seY! };
    returnNans(f, x, y);
    const signY = f.let(signOf(y));
    const signX = f.let(signOf(x));
    const denormal = f.let(denormalFlag(x, y));
    f.if(isInfinite(x), () => {
      f.if(signX.or(isZero(y)), () => indefinite(f));
      infinity(f, signY, denormal);
    });
    f.if(isZero(x), () => {
      f.if(isInfinite(y), () => indefinite(f));
      zero(f, signX.xor(signY), denormal);
    });
    f.if(isInfinite(y), () => infinity(f, signX.xor(signY), denormal));
    f.if(isZero(y), () => zero(f, signX.xor(signY), denormal));
    const p = partsOf(f, x);
    f.if(signX.and(p.exponent.geS(0)), () => indefinite(f));
    const logSign = f.local("i32");
    const log = wide(f, i32(0), i64(0), i64(0));
    f.do(
      logarithmOfSum,
      [signX, p.exponent, p.significand],
      [logSign, log.exponent, log.high, log.low],
    );
    timesY(f, log, logSign, y, denormal);
  },
);

/** The angle of the point (x, y), with the sign of y. */
const arcTangentRoutine: Helper = helper(
  "x.fpatan",
  ["i64", "i32", "i64", "i32"],
  RESULT,
  (f, sigX, seX, sigY, seY) => {
    const x: Extended = { sig: sigX!, se: seX! };
    const y: Extended = { sig: sigY!, se: seY! };
    returnNans(f, x, y);
    const signY = f.let(signOf(y));
    const signX = f.let(signOf(x));
    const denormal = f.let(denormalFlag(x, y));
    const give = (exponent: number, high: bigint, low: bigint): void =>
      rounded(f, signY, i32(exponent), i64(high), i64(low), denormal);
    f.if(isInfinite(y), () => {
      f.if(isInfinite(x), () => {
        // 3π/4 or π/4
        f.if(signX, () => give(1, THREE_QUARTERS >> 64n, THREE_QUARTERS & (2n ** 64n - 1n)));
        give(-1, PI.high, PI.low);
      });
      give(0, HALF_PI.high, HALF_PI.low);
    });
    f.if(isZero(y).or(isInfinite(x)), () => {
      f.if(signX, () => give(1, PI.high, PI.low));
      zero(f, signY, denormal);
    });
    f.if(isZero(x), () => give(0, HALF_PI.high, HALF_PI.low));
    const p = partsOf(f, y);
    const q = partsOf(f, x);
    const r = wide(f, i32(0), i64(0), i64(0));
    f.do(
      arcTangent,
      [p.exponent, p.significand, q.exponent, q.significand, signX],
      [r.exponent, r.high, r.low],
    );
    rounded(f, signY, r.exponent, r.high, r.low, denormal);
    f.unreachable();
  },
);

/** 3π/4 as a multiple of 2^-126. */
const THREE_QUARTERS = (((PI.high << 64n) | PI.low) * 3n) >> 2n;

// --- Instructions

const set: Instruction[] = [];

function add(name: string, encoding: string, work: Helper): void {
  set.push(
    instruction(name, [encoding], (b: Binding) => {
      waiting(b);
      b.do(work);
    }),
  );
}

interface Result {
  readonly sig: Local;
  readonly se: Local;
  readonly flags: Local;
}
const result = (f: FunctionBuilder): Result => ({
  sig: f.local("i64"),
  se: f.local("i32"),
  flags: f.local("i32"),
});
const into = (r: Result): Local[] => [r.sig, r.se, r.flags];

add(
  "f2xm1",
  "D9 F0",
  helper("x87.f2xm1", [], [], (f) => {
    const register = physical(f, 0);
    f.if(isEmpty(register), () => {
      f.drop(f.call(storeUnderflow, register));
      f.return();
    });
    const x = read(f, register);
    const r = result(f);
    f.do(powerRoutine, [x.sig, x.se], into(r));
    f.drop(f.call(store, register, r.sig, r.se, r.flags));
  }),
);

for (const [name, encoding, routine] of [
  ["fyl2x", "D9 F1", logarithmRoutine],
  ["fpatan", "D9 F3", arcTangentRoutine],
  ["fyl2xp1", "D9 F9", logarithmOfSumRoutine],
] as const) {
  add(
    name,
    encoding,
    helper(`x87.${name}`, [], [], (f) => {
      const first = physical(f, 0);
      const second = physical(f, 1);
      const stored = f.local("i32");
      f.if(
        isEmpty(first).or(isEmpty(second)),
        () => f.set(stored, f.call(storeUnderflow, second)),
        () => {
          const x = read(f, first);
          const y = read(f, second);
          const r = result(f);
          f.do(routine, [x.sig, x.se, y.sig, y.se], into(r));
          f.set(stored, f.call(store, second, r.sig, r.se, r.flags));
        },
      );
      f.if(stored, () => f.do(pop, []));
    }),
  );
}

/** Is the number finite and too large to be an angle? */
const outOfRange = (x: Extended): Value => {
  const exponent = x.se.and(MAX_EXPONENT);
  return exponent
    .geS(0x3fff + ANGLE_LIMIT)
    .and(exponent.ne(MAX_EXPONENT))
    .and(x.sig.ltS(0));
};

const setC2 = (f: FunctionBuilder): void => {
  f.drop(f.call(raise, i32(0)));
  setFsw(f, fsw().or(FSW_C2));
};

for (const [name, encoding, which] of [
  ["fsin", "D9 FE", 0],
  ["fcos", "D9 FF", 1],
] as const) {
  add(
    name,
    encoding,
    helper(`x87.${name}`, [], [], (f) => {
      const register = physical(f, 0);
      setFsw(f, fsw().and(~FSW_C2));
      f.if(isEmpty(register), () => {
        f.drop(f.call(storeUnderflow, register));
        f.return();
      });
      const x = read(f, register);
      f.if(outOfRange(x), () => {
        setC2(f);
        f.return();
      });
      const r = result(f);
      f.do(sineRoutine, [x.sig, x.se, i32(which)], into(r));
      f.drop(f.call(store, register, r.sig, r.se, r.flags));
    }),
  );
}

/** What fptan and fsincos share: one result replaces ST(0), another is pushed. */
function pair(
  name: string,
  encoding: string,
  compute: (f: FunctionBuilder, x: Extended, kept: Result, pushed: Result) => void,
): void {
  add(
    name,
    encoding,
    helper(`x87.${name}`, [], [], (f) => {
      const register = physical(f, 0);
      const above = physical(f, -1);
      setFsw(f, fsw().and(~FSW_C2));
      const fault = f.variable(i32(0));
      f.if(isEmpty(above).eqz(), () => f.set(fault, i32(STACK_OVERFLOW)));
      f.if(isEmpty(register), () => f.set(fault, i32(STACK_UNDERFLOW)));
      f.if(fault, () => {
        f.if(f.call(raise, fault), () => f.return());
        write(f, register, i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD));
        write(f, above, i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD));
        setFsw(f, fsw().and(~0x3800).or(above.shl(11)));
        f.return();
      });
      const x = read(f, register);
      f.if(outOfRange(x), () => {
        setC2(f);
        f.return();
      });
      const kept = result(f);
      const pushed = result(f);
      compute(f, x, kept, pushed);
      f.if(f.call(raise, kept.flags.or(pushed.flags.and(0x3f))), () => f.return());
      write(f, register, kept.sig, kept.se);
      write(f, above, pushed.sig, pushed.se);
      setFsw(f, fsw().and(~0x3800).or(above.shl(11)));
    }),
  );
}

pair("fptan", "D9 F2", (f, x, kept, pushed) => {
  f.do(tangentRoutine, [x.sig, x.se], into(kept));
  f.set(pushed.sig, i64(INTEGER_BIT));
  f.set(pushed.se, i32(ONE_WORD));
  f.set(pushed.flags, i32(0));
  // A NaN is pushed again.
  f.if(kept.se.and(MAX_EXPONENT).eq(MAX_EXPONENT), () => {
    f.set(pushed.sig, kept.sig);
    f.set(pushed.se, kept.se);
  });
});
pair("fsincos", "D9 FB", (f, x, kept, pushed) => {
  f.do(sineRoutine, [x.sig, x.se, i32(0)], into(kept));
  f.do(sineRoutine, [x.sig, x.se, i32(1)], into(pushed));
});

export const x87Transcendentals: InstructionSet = {
  instructions: set,
  constants: seriesTables,
};
