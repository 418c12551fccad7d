// SPDX-License-Identifier: MPL-2.0

import { ByteWriter } from "./byte-writer.ts";
import { FunctionBuilder, type Helper } from "./function-builder.ts";
import type { ValueType } from "./opcodes.ts";
import { SECTION, Sections, TypeSection } from "./sections.ts";
import type { Local } from "./value.ts";

/** A function of the module being built. */
export interface FunctionRef {
  readonly name: string;
  readonly index: number;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

interface Import {
  readonly module: string;
  readonly field: string;
  readonly description: Uint8Array;
}

/** Builds the bytes of one WebAssembly module. Imports come first, then functions. */
export class ModuleBuilder {
  readonly #types = new TypeSection();
  readonly #imports: Import[] = [];
  #importedFunctions = 0;
  #closedImports = false;
  readonly #functions: { type: number; body: Uint8Array | undefined }[] = [];
  readonly #exports: { name: string; kind: number; index: number }[] = [];
  readonly #helpers = new Map<string, { helper: Helper; ref: FunctionRef }>();
  readonly #pending: { helper: Helper; index: number }[] = [];
  readonly #data: { address: number; bytes: Uint8Array }[] = [];
  readonly #elements: FunctionRef[] = [];
  #table = false;
  #tableExport: string | undefined;
  #tableRoom = 0;
  #exportsHelpers = false;

  typeIndex(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    return this.#types.index(parameters, results);
  }

  #import(module: string, field: string, write: (out: ByteWriter) => void): void {
    if (this.#closedImports) throw new Error("imports come before functions");
    const out = new ByteWriter(16);
    write(out);
    this.#imports.push({ module, field, description: out.view() });
  }

  /** Imports memory 0. The host's memory must be at least `minPages` of 64 KiB. */
  importMemory(module: string, field: string, minPages: number): void {
    this.#import(module, field, (out) => {
      out.bytes([0x02, 0x00]);
      out.u32(minPages);
    });
  }

  importFunction(
    module: string,
    field: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
  ): FunctionRef {
    const type = this.typeIndex(parameters, results);
    this.#import(module, field, (out) => {
      out.u8(0x00);
      out.u32(type);
    });
    return { name: field, index: this.#importedFunctions++, parameters, results };
  }

  /** Makes later `use` of this helper refer to an import. */
  importHelper(module: string, helper: Helper): FunctionRef {
    const ref = this.importFunction(module, helper.name, helper.parameters, helper.results);
    this.#helpers.set(helper.name, { helper, ref });
    return ref;
  }

  /** Reserves a function index; `define` gives the body. */
  declare(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
  ): FunctionRef {
    this.#closedImports = true;
    this.#functions.push({ type: this.typeIndex(parameters, results), body: undefined });
    const index = this.#importedFunctions + this.#functions.length - 1;
    return { name, index, parameters, results };
  }

  define(ref: FunctionRef, body: (f: FunctionBuilder, ...parameters: Local[]) => void): void {
    const f = new FunctionBuilder(this, ref.parameters, ref.results);
    body(f, ...f.parameters);
    const slot = this.#functions[ref.index - this.#importedFunctions];
    if (slot === undefined || slot.body !== undefined) {
      throw new Error(`function ${ref.name} cannot be defined here`);
    }
    slot.body = f.finish();
  }

  /** Declares and defines a function. */
  function(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    body: (f: FunctionBuilder, ...parameters: Local[]) => void,
  ): FunctionRef {
    const ref = this.declare(name, parameters, results);
    this.define(ref, body);
    return ref;
  }

  /** The function of a helper in this module; its body is emitted by `finish`. */
  use(helper: Helper): FunctionRef {
    const known = this.#helpers.get(helper.name);
    if (known !== undefined) {
      if (known.helper !== helper) throw new Error(`two helpers are called "${helper.name}"`);
      return known.ref;
    }
    const ref = this.declare(helper.name, helper.parameters, helper.results);
    this.#helpers.set(helper.name, { helper, ref });
    this.#pending.push({ helper, index: ref.index });
    return ref;
  }

  exportFunction(name: string, ref: FunctionRef): void {
    this.#exports.push({ name, kind: 0, index: ref.index });
  }

  exportHelper(helper: Helper): void {
    this.exportFunction(helper.name, this.use(helper));
  }

  /** Adds a function to table 0 and gives its index there. */
  addToTable(ref: FunctionRef): number {
    this.#table = true;
    this.#elements.push(ref);
    return this.#elements.length - 1;
  }

  /** Exports table 0, with `room` for more entries behind those of this module. */
  exportTable(name: string, room: number): void {
    this.#tableExport = name;
    this.#tableRoom = room;
  }

  /** Exports every helper that the module has come to define, by its name. */
  exportHelpers(): void {
    this.#exportsHelpers = true;
  }

  /** Bytes that instantiation writes to memory 0 at `address`. */
  data(address: number, bytes: Uint8Array): void {
    this.#data.push({ address, bytes });
  }

  /** The module. Helpers used by helpers are emitted until none is pending. */
  finish(): Uint8Array {
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      const { helper } = next;
      this.define(this.use(helper), helper.body);
    }
    if (this.#exportsHelpers) {
      const exported = new Set(this.#exports.map(({ name }) => name));
      for (const [name, { ref }] of this.#helpers) {
        if (ref.index < this.#importedFunctions || exported.has(name)) continue;
        this.exportFunction(name, ref);
      }
    }
    if (this.#tableExport !== undefined) {
      this.#exports.push({ name: this.#tableExport, kind: 1, index: 0 });
    }
    const out = new Sections();
    this.#types.write(out);
    out.add(SECTION.import, this.#imports.length, (b) => {
      for (const { module, field, description } of this.#imports) {
        b.name(module);
        b.name(field);
        b.bytes(description);
      }
    });
    out.add(SECTION.function, this.#functions.length, (b) =>
      this.#functions.forEach(({ type }) => b.u32(type)),
    );
    out.add(SECTION.table, this.#table ? 1 : 0, (b) => {
      b.bytes([0x70, 0x00]);
      b.u32(this.#elements.length + this.#tableRoom);
    });
    out.add(SECTION.export, this.#exports.length, (b) => {
      for (const { name, kind, index } of this.#exports) {
        b.name(name);
        b.u8(kind);
        b.u32(index);
      }
    });
    out.add(SECTION.element, this.#table ? 1 : 0, (b) => {
      b.bytes([0x00, 0x41, 0x00, 0x0b]);
      b.u32(this.#elements.length);
      for (const { index } of this.#elements) b.u32(index);
    });
    out.addCode(
      this.#functions.map(({ body }, i) => {
        if (body === undefined) throw new Error(`function ${i} has no body`);
        return body;
      }),
    );
    out.add(SECTION.data, this.#data.length, (b) => {
      for (const { address, bytes } of this.#data) {
        b.bytes([0x00, 0x41]);
        b.s32(address);
        b.u8(0x0b);
        b.u32(bytes.length);
        b.bytes(bytes);
      }
    });
    return out.finish();
  }
}
