// SPDX-License-Identifier: MPL-2.0

import type { Address } from "./address.ts";
import type { SampledCall } from "./callees.ts";
import { CompileCredit } from "./credit.ts";

/** Samples of a page until it is compiled, while there is credit for that. */
const HOT_SAMPLES = 16;
/** Samples that find a region looping until it is compiled anew, with the registers in locals. */
const LOOPING_SAMPLES = 12;
/** The same of one that is left time and again, until it is compiled with more of the code that it belongs to. */
const LEAVING_SAMPLES = 6;
/** What a sample counts in the middle of compiled code: from there it is not far to where that is entered. */
const INSIDE_WEIGHT = 1 / 32;
/** Different places of a page that become seeds of one region. */
const MAX_SEEDS = 12;
/** Instructions between two samples: few while they find code that is not compiled. */
const SHORTEST = 6_000;
const LONGEST = 100_000;
/** The same once nothing has been compiled for so many samples. */
const LONGEST_SETTLED = 400_000;
const SETTLED_SAMPLES = 500;
/** Compiled code that runs for so many instructions, on average, before it is left is a loop. */
const LOOP_INSTRUCTIONS = 400;
/** Where it runs for fewer, more of the code around it is worth compiling with it. */
const LEAVE_INSTRUCTIONS = 100;

/** Where compiled code is left once in so many instructions for bytes in two pages, in as many samples one after the other, it is compiled otherwise. */
const SPLIT_INSTRUCTIONS = 500;
const SPLIT_SAMPLES = 3;

/** What the sampler asks of the CPU. */
export interface SamplerHost {
  /** Where the program is. */
  rip(): Address;
  /** Where compiled code has gone on to code that is not compiled, of late. */
  coldExits(): readonly Address[];
  /** How often compiled code has been left, but for ticks. */
  exits(): number;
  /** How often compiled code has been left because bytes that it checks together lay in two pages (modulo 2^32), and the last region. */
  splits(): { readonly count: number; readonly region: number };
  /** That region is to check each access by itself. */
  split(region: number): void;
  /** The code slot of an address in the current address space, or -1. */
  slotAt(address: Address): number;
  /** Whether the code at `address`, which is at this offset of a code slot, is compiled as well as it can be. */
  isCompiled(slot: number, offset: number, address: Address): boolean;
  /** Whether the instruction there stands in compiled code, which need not be entered there. */
  isInside(slot: number, offset: number, address: Address): boolean;
  /** Compiles code of the page at `address`, of the code slot `slot`, from these offsets on. */
  compile(slot: number, address: Address, seeds: readonly number[]): boolean;
  /** The region that the tick has ended since this was asked, or 0; where at LINKS the entry of the call is that it made there, or 0. */
  interrupted(): { readonly region: number; readonly link: number };
  /** A region seems to run in a loop: it is compiled anew where so many samples have found that. */
  looping(region: number, samples: number): void;
  /** A region is left time and again: the same. */
  leaving(region: number, samples: number): void;
  /** A region, which is left time and again, has made a call out of it. */
  calling(region: number, call: SampledCall): void;
  /** Instructions that have been compiled so far. */
  compiled(): number;
}

/**
 * Finds hot code without any cost to the interpreter's loop: every so many instructions it looks where the program is.
 * That is always at the head of a loop, a function's entry or where one returns to. What compiled code leaves for is
 * noted by the code that runs it. It counts instructions and exits only, never time, so that two runs of a program compile
 * the same at the same points.
 */
export class Sampler {
  readonly #host: SamplerHost;
  /** How often each offset of a page was seen, by code slot. */
  readonly #seen = new Map<number, Map<number, number>>();
  /** Instructions until the next sample. */
  interval: number = SHORTEST;
  #exits = 0;
  #splits = 0;
  #splitSamples = 0;
  #compiled = 0;
  #samplesSettled = 0;
  readonly #credit = new CompileCredit();

  constructor(host: SamplerHost) {
    this.#host = host;
  }

  sample(): void {
    const host = this.#host;
    const credit = this.#credit;
    credit.update(this.interval, host.compiled());
    const rip = host.rip();
    const found = this.#note(rip);
    const exits = host.exits();
    const { region, link } = host.interrupted();
    if (region !== 0) {
      const since = exits - this.#exits;
      if (LOOP_INSTRUCTIONS * since <= this.interval) {
        host.looping(region, credit.samples(LOOPING_SAMPLES));
      } else if (LEAVE_INSTRUCTIONS * since > this.interval) {
        host.leaving(region, credit.samples(LEAVING_SAMPLES));
        if (link !== 0) host.calling(region, { link, callee: rip, instructions: this.interval });
      }
    }
    this.#exits = exits;
    this.#lookForSplits();
    if (found === "compiled") this.interval = Math.min(this.#longest(), 2 * this.interval);
    else if (found !== "unknown") this.interval = Math.max(SHORTEST, this.interval >>> 1);
    const cold = host.coldExits();
    // One region at a time: the guest stands still meanwhile.
    if (found !== "hot") cold.some((exit) => this.#note(exit) === "hot");
  }

  #longest(): number {
    const compiled = this.#host.compiled();
    this.#samplesSettled = compiled === this.#compiled ? this.#samplesSettled + 1 : 0;
    this.#compiled = compiled;
    return this.#samplesSettled < SETTLED_SAMPLES ? LONGEST : LONGEST_SETTLED;
  }

  #lookForSplits(): void {
    const { count, region } = this.#host.splits();
    const since = (count - this.#splits) >>> 0;
    this.#splits = count;
    if (SPLIT_INSTRUCTIONS * since < this.interval) this.#splitSamples = 0;
    else if (++this.#splitSamples === SPLIT_SAMPLES) {
      this.#splitSamples = 0;
      this.#host.split(region);
    }
  }

  /** "hot" where it has been compiled now. */
  #note(address: Address): "unknown" | "compiled" | "cold" | "hot" {
    const host = this.#host;
    const slot = host.slotAt(address);
    if (slot < 0) return "unknown";
    const offset = address.low & 0xfff;
    if (host.isCompiled(slot, offset, address)) return "compiled";
    let page = this.#seen.get(slot);
    if (page === undefined) this.#seen.set(slot, (page = new Map()));
    const isInside = host.isInside(slot, offset, address);
    page.set(offset, (page.get(offset) ?? 0) + (isInside ? INSIDE_WEIGHT : 1));
    let total = 0;
    for (const count of page.values()) total += count;
    if (total < this.#credit.samples(HOT_SAMPLES)) return isInside ? "compiled" : "cold";
    this.#seen.delete(slot);
    const seeds = [...page].sort((a, b) => b[1] - a[1]);
    // What is compiled already comes with others only where it is as hot as they are.
    const least = Math.min(1, seeds[0]?.[1] ?? 0);
    const wanted = seeds.filter(([, count]) => count >= least).map(([at]) => at);
    host.compile(slot, address, wanted.slice(0, MAX_SEEDS));
    return "hot";
  }

  pageDropped(slot: number): void {
    this.#seen.delete(slot);
  }

  allDropped(): void {
    this.#seen.clear();
  }
}
