// SPDX-License-Identifier: MPL-2.0

import type { FunctionBuilder, Label, Value } from "../../wasm/index.ts";
import type { HostPlace } from "./local-memory.ts";
import type { LocalFlags } from "./local-flags.ts";

/** What the compiler of a region gives to the instructions in it. */
export interface LocalsControl {
  readonly f: FunctionBuilder;
  readonly flags: LocalFlags;
  /** A general register, and an xmm register. */
  gpr(r: number): Value;
  setGpr(r: number, value: Value): void;
  xmm(r: number): Value;
  setXmm(r: number, value: Value): void;
  /** Notes what has been found of an xmm register, see Value.facts. */
  noteXmm(r: number, facts: number): void;
  /** Tables of the current address space (i32). */
  space(): Value;
  /** The virtual address of the page (i64). */
  page(): Value;
  /** Where the instruction goes to be executed by the interpreter from its start. */
  interpret(): Label;
  /** See MemoryControl. */
  shared(n: number, address: Value, write: boolean): HostPlace | undefined;
  /** The number of base + (index << scale), see Value.root. */
  sumRoot(base: number, index: number, scale: number): number;
  /** See Binding.usualFloatMode. */
  usualFloatMode(): () => Value;
  /** Leaves for a system call; rip is behind the instruction. */
  systemCall(): void;
  jump(): void;
  jumpIf(taken: Value): void;
  /** To a computed address, which is canonical. */
  jumpTo(rip: Value): void;
}

/** Thrown where an instruction works on registers in memory: the interpreter has to execute it. */
export class NotInline extends Error {}
