// SPDX-License-Identifier: MPL-2.0

/** Finds the code that is compiled together: what is reached from some places, and the functions that are called there. */

import {
  MAX_BLOCK,
  type RegionCode,
  type RegionLimits,
  type RegionSource,
  isCall,
  isSystemCall,
  returnSites,
  split,
} from "./blocks.ts";
import { SLOT_PAGE } from "../layout.ts";
import { type Code, pageOf } from "./code.ts";

/** Behind an instruction for the interpreter, to come back is worth while for so many instructions. */
const WORTH_ENTERING = 4;
/** How often the code of a loop is taken to run where that around it runs once, and how deep loops are counted. */
const LOOP_WEIGHT = 8;
const MAX_LOOP_DEPTH = 2;
/**
 * For functions of so few instructions a region may have that part more than its limit: to call one takes longer than to execute it.
 */
const SMALL_FUNCTION = 32;
const SLACK = 1.25;
/** How far from a jump by a table, in another page than the first, its targets are looked for, in bytes. */
const MAX_TABLE_DISTANCE = 400;
/** So many functions are compared before one of them is taken: those that are called most. */
const MAX_COMPARED = 8;

/** A function that is called from the region and is not in it. */
interface Candidate {
  readonly start: number;
  /** About how often it is called when the region runs. */
  weight: number;
  /** Instructions that it would bring; 0 until that is measured. */
  size: number;
}

/** A call of a function. */
interface Call {
  readonly offset: number;
  readonly target: number;
}

/**
 * Follows the code from the seeds, what is fewest jumps away first, then functions that are called, as long as they fit in whole:
 * first those that are called often for their size. Where the code holds some of `entries`, it can be entered there.
 */
export function discover(
  source: RegionSource,
  seeds: readonly number[],
  limits: RegionLimits,
  entries: readonly number[] = [],
): RegionCode {
  return new Discovery(source, limits).find(seeds, entries);
}

class Discovery {
  readonly #source: RegionSource;
  readonly #limits: RegionLimits;
  readonly #decoded = new Map<number, Code | undefined>();
  readonly #codes = new Map<number, Code>();
  readonly #leaders = new Set<number>();
  readonly #entries = new Set<number>();
  readonly #interpreted = new Set<number>();
  readonly #pages = new Set<number>();
  readonly #work: number[] = [];
  /** Calls in the code that is followed now. */
  #calls: Call[] = [];
  #limit: number;
  /** Whether something was left out of the code that is followed now. */
  #cut = false;
  /** The function that is followed now to see whether it fits. */
  #tried: number | undefined;
  readonly #candidates = new Map<number, Candidate>();
  readonly #misfits = new Set<number>();
  readonly #callees = new Map<number, readonly number[]>();

  constructor(source: RegionSource, limits: RegionLimits) {
    this.#source = source;
    this.#limits = limits;
    this.#limit = limits.instructions;
  }

  find(seeds: readonly number[], entries: readonly number[]): RegionCode {
    for (const seed of seeds) {
      this.#entries.add(seed);
      this.#lead(seed);
    }
    this.#followAll();
    let partial = this.#cut;
    this.#noteCalls(0, 1);
    this.#takeFunctions();
    // A computed jump may lead to any block of the page: most likely to one that is near.
    const jumps = this.#computedJumps();
    if (jumps.length > 0) {
      const far = (offset: number): number =>
        Math.min(...jumps.map((jump) => Math.abs(offset - jump.offset)));
      const pages = [...new Set(jumps.map(({ offset }) => pageOf(offset)))];
      const starts = pages
        .flatMap((page) => this.#source.blockStarts(page))
        .filter((start) => pageOf(start) === 0 || far(start) < MAX_TABLE_DISTANCE);
      for (const offset of starts.sort((a, b) => far(a) - far(b))) {
        if (this.#codes.size >= this.#limits.guessed) {
          partial = true;
          break;
        }
        this.#entries.add(offset);
        const before = this.#codes.size;
        this.#lead(offset);
        this.#cut = false;
        this.#followAll();
        partial ||= this.#cut;
        this.#noteCalls(before, 1);
        this.#takeFunctions();
      }
    }
    for (const entry of entries) {
      if (!this.#codes.has(entry)) continue;
      this.#leaders.add(entry);
      this.#entries.add(entry);
    }
    const blocks = split(this.#codes, this.#leaders);
    const callees = this.#callees;
    return {
      blocks,
      callees,
      returns: returnSites({ blocks, callees }),
      entries: this.#entries,
      interpreted: this.#interpreted,
      partial: partial || this.#candidates.size > 0 || this.#misfits.size > 0,
    };
  }

  /** Those in the first page, and those by a table in others: calls at the end of a function lead far away, most likely. */
  #computedJumps(): Code[] {
    const found: Code[] = [];
    let previous: Code | undefined;
    for (const code of this.#codes.values()) {
      if (code.instruction.name === "jmpIndirect") {
        if (pageOf(code.offset) === 0 || isByTable(code, previous)) found.push(code);
      }
      previous = code;
    }
    return found;
  }

  #decode(offset: number): Code | undefined {
    const known = this.#decoded.get(offset);
    if (known !== undefined || this.#decoded.has(offset)) return known;
    const code = this.#source.decode(offset);
    this.#decoded.set(offset, code);
    return code;
  }

  // --- Code

  #enterPage(page: number): boolean {
    if (this.#pages.has(page)) return true;
    if (this.#pages.size >= this.#limits.pages) return false;
    this.#pages.add(page);
    return true;
  }

  #lead(offset: number): void {
    if (this.#leaders.has(offset) || !this.#source.isKnown(offset)) return;
    if (!this.#enterPage(pageOf(offset))) {
      this.#cut = true;
      return;
    }
    this.#leaders.add(offset);
    this.#work.push(offset);
  }

  #followAll(): void {
    for (let next = this.#work.shift(); next !== undefined; next = this.#work.shift()) {
      this.#follow(next);
    }
  }

  #follow(start: number): void {
    if (this.#codes.size >= this.#limit) {
      this.#cut = true;
      return;
    }
    // A block is not cut: who comes to its middle would have to leave the region each time.
    for (let offset = start, run = 0; ; run++) {
      if (this.#codes.has(offset)) return;
      if (run === MAX_BLOCK || pageOf(offset) !== pageOf(start)) {
        this.#lead(offset);
        return;
      }
      const code = this.#decode(offset);
      if (code === undefined) return;
      if (!this.#source.canInline(code)) {
        const next = offset + code.length;
        if (!comesBack(code) || !this.#isWorthEntering(next)) return;
        this.#interpreted.add(offset);
        this.#entries.add(next);
        this.#lead(next);
        return;
      }
      if (!this.#enterPage(pageOf(offset + code.length - 1))) {
        this.#cut = true;
        return;
      }
      // It would leave the region: what is called out of it does so, and comes back to who has called.
      if (isStub(code) && this.#tried !== undefined && this.#tried !== start) this.#cut = true;
      this.#codes.set(offset, code);
      offset += code.length;
      if (code.end === "no") continue;
      this.#leadOn(code, offset);
      return;
    }
  }

  /** On to where an instruction that ends a block leads to, and behind it. */
  #leadOn(code: Code, behind: number): void {
    const calls = isCall(code);
    if (calls || isSystemCall(code)) this.#entries.add(behind);
    if (calls || isSystemCall(code) || code.end === "conditional") this.#lead(behind);
    if (code.end === "conditional" || (code.end === "direct" && !calls)) this.#lead(code.target);
    if (!calls) return;
    const { offset, target } = code;
    if (code.instruction.name === "call") this.#noteCall(offset, target);
    const callees = this.#source.callees(code);
    if (callees.length > 0) this.#callees.set(offset, callees);
    for (const callee of callees) this.#noteCall(offset, callee);
  }

  #noteCall(offset: number, target: number): void {
    this.#entries.add(target);
    this.#calls.push({ offset, target });
  }

  #isWorthEntering(start: number): boolean {
    let offset = start;
    for (let i = 0; i < WORTH_ENTERING; i++) {
      const code = this.#decode(offset);
      if (code === undefined || !this.#source.canInline(code)) return false;
      if (code.end !== "no") return true;
      offset += code.length;
    }
    return true;
  }

  // --- Functions

  /** Notes what is called in the code that was followed last, from the given number of instructions on, which runs `weight` times. */
  #noteCalls(from: number, weight: number): void {
    const calls = this.#calls;
    this.#calls = [];
    if (calls.length === 0) return;
    const loops = this.#loops(from);
    for (const { offset, target } of calls) {
      if (this.#codes.has(target) || this.#misfits.has(target)) continue;
      if (!this.#source.isKnown(target)) continue;
      let depth = 0;
      for (const [head, end] of loops) if (head <= offset && offset <= end) depth++;
      const times = weight * LOOP_WEIGHT ** Math.min(depth, MAX_LOOP_DEPTH);
      const known = this.#candidates.get(target);
      if (known === undefined) {
        this.#candidates.set(target, { start: target, weight: times, size: 0 });
      } else known.weight += times;
    }
  }

  /** Where loops begin and end, by the jumps back in the code from the given number of instructions on. */
  #loops(from: number): Map<number, number> {
    const loops = new Map<number, number>();
    let i = 0;
    for (const code of this.#codes.values()) {
      if (i++ < from || code.end === "no" || isCall(code)) continue;
      const { offset, target } = code;
      if (code.end !== "conditional" && code.end !== "direct") continue;
      if (target <= offset && this.#codes.has(target)) {
        loops.set(target, Math.max(offset, loops.get(target) ?? offset));
      }
    }
    return loops;
  }

  /** A function that does not fit in whole is left out: to call it takes less than to leave it time and again. */
  #takeFunctions(): void {
    for (let next = this.#best(); next !== undefined; next = this.#best()) {
      const before = this.#codes.size;
      this.#candidates.delete(next.start);
      if (this.#try(next.start, this.#room(next))) this.#noteCalls(before, next.weight);
      else this.#misfits.add(next.start);
    }
  }

  /** How many instructions the region may have with a function of that size which is called so often. */
  #room({ size, weight }: Pick<Candidate, "size" | "weight">): number {
    const { instructions, loops } = this.#limits;
    const isWorthMore = size <= SMALL_FUNCTION || (loops && weight >= LOOP_WEIGHT);
    return isWorthMore ? instructions * SLACK : instructions;
  }

  /** The function that is best taken next. */
  #best(): Candidate | undefined {
    if (this.#codes.size >= this.#limits.instructions * SLACK) return undefined;
    let best: Candidate | undefined;
    const all = [...this.#candidates.values()].sort((a, b) => b.weight - a.weight);
    for (const candidate of all.slice(0, MAX_COMPARED)) {
      const { start, weight } = candidate;
      if (candidate.size === 0) candidate.size = this.#measure(start);
      const { size } = candidate;
      if (size === Infinity || this.#codes.size + size > this.#room(candidate)) {
        this.#candidates.delete(start);
        this.#misfits.add(start);
      } else if (best === undefined || weight * best.size > best.weight * size) best = candidate;
    }
    return best;
  }

  /** Instructions that a function would bring, Infinity where they are too many. */
  #measure(start: number): number {
    const before = this.#codes.size;
    let size = Infinity;
    this.#try(start, this.#limits.instructions * SLACK, () => {
      size = Math.max(1, this.#codes.size - before);
      return false;
    });
    return size;
  }

  /** Follows a function, up to so many instructions in all. Where it does not fit in whole, or `keeps` says no, all is as before. */
  #try(start: number, limit: number, keeps: () => boolean = () => true): boolean {
    this.#limit = limit;
    const sets = [this.#codes, this.#leaders, this.#pages, this.#interpreted, this.#entries];
    const sizes = sets.map(({ size }) => size);
    this.#cut = false;
    this.#tried = start;
    this.#lead(start);
    this.#followAll();
    this.#tried = undefined;
    this.#limit = this.#limits.instructions;
    if (!this.#cut && keeps()) return true;
    sets.forEach((set, i) => forgetAfter(set, sizes[i] as number));
    this.#calls = [];
    return false;
  }
}

/** Takes back what has been added since a set or map was of that size. */
function forgetAfter(
  set: { readonly size: number; keys(): Iterable<number>; delete(key: number): boolean },
  size: number,
): void {
  if (set.size === size) return;
  for (const key of [...set.keys()].slice(size)) set.delete(key);
}

/** Whether compilers make such a computed jump, behind that instruction, of a table: of addresses, or of distances that are added. */
function isByTable({ op, scale }: Code, previous: Code | undefined): boolean {
  return op.key.endsWith("r8") ? previous?.instruction.name === "add" : scale === 3;
}

/** Whether it jumps to where a word beside the code says, as a table of a linker does. */
function isStub({ instruction, base }: Code): boolean {
  return instruction.name === "jmpIndirect" && base === 8 * SLOT_PAGE;
}

/** Whether what stands behind an instruction is executed after it. */
function comesBack(code: Code): boolean {
  return code.end === "no" || isSystemCall(code);
}
