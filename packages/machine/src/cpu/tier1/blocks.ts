// SPDX-License-Identifier: MPL-2.0

import { type Code, pageOf } from "./code.ts";

/** Straight-line code within one page. */
export interface Block {
  readonly start: number;
  readonly codes: readonly Code[];
  /** Offset behind the last instruction; in the next page where that one ends or goes on there. */
  readonly end: number;
  /** The last instruction, where it is a jump. */
  readonly jump: Code | undefined;
  /** The interpreter has to go on at `end`. */
  readonly stops: boolean;
}

export interface RegionSource {
  /** The instruction at an offset, or undefined. */
  decode(offset: number): Code | undefined;
  /** Whether the interpreter has decoded what stands at the offset. */
  isKnown(offset: number): boolean;
  /** Whether compiled code can hold the instruction. */
  canInline(code: Code): boolean;
  /** Where blocks of the interpreter start in the first page: what computed jumps may lead to. */
  blockStarts(): readonly number[];
}

/** The code reached from some seeds. */
export interface RegionCode {
  readonly blocks: ReadonlyMap<number, Block>;
  /** Offsets that are entered other than by direct jumps: return sites, function entries, seeds. */
  readonly entries: ReadonlySet<number>;
  /** For blocks that end with a return: where their functions are called from in the region, and return to, most likely. */
  readonly returns: ReadonlyMap<number, readonly number[]>;
  /** Instructions that the interpreter executes between parts of the region. */
  readonly interpreted: ReadonlySet<number>;
  /** Whether there was more to find than the limits allow. */
  readonly partial: boolean;
}

export interface RegionLimits {
  readonly instructions: number;
  readonly pages: number;
}

/** Instructions of one block: an exit counts them in a byte. */
const MAX_BLOCK = 200;
/** Behind an instruction for the interpreter, to come back is worth while for so many instructions. */
const WORTH_ENTERING = 4;

/** Functions that did not fit into a region after which no other one is tried. */
const MAX_MISFITS = 4;

export function isCall(code: Code): boolean {
  return code.instruction.name === "call" || code.instruction.name === "callIndirect";
}

/** Whether the tick is asked between an instruction and what it goes on with: where tier 0 asks, too. */
export function asksTick(code: Code, to: number): boolean {
  if (pageOf(code.offset) !== pageOf(to)) return true;
  return (
    code.end !== "no" && code.target === to && (isCall(code) || to < code.offset + code.length)
  );
}

/** Follows the code from the seeds, what is fewest jumps away first, and a function that is called after its caller. */
export function discover(
  source: RegionSource,
  seeds: readonly number[],
  limits: RegionLimits,
): RegionCode {
  const codes = new Map<number, Code>();
  const leaders = new Set<number>();
  const entries = new Set<number>();
  const interpreted = new Set<number>();
  const pages = new Set<number>();
  const work: number[] = [];
  const called: number[] = [];
  let partial = false;
  const enterPage = (page: number): boolean => {
    if (pages.has(page)) return true;
    if (pages.size >= limits.pages) return false;
    pages.add(page);
    return true;
  };
  const lead = (offset: number, list = work): void => {
    if (leaders.has(offset) || !source.isKnown(offset) || !enterPage(pageOf(offset))) return;
    leaders.add(offset);
    list.push(offset);
  };
  const follow = (start: number): void => {
    if (codes.size >= limits.instructions) {
      partial = true;
      return;
    }
    // A block is not cut: who comes to its middle would have to leave the region each time.
    for (let offset = start, run = 0; ; run++) {
      if (codes.has(offset)) return;
      if (run === MAX_BLOCK || pageOf(offset) !== pageOf(start)) {
        lead(offset);
        return;
      }
      const code = source.decode(offset);
      if (code === undefined) return;
      if (!source.canInline(code)) {
        const next = offset + code.length;
        if (!comesBack(code) || !isWorthEntering(source, next)) return;
        interpreted.add(offset);
        entries.add(next);
        lead(next);
        return;
      }
      if (!enterPage(pageOf(offset + code.length - 1))) return;
      codes.set(offset, code);
      offset += code.length;
      if (code.end === "no") continue;
      if (isSystemCall(code)) {
        entries.add(offset);
        lead(offset);
      }
      if (code.end === "conditional") lead(offset);
      if (code.end === "conditional" || (code.end === "direct" && !isCall(code))) lead(code.target);
      if (isCall(code)) {
        if (code.instruction.name === "call") {
          entries.add(code.target);
          lead(code.target, called);
        }
        entries.add(offset);
        lead(offset);
      }
      return;
    }
  };
  const followAll = (): void => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) follow(next);
  };
  /** A function that is called and does not fit in whole is left out: to call it takes less than to leave it time and again. */
  const takeFunction = (start: number): boolean => {
    const sizes = [codes, leaders, pages, interpreted].map(({ size }) => size);
    const before = called.length;
    work.push(start);
    partial = false;
    followAll();
    if (!partial) return true;
    [codes, leaders, pages, interpreted].forEach((set, i) => forgetAfter(set, sizes[i] as number));
    called.length = before;
    return false;
  };
  const run = (): void => {
    followAll();
    let left = partial;
    let misfits = 0;
    for (let next = called.shift(); next !== undefined; next = called.shift()) {
      if (misfits < MAX_MISFITS && codes.size < limits.instructions && takeFunction(next)) continue;
      left = true;
      misfits++;
    }
    partial = left;
  };
  for (const seed of seeds) {
    entries.add(seed);
    lead(seed);
  }
  run();
  // A computed jump may lead to any block of the page: most likely to one that is near.
  const jumps = [...codes.values()].filter((c) => c.instruction.name === "jmpIndirect");
  if (jumps.length > 0) {
    const far = (offset: number): number =>
      Math.min(...jumps.map((jump) => Math.abs(offset - jump.offset)));
    for (const offset of [...source.blockStarts()].sort((a, b) => far(a) - far(b))) {
      if (codes.size >= limits.instructions) {
        partial = true;
        break;
      }
      entries.add(offset);
      lead(offset);
      run();
    }
  }
  const blocks = split(codes, leaders);
  return { blocks, returns: returnSites(blocks), entries, interpreted, partial };
}

/** Takes back what has been added since a set or map was of that size. */
function forgetAfter(
  set: { keys(): Iterable<number>; delete(key: number): boolean },
  size: number,
): void {
  for (const key of [...set.keys()].slice(size)) set.delete(key);
}

/** Whether what stands behind an instruction is executed after it. */
function comesBack(code: Code): boolean {
  return code.end === "no" || isSystemCall(code);
}

function isSystemCall({ instruction }: Code): boolean {
  return instruction.name === "syscall";
}

function isWorthEntering(source: RegionSource, start: number): boolean {
  let offset = start;
  for (let i = 0; i < WORTH_ENTERING; i++) {
    const code = source.decode(offset);
    if (code === undefined || !source.canInline(code)) return false;
    if (code.end !== "no") return true;
    offset += code.length;
  }
  return true;
}

function split(codes: ReadonlyMap<number, Code>, leaders: ReadonlySet<number>): Map<number, Block> {
  const blocks = new Map<number, Block>();
  for (const start of leaders) {
    const list: Code[] = [];
    let offset = start;
    let jump: Code | undefined;
    let stops = false;
    for (;;) {
      const code = codes.get(offset);
      if (code === undefined || list.length === MAX_BLOCK || pageOf(offset) !== pageOf(start)) {
        stops = true;
        break;
      }
      list.push(code);
      offset += code.length;
      if (code.end !== "no") {
        jump = code;
        break;
      }
      if (leaders.has(offset)) break;
    }
    if (list.length > 0) blocks.set(start, { start, codes: list, end: offset, jump, stops });
  }
  return blocks;
}

/** Places that a return is compared with before the table of labels is asked. */
const MAX_RETURN_SITES = 4;

/** Follows each function that is called to its returns. */
function returnSites(blocks: ReadonlyMap<number, Block>): Map<number, number[]> {
  const sites = new Map<number, number[]>();
  for (const { jump, end } of blocks.values()) {
    if (jump?.instruction.name !== "call" || !blocks.has(jump.target) || !blocks.has(end)) continue;
    const known = sites.get(jump.target);
    if (known === undefined) sites.set(jump.target, [end]);
    else known.push(end);
  }
  const found = new Map<number, number[]>();
  for (const [entry, callers] of sites) {
    const inside = new Set([entry]);
    for (const start of inside) {
      const block = blocks.get(start) as Block;
      if (block.jump?.instruction.name === "ret") {
        const list = found.get(start) ?? [];
        found.set(start, [...list, ...callers].slice(0, MAX_RETURN_SITES));
      }
      for (const next of within(block, blocks)) inside.add(next);
    }
  }
  return found;
}

/** Where control may go on within a block's function. */
function within(block: Block, blocks: ReadonlyMap<number, Block>): number[] {
  const all = successors(block, { blocks, returns: new Map() });
  const { jump, end } = block;
  if (jump !== undefined && isSystemCall(jump) && blocks.has(end)) return [end];
  return jump?.instruction.name === "call" ? all.filter((to) => to === block.end) : all;
}

/** Where control may go on within the region, what is taken first, then what follows. */
export function successors(
  block: Block,
  { blocks, returns }: Pick<RegionCode, "blocks" | "returns">,
): number[] {
  const { jump, end } = block;
  const found: number[] = [];
  const add = (offset: number): void => {
    if (blocks.has(offset) && !found.includes(offset)) found.push(offset);
  };
  if (jump === undefined) {
    if (!block.stops) add(end);
    return found;
  }
  if (jump.end === "conditional" || jump.end === "direct") add(jump.target);
  // Behind a call it goes on when the function returns.
  if (jump.end === "conditional" || isCall(jump)) add(end);
  returns.get(block.start)?.forEach(add);
  return found;
}
