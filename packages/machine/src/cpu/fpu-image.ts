// SPDX-License-Identifier: MPL-2.0

/**
 * Between the live floating-point state and an FXSAVE64 image (SDM vol. 1, 10.5.1). They differ in the order of the
 * x87 registers: the image holds ST(0)…ST(7), the live state R0…R7, and ST(i) is R((TOP + i) mod 8).
 */

import { FXSAVE, FX_FSW, FX_MXCSR, FX_ST, FX_XMM } from "./layout.ts";

const HEADER_SIZE = FX_ST - FXSAVE;
const XMM_SIZE = 256;

function topOf(bytes: Uint8Array, statusWord: number): number {
  return ((bytes[statusWord + 1] ?? 0) >> 3) & 7;
}

/** Writes the live state to the image at `image`. */
export function copyFpuToImage(bytes: Uint8Array, image: number): void {
  const top = topOf(bytes, FX_FSW);
  bytes.copyWithin(image, FXSAVE, FXSAVE + HEADER_SIZE);
  for (let i = 0; i < 8; i++) {
    const from = FX_ST + 16 * ((top + i) & 7);
    bytes.copyWithin(image + HEADER_SIZE + 16 * i, from, from + 16);
  }
  bytes.copyWithin(image + FX_XMM - FXSAVE, FX_XMM, FX_XMM + XMM_SIZE);
}

/** Takes the live state from the image at `image`. */
export function loadFpuFromImage(bytes: Uint8Array, image: number): void {
  const top = topOf(bytes, image + FX_FSW - FXSAVE);
  bytes.copyWithin(FXSAVE, image, image + HEADER_SIZE);
  for (let i = 0; i < 8; i++) {
    const from = image + HEADER_SIZE + 16 * i;
    bytes.copyWithin(FX_ST + 16 * ((top + i) & 7), from, from + 16);
  }
  bytes.copyWithin(FX_XMM, image + FX_XMM - FXSAVE, image + FX_XMM - FXSAVE + XMM_SIZE);
  // Bits that do not exist cannot be set (SDM vol. 1, 10.5.1.2).
  bytes[FX_MXCSR + 2] = 0;
  bytes[FX_MXCSR + 3] = 0;
}
