// SPDX-License-Identifier: MPL-2.0

/** MXCSR: the common mode, and what happens to the flags of an operation. */

import type { Binding } from "../bind/binding.ts";
import { ERROR_CODE, FX_MXCSR, VECTOR } from "../layout.ts";
import { type Helper, type Value, helper, i32 } from "../../wasm/index.ts";
import { MXCSR_MASKS_SHIFT } from "../softfloat/ieee.ts";

export const VECTOR_SIMD = 19;

/** Bits of MXCSR that exist (SDM vol. 1, 10.2.3): flags, DAZ, masks, rounding, FTZ. */
export const MXCSR_BITS = 0xffff;

/** Rounding, FTZ, DAZ and masks; the other flags do not matter for the mode. */
const MODE_BITS = 0xffc0;
/** Round to nearest, no FTZ, no DAZ, all masked. */
const USUAL = 0x1f80;
const PRECISION_FLAG = 0x20;

export const mxcsr = (): Value => i32(0).load32(FX_MXCSR);

/**
 * Is MXCSR in the mode in which one WebAssembly operation and a check do the work? For an operation that may be inexact
 * the precision flag must have been set before.
 */
export function commonMode(b: Binding, inexact: boolean): Value {
  const sticky = inexact ? PRECISION_FLAG : 0;
  return b
    .state("i32", FX_MXCSR)
    .and(MODE_BITS | sticky)
    .eq(USUAL | sticky);
}

/** The same for operations that turn out to be exact, in a helper. */
export const usualMode = (): Value => mxcsr().and(MODE_BITS).eq(USUAL);

/**
 * (flags) → 1, with the flags in MXCSR; or 0 when one is unmasked and #XM is recorded. The faults found
 * before the computation (invalid, denormal, divide) keep those found after it from showing.
 */
export const finishFlags: Helper = helper("sse.flags", ["i32"], ["i32"], (f, given) => {
  const control = f.let(mxcsr());
  const flags = f.variable(given!.and(0x3f));
  const unmasked = f.let(flags.and(control.shrU(MXCSR_MASKS_SHIFT).xor(-1)));
  f.if(unmasked.and(7), () => f.set(flags, flags.and(7)));
  f.store(i32(0), control.or(flags), FX_MXCSR);
  f.if(unmasked, () => {
    f.store(i32(0), i32(VECTOR_SIMD), VECTOR);
    f.store(i32(0), i32(0), ERROR_CODE);
    f.return(0);
  });
  f.return(1);
  f.unreachable();
});
