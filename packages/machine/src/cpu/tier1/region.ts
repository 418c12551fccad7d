// SPDX-License-Identifier: MPL-2.0

/** Emits one region: a function with the registers in locals and the blocks in structured control flow. */

import { type FunctionBuilder, type Label, type Local, type Value, i32 } from "../../wasm/index.ts";
import { LocalFlags } from "../bind/local-flags.ts";
import { LocalsBinding } from "../bind/locals.ts";
import {
  FLAG_CARRIES,
  FLAG_KIND,
  FLAG_RESULT,
  FX_MXCSR,
  REGION_CHAIN,
  REGION_INTERPRET,
  REGION_LAST,
  REGION_RETURN,
  REGION_SPLIT,
  REGION_SYSCALL,
  REGION_TICK,
  RIP,
  SPACE,
  TICK,
} from "../layout.ts";
import { type Block, type RegionCode, asksTick, isCall, successors } from "./blocks.ts";
import { RegionCalls } from "./calls.ts";
import { type Code, pageOf } from "./code.ts";
import { effectsOf } from "./effects.ts";
import { chooseLabels } from "./labels.ts";
import { type RegionPage, RegionPages } from "./pages.ts";
import { PageChecks } from "./checks.ts";
import {
  InstructionControl,
  type InstructionHost,
  type JumpPlace,
  SITE_COUNT_SHIFT,
} from "./instruction.ts";
import { KeptRegisters, type Registers, StoredRegisters } from "./registers.ts";
import { Roots } from "./roots.ts";
import { Structure } from "./structure.ts";

const state = i32(0);

/** What is known about a region when its function is emitted. */
export interface RegionPlace {
  /** Its pages by their distance from the first one, which comes first. */
  readonly pages: ReadonlyMap<number, RegionPage>;
  /** The virtual address of the first page, or undefined for a region that may be entered at any. */
  readonly origin: bigint | undefined;
  /** Whether registers are kept in locals. */
  readonly kept: boolean;
  /** Whether one check of a page may be for several accesses. */
  readonly shared: boolean;
  /** Its number in the store. */
  readonly slot: number;
  /** Gives the number of an entry at LINKS. */
  readonly newLink: () => number;
}

/** A function of REGION_PARAMETERS that gives REGION_*. */
export class RegionEmitter {
  readonly #f: FunctionBuilder;
  readonly #code: RegionCode;
  readonly #flags: LocalFlags;
  readonly #roots = new Roots();
  readonly #registers: Registers;
  readonly #calls: RegionCalls | undefined;
  readonly #slot: number;
  readonly #checks: PageChecks | undefined;
  readonly #pages: RegionPages;
  readonly #structure: Structure;
  readonly #label: Local;
  readonly #tick: Local;
  readonly #site: Local;
  readonly #rip: Local;
  readonly #exitCode: Local;
  readonly #space: Local;
  readonly #kind: Local;
  readonly #flagA: Local;
  readonly #flagB: Local;
  readonly #instruction: InstructionControl;
  #binding: LocalsBinding | undefined;
  /** The call whose target is emitted in its place. */
  #stubCall: Code | undefined;
  /** MXCSR, where an instruction asks; regions do not change it. */
  #mxcsr: Local | undefined;
  readonly #predecessors = new Map<number, number[]>();
  readonly #endKinds = new Map<number, number | undefined>();
  /** Where computed jumps go that do not stay in the first page. */
  #lookUp: Label = { depth: 0 };
  #interpret: Label = { depth: 0 };
  #split: Label = { depth: 0 };
  #done: Label = { depth: 0 };
  /** Where returns go to whoever has called the region. */
  #returned: Label = { depth: 0 };
  /** Labels by offset, from 1. */
  readonly labels: ReadonlyMap<number, number>;

  /** The offsets of computed calls out of the region by where their entries at LINKS are. */
  get callLinks(): ReadonlyMap<number, number> {
    return this.#calls?.links ?? new Map();
  }

  constructor(f: FunctionBuilder, code: RegionCode, place: RegionPlace) {
    const { pages, origin, kept, shared } = place;
    this.#f = f;
    this.#slot = place.slot;
    this.#code = code;
    this.#label = f.local("i32");
    this.#tick = f.local("i32");
    this.#site = f.local("i32");
    this.#rip = f.local("i64");
    this.#exitCode = f.local("i32");
    this.#space = f.local("i32");
    this.#kind = f.local("i32");
    this.#flagA = f.local("i64");
    this.#flagB = f.local("i64");
    this.#registers = kept
      ? new KeptRegisters(f, this.#roots)
      : new StoredRegisters(f, this.#roots);
    this.#checks = shared ? new PageChecks(f) : undefined;
    this.#pages = new RegionPages(f, this.#space, pages, { origin, slot: place.slot });
    this.#flags = new LocalFlags(f, {
      kind: this.#kind,
      a: this.#flagA,
      b: this.#flagB,
    });
    // To keep registers in locals across calls costs more than it saves.
    this.#calls = kept
      ? undefined
      : new RegionCalls(
          f,
          this.#exitCode,
          { tick: this.#tick, kind: this.#kind, flagA: this.#flagA, flagB: this.#flagB },
          place,
        );
    const { blocks } = code;
    const next = new Map([...blocks].map(([start, block]) => [start, successors(block, code)]));
    const nodes = [...blocks.keys()].sort((a, b) => a - b);
    for (const start of nodes) {
      for (const to of next.get(start) ?? []) {
        const list = this.#predecessors.get(to);
        if (list === undefined) this.#predecessors.set(to, [start]);
        else list.push(start);
      }
    }
    this.#instruction = new InstructionControl(this.#instructionHost());
    this.#structure = new Structure(f, this.#label, nodes, (start) => next.get(start) ?? []);
    const { items, membership } = this.#structure;
    this.labels = chooseLabels(code, items, membership, this.#predecessors);
  }

  emit(): void {
    const f = this.#f;
    f.block((returned) => {
      this.#returned = returned;
      f.block((done) => {
        this.#done = done;
        this.#body();
      });
      f.store(state, this.#rip, RIP);
      f.if(this.#exitCode, () => f.store(state, i32(this.#slot), REGION_LAST));
      this.#epilogue(this.#exitCode);
    });
    // Who has called knows where that is.
    this.#epilogue(i32(REGION_RETURN));
    f.atStart(() => this.#prologue());
    this.#checks?.settle();
  }

  /** Goes on to `done` with `rip` and the exit's code. */
  #body(): void {
    const f = this.#f;
    f.block((toInterpreter) => {
      f.block((interpret) => {
        this.#interpret = interpret;
        f.block((split) => {
          this.#split = split;
          this.#run();
        });
        f.set(this.#exitCode, i32(REGION_SPLIT));
        f.br(toInterpreter);
      });
      f.set(this.#exitCode, i32(REGION_INTERPRET));
    });
    f.set(this.#tick, this.#tick.sub(this.#site.shrU(SITE_COUNT_SHIFT)));
    const offset = this.#site.shl(32 - SITE_COUNT_SHIFT).shrS(32 - SITE_COUNT_SHIFT);
    f.set(this.#rip, this.#pages.origin.add(offset.extendS()));
  }

  #run(): void {
    const f = this.#f;
    f.loop((again) => {
      f.block((lookUp) => {
        this.#lookUp = lookUp;
        this.#structure.emit(again, this.labels, (start, following) =>
          this.#block(this.#code.blocks.get(start) as Block, following),
        );
        f.unreachable();
      });
      this.#lookUpRip(again);
    });
  }

  // --- Blocks

  #block(block: Block, following: number | undefined): void {
    const f = this.#f;
    const labelled = this.labels.has(block.start);
    if (labelled) f.set(this.#label, i32(0));
    const from = this.#predecessors.get(block.start) ?? [];
    this.#flags.kind =
      !labelled && from.length === 1 ? this.#endKinds.get(from[0] as number) : undefined;
    this.#registers.startBlock(block.start, labelled ? undefined : from);
    this.#checks?.startBlock(block.start, !labelled && from.length === 1 ? from[0] : undefined);
    const wanted = wantedFlags(block);
    const control = this.#instruction;
    control.startBlock(block, following);
    block.codes.forEach((code, i) => {
      if (!isNothing(code)) this.#emitCode(code, i, wanted[i] !== false);
      if (code === block.jump) this.#endKinds.set(block.start, this.#flags.kind);
    });
    this.#registers.endBlock();
    this.#checks?.endBlock();
    if (block.jump !== undefined) return;
    this.#endKinds.set(block.start, this.#flags.kind);
    f.set(this.#tick, this.#tick.sub(block.codes.length));
    this.#goOn(block.codes.at(-1) as Code, following);
  }

  /** Emits an instruction, before which `count` others stand in its block. */
  #emitCode(code: Code, count: number, flagsWanted: boolean): void {
    const binding = (this.#binding ??= new LocalsBinding(this.#instruction, code));
    this.#f.scope(() => {
      this.#instruction.next(code, count);
      binding.next(code, flagsWanted);
      if (crosses(code)) this.#requirePage(pageOf(code.offset) + 1);
      code.instruction.semantics(binding);
    });
  }

  #requirePage(page: number): void {
    this.#pages.require(page, () => this.#f.br(this.#instruction.interpret()));
  }

  /** On to what stands behind an instruction. */
  #goOn(code: Code, following: number | undefined): void {
    this.#goTo(code, code.offset + code.length, following);
  }

  /** From an instruction to an offset, within the region or out of it. */
  #goTo(code: Code, to: number, following?: number): void {
    const f = this.#f;
    const asks = asksTick(code, to);
    if (!this.#code.blocks.has(to)) {
      if (isCall(code) && to === code.target && this.#callOut(code, this.#at(to), { following }))
        return;
      this.#leave(to, asks ? this.#tick.leS(0) : i32(REGION_CHAIN));
      return;
    }
    if (asks) f.if(this.#tick.leS(0), () => this.#leave(to, i32(REGION_TICK)));
    if (isCall(code) && to === code.target && this.#callStub(code, following)) return;
    if (pageOf(to) !== pageOf(code.offset)) {
      this.#pages.require(pageOf(to), () => this.#leave(to, i32(REGION_CHAIN)));
    }
    if (to !== following) this.#structure.branch(to);
  }

  /** Calls code that is not in the region, if that is possible: goes on behind the call. */
  #callOut(
    code: Code,
    rip: Value,
    { following, computed }: { readonly following: number | undefined; readonly computed?: number },
  ): boolean {
    const calls = this.#calls;
    const back = code.offset + code.length;
    if (calls === undefined || !this.labels.has(back)) return false;
    calls.call(rip, this.#at(back), computed);
    if (pageOf(back) !== pageOf(code.offset)) {
      this.#pages.require(pageOf(back), () => this.#leave(back, i32(REGION_CHAIN)));
    }
    if (back !== following) this.#structure.branch(back);
    return true;
  }

  /** Calls what a block with nothing but a computed jump leads to, as if the call were such a jump. */
  #callStub(code: Code, following: number | undefined): boolean {
    const stub = this.#code.blocks.get(code.target) as Block;
    const back = code.offset + code.length;
    const isKnown = this.#code.callees.has(code.offset);
    if (!isKnown && (this.#calls === undefined || !this.labels.has(back))) return false;
    if (stub.jump?.instruction.name !== "jmpIndirect") return false;
    if (stub.codes.some((c) => c !== stub.jump && c.instruction.name !== "nop")) return false;
    const page = pageOf(stub.start);
    if (pageOf(stub.end - 1) !== page) return false;
    if (page !== pageOf(code.offset)) {
      this.#pages.require(page, () => this.#leave(stub.start, i32(REGION_CHAIN)));
    }
    this.#stubCall = code;
    this.#instruction.startBlock(stub, following);
    this.#emitCode(stub.jump, stub.codes.length - 1, false);
    this.#stubCall = undefined;
    return true;
  }

  /** The address of an offset. */
  #at(offset: number): Value {
    return this.#f.let(this.#pages.origin.add(offset));
  }

  /** Leaves with rip at an offset. */
  #leave(offset: number, code: Value): void {
    const f = this.#f;
    f.set(this.#rip, this.#pages.origin.add(offset));
    f.set(this.#exitCode, code);
    f.br(this.#done);
  }

  /** A computed jump: to where its function is called from in the region, or by the table of labels within the first page. */
  #indirect(code: Code, rip: Value, { block, following }: JumpPlace): void {
    const f = this.#f;
    const caller = this.#stubCall ?? (isCall(code) ? code : undefined);
    f.set(this.#rip, rip);
    if (caller !== undefined) {
      this.#goToCallees(caller, pageOf(code.offset));
      const computed = caller.offset;
      if (this.#callOut(caller, this.#rip, { following, computed })) return;
    }
    const sites = this.#code.returns.get(block.start) ?? [];
    this.#leaveAtTick();
    f.set(this.#exitCode, i32(REGION_CHAIN));
    // Another copy of the caller may stand in this region: who goes on there leaves the true one waiting, each time a level deeper.
    const isReturn = code.instruction.name === "ret";
    if (isReturn) f.brIf(this.#returned, this.#rip.eq(f.parameters[3] as Local));
    for (const site of sites) this.#goIfAt(site, pageOf(code.offset));
    // Who is not called from the region returns out of it.
    if (this.#calls !== undefined && sites.length === 0 && isReturn) {
      f.br(this.#done);
      return;
    }
    const elsewhere = this.#pages.several ? this.#lookUp : this.#done;
    this.#pages.findInFirst(this.#rip, this.#label, elsewhere);
    f.brIf(this.#done, this.#label.eqz());
    this.#structure.goByLabel();
  }

  /** From a computed call to a function in the region, where it is one that was called before. */
  #goToCallees(call: Code, from: number): void {
    const callees = this.#code.callees.get(call.offset) ?? [];
    for (const callee of callees) {
      if (!this.#code.blocks.has(callee)) continue;
      this.#goIfAt(callee, from, () => this.#leaveAtTick());
    }
  }

  /** Goes on at an offset if the computed jump from a page leads there. */
  #goIfAt(offset: number, from: number, first?: () => void): void {
    this.#f.if(this.#rip.eq(this.#pages.origin.add(offset)), () => {
      first?.();
      if (pageOf(offset) !== from) {
        this.#pages.require(pageOf(offset), () => this.#leave(offset, i32(REGION_CHAIN)));
      }
      this.#structure.branch(offset);
    });
  }

  /** Leaves with `rip` where the tick is to be asked. */
  #leaveAtTick(): void {
    const f = this.#f;
    f.if(this.#tick.leS(0), () => {
      f.set(this.#exitCode, i32(REGION_TICK));
      f.br(this.#done);
    });
  }

  /** A computed jump to another page. */
  #lookUpRip(again: Label): void {
    const f = this.#f;
    if (this.#pages.several) {
      f.scope(() => this.#pages.find(this.#rip, this.#label, this.#done));
      f.brIf(again, this.#label);
    }
    f.br(this.#done);
  }

  // --- What instructions ask

  #instructionHost(): InstructionHost {
    const f = this.#f;
    return {
      f,
      flags: this.#flags,
      registers: this.#registers,
      checks: this.#checks,
      roots: this.#roots,
      space: this.#space,
      site: this.#site,
      origin: this.#pages.origin,
      interpretLabel: () => this.#interpret,
      splitLabel: () => this.#split,
      mxcsr: () => (this.#mxcsr ??= f.fixedLocal("i32")),
      systemCall: (code, count) => {
        this.#registers.flush();
        this.#countDown(count);
        this.#leave(code.offset + code.length, i32(REGION_SYSCALL));
      },
      jump: (code, count, following) => {
        this.#registers.flush();
        this.#countDown(count);
        this.#goTo(code, code.target, following);
      },
      jumpIf: (code, count, taken, following) => {
        this.#registers.flush();
        this.#countDown(count);
        f.if(taken, () => this.#goTo(code, code.target));
        this.#goOn(code, following);
      },
      jumpTo: (code, count, rip, place) => {
        this.#registers.flush();
        this.#countDown(count);
        this.#indirect(code, rip, place);
      },
    };
  }

  #countDown(count: number): void {
    this.#f.set(this.#tick, this.#tick.sub(count + 1));
  }

  // --- Entry and exit

  #prologue(): void {
    const f = this.#f;
    const [label, distance] = f.parameters as readonly [Local, Local];
    f.set(this.#space, state.load32(SPACE));
    this.#pages.enter(label.shrU(8), distance);
    f.set(this.#label, label.and(0xff));
    if (this.#mxcsr !== undefined) f.set(this.#mxcsr, state.load32(FX_MXCSR));
    this.#registers.load();
    f.set(this.#tick, state.load32(TICK));
    f.set(this.#kind, state.load32(FLAG_KIND));
    f.set(this.#flagA, state.load64(FLAG_RESULT));
    f.set(this.#flagB, state.load64(FLAG_CARRIES));
  }

  #epilogue(code: Value): void {
    const f = this.#f;
    this.#registers.store();
    f.store(state, this.#tick, TICK);
    f.store(state, this.#kind, FLAG_KIND);
    f.store(state, this.#flagA, FLAG_RESULT);
    f.store(state, this.#flagB, FLAG_CARRIES);
    f.return(code);
    f.unreachable();
  }
}

/** Whether an instruction goes on in the next page: where that is not mapped, it faults. */
function crosses({ offset, length }: Code): boolean {
  return pageOf(offset + length - 1) !== pageOf(offset);
}

/** Whether nothing is to be emitted for an instruction. */
function isNothing(code: Code): boolean {
  return code.instruction.name === "nop" && !crosses(code);
}

/** For each instruction of a block, whether its flags may be seen. */
function wantedFlags({ codes }: Block): boolean[] {
  const wanted: boolean[] = [];
  let live = true;
  for (let i = codes.length - 1; i >= 0; i--) {
    wanted[i] = live;
    const code = codes[i] as Code;
    if (isNothing(code)) continue;
    const effects = effectsOf(code.op);
    live = effects.reads || effects.exits || crosses(code) || (live && !effects.kills);
  }
  return wanted;
}
