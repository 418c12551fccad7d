// SPDX-License-Identifier: MPL-2.0

import { ByteWriter } from "./byte-writer.ts";
import { TYPE_CODE, type ValueType } from "./opcodes.ts";

/** Numbers of the sections of a module (core specification 2.0, "Binary Format", "Modules"). */
export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  export: 7,
  element: 9,
  code: 10,
  data: 11,
} as const;

/** The function types of a module, each once. */
export class TypeSection {
  readonly #known: string[] = [];
  readonly #types: Uint8Array[] = [];

  /** The number of a type, added if need be. */
  index(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters.join()}:${results.join()}`;
    const known = this.#known.indexOf(key);
    if (known >= 0) return known;
    const out = new ByteWriter(16);
    out.u8(0x60);
    for (const list of [parameters, results]) {
      out.u32(list.length);
      for (const type of list) out.u8(TYPE_CODE[type]);
    }
    this.#known.push(key);
    this.#types.push(out.view());
    return this.#types.length - 1;
  }

  write(sections: Sections): void {
    sections.add(SECTION.type, this.#types.length, (b) => this.#types.forEach((t) => b.bytes(t)));
  }
}

/** A module in the binary format, section by section. */
export class Sections {
  readonly #out = new ByteWriter(1 << 14);

  constructor() {
    this.#out.bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  }

  /** Adds a section of `count` entries, unless there are none. */
  add(id: number, count: number, write: (body: ByteWriter) => void): void {
    if (count === 0) return;
    const body = new ByteWriter(1024);
    body.u32(count);
    write(body);
    this.#out.u8(id);
    this.#out.u32(body.length);
    this.#out.bytes(body.view());
  }

  addCode(bodies: readonly Uint8Array[]): void {
    this.add(SECTION.code, bodies.length, (b) =>
      bodies.forEach((body) => {
        b.u32(body.length);
        b.bytes(body);
      }),
    );
  }

  finish(): Uint8Array {
    return this.#out.view().slice();
  }
}
