// SPDX-License-Identifier: MPL-2.0

/** What an instruction does to the flags, found by running its description on an empty function. */

import { FunctionBuilder, type Helper, type Label, type ModuleContext } from "../../wasm/index.ts";
import type { Binding } from "../bind/binding.ts";
import { LocalFlags } from "../bind/local-flags.ts";
import { LocalsBinding } from "../bind/locals.ts";
import { type LocalsControl, NotInline } from "../bind/locals-control.ts";
import type { Operands } from "../bind/operands.ts";
import type { MicroOp } from "../decode/op-table.ts";
import { FX_ST, FX_XMM, REGS, SLOT_ZERO } from "../layout.ts";

export interface Effects {
  /** False where the instruction works on registers in memory. */
  readonly inline: boolean;
  /** Reads flags before it has set them all. */
  readonly reads: boolean;
  /** Sets all flags, whatever happens. */
  readonly kills: boolean;
  /** May leave for the interpreter, with the flags that were there before. */
  readonly exits: boolean;
}

const NOTHING: ModuleContext = {
  typeIndex: () => 0,
  use: (callee: Helper) => ({
    name: callee.name,
    index: 0,
    parameters: callee.parameters,
    results: callee.results,
  }),
};

class Probe extends LocalFlags {
  reads = false;
  kills = false;

  override set(...args: Parameters<LocalFlags["set"]>): void {
    if (this.depth() === 0) this.kills = true;
    super.set(...args);
  }
  override setVector(...args: Parameters<LocalFlags["setVector"]>): void {
    if (this.depth() === 0) this.kills = true;
    super.setVector(...args);
  }
  override settle(): void {
    if (!this.kills) this.reads = true;
    super.settle();
  }
  override carry(): ReturnType<LocalFlags["carry"]> {
    if (!this.kills) this.reads = true;
    return super.carry();
  }
  override condition(cc: number): ReturnType<LocalFlags["condition"]> {
    if (!this.kills) this.reads = true;
    return super.condition(cc);
  }
  depth: () => number = () => 0;
}

function sampleOperands(op: MicroOp): Operands {
  const shape = op.shape;
  if (shape === undefined) throw new Error(`${op.key} is no instruction`);
  const place = (i: number): number => {
    const kind = shape.operands[i]?.kind;
    if (kind === "x") return FX_XMM - REGS + 16 * i;
    return kind === "p" ? FX_ST - REGS + 16 * i : kind === "t" ? i : 8 * i;
  };
  return {
    shape,
    offset: 0,
    length: 4,
    r0: place(0),
    r1: place(1),
    base: 24,
    index: 8 * SLOT_ZERO,
    scale: 0,
    displacement: 0,
    immediateLow: 1,
    immediateHigh: 0,
    addressFirst: 0,
    firstBase: 8 * SLOT_ZERO,
    firstIndex: 8 * SLOT_ZERO,
    firstScale: 0,
    firstDisplacement: 0,
    firstImmediateLow: 0,
    firstImmediateHigh: 0,
  };
}

function probe(op: MicroOp, semantics: (b: Binding) => void): Effects {
  const f = new FunctionBuilder(NOTHING, [], []);
  const flags = new Probe(f, {
    kind: f.local("i32"),
    a: f.local("i64"),
    b: f.local("i64"),
  });
  const [general, vector, page, space] = [
    f.local("i64"),
    f.local("v128"),
    f.local("i64"),
    f.local("i32"),
  ];
  let exits = false;
  let inline = true;
  f.block((label: Label) => {
    const depth = f.depth;
    flags.depth = () => f.depth - depth;
    const control: LocalsControl = {
      f,
      flags,
      gpr: () => general,
      setGpr: (_, value) => f.set(general, value),
      xmm: () => vector,
      setXmm: (_, value) => f.set(vector, value),
      noteXmm: () => {},
      space: () => space,
      page: () => page,
      interpret: () => {
        exits = true;
        return label;
      },
      shared: () => undefined,
      sumRoot: () => 0,
      usualFloatMode: () => () => space,
      systemCall: () => {
        exits = true;
      },
      jump: () => {},
      jumpIf: () => {},
      jumpTo: () => {},
    };
    try {
      semantics(new LocalsBinding(control, sampleOperands(op)));
    } catch (error) {
      if (!(error instanceof NotInline)) throw error;
      inline = false;
    }
  });
  // A shift by 0 keeps all flags, and its count may be 0.
  const kills = flags.kills && !flags.reads && !/^(shl|shr|sar) /.test(op.key);
  return { inline, reads: flags.reads, kills, exits };
}

/** Instructions that only the interpreter executes, though their description says nothing of it. */
const INTERPRETED: ReadonlySet<string> = new Set([
  "fxsave",
  "fxrstor",
  "ldmxcsr",
  "cpuid",
  "rdtsc",
  "popf",
  "movToSegment",
  "popFs",
  "popGs",
]);

const cache = new WeakMap<MicroOp, Effects>();

export function effectsOf(op: MicroOp): Effects {
  const known = cache.get(op);
  if (known !== undefined) return known;
  const { instruction } = op;
  const effects =
    instruction === undefined || INTERPRETED.has(instruction.name)
      ? { inline: false, reads: true, kills: false, exits: true }
      : probe(op, instruction.semantics);
  cache.set(op, effects);
  return effects;
}
