// SPDX-License-Identifier: MPL-2.0

import { type Value, i32, i64 } from "../../wasm/index.ts";
import type { Binding } from "../bind/binding.ts";
import { ERROR_CODE, FS_BASE, GS_BASE, SELECTORS } from "../layout.ts";

// The selectors of Linux's flat user segments (arch/x86/include/asm/segment.h: __USER_DS, __USER_CS).
export const USER_DATA = 0x2b;
export const USER_CODE = 0x33;

const SS = 2;
const FS = 4;
const GS = 5;

/**
 * Loads segment register `number` (es 0, ss 2, ds 3, fs 4, gs 5): null and the flat user segments are allowed,
 * all else is #GP(selector). Loading fs or gs clears its base.
 */
export function loadSelector(b: Binding, number: Value, selector: Value): void {
  const null_ = selector.leU(3).and(number.ne(SS));
  const code = selector.eq(USER_CODE).and(number.ne(SS));
  b.f.if(null_.or(code).or(selector.eq(USER_DATA)).eqz(), () => {
    b.f.store(i32(0), selector.and(0xfffc), ERROR_CODE);
    b.faultWithCode(13);
  });
  b.f.store(number.shl(1), selector, SELECTORS, "16");
  b.f.if(number.eq(FS), () => b.setState(FS_BASE, i64(0)));
  b.f.if(number.eq(GS), () => b.setState(GS_BASE, i64(0)));
}
