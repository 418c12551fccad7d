// SPDX-License-Identifier: MPL-2.0

import { littleEndian } from "./state.mjs";

/** Bytes of the instructions that programs overwrite. */
export const VICTIM_BYTES = 8;

/** Eight bytes of code, whole instructions of which any may stand where another stood. */
export function randomVictim(rng) {
  const r = rng.pick([0, 1, 2, 3, 5, 6, 7]);
  const immediate = littleEndian(BigInt(rng.u32()), 4);
  const variants = [
    [0xb8 + r, ...immediate, 0x0f, 0x1f, 0x00],
    [0x48, 0x81, 0xc0 + r, ...immediate, 0x90],
    // lea r, [r + disp32]
    [0x48, 0x8d, 0x80 + 9 * r, ...immediate, 0x90],
    // paddd xmm, xmm; add r, r
    [0x66, 0x0f, 0xfe, 0xc0 + rng.below(64), 0x01, 0xc0 + 9 * r, 0x90, 0x90],
    // mov [r12 + disp], r
    [0x41, 0x89, 0x84 + 8 * r, 0x24, ...littleEndian(BigInt(rng.below(0x400)), 4)],
    // Over the rest of it.
    [0xeb, 0x06, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90],
    [0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
  ];
  const rare = [
    [0x0f, 0x0b, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90],
    [0xf4, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90],
  ];
  return Uint8Array.from(rng.pick(rng.oneIn(10) ? rare : variants));
}
