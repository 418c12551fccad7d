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
  /** Where blocks of the interpreter start in a page of the region: what computed jumps may lead to. */
  blockStarts(page: number): readonly number[];
  /** What a call has been seen to call that is computed, or leads to a computed jump. */
  callees(call: Code): readonly number[];
}

/** The code reached from some seeds. */
export interface RegionCode {
  readonly blocks: ReadonlyMap<number, Block>;
  /** Offsets that are entered other than by direct jumps: return sites, function entries, seeds. */
  readonly entries: ReadonlySet<number>;
  /** For blocks that end with a return: where their functions are called from in the region, and return to, most likely. */
  readonly returns: ReadonlyMap<number, readonly number[]>;
  /** For offsets of computed calls: functions in the region that they are likely to call. */
  readonly callees: ReadonlyMap<number, readonly number[]>;
  /** Instructions that the interpreter executes between parts of the region. */
  readonly interpreted: ReadonlySet<number>;
  /** Whether there was more to find than the limits allow. */
  readonly partial: boolean;
}

export interface RegionLimits {
  readonly instructions: number;
  /** How many it may have with what computed jumps may lead to: that is a guess. */
  readonly guessed: number;
  readonly pages: number;
  /** Whether it runs in a loop: who calls a function that is not in it leaves it each time. */
  readonly loops: boolean;
}

/** Instructions of one block: an exit counts them in a byte. */
export const MAX_BLOCK = 200;

export function isSystemCall({ instruction }: Code): boolean {
  return instruction.name === "syscall";
}

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

/** The blocks that begin at `leaders`. */
export function split(
  codes: ReadonlyMap<number, Code>,
  leaders: ReadonlySet<number>,
): Map<number, Block> {
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
export function returnSites({
  blocks,
  callees,
}: Pick<RegionCode, "blocks" | "callees">): Map<number, number[]> {
  const sites = new Map<number, number[]>();
  for (const { jump, end } of blocks.values()) {
    if (jump === undefined || !isCall(jump) || !blocks.has(end)) continue;
    const called = jump.instruction.name === "call" ? [jump.target] : [];
    for (const target of [...called, ...(callees.get(jump.offset) ?? [])]) {
      if (!blocks.has(target)) continue;
      const known = sites.get(target);
      if (known === undefined) sites.set(target, [end]);
      else known.push(end);
    }
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
export function within(block: Block, blocks: ReadonlyMap<number, Block>): number[] {
  const all = successors(block, { blocks, returns: new Map(), callees: new Map() });
  const { jump, end } = block;
  if (jump !== undefined && isSystemCall(jump) && blocks.has(end)) return [end];
  return jump?.instruction.name === "call" ? all.filter((to) => to === block.end) : all;
}

/** Where control may go on within the region, what is taken first, then what follows. */
export function successors(
  block: Block,
  { blocks, returns, callees }: Pick<RegionCode, "blocks" | "returns" | "callees">,
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
  callees.get(jump.offset)?.forEach(add);
  // Behind a call it goes on when the function returns.
  if (jump.end === "conditional" || isCall(jump)) add(end);
  returns.get(block.start)?.forEach(add);
  return found;
}
