// SPDX-License-Identifier: MPL-2.0

import { type WasmInstance, type WasmMemory, engine } from "../../wasm/index.ts";
import { type Decoder, MAX_INSTRUCTION_BYTES } from "../decode/decoder.ts";
import type { OpTable } from "../decode/op-table.ts";
import {
  ENTRY_TABLES,
  ENTRY_TABLE_SIZE,
  MAX_REGIONS,
  MAX_REGION_LABELS,
  RAM_BASE,
  RECORDS,
  REC_OP,
  REGION_ENTRIES,
  REGION_ENTRY_SHIFT,
  REGION_LABELS,
  REGION_LABELS_SIZE,
} from "../layout.ts";
import type { CodeCache } from "../tier0/code-cache.ts";
import { type RegionCode, type RegionSource, discover } from "./blocks.ts";
import { type Code, PAGE_SIZE, decodeCode, pageOf } from "./code.ts";
import { effectsOf } from "./effects.ts";
import { RegionModule } from "./module.ts";
import { observed } from "./observe.ts";
import { MAX_PAGE_DISTANCE, MAX_REGION_PAGES, type RegionPage } from "./pages.ts";
import type { Address } from "./sampler.ts";
import { RegionEmitter } from "./region.ts";

/**
 * Instructions of a region at most: V8's optimizing compiler takes more than linear time, and the guest stands still for
 * about 25 us for each. The first regions are smaller, as our own compiler is slow until the engine has optimized it;
 * what they leave out is compiled when it turns out to be hot still.
 */
const MAX_INSTRUCTIONS = 400;
const FIRST_MAX_INSTRUCTIONS: readonly number[] = [40, 60, 90, 130, 200, 300];
/** Bytes of WebAssembly of all regions together; the engine's own code is about four times that. */
const MAX_CODE_BYTES = 24 << 20;

/** Where the region that a record stands for is described. */
function entryOf(record: number): number {
  return REGION_ENTRIES + ((record - RECORDS) >>> REGION_ENTRY_SHIFT);
}

/**
 * Whether an instruction there may go on in the next page. The interpreter decodes those when it comes to them: then it
 * knows which page that is.
 */
function mayCross(offset: number): boolean {
  return (offset & (PAGE_SIZE - 1)) > PAGE_SIZE - MAX_INSTRUCTION_BYTES;
}

/** The functions table of the interpreter's module. */
export interface FunctionTable {
  set(index: number, value: unknown): void;
}

/** One piece of compiled code. */
interface Region {
  readonly slot: number;
  /** Its pages by their distance from the first one. */
  readonly pages: ReadonlyMap<number, RegionPage>;
  /** Records that stand for its labels. */
  readonly records: number[];
  readonly bytes: number;
  /** It is smaller than it would be now. */
  readonly small: boolean;
}

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
export interface JitHost {
  readonly bytes: Uint8Array;
  readonly memory: WasmMemory;
  readonly table: OpTable;
  readonly decoder: Decoder;
  readonly code: CodeCache;
  readonly exports: WasmInstance["exports"];
  /** The code slot of the page that is mapped so many pages from that of an address, or -1 where it is not known. */
  slotNear(address: Address, pages: number): number;
  /** Told of each return from compiled code: REGION_* and the low half of rip. Slow; for benchmarks. */
  readonly observeExit?: ((code: number, rip: number) => void) | undefined;
  /** Compiles all code that is reached, whether the interpreter has met it or not: larger regions, for tests. */
  readonly speculative: boolean;
}

/**
 * Tier 1: compiles hot code to WebAssembly, and puts it in the place of the records that lead to it. Regions lie within one
 * physical page and are kept with its decoded code: whoever maps the page runs them.
 */
export class Jit {
  readonly #host: JitHost;
  readonly #u8: Uint8Array;
  readonly #u16: Uint16Array;
  readonly #i32: Int32Array;
  readonly #functions: FunctionTable;
  readonly #regionOp: number;
  readonly #gotoOp: number;
  /** By region slot; the order of insertion is that of age. */
  readonly #regions = new Map<number, Region>();
  readonly #free: number[] = [];
  #slotsUsed = 1;
  #refusal: string | undefined;
  readonly #freeTables: number[] = [];
  #tablesUsed = 0;
  #liveBytes = 0;
  /** Offsets that cannot be compiled, by code slot. */
  readonly #refused = new Map<number, Set<number>>();
  #regionsCompiled = 0;
  #instructionsCompiled = 0;
  #wasmBytes = 0;
  #evictions = 0;
  #invalidations = 0;
  #compileMs = 0;
  #longestCompileMs = 0;

  constructor(host: JitHost) {
    this.#host = host;
    const { buffer } = host.bytes;
    this.#u8 = host.bytes;
    this.#u16 = new Uint16Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#functions = host.exports["functions"] as FunctionTable;
    this.#regionOp = host.table.byKey.get("$region") ?? -1;
    this.#gotoOp = host.table.byKey.get("$goto") ?? -1;
  }

  /** Whether a region is entered at this offset of a code slot. */
  isCompiled(page: number, offset: number): boolean {
    const region = this.#regionAt(page, offset);
    return region !== undefined && !(region.small && this.#maxInstructions === MAX_INSTRUCTIONS);
  }

  /** The region that the record at an offset of a code slot stands for. */
  #regionAt(page: number, offset: number): Region | undefined {
    const record = this.#record(page, offset);
    if (record === 0 || this.#u16[(record + REC_OP) >> 1] !== this.#regionOp) return undefined;
    return this.#regions.get(this.#u16[entryOf(record) >> 1] ?? 0);
  }

  get #maxInstructions(): number {
    return FIRST_MAX_INSTRUCTIONS[this.#regionsCompiled] ?? MAX_INSTRUCTIONS;
  }

  #record(page: number, offset: number): number {
    return this.#i32[(ENTRY_TABLES + ENTRY_TABLE_SIZE * page + 4 * offset) >> 2] ?? 0;
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
    const wanted = seeds.filter((s) => refused?.has(s) !== true && this.#canEnter(page, s));
    if (wanted.length === 0) return false;
    const start = performance.now();
    const instructions = this.#maxInstructions;
    const limits = { instructions, pages: MAX_REGION_PAGES };
    const code = discover(this.#source(page, address), wanted, limits);
    const useless = wanted.filter((s) => !code.blocks.has(s));
    if (useless.length > 0) {
      const set = refused ?? new Set();
      useless.forEach((s) => set.add(s));
      this.#refused.set(page, set);
    }
    if (code.blocks.size === 0) return false;
    for (const seed of wanted) {
      const old = this.#regionAt(page, seed);
      if (old !== undefined) this.#uninstall(old);
    }
    const pages = this.#takePages(this.#pagesOf(page, address, code));
    const slot = this.#takeSlot();
    const module = new RegionModule();
    let labels: ReadonlyMap<number, number> = new Map();
    module.region((f) => {
      const emitter = new RegionEmitter(f, code, { pages });
      emitter.emit();
      ({ labels } = emitter);
    });
    const bytes = module.finish();
    const instance = this.#instantiate(bytes);
    if (instance === undefined) {
      this.#free.push(slot);
      return false;
    }
    const { observeExit } = this.#host;
    const region = instance.exports["0"];
    this.#functions.set(
      this.#host.table.ops.length + slot,
      observeExit === undefined ? region : observed(region, this.#host.memory, observeExit),
    );
    for (const block of code.blocks.values()) {
      for (const { offset, length } of block.codes) this.#mark(pages, offset, length);
      this.#instructionsCompiled += block.codes.length;
    }
    const small = code.partial && instructions < MAX_INSTRUCTIONS;
    this.#install({ slot, pages, records: [], bytes: bytes.length, small }, labels);
    this.#prepareInterpreted(pages, code.interpreted);
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

  /** Undefined where the host has no more memory for code, or has come to forbid it. */
  #instantiate(bytes: Uint8Array): WasmInstance | undefined {
    try {
      return new engine.Instance(new engine.Module(bytes), {
        env: { memory: this.#host.memory },
        tier0: this.#host.exports,
      });
    } catch (error) {
      this.#refusal = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }

  /** Whether the record at this offset may stand for a region. */
  #canEnter(page: number, offset: number): boolean {
    const record = this.#record(page, offset);
    if (record === 0) return false;
    const op = this.#u16[(record + REC_OP) >> 1] ?? 0;
    if (op === this.#gotoOp || op === this.#regionOp) return true;
    return this.#host.table.ops[op]?.instruction !== undefined;
  }

  #source(first: number, address: Address): RegionSource {
    const { code, decoder, table, bytes, speculative } = this.#host;
    const slots = new Map([[0, first]]);
    /** The code slot at a distance, or -1. */
    const slotAt = (distance: number): number => {
      let slot = slots.get(distance);
      if (slot === undefined) {
        slot = Math.abs(distance) > MAX_PAGE_DISTANCE ? -1 : this.#host.slotNear(address, distance);
        // Who writes to a page that has been dropped is not noticed.
        if (slot >= 0 && !code.isAttached(slot)) slot = -1;
        slots.set(distance, slot);
      }
      return slot;
    };
    const hostPage = (slot: number): number => RAM_BASE + PAGE_SIZE * code.pageOf(slot);
    const both = new Uint8Array(2 * MAX_INSTRUCTION_BYTES);
    /** An instruction that may go on in the next page. */
    const decodeCrossing = (offset: number, at: number, rest: number): Code | undefined => {
      const next = slotAt(pageOf(offset) + 1);
      if (next < 0) return undefined;
      both.fill(0);
      both.set(bytes.subarray(at, at + rest));
      both.set(bytes.subarray(hostPage(next), hostPage(next) + both.length - rest), rest);
      return decodeCode(decoder, table, both, 0, both.length, offset);
    };
    return {
      decode: (offset) => {
        const slot = slotAt(pageOf(offset));
        if (slot < 0) return undefined;
        const at = hostPage(slot) + (offset & (PAGE_SIZE - 1));
        const end = hostPage(slot) + PAGE_SIZE;
        const found = decodeCode(decoder, table, bytes, at, end, offset);
        if (found !== undefined || end - at >= MAX_INSTRUCTION_BYTES) return found;
        return decodeCrossing(offset, at, end - at);
      },
      isKnown: (offset) => {
        const slot = slotAt(pageOf(offset));
        return slot >= 0 && (speculative || code.isDecoded(slot, offset & (PAGE_SIZE - 1)));
      },
      canInline: ({ op }) => effectsOf(op).inline,
      blockStarts: () => {
        const found: number[] = [];
        for (let offset = 0; offset < PAGE_SIZE; offset++) {
          if (this.#record(first, offset) !== 0) found.push(offset);
        }
        return found;
      },
    };
  }

  #install(region: Region, labels: ReadonlyMap<number, number>): void {
    const { slot, pages } = region;
    const tableAt = (table: number): number => REGION_LABELS + REGION_LABELS_SIZE * table;
    for (const { table } of pages.values()) {
      this.#u8.fill(0, tableAt(table), tableAt(table) + REGION_LABELS_SIZE);
    }
    this.#regions.set(slot, region);
    this.#liveBytes += region.bytes;
    const numbers = new Map([...pages.keys()].map((distance, i) => [distance, i]));
    for (const [offset, label] of labels) {
      const distance = pageOf(offset);
      const inPage = offset & (PAGE_SIZE - 1);
      const { slot: page, table } = pages.get(distance) as RegionPage;
      this.#u8[tableAt(table) + inPage] = label;
      if (this.#host.code.full || mayCross(offset)) continue;
      const record = this.#host.code.record(page, inPage);
      if (record === 0 || !this.#canEnter(page, inPage)) continue;
      const entry = entryOf(record) >> 1;
      const op = this.#u16[(record + REC_OP) >> 1] ?? 0;
      if (op !== this.#regionOp) this.#u16[entry + 2] = op;
      this.#u16[entry] = slot;
      this.#u16[entry + 1] = label | ((numbers.get(distance) ?? 0) << 8);
      this.#u16[entry + 3] = distance & 0xffff;
      this.#u16[(record + REC_OP) >> 1] = this.#regionOp;
      region.records.push(record);
    }
  }

  /**
   * Decodes by themselves the instructions that are left to the interpreter: the block that begins with one ends where the
   * region goes on.
   */
  #prepareInterpreted(pages: ReadonlyMap<number, RegionPage>, offsets: ReadonlySet<number>): void {
    for (const offset of offsets) {
      const page = pages.get(pageOf(offset))?.slot;
      if (page === undefined || this.#host.code.full || mayCross(offset)) continue;
      if (this.#host.code.isDecoded(page, offset & (PAGE_SIZE - 1))) {
        this.#host.code.record(page, offset & (PAGE_SIZE - 1));
      }
    }
  }

  /** Gives each page a table of labels. */
  #takePages(slots: ReadonlyMap<number, number>): Map<number, RegionPage> {
    while (MAX_REGION_LABELS - this.#tablesUsed + this.#freeTables.length < slots.size) {
      if (!this.#evict()) break;
    }
    return new Map(
      [...slots].map(([distance, slot]) => {
        const table = this.#freeTables.pop() ?? this.#tablesUsed++;
        return [distance, { slot, table }];
      }),
    );
  }

  /** Forgets the oldest region. */
  #evict(): boolean {
    const oldest = this.#regions.values().next().value;
    if (oldest === undefined) return false;
    this.#uninstall(oldest);
    this.#evictions++;
    return true;
  }

  #takeSlot(): number {
    while (this.#regions.size >= MAX_REGIONS - 1 || this.#liveBytes > MAX_CODE_BYTES) {
      if (!this.#evict()) break;
    }
    return this.#free.pop() ?? this.#slotsUsed++;
  }

  /** Forgets a region: records that still stand for it get their own micro-ops back. */
  #uninstall(region: Region): void {
    for (const record of region.records) {
      const entry = entryOf(record) >> 1;
      if (this.#u16[entry] !== region.slot) continue;
      this.#u16[entry] = 0;
      const op = (record + REC_OP) >> 1;
      if (this.#u16[op] === this.#regionOp) this.#u16[op] = this.#u16[entry + 2] ?? 0;
    }
    this.#functions.set(this.#host.table.ops.length + region.slot, null);
    this.#regions.delete(region.slot);
    this.#free.push(region.slot);
    for (const { table } of region.pages.values()) this.#freeTables.push(table);
    this.#liveBytes -= region.bytes;
  }

  /** The decoded code of a page has been forgotten, and with it the records. May be called while a region runs. */
  pageDropped(page: number): void {
    this.#refused.delete(page);
    for (const region of this.#regions.values()) {
      if (![...region.pages.values()].some(({ slot }) => slot === page)) continue;
      this.#uninstall(region);
      this.#invalidations++;
    }
  }

  /** All decoded code has been forgotten. */
  allDropped(): void {
    this.#refused.clear();
    for (const region of this.#regions.values()) this.#uninstall(region);
  }

  get statistics(): JitStatistics {
    return {
      regionsCompiled: this.#regionsCompiled,
      instructionsCompiled: this.#instructionsCompiled,
      wasmBytes: this.#wasmBytes,
      regionsLive: this.#regions.size,
      evictions: this.#evictions,
      invalidations: this.#invalidations,
      compileMs: this.#compileMs,
      longestCompileMs: this.#longestCompileMs,
    };
  }
}
