// SPDX-License-Identifier: MPL-2.0

import { type FunctionBuilder, type Local, type Value, i32 } from "../../wasm/index.ts";
import { FX_XMM, REGS } from "../layout.ts";
import type { Roots } from "./roots.ts";

const state = i32(0);

/** Registers by number: the general ones, then the vectors from VECTORS on. */
export const VECTORS = 16;

/** How the code of a region reads and writes the guest's registers. */
export interface Registers {
  read(register: number): Value;
  write(register: number, value: Value): void;
  /** Notes what has been found of the value of a register that is read now, see Value.facts. */
  note(register: number, facts: number): void;
  /** Writes to memory what a block has not yet written there: before it may be left. */
  flush(): void;
  /** A block begins, after those (by their starts), or after code that is not known where they are undefined. */
  startBlock(start: number, after: readonly number[] | undefined): void;
  /** The block ends with all that has been read and written. */
  endBlock(): void;
  /** At the region's start and end. */
  load(): void;
  store(): void;
}

function place(register: number): number {
  return register < VECTORS ? REGS + 8 * register : FX_XMM + 16 * (register - VECTORS);
}

const loadFrom = (register: number): Value =>
  register < VECTORS ? state.load64(place(register)) : state.load128(place(register));

/** What is known of the values of general registers at this point of a block: each has a number, see Value.root. */
class RegisterRoots {
  readonly #f: FunctionBuilder;
  readonly #roots: Roots;
  /** The registers' locals with what is known of them. */
  #views: (Local | undefined)[] = [];
  readonly #atEnd = new Map<number, readonly (Local | undefined)[]>();
  #depth = 0;

  constructor(f: FunctionBuilder, roots: Roots) {
    this.#f = f;
    this.#roots = roots;
  }

  /** The block begins after the one given only, or after code that is not known. */
  startBlock(after: number | undefined): void {
    this.#depth = this.#f.depth;
    const views = after === undefined ? undefined : this.#atEnd.get(after);
    this.#views = views === undefined ? [] : [...views];
  }

  endBlock(start: number): void {
    this.#atEnd.set(start, this.#views);
  }

  /** The register's local as a value. */
  read(register: number, local: Local): Value {
    const known = this.#views[register];
    if (known !== undefined) return known;
    // Where only some ways lead through here, nothing is known behind.
    if (this.#f.depth !== this.#depth) return local;
    if (register >= VECTORS) return local;
    const view = local.known(this.#roots.next(), 0, 0);
    this.#views[register] = view;
    return view;
  }

  /** More has become known of a register's value. */
  note(register: number, local: Local, facts: number): void {
    if (this.#f.depth !== this.#depth) return;
    const { root, delta, facts: before } = this.#views[register] ?? local;
    this.#views[register] = local.known(root, delta, before | facts);
  }

  /** The register's local has been set to a value. */
  written(register: number, local: Local, { root, delta, facts }: Value): void {
    const isKnown = (root !== 0 || facts !== 0) && this.#f.depth === this.#depth;
    this.#views[register] = isKnown ? local.known(root, delta, facts) : undefined;
  }
}

/**
 * The registers that a region uses, in locals: read when it is entered, and written back, where changed, when it is
 * left. Fast within the region; to enter and to leave it is not.
 */
export class KeptRegisters implements Registers {
  readonly #f: FunctionBuilder;
  readonly #locals: (Local | undefined)[] = [];
  readonly #written = new Set<number>();
  readonly #known: RegisterRoots;
  #block = 0;

  constructor(f: FunctionBuilder, roots: Roots) {
    this.#f = f;
    this.#known = new RegisterRoots(f, roots);
  }

  #local(register: number): Local {
    return (this.#locals[register] ??= this.#f.fixedLocal(register < VECTORS ? "i64" : "v128"));
  }

  read(register: number): Value {
    return this.#known.read(register, this.#local(register));
  }

  write(register: number, value: Value): void {
    this.#written.add(register);
    const local = this.#local(register);
    this.#f.set(local, value);
    this.#known.written(register, local, value);
  }

  note(register: number, facts: number): void {
    this.#known.note(register, this.#local(register), facts);
  }

  flush(): void {}

  startBlock(start: number, after: readonly number[] | undefined): void {
    this.#block = start;
    this.#known.startBlock(after?.length === 1 ? after[0] : undefined);
  }

  endBlock(): void {
    this.#known.endBlock(this.#block);
  }

  load(): void {
    this.#locals.forEach((local, register) => {
      if (local !== undefined) this.#f.set(local, loadFrom(register));
    });
  }

  store(): void {
    this.#locals.forEach((local, register) => {
      if (local !== undefined && this.#written.has(register)) {
        this.#f.store(state, local, place(register));
      }
    });
  }
}

/**
 * The registers in memory, and in locals as well from where they are first read or written in a block: what is
 * written goes to both, to memory no later than where the block may be left. Nothing is to be done where the region is entered or left, and the engine compiles it faster.
 */
export class StoredRegisters implements Registers {
  readonly #f: FunctionBuilder;
  readonly #locals: (Local | undefined)[] = [];
  /** Registers whose locals are true, at this point and at the end of each block. */
  #known = new Set<number>();
  readonly #atEnd = new Map<number, ReadonlySet<number>>();
  /** Registers that have been written in the block, to their locals only. */
  readonly #unwritten = new Set<number>();
  readonly #roots: RegisterRoots;
  #block = 0;
  #depth = 0;

  constructor(f: FunctionBuilder, roots: Roots) {
    this.#f = f;
    this.#roots = new RegisterRoots(f, roots);
  }

  #local(register: number): Local {
    return (this.#locals[register] ??= this.#f.fixedLocal(register < VECTORS ? "i64" : "v128"));
  }

  read(register: number): Value {
    if (!this.#known.has(register)) {
      // Where only some ways lead through here, the local would not hold it behind.
      if (this.#f.depth !== this.#depth) return this.#f.let(loadFrom(register));
      this.#f.set(this.#local(register), loadFrom(register));
      this.#known.add(register);
    }
    return this.#roots.read(register, this.#local(register));
  }

  write(register: number, value: Value): void {
    if (this.#f.depth === this.#depth) this.#known.add(register);
    if (!this.#known.has(register)) {
      this.#f.store(state, value, place(register));
      return;
    }
    const local = this.#local(register);
    this.#f.set(local, value);
    this.#roots.written(register, local, value);
    if (this.#f.depth === this.#depth) this.#unwritten.add(register);
    else this.#f.store(state, local, place(register));
  }

  flush(): void {
    for (const register of this.#unwritten) {
      this.#f.store(state, this.#local(register), place(register));
    }
    // Where only some ways lead through here, they are still to be written behind.
    if (this.#f.depth === this.#depth) this.#unwritten.clear();
  }

  note(register: number, facts: number): void {
    if (this.#known.has(register)) this.#roots.note(register, this.#local(register), facts);
  }

  startBlock(start: number, after: readonly number[] | undefined): void {
    this.#block = start;
    this.#depth = this.#f.depth;
    this.#roots.startBlock(after?.length === 1 ? after[0] : undefined);
    const ends = after?.map((block) => this.#atEnd.get(block));
    this.#known = new Set(ends?.[0]);
    for (const register of this.#known) {
      if (ends?.every((known) => known?.has(register)) !== true) this.#known.delete(register);
    }
  }

  endBlock(): void {
    this.flush();
    this.#atEnd.set(this.#block, new Set(this.#known));
    this.#roots.endBlock(this.#block);
  }

  load(): void {}

  store(): void {}
}
