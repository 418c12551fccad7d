// SPDX-License-Identifier: MPL-2.0

import {
  ByteWriter,
  FunctionBuilder,
  type FunctionRef,
  type Helper,
  type ModuleContext,
  type ValueType,
  TYPE_CODE,
} from "../../wasm/index.ts";
import { RAM_BASE } from "../layout.ts";

/**
 * A module of regions: functions from a label and a page's distance to REGION_*. Helpers are those of the interpreter's module, imported as
 * they come up, so that its functions must not call each other.
 */
export class RegionModule implements ModuleContext {
  readonly #types: string[] = [];
  readonly #typeBytes: Uint8Array[] = [];
  readonly #imports: { readonly name: string; readonly type: number }[] = [];
  readonly #used = new Map<string, FunctionRef>();
  readonly #bodies: Uint8Array[] = [];
  #type = -1;

  typeIndex(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters.join()}:${results.join()}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    const out = new ByteWriter(16);
    out.u8(0x60);
    for (const list of [parameters, results]) {
      out.u32(list.length);
      for (const type of list) out.u8(TYPE_CODE[type]);
    }
    this.#types.push(key);
    this.#typeBytes.push(out.view());
    return this.#types.length - 1;
  }

  use({ name, parameters, results }: Helper): FunctionRef {
    const known = this.#used.get(name);
    if (known !== undefined) return known;
    const ref = { name, index: this.#imports.length, parameters, results };
    this.#imports.push({ name, type: this.typeIndex(parameters, results) });
    this.#used.set(name, ref);
    return ref;
  }

  /** Adds a region; it is exported under its number. */
  region(emit: (f: FunctionBuilder) => void): void {
    this.#type = this.typeIndex(["i32", "i32"], ["i32"]);
    const f = new FunctionBuilder(this, ["i32", "i32"], ["i32"]);
    emit(f);
    this.#bodies.push(f.finish());
  }

  /** The names of the helpers that have to be imported from "tier0". */
  get helpers(): readonly string[] {
    return this.#imports.map(({ name }) => name);
  }

  finish(): Uint8Array {
    const out = new ByteWriter(1 << 14);
    out.bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, count: number, write: (body: ByteWriter) => void): void => {
      const body = new ByteWriter(1024);
      body.u32(count);
      write(body);
      out.u8(id);
      out.u32(body.length);
      out.bytes(body.view());
    };
    section(1, this.#typeBytes.length, (b) => this.#typeBytes.forEach((t) => b.bytes(t)));
    section(2, this.#imports.length + 1, (b) => {
      for (const { name, type } of this.#imports) {
        b.name("tier0");
        b.name(name);
        b.u8(0);
        b.u32(type);
      }
      b.name("env");
      b.name("memory");
      b.bytes([0x02, 0x00]);
      b.u32(RAM_BASE / 65536);
    });
    section(3, this.#bodies.length, (b) => this.#bodies.forEach(() => b.u32(this.#type)));
    section(7, this.#bodies.length, (b) =>
      this.#bodies.forEach((_, i) => {
        b.name(String(i));
        b.u8(0);
        b.u32(this.#imports.length + i);
      }),
    );
    section(10, this.#bodies.length, (b) =>
      this.#bodies.forEach((body) => {
        b.u32(body.length);
        b.bytes(body);
      }),
    );
    return out.view().slice();
  }
}
