// SPDX-License-Identifier: MPL-2.0

import { MAX_INSTRUCTION_BYTES } from "../decode/decoder.ts";
import type { OpTable } from "../decode/op-table.ts";
import {
  ENTRY_TABLES,
  ENTRY_TABLE_SIZE,
  MAX_REGIONS,
  MAX_REGION_LABELS,
  RECORDS,
  REC_OP,
  REGION_ENTRIES,
  REGION_ENTRY_SHIFT,
  REGION_LABELS,
  REGION_LABELS_SIZE,
  REGION_ORIGINS,
} from "../layout.ts";
import type { CodeCache } from "../tier0/code-cache.ts";
import { PAGE_SIZE, pageOf } from "./code.ts";
import { type Address, pageAddress } from "./address.ts";
import type { CalleeSamples } from "./callees.ts";
import type { RegionPage } from "./pages.ts";
import type { Callees } from "./source.ts";

/** What compiled code may take; beyond it the oldest is forgotten. */
export interface RegionLimits {
  /** Regions at once, at most MAX_REGIONS - 1. */
  readonly regions: number;
  /** Tables of labels, one for each page of a region; at most MAX_REGION_LABELS. */
  readonly labelTables: number;
  /** Bytes of WebAssembly of all regions together; the engine's own code is about four times that. */
  readonly bytes: number;
}

export const DEFAULT_LIMITS: RegionLimits = {
  regions: MAX_REGIONS - 1,
  labelTables: MAX_REGION_LABELS,
  bytes: 24 << 20,
};

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
export interface Region {
  readonly slot: number;
  /** Its pages by their distance from the first one. */
  readonly pages: ReadonlyMap<number, RegionPage>;
  /** Records that stand for its labels. */
  readonly records: number[];
  readonly bytes: number;
  /** It is smaller than it would be now. */
  readonly small: boolean;
  /** An address in its first page where it was compiled, and what it was compiled from: offsets there. */
  readonly address: Address;
  readonly seeds: readonly number[];
  /** The virtual address of its first page, or undefined where it may be entered at any. */
  readonly origin: number | undefined;
  /** It keeps the registers in locals. */
  readonly kept: boolean;
  /** About how many instructions it was to have. */
  readonly limit: number;
  readonly instructions: number;
  /** What its computed calls were known to call when it was compiled. */
  readonly callees: Callees;
  /** What they have called since, while that is wanted. */
  calls: CalleeSamples | undefined;
  /** How often it was seen to run in a loop, and to be left time and again. */
  looped: number;
  left: number;
}

/** What is known of a region before it is installed. */
export type RegionFacts = Omit<Region, "slot" | "pages" | "records" | "looped" | "left">;

/** What the store works on. */
export interface RegionStoreHost {
  readonly bytes: Uint8Array;
  readonly table: OpTable;
  readonly code: CodeCache;
  readonly functions: FunctionTable;
  readonly limits: RegionLimits;
  /** Told that compiled code stands elsewhere now. */
  codeChanged(): void;
}

/**
 * The regions that are installed: their functions in the interpreter's table, the records that stand for them, and their tables of
 * labels.
 */
export class RegionStore {
  readonly #host: RegionStoreHost;
  readonly #u8: Uint8Array;
  readonly #u16: Uint16Array;
  readonly #i16: Int16Array;
  readonly #i32: Int32Array;
  readonly #regionOp: number;
  readonly #gotoOp: number;
  /** By slot; the order of insertion is that of age. */
  readonly #regions = new Map<number, Region>();
  readonly #freeSlots: number[] = [];
  #slotsUsed = 1;
  readonly #freeTables: number[] = [];
  #tablesUsed = 0;
  #bytes = 0;
  /**
   * By code slot, a bit for each offset: whether an instruction of a region stands there. Of pages of which a region has been
   * forgotten nothing is known.
   */
  readonly #instructions = new Map<number, Uint8Array>();
  /** Regions that were forgotten for want of room, and those whose code was written. */
  evictions = 0;
  invalidations = 0;

  constructor(host: RegionStoreHost) {
    this.#host = host;
    const { buffer } = host.bytes;
    this.#u8 = host.bytes;
    this.#u16 = new Uint16Array(buffer);
    this.#i16 = new Int16Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#regionOp = host.table.byKey.get("$region") ?? -1;
    this.#gotoOp = host.table.byKey.get("$goto") ?? -1;
  }

  get size(): number {
    return this.#regions.size;
  }

  #record(page: number, offset: number): number {
    return this.#i32[(ENTRY_TABLES + ENTRY_TABLE_SIZE * page + 4 * offset) >> 2] ?? 0;
  }

  /** Whether the record at this offset may stand for a region. */
  canEnter(page: number, offset: number): boolean {
    const record = this.#record(page, offset);
    if (record === 0) return false;
    const op = this.#u16[(record + REC_OP) >> 1] ?? 0;
    if (op === this.#gotoOp || op === this.#regionOp) return true;
    return this.#host.table.ops[op]?.instruction !== undefined;
  }

  inSlot(slot: number): Region | undefined {
    return this.#regions.get(slot);
  }

  /** The region that the record at an offset of a code slot stands for. */
  at(page: number, offset: number): Region | undefined {
    const record = this.#record(page, offset);
    if (record === 0 || this.#u16[(record + REC_OP) >> 1] !== this.#regionOp) return undefined;
    return this.#regions.get(this.#u16[entryOf(record) >> 1] ?? 0);
  }

  /** Notes that an instruction of a region stands at an offset of a code slot. */
  note(page: number, offset: number): void {
    let bits = this.#instructions.get(page);
    if (bits === undefined) this.#instructions.set(page, (bits = new Uint8Array(PAGE_SIZE / 8)));
    bits[offset >> 3] = (bits[offset >> 3] ?? 0) | (1 << (offset & 7));
  }

  /** Whether an instruction of a region is known to stand there, entered or not. */
  holds(page: number, offset: number): boolean {
    return (((this.#instructions.get(page)?.[offset >> 3] ?? 0) >> (offset & 7)) & 1) !== 0;
  }

  /** Whether the region of the record at an offset can be entered while its page is mapped at `address`. */
  fits(region: Region, page: number, offset: number, address: Address): boolean {
    if (region.origin === undefined) return true;
    const distance = this.#i16[(entryOf(this.#record(page, offset)) >> 1) + 3] ?? 0;
    return region.origin + PAGE_SIZE * distance === pageAddress(address);
  }

  /** Where regions are entered that are smaller than they would be now, as offsets from the page at an address. */
  entriesOfSmall(address: Address): number[] {
    const first = pageAddress(address);
    const found: number[] = [];
    for (const { small, seeds, origin } of this.#regions.values()) {
      if (!small || origin === undefined) continue;
      for (const seed of seeds) found.push(origin - first + seed);
    }
    return found;
  }

  /** Puts a compiled function in the place of the records of its labels. `slot` and `pages` are those of `takeSlot` and `takePages`. */
  install(
    compiled: unknown,
    slot: number,
    pages: ReadonlyMap<number, RegionPage>,
    labels: ReadonlyMap<number, number>,
    facts: RegionFacts,
  ): void {
    this.#host.codeChanged();
    const region: Region = { slot, pages, records: [], looped: 0, left: 0, ...facts };
    this.#host.functions.set(this.#host.table.ops.length + slot, compiled);
    const tableAt = (table: number): number => REGION_LABELS + REGION_LABELS_SIZE * table;
    for (const { table } of pages.values()) {
      this.#u8.fill(0, tableAt(table), tableAt(table) + REGION_LABELS_SIZE);
    }
    this.#regions.set(slot, region);
    this.#bytes += facts.bytes;
    const { origin = -1 } = facts;
    this.#i32[(REGION_ORIGINS + 8 * slot) >> 2] = origin | 0;
    this.#i32[((REGION_ORIGINS + 8 * slot) >> 2) + 1] = Math.floor(origin / 2 ** 32);
    const numbers = new Map([...pages.keys()].map((distance, i) => [distance, i]));
    for (const [offset, label] of labels) {
      const distance = pageOf(offset);
      const inPage = offset & (PAGE_SIZE - 1);
      const { slot: page, table } = pages.get(distance) as RegionPage;
      this.#u8[tableAt(table) + inPage] = label;
      if (this.#host.code.full || mayCross(offset)) continue;
      const record = this.#host.code.record(page, inPage);
      if (record === 0 || !this.canEnter(page, inPage)) continue;
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
  prepareInterpreted(pages: ReadonlyMap<number, RegionPage>, offsets: ReadonlySet<number>): void {
    for (const offset of offsets) {
      const page = pages.get(pageOf(offset))?.slot;
      if (page === undefined || this.#host.code.full || mayCross(offset)) continue;
      if (this.#host.code.isDecoded(page, offset & (PAGE_SIZE - 1))) {
        this.#host.code.record(page, offset & (PAGE_SIZE - 1));
      }
    }
  }

  /** Gives each page of a region, by distance and code slot, a table of labels; `release` or `install` follows. */
  takePages(slots: ReadonlyMap<number, number>): Map<number, RegionPage> {
    while (
      this.#host.limits.labelTables - this.#tablesUsed + this.#freeTables.length <
      slots.size
    ) {
      if (!this.#evict()) break;
    }
    return new Map(
      [...slots].map(([distance, slot]) => {
        const table = this.#freeTables.pop() ?? this.#tablesUsed++;
        return [distance, { slot, table }];
      }),
    );
  }

  /** Takes the number and the tables of pages back of a region that is not installed. */
  release(slot: number, pages: ReadonlyMap<number, RegionPage>): void {
    this.#freeSlots.push(slot);
    for (const { table } of pages.values()) this.#freeTables.push(table);
  }

  /** Forgets the oldest region. */
  #evict(): boolean {
    const oldest = this.#regions.values().next().value;
    if (oldest === undefined) return false;
    this.remove(oldest);
    this.evictions++;
    return true;
  }

  /** Gives a region its number; `release` or `install` follows. */
  takeSlot(): number {
    const { regions, bytes } = this.#host.limits;
    while (this.#regions.size >= regions || this.#bytes > bytes) {
      if (!this.#evict()) break;
    }
    return this.#freeSlots.pop() ?? this.#slotsUsed++;
  }

  /** Forgets a region: records that still stand for it get their own micro-ops back. */
  remove(region: Region): void {
    this.#host.codeChanged();
    for (const record of region.records) {
      const entry = entryOf(record) >> 1;
      if (this.#u16[entry] !== region.slot) continue;
      this.#u16[entry] = 0;
      const op = (record + REC_OP) >> 1;
      if (this.#u16[op] === this.#regionOp) this.#u16[op] = this.#u16[entry + 2] ?? 0;
    }
    for (const { slot } of region.pages.values()) this.#instructions.delete(slot);
    this.#host.functions.set(this.#host.table.ops.length + region.slot, null);
    this.#regions.delete(region.slot);
    this.release(region.slot, region.pages);
    this.#bytes -= region.bytes;
  }

  /** The decoded code of a page has been forgotten, and with it the records. May be called while a region runs. */
  pageDropped(page: number): void {
    for (const region of this.#regions.values()) {
      if (![...region.pages.values()].some(({ slot }) => slot === page)) continue;
      this.remove(region);
      this.invalidations++;
    }
  }

  /** Forgets all regions. */
  clear(): void {
    for (const region of this.#regions.values()) this.remove(region);
  }
}
