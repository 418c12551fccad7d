// SPDX-License-Identifier: MPL-2.0

import type { Shape } from "./binding.ts";

/** An instruction with its operands, as the decoder found them; the fields are the decoder's. */
export interface Operands {
  readonly shape: Shape;
  readonly offset: number;
  readonly length: number;
  readonly r0: number;
  readonly r1: number;
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly displacement: number;
  readonly immediateLow: number;
  readonly immediateHigh: number;
  /** 0, or the size in bytes of an address that is computed first, from the fields that follow. */
  readonly addressFirst: number;
  readonly firstBase: number;
  readonly firstIndex: number;
  readonly firstScale: number;
  readonly firstDisplacement: number;
  readonly firstImmediateLow: number;
  readonly firstImmediateHigh: number;
}
