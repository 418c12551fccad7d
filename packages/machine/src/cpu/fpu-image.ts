// SPDX-License-Identifier: MPL-2.0

/**
 * Between the live floating-point state and an FXSAVE64 image (SDM vol. 1, 10.5.1). They differ in the order of the
 * x87 registers: the image holds ST(0)…ST(7), the live state R0…R7, and ST(i) is R((TOP + i) mod 8).
 */

import { type FunctionBuilder, type Helper, type Value, helper, i32 } from "../wasm/index.ts";
import { FXSAVE, FX_FSW, FX_MXCSR, FX_ST, FX_XMM } from "./layout.ts";

const ST_OFFSET = FX_ST - FXSAVE;
const XMM_OFFSET = FX_XMM - FXSAVE;
const FSW_OFFSET = FX_FSW - FXSAVE;

const live = i32(FXSAVE);

/** Address of R((top + i) mod 8), as an offset from FX_ST. */
function physical(f: FunctionBuilder, top: Value, i: number): Value {
  return f.let(top.add(i).and(7).shl(4));
}

const topOf = (image: Value): Value => image.load16u(FSW_OFFSET).shrU(11).and(7);

function copyFixed(f: FunctionBuilder, to: Value, from: Value): void {
  for (let at = 0; at < ST_OFFSET; at += 16) f.store(to, from.load128(at), at);
  for (let at = XMM_OFFSET; at < XMM_OFFSET + 256; at += 16) f.store(to, from.load128(at), at);
}

/** Writes the live state to the image at this address. */
export const saveFpuImage: Helper = helper("saveFpuImage", ["i32"], [], (f, image) => {
  if (image === undefined) return;
  copyFixed(f, image, live);
  const top = f.let(topOf(live));
  for (let i = 0; i < 8; i++) {
    f.store(image, physical(f, top, i).load128(FX_ST), ST_OFFSET + 16 * i);
  }
});

/** Takes the live state from the image at this address. */
export const loadFpuImage: Helper = helper("loadFpuImage", ["i32"], [], (f, image) => {
  if (image === undefined) return;
  copyFixed(f, live, image);
  const top = f.let(topOf(image));
  for (let i = 0; i < 8; i++) {
    f.store(physical(f, top, i), image.load128(ST_OFFSET + 16 * i), FX_ST);
  }
  // Bits that do not exist cannot be set (SDM vol. 1, 10.5.1.2).
  f.store(i32(0), i32(0).load16u(FX_MXCSR), FX_MXCSR);
});
