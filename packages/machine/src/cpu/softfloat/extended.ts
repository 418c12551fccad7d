// SPDX-License-Identifier: MPL-2.0

/**
 * The 80-bit numbers of the x87: a significand (i64, with its explicit integer bit) and a
 * word of sign and exponent (i32, 16 bits). Tests, parts and packing.
 */

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
import { DENORMAL, FLOAT80, INVALID } from "./format.ts";
import { round } from "./round.ts";

export const BIAS = 16383;
export const MAX_EXPONENT = 0x7fff;
export const INTEGER_BIT: bigint = 1n << 63n;
export const QUIET_BIT: bigint = 1n << 62n;

/** The NaN of invalid operations, "real indefinite". */
export const INDEFINITE_SIGNIFICAND: bigint = 3n << 62n;
export const INDEFINITE_WORD = 0xffff;

/** A number in parts: significand and sign-exponent word. */
export interface Extended {
  readonly sig: Value;
  readonly se: Value;
}

export const signOf = (x: Extended): Value => x.se.shrU(15).and(1);
const biased = (x: Extended): Value => x.se.and(MAX_EXPONENT);

export const isMaximum = (x: Extended): Value => biased(x).eq(MAX_EXPONENT);
export const isZero = (x: Extended): Value => biased(x).extendU().or(x.sig).eqz();
/** Infinity, given that the number is supported. */
export const isInfinite = (x: Extended): Value => isMaximum(x).and(x.sig.shl(1).eqz());
export const isNan = (x: Extended): Value => isMaximum(x).and(x.sig.shl(1).ne(0));
export const isSignalling = (x: Extended): Value => isNan(x).and(x.sig.and(QUIET_BIT).eqz());
/** Subnormal or pseudo-denormal. */
export const isDenormal = (x: Extended): Value => biased(x).eqz().and(x.sig.ne(0));
/** Unnormals, pseudo-NaNs and pseudo-infinities: an exponent without its integer bit (SDM vol. 1, 8.2.2). */
export const isUnsupported = (x: Extended): Value => biased(x).ne(0).and(x.sig.geS(0));

/** A finite number that is not zero: exponent of the leading bit, and the normalized significand. */
export function partsOf(f: FunctionBuilder, x: Extended): { exponent: Local; significand: Local } {
  const exponent = f.variable(biased(x).sub(BIAS));
  const significand = f.variable(x.sig);
  f.if(biased(x).eqz(), () => f.set(exponent, i32(FLOAT80.minimum)));
  f.if(significand.geS(0), () => {
    const shift = f.let(significand.clz());
    f.set(significand, significand.shl(shift));
    f.set(exponent, exponent.sub(shift.wrap()));
  });
  return { exponent, significand };
}

/** The control of `round` for an x87 control word; its masks of overflow and underflow decide on scaling. */
export function extendedControl(fcw: Value): Value {
  return fcw.shrU(10).and(3).or(fcw.and(0x18).xor(0x18));
}

/** Significant bits that precision control asks for; the reserved encoding means 64. */
export function precisionOf(fcw: Value): Value {
  const pc = fcw.shrU(8).and(3);
  return select(pc.eqz(), i32(24), select(pc.eq(2), i32(53), i32(64)));
}

/** (sign, exponent, high, low, precision, fcw) → (significand, word, flags). */
export const packExtended: Helper = helper(
  "x.pack",
  ["i32", "i32", "i64", "i64", "i32", "i32"],
  ["i64", "i32", "i32"],
  (f, sign, exponent, high, low, precision, fcw) => {
    const e = f.local("i32");
    const s = f.local("i64");
    const flags = f.local("i32");
    f.do(
      round,
      [
        sign!,
        exponent!,
        high!,
        low!,
        precision!,
        i32(FLOAT80.minimum),
        i32(FLOAT80.maximum),
        extendedControl(fcw!),
      ],
      [e, s, flags],
    );
    f.return(s, select(s.ltS(0), e.add(BIAS), i32(0)).or(sign!.shl(15)), flags);
    f.unreachable();
  },
);

export function returnIndefinite(f: FunctionBuilder): void {
  f.return(i64(INDEFINITE_SIGNIFICAND), i32(INDEFINITE_WORD), i32(INVALID));
}

/**
 * (a, b) → the NaN that an operation on them gives and the flags, when one is a NaN (SDM vol. 1, table 4-7):
 * a quiet one before a signalling one, else the larger significand, else the positive one.
 */
export const propagateNan: Helper = helper(
  "x.nan",
  ["i64", "i32", "i64", "i32"],
  ["i64", "i32", "i32"],
  (f, sigA, seA, sigB, seB) => {
    const a: Extended = { sig: sigA!, se: seA! };
    const b: Extended = { sig: sigB!, se: seB! };
    const signallingA = f.let(isSignalling(a));
    const signallingB = f.let(isSignalling(b));
    const invalid = f.let(signallingA.or(signallingB));
    const first = (): void => f.return(sigA!.or(QUIET_BIT), seA!, invalid);
    const second = (): void => f.return(sigB!.or(QUIET_BIT), seB!, invalid);
    f.if(isNan(b).eqz(), first);
    f.if(isNan(a).eqz(), second);
    f.if(signallingA.and(signallingB.eqz()), second);
    f.if(signallingB.and(signallingA.eqz()), first);
    f.if(sigA!.gtU(sigB!), first);
    f.if(sigA!.ltU(sigB!), second);
    f.if(seA!.and(0x8000), second);
    first();
    f.unreachable();
  },
);

/** Returns where an operand is unsupported or a NaN. */
export function returnSpecial(f: FunctionBuilder, a: Extended, b: Extended): void {
  f.if(isUnsupported(a).or(isUnsupported(b)), () => returnIndefinite(f));
  f.if(isNan(a).or(isNan(b)), () => {
    const sig = f.local("i64");
    const se = f.local("i32");
    const flags = f.local("i32");
    f.do(propagateNan, [a.sig, a.se, b.sig, b.se], [sig, se, flags]);
    f.return(sig, se, flags);
  });
}

export function denormalFlag(...operands: Extended[]): Value {
  return operands
    .map((x) => isDenormal(x))
    .reduce((a, b) => a.or(b))
    .mul(DENORMAL);
}
