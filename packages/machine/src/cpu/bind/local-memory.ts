// SPDX-License-Identifier: MPL-2.0

import type { FunctionBuilder, Label, Offset, Value, ValueType } from "../../wasm/index.ts";
import { SPACE_READ, SPACE_WRITE } from "../layout.ts";
import type { OperandSize } from "./binding.ts";
import { HIGH_AND_OFFSET, type MemoryContext, fastHost } from "./memory.ts";
import { loadSized, storeSized } from "./sized-access.ts";

/** A host address and what an access adds to it. */
export interface HostPlace {
  readonly at: Value;
  readonly offset: Offset;
}

/** What an access asks of the compiler of a region. */
export interface MemoryControl {
  readonly f: FunctionBuilder;
  /** Tables of the current address space (i32). */
  space(): Value;
  /** Where the instruction goes to be executed by the interpreter from its start. */
  interpret(): Label;
  /** The place of `n` bytes at an address, by a check that several accesses share; undefined where it is checked by itself. */
  shared(n: number, address: Value, write: boolean): HostPlace | undefined;
}

/** Loads and stores of an instruction in compiled code: by fast paths only. Addresses are used at once. */
export class LocalMemory {
  readonly #control: MemoryControl;

  constructor(control: MemoryControl) {
    this.#control = control;
  }

  #host(n: number, address: Value, write: boolean): HostPlace {
    const shared = this.#control.shared(n, address, write);
    if (shared !== undefined) return shared;
    const { f } = this.#control;
    const context: MemoryContext = {
      f,
      space: () => this.#control.space(),
      leaveFault: () => f.br(this.#control.interpret()),
      callOut: (call) => call(),
      slow: undefined,
    };
    const table = write ? SPACE_WRITE : SPACE_READ;
    const at = f.let(fastHost(context, n, f.let(address), table, this.#control.interpret()));
    return { at, offset: 1 };
  }

  /** The host address - 1 of `length` bytes (i64, at most 4,096) in one page. */
  whole(address: Value, length: Value, write: boolean): Value {
    const { f } = this.#control;
    const at = f.let(address);
    const miss = this.#control.interpret();
    f.brIf(miss, at.and(HIGH_AND_OFFSET).add(length).gtU(4096));
    const table = write ? SPACE_WRITE : SPACE_READ;
    const place = this.#control.space().add(at.wrap().shrU(12).shl(2));
    const entry = f.let(place.load32(table));
    f.brIf(miss, entry.eqz());
    return f.let(at.wrap().add(entry));
  }

  load(n: OperandSize, address: Value, type?: ValueType): Value {
    const { at, offset } = this.#host(n, address, false);
    return this.#control.f.let(loadSized(at, n, offset, type));
  }

  store(n: OperandSize, address: Value, value: Value): void {
    const { f } = this.#control;
    const kept = f.let(value);
    const { at, offset } = this.#host(n, address, true);
    storeSized(f, at, n, kept, offset);
  }

  update(n: OperandSize, address: Value, compute: (old: Value) => Value): void {
    const { f } = this.#control;
    const { at, offset } = this.#host(n, address, true);
    const old = f.let(loadSized(at, n, offset));
    storeSized(f, at, n, compute(old), offset);
  }

  /** Goes to the interpreter unless `n` bytes at an address can be written. */
  probe(n: number, address: Value): void {
    this.#host(n, address, true);
  }
}
