// SPDX-License-Identifier: MPL-2.0

import type { Native } from "./native.ts";

const CHUNK = 4096;

/**
 * Random bytes of the CPU's generator. Without RDRAND they are made from the jitter of the time
 * stamp counter: different at each boot, but no match for an attacker who can guess timings.
 */
export function fillRandom(native: Native, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const chunk = new Uint8Array(Math.min(CHUNK, bytes.length - at));
    if (!native.random(chunk.buffer)) {
      fillFromJitter(native, chunk);
    }
    bytes.set(chunk, at);
  }
}

function fillFromJitter(native: Native, bytes: Uint8Array): void {
  let state = native.ticks() >>> 0;
  for (let i = 0; i < bytes.length; i++) {
    // Each byte mixes the low bits of four readings (the finalizer of MurmurHash3's 32 bits).
    for (let reading = 0; reading < 4; reading++) {
      state = (state ^ (native.ticks() >>> 0)) >>> 0;
      state = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b) >>> 0;
      state = Math.imul(state ^ (state >>> 13), 0xc2b2_ae35) >>> 0;
      state = (state ^ (state >>> 16)) >>> 0;
    }
    bytes[i] = state;
  }
}
