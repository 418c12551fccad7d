// SPDX-License-Identifier: MPL-2.0

/**
 * float32 and float64 as bits in an i64 (float32 zero-extended): tests, parts, and packing.
 */

import { type FunctionBuilder, type Local, type Value, i32, select } from "../../wasm/index.ts";
import { FLOAT32, FLOAT64, FLUSH_TO_ZERO, type Format } from "./format.ts";
import { round } from "./round.ts";

/** MXCSR bits (SDM vol. 1, 10.2.3). */
export const MXCSR_DAZ = 0x40;
export const MXCSR_MASKS_SHIFT = 7;
export const MXCSR_ROUNDING_SHIFT = 13;
export const MXCSR_FTZ = 0x8000;

/** A finite number that is not zero, in parts. */
export interface Parts {
  readonly sign: Value;
  readonly exponent: Value;
  readonly significand: Value;
}

/** One of the two formats, with what its bits mean. */
export class Ieee {
  readonly bits: number;
  readonly format: Format;
  readonly fractionBits: number;
  readonly signBit: bigint;
  readonly infinity: bigint;
  readonly quietBit: bigint;
  /** The NaN of invalid operations: negative, quiet, without payload. */
  readonly defaultNan: bigint;

  constructor(bits: number, format: Format) {
    this.bits = bits;
    this.format = format;
    this.fractionBits = format.precision - 1;
    this.signBit = 1n << BigInt(bits - 1);
    const fraction = 1n << BigInt(this.fractionBits);
    this.infinity = this.signBit - fraction;
    this.quietBit = fraction >> 1n;
    this.defaultNan = this.signBit | this.infinity | this.quietBit;
  }

  magnitude(x: Value): Value {
    return x.and(this.signBit - 1n);
  }

  isNan(x: Value): Value {
    return this.magnitude(x).gtU(this.infinity);
  }

  isSignalling(x: Value): Value {
    return this.isNan(x).and(x.and(this.quietBit).eqz());
  }

  isInfinite(x: Value): Value {
    return this.magnitude(x).eq(this.infinity);
  }

  isZero(x: Value): Value {
    return this.magnitude(x).eqz();
  }

  /** Subnormal: not zero, and without the leading one. */
  isDenormal(x: Value): Value {
    return this.magnitude(x)
      .sub(1)
      .ltU((1n << BigInt(this.fractionBits)) - 1n);
  }

  sign(x: Value): Value {
    return x.shrU(this.bits - 1).wrap();
  }

  signMask(sign: Value): Value {
    return sign.extendU().shl(this.bits - 1);
  }

  /** The parts of a finite number that is not zero; subnormals come out normalized. */
  parts(f: FunctionBuilder, x: Value): Parts {
    const biased = f.let(this.magnitude(x).shrU(this.fractionBits).wrap());
    const exponent = f.variable(biased.add(this.format.minimum - 1));
    const significand = f.variable(x.shl(64 - this.format.precision).or(1n << 63n));
    f.if(biased.eqz(), () => {
      f.set(significand, this.magnitude(x).shl(64 - this.format.precision));
      const shift = f.let(significand.clz());
      f.set(significand, significand.shl(shift));
      f.set(exponent, i32(this.format.minimum).sub(shift.wrap()));
    });
    return { sign: f.let(this.sign(x)), exponent, significand };
  }

  /** Rounds by MXCSR and packs: sets `result` and the flags. */
  pack(
    f: FunctionBuilder,
    sign: Value,
    exponent: Value,
    high: Value,
    low: Value,
    mxcsr: Value,
    result: Local,
    flags: Local,
  ): void {
    const e = f.local("i32");
    const s = f.local("i64");
    const { precision, minimum, maximum } = this.format;
    f.do(
      round,
      [sign, exponent, high, low, i32(precision), i32(minimum), i32(maximum), roundControl(mxcsr)],
      [e, s, flags],
    );
    const biased = select(s.ltS(0), e.sub(minimum - 1), i32(0));
    const fraction = s.shl(1).shrU(65 - precision);
    f.set(result, this.signMask(sign).or(biased.extendU().shl(this.fractionBits)).or(fraction));
  }
}

export const SINGLE: Ieee = new Ieee(32, FLOAT32);
export const DOUBLE: Ieee = new Ieee(64, FLOAT64);

/** The control word of `round` that MXCSR asks for. */
export function roundControl(mxcsr: Value): Value {
  const flush = mxcsr.and(MXCSR_FTZ).shrU(13); // FLUSH_TO_ZERO where FTZ is set
  const scale = mxcsr.shrU(7).and(0x18).xor(0x18); // SCALE_* where unmasked
  return mxcsr.shrU(MXCSR_ROUNDING_SHIFT).and(3).or(flush).or(scale);
}

if (MXCSR_FTZ >> 13 !== FLUSH_TO_ZERO) throw new Error("FTZ and FLUSH_TO_ZERO do not line up");

/** Makes a subnormal operand a zero of its sign where DAZ is set. */
export function denormalsAreZeros(f: FunctionBuilder, type: Ieee, x: Local, mxcsr: Value): void {
  f.if(mxcsr.and(MXCSR_DAZ), () => {
    f.if(type.isDenormal(x), () => f.set(x, x.and(type.signBit)));
  });
}
