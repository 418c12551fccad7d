// SPDX-License-Identifier: MPL-2.0

/** Emits one region: a function with the registers in locals and the blocks in structured control flow. */

import { type FunctionBuilder, type Label, type Local, type Value, i32 } from "../../wasm/index.ts";
import { KIND_VECTOR, settleFlags } from "../bind/lazy-flags.ts";
import { LocalFlags } from "../bind/local-flags.ts";
import { LocalsBinding, type LocalsControl } from "../bind/locals.ts";
import {
  FLAG_CARRIES,
  FLAG_RESULT,
  FX_MXCSR,
  FX_XMM,
  PAGE,
  REGION_CHAIN,
  REGION_INTERPRET,
  REGION_LABELS,
  REGION_LABELS_SIZE,
  REGION_TICK,
  REGS,
  RIP,
  SPACE,
  TICK,
} from "../layout.ts";
import { type Block, type RegionCode, isCall, successors } from "./blocks.ts";
import { type Code, PAGE_SIZE } from "./code.ts";
import { effectsOf } from "./effects.ts";
import { type Item, type Loop, arrange } from "./order.ts";

/** Rounding, FTZ, DAZ and masks of MXCSR, what they are in the usual mode, and the precision flag. */
const MODE_BITS = 0xffc0;
const USUAL_MODE = 0x1f80;
const PRECISION_FLAG = 0x20;
/** Labels have a byte in REGION_LABELS. */
const MAX_LABELS = 255;

const state = i32(0);

/** Blocks that stand one behind the other: a loop's, or those of the whole region. */
interface Level {
  readonly items: readonly Item[];
  readonly header: number | undefined;
  readonly members: ReadonlySet<number>;
  /** The loop's own label. */
  readonly again: Label;
  /** Where each item starts. */
  readonly starts: Map<Item, Label>;
  /** Whether it looks at the label to come to a block inside. */
  readonly dispatches: boolean;
}

export class RegionEmitter {
  readonly #f: FunctionBuilder;
  readonly #code: RegionCode;
  readonly #slot: number;
  readonly #flags: LocalFlags;
  readonly #gprs: (Local | undefined)[] = [];
  readonly #xmms: (Local | undefined)[] = [];
  readonly #written = new Set<Local>();
  readonly #label: Local;
  readonly #tick: Local;
  readonly #site: Local;
  readonly #rip: Local;
  readonly #exitCode: Local;
  readonly #page: Local;
  readonly #space: Local;
  readonly #kind: Local;
  readonly #wideA: Local;
  readonly #wideB: Local;
  readonly #narrowA: Local;
  readonly #narrowB: Local;
  /** MXCSR, where an instruction asks; regions do not change it. */
  #mxcsr: Local | undefined;
  /** Whether MXCSR has been checked in the block that is emitted. */
  #modeKnown = false;
  readonly #levels: Level[] = [];
  readonly #predecessors = new Map<number, number[]>();
  readonly #endKinds = new Map<number, number | undefined>();
  #interpret: Label = { depth: 0 };
  #done: Label = { depth: 0 };
  /** Labels by offset, from 1. */
  readonly labels: Map<number, number> = new Map();

  constructor(f: FunctionBuilder, code: RegionCode, slot: number) {
    this.#f = f;
    this.#code = code;
    this.#slot = slot;
    this.#label = f.parameters[0] as Local;
    this.#tick = f.local("i32");
    this.#site = f.local("i32");
    this.#rip = f.local("i64");
    this.#exitCode = f.local("i32");
    this.#page = f.local("i64");
    this.#space = f.local("i32");
    this.#kind = f.local("i32");
    this.#wideA = f.local("i64");
    this.#wideB = f.local("i64");
    this.#narrowA = f.local("i32");
    this.#narrowB = f.local("i32");
    this.#flags = new LocalFlags(f, {
      kind: this.#kind,
      wideA: this.#wideA,
      wideB: this.#wideB,
      a: this.#narrowA,
      b: this.#narrowB,
    });
  }

  emit(): void {
    const f = this.#f;
    const { blocks } = this.#code;
    const next = (start: number): number[] => successors(blocks.get(start) as Block, blocks);
    const nodes = [...blocks.keys()].sort((a, b) => a - b);
    for (const start of nodes) {
      for (const to of next(start)) {
        const list = this.#predecessors.get(to);
        if (list === undefined) this.#predecessors.set(to, [start]);
        else list.push(start);
      }
    }
    const items = arrange(nodes, next);
    this.#chooseLabels(items);
    f.block((done) => {
      this.#done = done;
      f.block((interpret) => {
        this.#interpret = interpret;
        f.loop((again) => {
          this.#level({
            items,
            header: undefined,
            members: new Set(nodes),
            again,
            starts: new Map(),
            dispatches: true,
          });
          f.unreachable();
        });
      });
      f.set(this.#tick, this.#tick.sub(this.#site.shrU(16)));
      f.set(this.#rip, this.#page.add(this.#site.and(0xffff).extendU()));
      f.set(this.#exitCode, i32(REGION_INTERPRET));
    });
    this.#epilogue();
    f.atStart(() => this.#prologue());
  }

  // --- Labels

  /** Blocks that are entered from outside, or by computed jumps, or where the tick may leave the region. */
  #chooseLabels(items: readonly Item[]): void {
    const { blocks, entries } = this.#code;
    const add = (offset: number): void => {
      if (!blocks.has(offset) || this.labels.has(offset)) return;
      if (this.labels.size < MAX_LABELS) this.labels.set(offset, this.labels.size + 1);
    };
    entries.forEach(add);
    for (const { jump, end } of blocks.values()) {
      if (jump !== undefined && jump.end !== "always" && (jump.target < end || isCall(jump))) {
        add(jump.target);
      }
    }
    const headers = (list: readonly Item[]): void => {
      for (const item of list) {
        if (typeof item === "number") continue;
        add(item.header);
        headers(item.items);
      }
    };
    headers(items);
    // Loops that can be entered elsewhere than at their header.
    const visit = (list: readonly Item[]): void => {
      for (const item of list) {
        if (typeof item === "number") continue;
        const members = membersOf(item);
        for (const start of members) {
          const from = this.#predecessors.get(start) ?? [];
          if (start !== item.header && from.some((p) => !members.has(p))) add(start);
        }
        visit(item.items);
      }
    };
    visit(items);
  }

  // --- Structure

  #level(level: Level): void {
    const f = this.#f;
    const { items, starts } = level;
    this.#levels.push(level);
    const nest = (i: number): void => {
      if (i < 0) {
        if (level.dispatches) this.#dispatch(level);
        return;
      }
      f.block((label) => {
        starts.set(items[i] as Item, label);
        nest(i - 1);
      });
      starts.delete(items[i] as Item);
      this.#item(items[i] as Item, i + 1 < items.length ? firstOf(items[i + 1] as Item) : -1);
    };
    nest(items.length - 1);
    this.#levels.pop();
  }

  /** `following`: the block that control falls into, or -1. */
  #item(item: Item, following: number): void {
    const f = this.#f;
    if (typeof item === "number") {
      f.scope(() => this.#block(this.#code.blocks.get(item) as Block, following));
      return;
    }
    const members = membersOf(item);
    const dispatches = [...members].some((m) => m !== item.header && this.labels.has(m));
    f.loop((again) => {
      this.#level({
        items: item.items,
        header: item.header,
        members,
        again,
        starts: new Map(),
        dispatches,
      });
    });
  }

  #dispatch(level: Level): void {
    const f = this.#f;
    const outer = this.#levels.slice(0, -1).findLast(({ dispatches }) => dispatches);
    const first = level.starts.get(level.items[0] as Item) as Label;
    const otherwise = outer?.again ?? first;
    const table: Label[] = [];
    for (const [offset, label] of this.labels) {
      const item = itemOf(level.items, offset);
      table[label - 1] = item === undefined ? otherwise : (level.starts.get(item) as Label);
    }
    const jump = (): void => f.brTable(this.#label.sub(1), table, otherwise);
    if (level.header === undefined) jump();
    else f.if(this.#label, jump);
  }

  /** Goes to a block of the region. */
  #branch(to: number): void {
    const f = this.#f;
    for (let i = this.#levels.length - 1; i >= 0; i--) {
      const level = this.#levels[i] as Level;
      if (!level.members.has(to)) continue;
      if (level.header === to) {
        f.br(level.again);
        return;
      }
      const item = itemOf(level.items, to);
      const start = item === undefined ? undefined : level.starts.get(item);
      if (start === undefined) break;
      if (typeof item !== "number" && item?.header !== to) this.#setLabel(to);
      f.br(start);
      return;
    }
    throw new Error(`no way to the block at ${to.toString(16)}`);
  }

  #setLabel(to: number): void {
    const label = this.labels.get(to);
    if (label === undefined) throw new Error(`the block at ${to.toString(16)} has no label`);
    this.#f.set(this.#label, i32(label));
  }

  // --- Blocks

  #block(block: Block, following: number): void {
    const f = this.#f;
    const labelled = this.labels.has(block.start);
    if (labelled) f.set(this.#label, i32(0));
    const from = this.#predecessors.get(block.start) ?? [];
    this.#flags.kind =
      !labelled && from.length === 1 ? this.#endKinds.get(from[0] as number) : undefined;
    const wanted = this.#wantedFlags(block);
    this.#modeKnown = false;
    let count = 0;
    block.codes.forEach((code, i) => {
      const isJump = code === block.jump;
      if (code.instruction.name !== "nop") {
        f.scope(() => {
          const control = this.#control(code, count, following);
          const binding = new LocalsBinding(control, code, wanted[i]);
          code.instruction.semantics(binding);
        });
      }
      if (isJump) this.#endKinds.set(block.start, this.#flags.kind);
      count++;
    });
    if (block.jump !== undefined) return;
    this.#endKinds.set(block.start, this.#flags.kind);
    f.set(this.#tick, this.#tick.sub(count));
    this.#goOn(block.end, block.stops, following);
  }

  /** For each instruction, whether its flags may be seen. */
  #wantedFlags({ codes }: Block): boolean[] {
    const wanted: boolean[] = [];
    let live = true;
    for (let i = codes.length - 1; i >= 0; i--) {
      wanted[i] = live;
      const effects = effectsOf((codes[i] as Code).op);
      if ((codes[i] as Code).instruction.name === "nop") continue;
      live = effects.reads || effects.exits || (live && !effects.kills);
    }
    return wanted;
  }

  /** On to what follows the block in the page. */
  #goOn(offset: number, stops: boolean, following: number): void {
    if (offset >= PAGE_SIZE) this.#leaveAsking(offset);
    else if (stops || !this.#code.blocks.has(offset)) this.#leave(offset, REGION_CHAIN);
    else if (offset !== following) this.#branch(offset);
  }

  /** Leaves with rip at an offset of the page. */
  #leave(offset: number, code: number): void {
    const f = this.#f;
    f.set(this.#rip, this.#page.add(offset));
    f.set(this.#exitCode, i32(code));
    f.br(this.#done);
  }

  /** The same where the tick is asked. */
  #leaveAsking(offset: number): void {
    const f = this.#f;
    f.set(this.#rip, this.#page.add(offset));
    f.set(this.#exitCode, this.#tick.leS(0));
    f.br(this.#done);
  }

  /** To the target of a direct jump. */
  #direct(code: Code): void {
    const f = this.#f;
    const { target } = code;
    const asks = isCall(code) || target < code.offset + code.length;
    if (target < 0 || target >= PAGE_SIZE) {
      this.#leaveAsking(target);
    } else if (!this.#code.blocks.has(target)) {
      if (asks) this.#leaveAsking(target);
      else this.#leave(target, REGION_CHAIN);
    } else {
      if (asks) f.if(this.#tick.leS(0), () => this.#leave(target, REGION_TICK));
      this.#branch(target);
    }
  }

  #indirect(rip: Value): void {
    const f = this.#f;
    f.set(this.#rip, rip);
    f.set(this.#exitCode, this.#tick.leS(0));
    f.brIf(this.#done, this.#exitCode);
    const offset = f.let(this.#rip.sub(this.#page));
    f.brIf(this.#done, offset.geU(BigInt(PAGE_SIZE)));
    f.set(this.#label, offset.wrap().load8u(REGION_LABELS + REGION_LABELS_SIZE * this.#slot));
    f.brIf(this.#done, this.#label.eqz());
    f.br((this.#levels.findLast(({ dispatches }) => dispatches) as Level).again);
  }

  // --- What instructions ask

  #control(code: Code, count: number, following: number): LocalsControl {
    const f = this.#f;
    const depth = f.depth;
    let siteKnown = false;
    const countDown = (): void => f.set(this.#tick, this.#tick.sub(count + 1));
    const interpret = (): Label => {
      if (!siteKnown) f.set(this.#site, i32((count << 16) | code.offset));
      if (f.depth === depth) siteKnown = true;
      return this.#interpret;
    };
    return {
      f,
      flags: this.#flags,
      gpr: (r, write) => this.#register(this.#gprs, r, "i64", write),
      xmm: (r, write) => this.#register(this.#xmms, r, "v128", write),
      space: () => this.#space,
      page: () => this.#page,
      interpret,
      usualFloatMode: () => {
        const mxcsr = (this.#mxcsr ??= f.fixedLocal("i32"));
        if (!this.#modeKnown) f.brIf(interpret(), mxcsr.and(MODE_BITS).ne(USUAL_MODE));
        if (f.depth === depth) this.#modeKnown = true;
        return () => mxcsr.and(PRECISION_FLAG).eqz();
      },
      jump: () => {
        countDown();
        this.#direct(code);
      },
      jumpIf: (taken) => {
        countDown();
        f.if(taken, () => this.#direct(code));
        this.#goOn(code.offset + code.length, false, following);
      },
      jumpTo: (rip) => {
        countDown();
        this.#indirect(rip);
      },
    };
  }

  #register(file: (Local | undefined)[], r: number, type: "i64" | "v128", write: boolean): Local {
    const local = (file[r] ??= this.#f.fixedLocal(type));
    if (write) this.#written.add(local);
    return local;
  }

  // --- Entry and exit

  #prologue(): void {
    const f = this.#f;
    if (this.#mxcsr !== undefined) f.set(this.#mxcsr, state.load32(FX_MXCSR));
    this.#gprs.forEach((local, r) => {
      if (local !== undefined) f.set(local, state.load64(REGS + 8 * r));
    });
    this.#xmms.forEach((local, r) => {
      if (local !== undefined) f.set(local, state.load128(FX_XMM + 16 * r));
    });
    f.set(this.#page, state.load64(PAGE));
    f.set(this.#space, state.load32(SPACE));
    f.set(this.#tick, state.load32(TICK));
    f.set(this.#wideA, state.load64(FLAG_RESULT));
    f.set(this.#wideB, state.load64(FLAG_CARRIES));
  }

  #epilogue(): void {
    const f = this.#f;
    this.#gprs.forEach((local, r) => {
      if (local !== undefined && this.#written.has(local)) f.store(state, local, REGS + 8 * r);
    });
    this.#xmms.forEach((local, r) => {
      if (local !== undefined && this.#written.has(local)) f.store(state, local, FX_XMM + 16 * r);
    });
    f.store(state, this.#rip, RIP);
    f.store(state, this.#tick, TICK);
    f.if(this.#kind.ne(KIND_VECTOR), () =>
      f.do(
        settleFlags,
        [this.#kind, this.#wideA, this.#wideB, this.#narrowA, this.#narrowB],
        [this.#wideA, this.#wideB],
      ),
    );
    f.store(state, this.#wideA, FLAG_RESULT);
    f.store(state, this.#wideB, FLAG_CARRIES);
    f.return(this.#exitCode);
    f.unreachable();
  }
}

function firstOf(item: Item): number {
  return typeof item === "number" ? item : item.header;
}

function membersOf(loop: Loop): Set<number> {
  const found = new Set<number>();
  const visit = (items: readonly Item[]): void => {
    for (const item of items) {
      if (typeof item === "number") found.add(item);
      else visit(item.items);
    }
  };
  visit(loop.items);
  return found;
}

function itemOf(items: readonly Item[], start: number): Item | undefined {
  return items.find((item) =>
    typeof item === "number" ? item === start : membersOf(item).has(start),
  );
}
