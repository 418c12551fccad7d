// SPDX-License-Identifier: MPL-2.0

import { x86_64 } from "@aster/hardware";
import type { Ram } from "../../../mm/ram.unsafe.ts";

const PRESENT = 1;
const LEVEL = 0x10;
const VERIFY_SOURCE = 1 << 18;
const ENTRY_BYTES = 16;

/**
 * The interrupt remapping table: entry n is interrupt line n's, and leads to its vector alone.
 *
 * SAFETY: the table is a typed frame. An entry is present only while its line is in use, and names
 * the one requester whose messages it takes, where that is known.
 */
export class InterruptTable {
  readonly #ram: Ram;
  readonly #table: number;

  constructor(ram: Ram, table: number) {
    this.#ram = ram;
    this.#table = table;
  }

  /** Lets `requester` (anybody when undefined) raise `line`. */
  set(line: number, requester: number | undefined, isLevel: boolean): void {
    const at = this.#table + line * ENTRY_BYTES;
    const vector = x86_64.FIRST_INTERRUPT_VECTOR + line;
    this.#ram.writeEntry(at + 4, 0);
    this.#ram.writeEntry(at + 8, requester === undefined ? 0 : VERIFY_SOURCE | requester);
    this.#ram.writeEntry(at + 12, 0);
    this.#ram.writeEntry(at, PRESENT | (isLevel ? LEVEL : 0) | (vector << 16));
  }

  clear(line: number): void {
    this.#ram.writeEntry(this.#table + line * ENTRY_BYTES, 0);
  }
}
