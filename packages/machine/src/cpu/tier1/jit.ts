// SPDX-License-Identifier: MPL-2.0

import { type WasmInstance, type WasmMemory, engine } from "../../wasm/index.ts";
import type { Decoder } from "../decode/decoder.ts";
import type { OpTable } from "../decode/op-table.ts";
import {
  ENTRY_TABLES,
  ENTRY_TABLE_SIZE,
  MAX_REGIONS,
  RAM_BASE,
  RECORDS,
  REC_OP,
  REGION_ENTRIES,
  REGION_ENTRY_SHIFT,
  REGION_LABELS,
  REGION_LABELS_SIZE,
} from "../layout.ts";
import type { CodeCache } from "../tier0/code-cache.ts";
import { type RegionSource, discover } from "./blocks.ts";
import { PAGE_SIZE, decodeCode } from "./code.ts";
import { effectsOf } from "./effects.ts";
import { RegionModule } from "./module.ts";
import { observed } from "./observe.ts";
import { RegionEmitter } from "./region.ts";

/** Instructions of one region at most: V8's optimizing compiler takes more than linear time. */
const MAX_INSTRUCTIONS = 300;
/** Bytes of WebAssembly of all regions together; the engine's own code is about four times that. */
const MAX_CODE_BYTES = 24 << 20;

/** The functions table of the interpreter's module. */
export interface FunctionTable {
  set(index: number, value: unknown): void;
}

/** One piece of compiled code. */
interface Region {
  readonly slot: number;
  /** The code slot of its page. */
  readonly page: number;
  /** Records that stand for its labels. */
  readonly records: number[];
  readonly bytes: number;
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
  #slotsUsed = 0;
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
    const record = this.#record(page, offset);
    return record !== 0 && this.#u16[(record + REC_OP) >> 1] === this.#regionOp;
  }

  #record(page: number, offset: number): number {
    return this.#i32[(ENTRY_TABLES + ENTRY_TABLE_SIZE * page + 4 * offset) >> 2] ?? 0;
  }

  /** Compiles what is reached from `seeds` in the page of a code slot. False where nothing can be. */
  compile(page: number, seeds: readonly number[]): boolean {
    const refused = this.#refused.get(page);
    const wanted = seeds.filter((s) => refused?.has(s) !== true && this.#canEnter(page, s));
    if (wanted.length === 0) return false;
    const start = performance.now();
    const source = this.#source(page);
    const code = discover(source, wanted, MAX_INSTRUCTIONS);
    const useless = wanted.filter((s) => !code.blocks.has(s));
    if (useless.length > 0) {
      const set = refused ?? new Set();
      useless.forEach((s) => set.add(s));
      this.#refused.set(page, set);
    }
    if (code.blocks.size === 0) return false;
    const slot = this.#takeSlot();
    const module = new RegionModule();
    let labels: ReadonlyMap<number, number> = new Map();
    module.region((f) => {
      const emitter = new RegionEmitter(f, code, slot);
      emitter.emit();
      ({ labels } = emitter);
    });
    const bytes = module.finish();
    const instance = new engine.Instance(new engine.Module(bytes), {
      env: { memory: this.#host.memory },
      tier0: this.#host.exports,
    });
    const { observeExit } = this.#host;
    const region = instance.exports["0"];
    this.#functions.set(
      this.#host.table.ops.length + slot,
      observeExit === undefined ? region : observed(region, this.#host.memory, observeExit),
    );
    for (const block of code.blocks.values()) {
      this.#host.code.mark(page, block.start, block.end - block.start);
      this.#instructionsCompiled += block.codes.length;
    }
    this.#install({ slot, page, records: [], bytes: bytes.length }, labels);
    this.#regionsCompiled++;
    this.#wasmBytes += bytes.length;
    const took = performance.now() - start;
    this.#compileMs += took;
    this.#longestCompileMs = Math.max(this.#longestCompileMs, took);
    return true;
  }

  /** Whether the record at this offset may stand for a region. */
  #canEnter(page: number, offset: number): boolean {
    const record = this.#record(page, offset);
    if (record === 0) return false;
    const op = this.#u16[(record + REC_OP) >> 1] ?? 0;
    if (op === this.#gotoOp || op === this.#regionOp) return true;
    return this.#host.table.ops[op]?.instruction !== undefined;
  }

  #source(page: number): RegionSource {
    const { code, decoder, table, bytes, speculative } = this.#host;
    const host = RAM_BASE + PAGE_SIZE * code.pageOf(page);
    return {
      decode: (offset) => decodeCode(decoder, table, bytes, host, offset),
      isKnown: (offset) => speculative || code.isDecoded(page, offset),
      canInline: ({ op }) => effectsOf(op).inline,
      blockStarts: () => {
        const found: number[] = [];
        for (let offset = 0; offset < PAGE_SIZE; offset++) {
          if (this.#record(page, offset) !== 0) found.push(offset);
        }
        return found;
      },
    };
  }

  #install(region: Region, labels: ReadonlyMap<number, number>): void {
    const { slot, page } = region;
    const base = REGION_LABELS + REGION_LABELS_SIZE * slot;
    this.#u8.fill(0, base, base + REGION_LABELS_SIZE);
    this.#regions.set(slot, region);
    this.#liveBytes += region.bytes;
    for (const [offset, label] of labels) {
      this.#u8[base + offset] = label;
      if (this.#host.code.full) continue;
      const record = this.#host.code.record(page, offset);
      if (record === 0 || !this.#canEnter(page, offset)) continue;
      const entry = (REGION_ENTRIES + ((record - RECORDS) >>> REGION_ENTRY_SHIFT)) >> 1;
      const op = this.#u16[(record + REC_OP) >> 1] ?? 0;
      if (op !== this.#regionOp) this.#u16[entry + 2] = op;
      this.#u16[entry] = slot;
      this.#u16[entry + 1] = label;
      this.#u16[(record + REC_OP) >> 1] = this.#regionOp;
      region.records.push(record);
    }
  }

  #takeSlot(): number {
    while (this.#regions.size >= MAX_REGIONS - 1 || this.#liveBytes > MAX_CODE_BYTES) {
      const oldest = this.#regions.values().next().value;
      if (oldest === undefined) break;
      this.#uninstall(oldest);
      this.#evictions++;
    }
    return this.#free.pop() ?? this.#slotsUsed++;
  }

  /** Gives the records of a region their own micro-ops back. */
  #uninstall(region: Region): void {
    for (const record of region.records) {
      const entry = (REGION_ENTRIES + ((record - RECORDS) >>> REGION_ENTRY_SHIFT)) >> 1;
      const op = (record + REC_OP) >> 1;
      if (this.#u16[op] !== this.#regionOp || this.#u16[entry] !== region.slot) continue;
      this.#u16[op] = this.#u16[entry + 2] ?? 0;
    }
    this.#forget(region);
  }

  #forget(region: Region): void {
    this.#functions.set(this.#host.table.ops.length + region.slot, null);
    this.#regions.delete(region.slot);
    this.#free.push(region.slot);
    this.#liveBytes -= region.bytes;
  }

  /** The decoded code of a page has been forgotten, and with it the records. May be called while a region runs. */
  pageDropped(page: number): void {
    this.#refused.delete(page);
    for (const region of this.#regions.values()) {
      if (region.page !== page) continue;
      this.#forget(region);
      this.#invalidations++;
    }
  }

  /** All decoded code has been forgotten. */
  allDropped(): void {
    this.#refused.clear();
    for (const region of this.#regions.values()) this.#forget(region);
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
