// SPDX-License-Identifier: MPL-2.0

import { type Code, PAGE_SIZE } from "./code.ts";

/** Straight-line code of one page. */
export interface Block {
  readonly start: number;
  readonly codes: readonly Code[];
  /** Offset behind the last instruction. */
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
  /** Where blocks of the interpreter start in this page: what computed jumps may lead to. */
  blockStarts(): readonly number[];
}

/** The code reached from `seeds` within a page, at most `limit` instructions of it. */
export interface RegionCode {
  readonly blocks: ReadonlyMap<number, Block>;
  /** Offsets that are entered other than by direct jumps: return sites, function entries, seeds. */
  readonly entries: ReadonlySet<number>;
}

export function isCall(code: Code): boolean {
  return code.instruction.name === "call" || code.instruction.name === "callIndirect";
}

/** Follows the code from the seeds. */
export function discover(
  source: RegionSource,
  seeds: readonly number[],
  limit: number,
): RegionCode {
  const codes = new Map<number, Code>();
  const leaders = new Set<number>();
  const entries = new Set<number>();
  const work: number[] = [];
  let count = 0;
  const lead = (offset: number): void => {
    if (offset < 0 || offset >= PAGE_SIZE || leaders.has(offset) || !source.isKnown(offset)) return;
    leaders.add(offset);
    work.push(offset);
  };
  const follow = (start: number): void => {
    for (let offset = start; offset < PAGE_SIZE && count < limit;) {
      if (codes.has(offset)) return;
      const code = source.decode(offset);
      if (code === undefined || !source.canInline(code)) return;
      codes.set(offset, code);
      count++;
      offset += code.length;
      if (code.end === "no") continue;
      if (code.end === "conditional" || code.end === "direct") lead(code.target);
      if (code.end === "conditional") lead(offset);
      if (isCall(code)) {
        if (code.instruction.name === "call" && code.target >= 0 && code.target < PAGE_SIZE) {
          entries.add(code.target);
        }
        entries.add(offset);
        lead(offset);
      }
      return;
    }
  };
  const run = (): void => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) follow(next);
  };
  for (const seed of seeds) {
    entries.add(seed);
    lead(seed);
  }
  run();
  // A computed jump may lead to any block of the page.
  if ([...codes.values()].some((c) => c.instruction.name === "jmpIndirect")) {
    for (const offset of source.blockStarts()) {
      if (count >= limit) break;
      entries.add(offset);
      lead(offset);
      run();
    }
  }
  return { blocks: split(codes, leaders), entries };
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
      if (code === undefined) {
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

/** Where control may go on within the region, what is taken first, then what follows. */
export function successors(block: Block, blocks: ReadonlyMap<number, Block>): number[] {
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
  return found;
}
