// SPDX-License-Identifier: MPL-2.0

import type { ByteWriter } from "./byte-writer.ts";

/**
 * A constant of the code that is known only when what follows has been emitted: it takes `width` bytes wherever it stands,
 * and `settle` writes them. It must be in -2^(7 * width - 1) … 2^(7 * width - 1) - 1, so that as a signed and as an unsigned
 * number it is the same.
 */
export class Late {
  readonly #width: number;
  readonly #places: { readonly out: ByteWriter; readonly at: number }[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  emit(out: ByteWriter): void {
    this.#places.push({ out, at: out.length });
    for (let i = 0; i < this.#width; i++) out.u8(0);
  }

  settle(value: number): void {
    const limit = 2 ** (7 * this.#width - 1);
    if (value < -limit || value >= limit) throw new Error(`${value} is too large for its place`);
    for (const { out, at } of this.#places) {
      for (let i = 0; i < this.#width; i++) {
        const more = i + 1 < this.#width ? 0x80 : 0;
        out.replace(at + i, ((value >> (7 * i)) & 0x7f) | more);
      }
    }
  }
}

/** The constant offset of a memory access. */
export type Offset = number | Late;

export function writeOffset(out: ByteWriter, offset: Offset): void {
  if (typeof offset === "number") out.u32(offset);
  else offset.emit(out);
}
