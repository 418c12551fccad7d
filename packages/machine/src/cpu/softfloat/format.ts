// SPDX-License-Identifier: MPL-2.0

/**
 * How the exact routines hold numbers. A finite number that is not zero is a sign (i32, 0 or 1), an
 * exponent (i32, of the leading bit) and a significand (i64, its leading bit at bit 63); an
 * operation gives 128 bits of significand, of which the lowest is sticky, and `round` makes the result.
 * One core thus serves float32, float64 and the x87's 80 bits, at each precision.
 */

/** Exception flags, with the bits that they have in MXCSR and in the x87 status word. */
export const INVALID = 1;
export const DENORMAL = 2;
export const ZERO_DIVIDE = 4;
export const OVERFLOW = 8;
export const UNDERFLOW = 16;
export const PRECISION = 32;
/** Not an exception: the result was rounded away from zero (C1 of the x87 status word). */
export const ROUNDED_UP = 0x200;
export const EXCEPTIONS = 0x3f;

/** Rounding control, as MXCSR and the x87 control word encode it. */
export const ROUND_NEAREST = 0;
export const ROUND_DOWN = 1;
export const ROUND_UP = 2;
export const ROUND_TO_ZERO = 3;

/** Options of `round` above its two bits of rounding control. */
export const FLUSH_TO_ZERO = 4;
/**
 * Where that exception is unmasked, a huge or tiny result is scaled by 2^∓24576 instead (which is what
 * an x87 register then holds), and whether it is exact is found for the unbounded exponent.
 * The bits are those of the masks in the x87 control word.
 */
export const SCALE_OVERFLOW = 8;
export const SCALE_UNDERFLOW = 16;
/** That power of two (SDM vol. 1, 8.5.4). */
export const SCALE = 24576;

export interface Format {
  /** Significant bits. */
  readonly precision: number;
  /** Exponents of the smallest and largest normal numbers. */
  readonly minimum: number;
  readonly maximum: number;
}

export const FLOAT32: Format = { precision: 24, minimum: -126, maximum: 127 };
export const FLOAT64: Format = { precision: 53, minimum: -1022, maximum: 1023 };
export const FLOAT80: Format = { precision: 64, minimum: -16382, maximum: 16383 };
