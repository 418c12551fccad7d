// SPDX-License-Identifier: MPL-2.0

import {
  FunctionBuilder,
  type FunctionRef,
  type Helper,
  type ModuleContext,
  SECTION,
  Sections,
  TypeSection,
  type ValueType,
} from "../../wasm/index.ts";
import { RAM_BASE } from "../layout.ts";
import { REGION_PARAMETERS } from "../tier0/region-calls.ts";

/** The name under which the region is exported. */
export const REGION_EXPORT = "0";

/**
 * A module with one region: a function of REGION_PARAMETERS that gives REGION_*. Helpers are those of the interpreter's module,
 * imported as they come up while the function is emitted.
 */
export class RegionModule implements ModuleContext {
  readonly #types = new TypeSection();
  readonly #imports: { readonly name: string; readonly type: number }[] = [];
  readonly #used = new Map<string, FunctionRef>();

  typeIndex(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    return this.#types.index(parameters, results);
  }

  use({ name, parameters, results }: Helper): FunctionRef {
    const known = this.#used.get(name);
    if (known !== undefined) return known;
    const ref = { name, index: this.#imports.length, parameters, results };
    this.#imports.push({ name, type: this.typeIndex(parameters, results) });
    this.#used.set(name, ref);
    return ref;
  }

  /** The module's bytes; it imports "tier0" (the interpreter's exports) and "env" (the memory). */
  build(emit: (f: FunctionBuilder) => void): Uint8Array {
    const type = this.typeIndex(REGION_PARAMETERS, ["i32"]);
    const f = new FunctionBuilder(this, REGION_PARAMETERS, ["i32"]);
    emit(f);
    const out = new Sections();
    this.#types.write(out);
    out.add(SECTION.import, this.#imports.length + 1, (b) => {
      for (const imported of this.#imports) {
        b.name("tier0");
        b.name(imported.name);
        b.u8(0);
        b.u32(imported.type);
      }
      b.name("env");
      b.name("memory");
      b.bytes([0x02, 0x00]);
      b.u32(RAM_BASE / 65536);
    });
    out.add(SECTION.function, 1, (b) => b.u32(type));
    out.add(SECTION.export, 1, (b) => {
      b.name(REGION_EXPORT);
      b.u8(0);
      b.u32(this.#imports.length);
    });
    out.addCode([f.finish()]);
    return out.finish();
  }
}
