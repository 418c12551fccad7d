// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, type Local, i32 } from "../../wasm/index.ts";
import { FX_XMM, REGS } from "../layout.ts";

const state = i32(0);

/** The registers that a region uses, in locals: read when it is entered, and written back, where changed, when it is left. */
export class Registers {
  readonly #f: FunctionBuilder;
  readonly #general: (Local | undefined)[] = [];
  readonly #vector: (Local | undefined)[] = [];
  readonly #written = new Set<Local>();

  constructor(f: FunctionBuilder) {
    this.#f = f;
  }

  general(r: number, write: boolean): Local {
    return this.#note((this.#general[r] ??= this.#f.fixedLocal("i64")), write);
  }

  vector(r: number, write: boolean): Local {
    return this.#note((this.#vector[r] ??= this.#f.fixedLocal("v128")), write);
  }

  #note(local: Local, write: boolean): Local {
    if (write) this.#written.add(local);
    return local;
  }

  load(): void {
    const f = this.#f;
    this.#general.forEach((local, r) => {
      if (local !== undefined) f.set(local, state.load64(REGS + 8 * r));
    });
    this.#vector.forEach((local, r) => {
      if (local !== undefined) f.set(local, state.load128(FX_XMM + 16 * r));
    });
  }

  store(): void {
    const f = this.#f;
    this.#general.forEach((local, r) => {
      if (local !== undefined && this.#written.has(local)) f.store(state, local, REGS + 8 * r);
    });
    this.#vector.forEach((local, r) => {
      if (local !== undefined && this.#written.has(local)) f.store(state, local, FX_XMM + 16 * r);
    });
  }
}
