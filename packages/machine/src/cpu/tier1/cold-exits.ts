// SPDX-License-Identifier: MPL-2.0

import { COLD_EXITS, COLD_EXITS_SHIFT, COLD_EXIT_RING, COLD_EXIT_RIPS } from "../layout.ts";
import type { Address } from "./address.ts";

/** Reads where compiled code has gone on to code that is not compiled, as tier0/regions.ts notes it. */
export class ColdExits {
  readonly #words: Int32Array;
  #read = 0;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** What has been noted since the last call, as far as the ring holds it. */
  take(): Address[] {
    const noted = (this.#words[COLD_EXITS >> 2] ?? 0) >>> COLD_EXITS_SHIFT;
    const first = Math.max(this.#read, noted - COLD_EXIT_RING);
    this.#read = noted;
    const found: Address[] = [];
    for (let i = first + 1; i <= noted; i++) {
      const at = (COLD_EXIT_RIPS + 8 * (i % COLD_EXIT_RING)) >> 2;
      found.push({ low: this.#words[at] ?? 0, high: this.#words[at + 1] ?? 0 });
    }
    return found;
  }
}
