// SPDX-License-Identifier: MPL-2.0

import type { FunctionBuilder, Label, Value, ValueType } from "../../wasm/index.ts";
import { SPACE_READ, SPACE_WRITE } from "../layout.ts";
import type { OperandSize } from "./binding.ts";
import { type MemoryContext, fastHost } from "./memory.ts";
import { loadSized, storeSized } from "./sized-access.ts";

/** What an access asks of the compiler of a region. */
export interface MemoryControl {
  readonly f: FunctionBuilder;
  /** Tables of the current address space (i32). */
  space(): Value;
  /** Where the instruction goes to be executed by the interpreter from its start. */
  interpret(): Label;
}

/** Loads and stores of an instruction in compiled code: by fast paths only. */
export class LocalMemory {
  readonly #control: MemoryControl;

  constructor(control: MemoryControl) {
    this.#control = control;
  }

  #host(n: number, address: Value, table: number): Value {
    const { f } = this.#control;
    const context: MemoryContext = {
      f,
      space: () => this.#control.space(),
      leaveFault: () => f.br(this.#control.interpret()),
      callOut: (call) => call(),
      slow: undefined,
    };
    return f.let(fastHost(context, n, f.let(address), table, this.#control.interpret()));
  }

  load(n: OperandSize, address: Value, type?: ValueType): Value {
    return this.#control.f.let(loadSized(this.#host(n, address, SPACE_READ), n, 1, type));
  }

  store(n: OperandSize, address: Value, value: Value): void {
    const { f } = this.#control;
    const kept = f.let(value);
    storeSized(f, this.#host(n, address, SPACE_WRITE), n, kept, 1);
  }

  update(n: OperandSize, address: Value, compute: (old: Value) => Value): void {
    const { f } = this.#control;
    const host = this.#host(n, address, SPACE_WRITE);
    const old = f.let(loadSized(host, n, 1));
    storeSized(f, host, n, compute(old), 1);
  }

  /** Goes to the interpreter unless `n` bytes at an address can be written. */
  probe(n: number, address: Value): void {
    this.#host(n, address, SPACE_WRITE);
  }
}
