// SPDX-License-Identifier: MPL-2.0

import { type WasmInstance, type WasmMemory, engine } from "../../wasm/index.ts";
import type { RegionCode, RegionSource } from "./blocks.ts";
import { discover } from "./discover.ts";
import { PAGE_SIZE, pageOf } from "./code.ts";
import { LINK_ENTRIES } from "../layout.ts";
import { REGION_EXPORT, RegionModule } from "./module.ts";
import { observed } from "./observe.ts";
import { MAX_REGION_PAGES, type RegionPage } from "./pages.ts";
import { RegionEmitter, type RegionPlace } from "./region.ts";
import { type Address, pageAddress } from "./address.ts";
import { CalleeSamples, type SampledCall } from "./callees.ts";
import { RETIRED_PER_COMPILED } from "./credit.ts";
import { type Callees, type SourceHost, regionSource } from "./source.ts";
import {
  DEFAULT_LIMITS,
  type FunctionTable,
  type Region,
  type RegionLimits,
  RegionStore,
} from "./store.ts";

/**
 * Instructions of a region at most: the guest stands still while it is compiled, V8's optimizing compiler takes more than linear
 * time, and what is not hot is compiled with the rest. The first regions are smaller, as our own compiler is slow until the
 * engine has optimized it; what they leave out is compiled when it turns out to be hot still.
 */
const MAX_INSTRUCTIONS = 240;
const FIRST_MAX_INSTRUCTIONS: readonly number[] = [10, 20, 30, 40, 60, 80, 100, 130, 160, 200];
/** The same of one that runs in a loop. */
const MAX_LOOP_INSTRUCTIONS = 400;
/** How much more a region may have that is left time and again. */
const GROWTH = 4;

interface BuildOptions {
  readonly movable: boolean;
  readonly kept: boolean;
  /** About how many it may have. */
  readonly instructions: number;
  readonly callees: Callees;
}

const NO_CALLEES: Callees = new Map();

export interface JitStatistics {
  readonly regionsCompiled: number;
  readonly instructionsCompiled: number;
  readonly wasmBytes: number;
  readonly regionsLive: number;
  readonly evictions: number;
  readonly invalidations: number;
  readonly compileMs: number;
  readonly longestCompileMs: number;
}

/** What the compiler needs of the CPU. */
export interface JitHost extends SourceHost {
  readonly memory: WasmMemory;
  readonly exports: WasmInstance["exports"];
  readonly limits?: Partial<RegionLimits> | undefined;
  /** Told that compiled code stands elsewhere now. */
  codeChanged(): void;
  /** Told of each return from compiled code: REGION_* and the low half of rip. Slow; for benchmarks. */
  readonly observeExit?: ((code: number, rip: number) => void) | undefined;
}

/**
 * Tier 1: compiles hot code to WebAssembly, and puts it in the place of the records that lead to it. Regions are kept with the
 * decoded code of physical pages: whoever maps the pages runs them.
 */
export class Jit {
  readonly #host: JitHost;
  readonly #store: RegionStore;
  #refusal: string | undefined;
  /** First pages of regions that were left too often because bytes of one check lay in two pages. */
  readonly #separate = new Set<number>();
  /** Offsets that cannot be compiled, by code slot. */
  readonly #refused = new Map<number, Set<number>>();
  #links = 0;
  #regionsCompiled = 0;
  #instructionsCompiled = 0;
  #wasmBytes = 0;
  #compileMs = 0;
  #longestCompileMs = 0;

  constructor(host: JitHost) {
    this.#host = host;
    this.#store = new RegionStore({
      bytes: host.bytes,
      table: host.table,
      code: host.code,
      functions: host.exports["functions"] as FunctionTable,
      limits: { ...DEFAULT_LIMITS, ...host.limits },
      codeChanged: () => host.codeChanged(),
    });
  }

  /** Whether compiled code is entered at this offset of a code slot, and needs not be compiled again. */
  isCompiled(page: number, offset: number, address: Address): boolean {
    const region = this.#store.at(page, offset);
    if (region === undefined || !this.#store.fits(region, page, offset, address)) return false;
    return !(region.small && this.#maxInstructions === MAX_INSTRUCTIONS);
  }

  /** Whether the instruction at this offset of a code slot stands in a region for that address, entered there or not. */
  isInside(page: number, offset: number, address: Address): boolean {
    if (!this.#store.holds(page, offset)) return false;
    const region = this.#store.at(page, offset);
    return region === undefined || this.#store.fits(region, page, offset, address);
  }

  get #maxInstructions(): number {
    return FIRST_MAX_INSTRUCTIONS[this.#regionsCompiled] ?? MAX_INSTRUCTIONS;
  }

  get instructionsCompiled(): number {
    return this.#instructionsCompiled;
  }

  /** Why the host compiles no more; then all goes on interpreted. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /**
   * Compiles what is reached from `seeds` in the page of a code slot, which is mapped at `address` now. False where nothing
   * can be.
   */
  compile(page: number, address: Address, seeds: readonly number[]): boolean {
    if (this.#refusal !== undefined) return false;
    const refused = this.#refused.get(page);
    const wanted = seeds.filter(
      (seed) =>
        refused?.has(seed) !== true &&
        this.#store.canEnter(page, seed) &&
        !this.isCompiled(page, seed, address),
    );
    if (wanted.length === 0) return false;
    let movable = false;
    for (const seed of wanted) {
      const old = this.#store.at(page, seed);
      if (old === undefined) continue;
      // Those that are not small have been compiled for another address: this one is for all.
      if (!this.#store.fits(old, page, seed, address)) movable = true;
      this.#store.remove(old);
    }
    // For tests of the compiler: in turns.
    const kept = this.#host.speculative && this.#regionsCompiled % 2 === 1;
    const instructions = kept ? MAX_LOOP_INSTRUCTIONS : this.#maxInstructions;
    return this.#build(page, address, wanted, { movable, kept, instructions, callees: NO_CALLEES });
  }

  /** The region of a slot runs in a loop: there the registers are worth keeping in locals. */
  looping(slot: number, samples: number): void {
    const region = this.#store.inSlot(slot);
    if (region === undefined || region.kept || ++region.looped < samples) return;
    region.looped = -Infinity;
    const { callees } = region;
    this.#buildAgain(region, { kept: true, instructions: MAX_LOOP_INSTRUCTIONS, callees });
  }

  /** The region of a slot is left time and again: where more code belongs to it, it is worth compiling with that. */
  leaving(slot: number, samples: number): void {
    const region = this.#store.inSlot(slot);
    if (region === undefined || region.kept || !region.small || ++region.left < samples) return;
    region.left = -Infinity;
    const instructions = Math.min(MAX_INSTRUCTIONS, GROWTH * region.limit);
    this.#buildAgain(region, { kept: false, instructions, callees: region.callees });
  }

  /**
   * The region of a slot has made a computed call out of it. Once samples of that call stand for as many instructions of the program
   * as compiling the region is worth, it is compiled with what is called.
   */
  calling(slot: number, call: SampledCall): void {
    const region = this.#store.inSlot(slot);
    if (region?.calls === undefined) return;
    const callees = region.calls.note(call, RETIRED_PER_COMPILED * region.instructions);
    if (callees === undefined) return;
    region.calls = undefined;
    this.#buildAgain(region, { kept: false, instructions: MAX_LOOP_INSTRUCTIONS, callees });
  }

  #buildAgain(region: Region, options: Omit<BuildOptions, "movable">): void {
    const page = region.pages.get(0)?.slot;
    if (this.#refusal !== undefined || page === undefined) return;
    const { address, origin, seeds } = region;
    this.#build(page, address, seeds, { movable: origin === undefined, ...options });
  }

  /** Bytes that the region of a slot checks together lie in two pages, time and again: it is to check each access. */
  split(slot: number): void {
    const region = this.#store.inSlot(slot);
    const page = region?.pages.get(0)?.slot;
    if (region === undefined || page === undefined) return;
    this.#separate.add(page);
    this.#store.remove(region);
  }

  #build(
    page: number,
    address: Address,
    wanted: readonly number[],
    { movable, kept, instructions, callees }: BuildOptions,
  ): boolean {
    const start = performance.now();
    const refused = this.#refused.get(page);
    // A large region of the beginning is a loop: that it is compiled whole counts, and no more.
    const guessed = Math.min(instructions, GROWTH * this.#maxInstructions);
    const limits = { instructions, guessed, pages: MAX_REGION_PAGES, loops: kept };
    const source = regionSource(this.#host, page, address, callees);
    const code = discover(source, wanted, limits, this.#store.entriesOfSmall(address));
    // Others were left out as there was too much before them.
    const useless = wanted.filter((s) => !code.blocks.has(s) && !canBegin(source, s));
    if (useless.length > 0) {
      const set = refused ?? new Set();
      useless.forEach((s) => set.add(s));
      this.#refused.set(page, set);
    }
    if (code.blocks.size === 0) return false;
    const origin = movable ? undefined : pageAddress(address);
    const slot = this.#store.takeSlot();
    const pages = this.#store.takePages(this.#pagesOf(page, address, code));
    const { bytes, labels, callLinks } = emitModule(code, {
      pages,
      origin: origin === undefined ? undefined : BigInt(origin),
      kept,
      shared: !this.#separate.has(page),
      slot,
      newLink: () => this.#links++ % LINK_ENTRIES,
    });
    const region = this.#instantiate(bytes);
    if (region === undefined) {
      this.#store.release(slot, pages);
      return false;
    }
    let count = 0;
    for (const block of code.blocks.values()) {
      for (const { offset, length } of block.codes) this.#mark(pages, offset, length);
      count += block.codes.length;
    }
    this.#instructionsCompiled += count;
    const small = code.partial && instructions < MAX_INSTRUCTIONS;
    this.#store.install(region, slot, pages, labels, {
      bytes: bytes.length,
      small,
      limit: instructions,
      instructions: count,
      address,
      origin,
      seeds: wanted,
      kept,
      callees,
      calls: this.#callsOf(callLinks, origin, callees),
    });
    this.#store.prepareInterpreted(pages, code.interpreted);
    this.#regionsCompiled++;
    this.#wasmBytes += bytes.length;
    const took = performance.now() - start;
    this.#compileMs += took;
    this.#longestCompileMs = Math.max(this.#longestCompileMs, took);
    return true;
  }

  #callsOf(
    links: ReadonlyMap<number, number>,
    origin: number | undefined,
    known: Callees,
  ): CalleeSamples | undefined {
    if (links.size === 0 || origin === undefined) return undefined;
    return new CalleeSamples(links, origin, known);
  }

  #pagesOf(first: number, address: Address, { blocks }: RegionCode): Map<number, number> {
    const pages = new Map([[0, first]]);
    const add = (offset: number): void => {
      const distance = pageOf(offset);
      if (!pages.has(distance)) pages.set(distance, this.#host.slotNear(address, distance));
    };
    for (const { codes } of blocks.values()) {
      for (const { offset, length } of codes) {
        add(offset);
        add(offset + length - 1);
      }
    }
    return pages;
  }

  /** Notes that an instruction of a region stands there: who writes it drops the region. */
  #mark(pages: ReadonlyMap<number, RegionPage>, offset: number, length: number): void {
    const inPage = offset & (PAGE_SIZE - 1);
    const slotAt = (distance: number): number => (pages.get(distance) as RegionPage).slot;
    const page = slotAt(pageOf(offset));
    this.#host.code.mark(page, inPage, length);
    this.#store.note(page, inPage);
    const rest = inPage + length - PAGE_SIZE;
    if (rest > 0) this.#host.code.mark(slotAt(pageOf(offset) + 1), 0, rest);
  }

  /** The compiled function; undefined where the host has no more memory for code, or has come to forbid it. */
  #instantiate(bytes: Uint8Array): unknown {
    const { memory, exports, observeExit } = this.#host;
    try {
      const imports = { env: { memory }, tier0: exports };
      const region = new engine.Instance(new engine.Module(bytes), imports).exports[REGION_EXPORT];
      return observeExit === undefined ? region : observed(region, memory, observeExit);
    } catch (error) {
      this.#refusal = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }

  /** The decoded code of a page has been forgotten, and with it the records. May be called while a region runs. */
  pageDropped(page: number): void {
    this.#refused.delete(page);
    this.#separate.delete(page);
    this.#store.pageDropped(page);
  }

  /** All decoded code has been forgotten. */
  allDropped(): void {
    this.#refused.clear();
    this.#separate.clear();
    this.#store.clear();
  }

  get statistics(): JitStatistics {
    return {
      regionsCompiled: this.#regionsCompiled,
      instructionsCompiled: this.#instructionsCompiled,
      wasmBytes: this.#wasmBytes,
      regionsLive: this.#store.size,
      evictions: this.#store.evictions,
      invalidations: this.#store.invalidations,
      compileMs: this.#compileMs,
      longestCompileMs: this.#longestCompileMs,
    };
  }
}

/** Whether compiled code can begin with the instruction at an offset. */
function canBegin(source: RegionSource, offset: number): boolean {
  const code = source.decode(offset);
  return code !== undefined && source.canInline(code);
}

/** A module with one region, and what the emitter tells of it. */
function emitModule(
  code: RegionCode,
  place: RegionPlace,
): { readonly bytes: Uint8Array } & Pick<RegionEmitter, "labels" | "callLinks"> {
  let labels: ReadonlyMap<number, number> = new Map();
  let callLinks = labels;
  const bytes = new RegionModule().build((f) => {
    const emitter = new RegionEmitter(f, code, place);
    emitter.emit();
    ({ labels, callLinks } = emitter);
  });
  return { bytes, labels, callLinks };
}
