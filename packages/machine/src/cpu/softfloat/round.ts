// SPDX-License-Identifier: MPL-2.0

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
  FLUSH_TO_ZERO,
  OVERFLOW,
  PRECISION,
  ROUNDED_UP,
  ROUND_NEAREST,
  SCALE,
  SCALE_OVERFLOW,
  SCALE_UNDERFLOW,
  UNDERFLOW,
} from "./format.ts";
import { shiftRightJam } from "./wide.ts";

const TOP = 1n << 63n;
/**
 * (high, low, precision, sign, rounding control) → (significand, carry, inexact, up).
 * `carry` tells that the significand became a power of two above; the significand then is 2^63.
 */
const roundBits: Helper = helper(
  "f.roundbits",
  ["i64", "i64", "i32", "i32", "i32"],
  ["i64", "i32", "i32", "i32"],
  (f, high, low, precision, sign, rc) => {
    const whole = f.let(precision!.eq(64));
    const unit = f.variable(i64(1).shl(i32(64).sub(precision!).extendU()));
    const half = f.variable(unit.shrU(1));
    const roundBit = f.variable(high!.and(half).ne(0));
    const sticky = f.variable(high!.and(half.sub(1)).or(low!).ne(0));
    f.if(whole, () => {
      f.set(unit, i64(1));
      f.set(roundBit, low!.shrU(63).wrap());
      f.set(sticky, low!.shl(1).ne(0));
    });
    const kept = f.variable(high!.and(unit.sub(1).not()));
    const inexact = f.let(roundBit.or(sticky));
    const increment = f.variable(i32(0));
    f.if(
      rc!.eq(ROUND_NEAREST),
      () => f.set(increment, roundBit.and(sticky.or(kept.and(unit).ne(0)))),
      // Down (1) goes away from zero for negative numbers, up (2) for positive ones.
      () => f.set(increment, inexact.and(rc!.eq(select(sign!, i32(1), i32(2))))),
    );
    const carry = f.variable(i32(0));
    f.if(increment, () => {
      f.set(kept, kept.add(unit));
      f.set(carry, kept.eqz());
      f.if(carry, () => f.set(kept, i64(TOP)));
    });
    f.return(kept, carry, inexact, increment);
    f.unreachable();
  },
);

/**
 * Rounds a number to a format. Parameters: sign, exponent, high, low (normalized), precision, smallest and
 * largest exponent, rounding control with options of `format.ts`.
 * Results: exponent, significand, flags. Infinity is 2^63 with an exponent above the largest; a
 * significand whose top bit is clear, with the smallest exponent, is subnormal or zero.
 */
export const round: Helper = helper(
  "f.round",
  ["i32", "i32", "i64", "i64", "i32", "i32", "i32", "i32"],
  ["i32", "i64", "i32"],
  (f, sign, e, high, low, precision, minimum, maximum, control) => {
    const rc = f.let(control!.and(3));
    const significand = f.local("i64");
    const carry = f.local("i32");
    const inexact = f.local("i32");
    const up = f.local("i32");
    const all = [significand, carry, inexact, up];
    f.do(roundBits, [high!, low!, precision!, sign!, rc], all);
    const exponent = f.variable(e!.add(carry));
    const flags = f.let(roundFlags(inexact, up));

    f.if(e!.ltS(minimum!), () => {
      // Tininess is found after rounding as if the exponent were unbounded.
      const tiny = f.let(exponent.ltS(minimum!));
      f.if(tiny, () => {
        f.if(control!.and(SCALE_UNDERFLOW), () =>
          f.return(exponent.add(SCALE), significand, flags.or(UNDERFLOW)),
        );
        f.if(control!.and(FLUSH_TO_ZERO), () =>
          f.return(minimum!, i64(0), i32(UNDERFLOW | PRECISION)),
        );
      });
      const h = f.local("i64");
      const l = f.local("i64");
      f.do(shiftRightJam, [high!, low!, minimum!.sub(e!)], [h, l]);
      f.do(roundBits, [h, l, precision!, sign!, rc], all);
      const underflow = select(tiny.and(inexact), i32(UNDERFLOW), i32(0));
      f.return(minimum!, significand, roundFlags(inexact, up).or(underflow));
    });
    f.if(exponent.gtS(maximum!), () => {
      f.if(control!.and(SCALE_OVERFLOW), () =>
        f.return(exponent.sub(SCALE), significand, flags.or(OVERFLOW)),
      );
      // To infinity in the direction of rounding, else the largest number.
      const toInfinity = f.let(rc.eq(ROUND_NEAREST).or(rc.eq(select(sign!, i32(1), i32(2)))));
      f.if(toInfinity, () =>
        f.return(maximum!.add(1), i64(TOP), i32(OVERFLOW | PRECISION | ROUNDED_UP)),
      );
      const ones = i64(-1).shl(i32(64).sub(precision!).extendU());
      f.return(maximum!, select(precision!.eq(64), i64(-1), ones), i32(OVERFLOW | PRECISION));
    });
    f.return(exponent, significand, flags);
    f.unreachable();
  },
);

function roundFlags(inexact: Value, up: Value): Value {
  return inexact.shl(5).or(up.shl(9));
}

/**
 * (high, low, sign, rounding control) → (integer, inexact, up): the 128-bit number with 64 bits of
 * fraction, rounded to a 64-bit integer. A carry out of the integer gives 0 with `up` set.
 */
export const roundToInteger: Helper = helper(
  "f.roundint",
  ["i64", "i64", "i32", "i32"],
  ["i64", "i32", "i32"],
  (f, high, low, sign, rc) => {
    const inexact = f.let(low!.ne(0));
    const half = f.let(low!.shrU(63).wrap());
    const beyond = low!.shl(1).or(high!.and(1)).ne(0);
    const away = inexact.and(rc!.eq(select(sign!, i32(1), i32(2))));
    const up = f.let(select(rc!.eq(ROUND_NEAREST), half.and(beyond), away));
    f.return(high!.add(up.extendU()), inexact, up);
    f.unreachable();
  },
);

/** Shifts a significand that is not zero up until its top bit is set, and lowers the exponent by as much. */
export function normalize(
  f: FunctionBuilder,
  significand: Value,
  exponent: Value,
): { significand: Value; exponent: Value } {
  const shift = f.let(significand.clz());
  return {
    significand: f.let(significand.shl(shift)),
    exponent: f.let(exponent.sub(shift.wrap())),
  };
}
