// SPDX-License-Identifier: MPL-2.0

import { type WasmInstance, type WasmMemory, engine } from "../../wasm/index.ts";
import { type RegionCode, discover } from "./blocks.ts";
import { PAGE_SIZE, pageOf } from "./code.ts";
import { REGION_EXPORT, RegionModule } from "./module.ts";
import { observed } from "./observe.ts";
import { MAX_REGION_PAGES, type RegionPage } from "./pages.ts";
import { RegionEmitter } from "./region.ts";
import type { Address } from "./sampler.ts";
import { type SourceHost, regionSource } from "./source.ts";
import { DEFAULT_LIMITS, type FunctionTable, type RegionLimits, RegionStore } from "./store.ts";

/**
 * Instructions of a region at most: V8's optimizing compiler takes more than linear time, and the guest stands still for
 * about 25 us for each. The first regions are smaller, as our own compiler is slow until the engine has optimized it;
 * what they leave out is compiled when it turns out to be hot still.
 */
const MAX_INSTRUCTIONS = 400;
const FIRST_MAX_INSTRUCTIONS: readonly number[] = [40, 60, 90, 130, 200, 300];

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
  /** Offsets that cannot be compiled, by code slot. */
  readonly #refused = new Map<number, Set<number>>();
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
    });
  }

  /** Whether compiled code is entered at this offset of a code slot, and needs not be compiled again. */
  isCompiled(page: number, offset: number): boolean {
    const region = this.#store.at(page, offset);
    return region !== undefined && !(region.small && this.#maxInstructions === MAX_INSTRUCTIONS);
  }

  get #maxInstructions(): number {
    return FIRST_MAX_INSTRUCTIONS[this.#regionsCompiled] ?? MAX_INSTRUCTIONS;
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
        !this.isCompiled(page, seed),
    );
    if (wanted.length === 0) return false;
    const start = performance.now();
    const instructions = this.#maxInstructions;
    const limits = { instructions, pages: MAX_REGION_PAGES };
    const code = discover(regionSource(this.#host, page, address), wanted, limits);
    const useless = wanted.filter((s) => !code.blocks.has(s));
    if (useless.length > 0) {
      const set = refused ?? new Set();
      useless.forEach((s) => set.add(s));
      this.#refused.set(page, set);
    }
    if (code.blocks.size === 0) return false;
    // Those that were small: this one is larger.
    for (const seed of wanted) {
      const old = this.#store.at(page, seed);
      if (old !== undefined) this.#store.remove(old);
    }
    const pages = this.#store.takePages(this.#pagesOf(page, address, code));
    const { bytes, labels } = emitModule(code, pages);
    const region = this.#instantiate(bytes);
    if (region === undefined) {
      this.#store.release(pages);
      return false;
    }
    for (const block of code.blocks.values()) {
      for (const { offset, length } of block.codes) this.#mark(pages, offset, length);
      this.#instructionsCompiled += block.codes.length;
    }
    const small = code.partial && instructions < MAX_INSTRUCTIONS;
    this.#store.install(region, pages, labels, { bytes: bytes.length, small });
    this.#store.prepareInterpreted(pages, code.interpreted);
    this.#regionsCompiled++;
    this.#wasmBytes += bytes.length;
    const took = performance.now() - start;
    this.#compileMs += took;
    this.#longestCompileMs = Math.max(this.#longestCompileMs, took);
    return true;
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
    this.#host.code.mark(slotAt(pageOf(offset)), inPage, length);
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
    this.#store.pageDropped(page);
  }

  /** All decoded code has been forgotten. */
  allDropped(): void {
    this.#refused.clear();
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

/** A module with one region, and the region's labels by offset. */
function emitModule(
  code: RegionCode,
  pages: ReadonlyMap<number, RegionPage>,
): { readonly bytes: Uint8Array; readonly labels: ReadonlyMap<number, number> } {
  let labels: ReadonlyMap<number, number> = new Map();
  const bytes = new RegionModule().build((f) => {
    const emitter = new RegionEmitter(f, code, { pages });
    emitter.emit();
    ({ labels } = emitter);
  });
  return { bytes, labels };
}
