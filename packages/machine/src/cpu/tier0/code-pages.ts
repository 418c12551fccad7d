// SPDX-License-Identifier: MPL-2.0

import type { OpTable } from "../decode/op-table.ts";
import {
  CHUNK_SIZE,
  CODE_BYTES,
  CODE_SLOTS,
  ENTRY_TABLES,
  ENTRY_TABLE_SIZE,
  MAX_CHUNKS,
  MAX_CODE_SLOTS,
  RECORDS,
  RECORD_SIZE,
  REC_AFTER,
  REC_BEFORE,
  REC_LENGTH,
  REC_OFFSET,
  REC_OP,
  WRITABLE_PAGES,
} from "../layout.ts";
import { type CodePage, PAGE_SIZE } from "./code-page.ts";

const CODE_BYTES_SIZE = PAGE_SIZE / 8;

/** What the pages of code ask of the CPU. */
export interface CodePagesHost {
  /** All ways to write pages without looking must end. */
  protectAll(): void;
  /** The maps from virtual pages to code slots must be forgotten, and all that is known of slots. */
  clearAllCode(): void;
  /** The records of a code slot have become useless. */
  dropped(slot: number): void;
}

/**
 * Which physical pages have decoded code, in which chunks of memory their records stand, and which of their bytes they were decoded
 * from.
 *
 * Nothing that a record points to is reused while the loop may be inside it: pages that are dropped
 * have their records turned into exits, and their memory is recycled at the next decode, which
 * happens outside the loop.
 */
export class CodePages {
  readonly #u8: Uint8Array;
  readonly #u16: Uint16Array;
  readonly #host: CodePagesHost;
  readonly #stub: number;
  readonly #far: number;
  readonly #slots: CodePage[] = [];
  /** Detached slots by the page that they had; reused for it, or for others after all is flushed. */
  readonly #detached = new Map<number, number>();
  readonly #freeChunks: number[] = [];
  readonly #droppedChunks: number[] = [];
  #chunksUsed = 0;
  flushes = 0;

  constructor(bytes: Uint8Array, table: OpTable, host: CodePagesHost) {
    this.#u8 = bytes;
    this.#u16 = new Uint16Array(bytes.buffer);
    this.#host = host;
    this.#stub = table.byKey.get("$stub") ?? -1;
    this.#far = table.byKey.get("$far") ?? -1;
  }

  /** The code slot of a physical page, made if need be. May flush everything. */
  slotFor(page: number): number {
    const known = this.#u16[(CODE_SLOTS >> 1) + page] ?? 0;
    if (known !== 0) return known - 1;
    let slot = this.#detached.get(page);
    if (slot === undefined) {
      if (this.#slots.length >= MAX_CODE_SLOTS) this.flush();
      slot = this.#slots.length;
      this.#slots.push({
        slot,
        page,
        attached: true,
        chunks: [],
        low: 0,
        high: 0,
        stubs: new Map(),
        links: new Map(),
        dependents: new Set(),
      });
    } else {
      this.#detached.delete(page);
      this.at(slot).attached = true;
    }
    this.#u16[(CODE_SLOTS >> 1) + page] = slot + 1;
    if (this.#u8[WRITABLE_PAGES + page] !== 0) this.#host.protectAll();
    return slot;
  }

  /** The page of a code slot. */
  at(slot: number): CodePage {
    const found = this.#slots[slot];
    if (found === undefined) throw new Error(`code slot ${slot} does not exist`);
    return found;
  }

  /** Forgets all decoded code. Must not be called while the loop runs. */
  flush(): void {
    this.flushes++;
    this.#slots.forEach((code, slot) => {
      this.#clearTables(slot);
      if (code.attached) this.#u16[(CODE_SLOTS >> 1) + code.page] = 0;
    });
    this.#slots.length = 0;
    this.#detached.clear();
    this.#freeChunks.length = 0;
    this.#droppedChunks.length = 0;
    this.#chunksUsed = 0;
    this.#host.clearAllCode();
  }

  #clearTables(slot: number): void {
    const entries = ENTRY_TABLES + ENTRY_TABLE_SIZE * slot;
    this.#u8.fill(0, entries, entries + ENTRY_TABLE_SIZE);
    const bits = CODE_BYTES + CODE_BYTES_SIZE * slot;
    this.#u8.fill(0, bits, bits + CODE_BYTES_SIZE);
  }

  /** Whether a byte of [offset, offset + length) in a physical page has been decoded. */
  touches(page: number, offset: number, length: number): boolean {
    const slot = (this.#u16[(CODE_SLOTS >> 1) + page] ?? 0) - 1;
    if (slot < 0) return false;
    const bits = CODE_BYTES + CODE_BYTES_SIZE * slot;
    for (let i = offset; i < offset + length; i++) {
      const byte = this.#u8[bits + (i >> 3)] ?? 0;
      if (byte === 0 && (i & 7) === 0) i += 7;
      else if (((byte >> (i & 7)) & 1) !== 0) return true;
    }
    return false;
  }

  /** Forgets the code of a physical page. May be called while the loop runs. */
  drop(page: number): void {
    const slot = (this.#u16[(CODE_SLOTS >> 1) + page] ?? 0) - 1;
    if (slot < 0) return;
    const code = this.at(slot);
    this.#u16[(CODE_SLOTS >> 1) + page] = 0;
    this.#clearTables(slot);
    code.chunks.forEach((chunk, i) => {
      const last = i === code.chunks.length - 1;
      for (let at = chunk + CHUNK_SIZE - RECORD_SIZE; at >= chunk; at -= RECORD_SIZE) {
        if (last && at >= code.low && at < code.high) continue;
        const skips = at > chunk && this.#takeBackNops(at);
        // A jump to another page has happened already; all else is decoded again.
        if (skips || this.#u16[(at + REC_OP) >> 1] !== this.#far) {
          this.#u16[(at + REC_OP) >> 1] = this.#stub;
        }
      }
      this.#droppedChunks.push(chunk);
    });
    code.chunks.length = 0;
    code.low = 0;
    code.high = 0;
    code.stubs.clear();
    code.links.clear();
    code.attached = false;
    this.#host.dropped(slot);
    this.#detached.set(page, slot);
    const dependents = [...code.dependents];
    code.dependents.clear();
    for (const dependent of dependents) {
      const other = this.#slots[dependent];
      if (other?.attached === true) this.drop(other.page);
    }
  }

  /**
   * Nops have no records: they count with the record behind them. Where that becomes an exit, because the instruction before
   * them has written to the page, they are still to be executed, and may be something else now. Whether there are any.
   */
  #takeBackNops(at: number): boolean {
    const before = at - RECORD_SIZE;
    const end = (this.#u16[(before + REC_OFFSET) >> 1] ?? 0) + (this.#u8[before + REC_LENGTH] ?? 0);
    if (this.#u8[at + REC_BEFORE] === 0 || this.#u16[(at + REC_OFFSET) >> 1] === end) return false;
    this.#u16[(at + REC_OFFSET) >> 1] = end;
    this.#u8[at + REC_BEFORE] = this.#u8[before + REC_AFTER] ?? 0;
    return true;
  }

  /** Whether the slot table has room for what one lookup may add. */
  get full(): boolean {
    return (
      this.#slots.length + 2 > MAX_CODE_SLOTS ||
      this.#chunksUsed - this.#freeChunks.length - this.#droppedChunks.length + 4 > MAX_CHUNKS
    );
  }

  /** Gives a page room for more records. */
  newChunk(code: CodePage): void {
    if (this.#droppedChunks.length > 0) {
      this.#freeChunks.push(...this.#droppedChunks);
      this.#droppedChunks.length = 0;
    }
    const chunk = this.#freeChunks.pop() ?? RECORDS + CHUNK_SIZE * this.#chunksUsed++;
    if (chunk >= RECORDS + CHUNK_SIZE * MAX_CHUNKS) throw new Error("the code cache is full");
    // What is left of the previous chunk must not look like records.
    this.#u8.fill(0, chunk, chunk + CHUNK_SIZE);
    code.chunks.push(chunk);
    code.low = chunk;
    code.high = chunk + CHUNK_SIZE;
  }

  isAttached(slot: number): boolean {
    return this.#slots[slot]?.attached === true;
  }

  isDecoded(slot: number, offset: number): boolean {
    const byte = this.#u8[CODE_BYTES + CODE_BYTES_SIZE * slot + (offset >> 3)] ?? 0;
    return ((byte >> (offset & 7)) & 1) !== 0;
  }

  /** Notes that code stands at these bytes: who writes them drops it. */
  mark(slot: number, offset: number, length: number): void {
    const bits = CODE_BYTES + CODE_BYTES_SIZE * slot;
    const end = Math.min(offset + length, PAGE_SIZE);
    for (let i = offset; i < end; i++) {
      this.#u8[bits + (i >> 3)] = (this.#u8[bits + (i >> 3)] ?? 0) | (1 << (i & 7));
    }
  }
}
