// SPDX-License-Identifier: MPL-2.0

import {
  DECODED,
  type Decoder,
  INVALID,
  MAX_INSTRUCTION_BYTES,
  NEED_MORE,
} from "../decode/decoder.ts";
import type { OpTable } from "../decode/op-table.ts";
import { ENTRY_TABLES, ENTRY_TABLE_SIZE, RAM_BASE, RECORD_SIZE } from "../layout.ts";
import { type CodePage, PAGE_SIZE } from "./code-page.ts";
import { CodePages, type CodePagesHost } from "./code-pages.ts";
import { RESERVE, RecordWriter } from "./record-writer.ts";

/** A run is cut when it has this many instructions without a jump (the count is a byte). */
const MAX_RUN = 200;
/** Records of a block whose only instruction crosses into the next page. */
const CROSS_RECORDS = 5;

/** What the cache asks of its owner. */
export interface CodeCacheHost extends CodePagesHost {
  /** The host address of the virtual page behind the current one, or 0 after recording a fault. */
  nextPage(): number;
}

/** Decodes code into records, once for each physical page, and forgets them when the page is written. */
export class CodeCache {
  readonly #u8: Uint8Array;
  readonly #decoder: Decoder;
  readonly #host: CodeCacheHost;
  readonly #pages: CodePages;
  readonly #writer: RecordWriter;
  readonly #crossBytes = new Uint8Array(2 * MAX_INSTRUCTION_BYTES);
  blocksDecoded = 0;
  instructionsDecoded = 0;

  constructor(bytes: Uint8Array, table: OpTable, decoder: Decoder, host: CodeCacheHost) {
    this.#u8 = bytes;
    this.#decoder = decoder;
    this.#host = host;
    this.#pages = new CodePages(bytes, table, host);
    this.#writer = new RecordWriter(bytes, table, decoder);
  }

  // --- Pages

  /** How often all decoded code has been forgotten. */
  get flushes(): number {
    return this.#pages.flushes;
  }

  /** Whether there may be no room for what one lookup adds: then `flush` comes first. */
  get full(): boolean {
    return this.#pages.full;
  }

  /** The code slot of a physical page, made if need be. May flush everything. */
  slotFor(page: number): number {
    return this.#pages.slotFor(page);
  }

  /** The physical page of a code slot. */
  pageOf(slot: number): number {
    return this.#pages.at(slot).page;
  }

  /** Forgets all decoded code. Must not be called while the loop runs. */
  flush(): void {
    this.#pages.flush();
  }

  /** Forgets the code of a physical page. May be called while the loop runs. */
  drop(page: number): void {
    this.#pages.drop(page);
  }

  /** Whether a byte of [offset, offset + length) in a physical page has been decoded. */
  touches(page: number, offset: number, length: number): boolean {
    return this.#pages.touches(page, offset, length);
  }

  /** Whether the page of a code slot has decoded code, or had it and has not been written since. */
  isAttached(slot: number): boolean {
    return this.#pages.isAttached(slot);
  }

  isDecoded(slot: number, offset: number): boolean {
    return this.#pages.isDecoded(slot, offset);
  }

  /** Notes that code stands at these bytes: who writes them drops it. */
  mark(slot: number, offset: number, length: number): void {
    this.#pages.mark(slot, offset, length);
  }

  // --- Decoding

  /** The record at `offset` of a slot's page; decodes it if need be. 0 when the next page faults. */
  record(slot: number, offset: number): number {
    const known = this.#writer.known(slot, offset);
    if (known !== 0) return known;
    return this.#decodeBlock(slot, offset);
  }

  #decodeBlock(slot: number, start: number): number {
    const code = this.#pages.at(slot);
    const host = RAM_BASE + PAGE_SIZE * code.page;
    const decoder = this.#decoder;
    const writer = this.#writer;
    this.blocksDecoded++;
    if (code.high - code.low < 4 * RESERVE) this.#pages.newChunk(code);
    const first = code.low;
    writer.startBlock();
    let offset = start;
    let before = 0;
    let previous = 0; // the record before, if the next jump may be fused with it
    for (;;) {
      if (offset >= PAGE_SIZE) {
        writer.far(code, offset, offset, before);
        break;
      }
      const known = writer.known(slot, offset);
      if (known !== 0 && offset !== start) {
        writer.goto(code, known, offset, before);
        break;
      }
      if (code.high - code.low < 2 * RESERVE || before >= MAX_RUN) {
        writer.gotoStub(code, offset, before);
        break;
      }
      const status = decoder.decode(this.#u8, host + offset, host + PAGE_SIZE, offset);
      if (status === NEED_MORE) {
        if (offset === start) return this.#decodeCross(code, slot, start);
        writer.gotoStub(code, offset, before);
        break;
      }
      if (before === 0) writer.enter(code, offset, code.low);
      this.mark(slot, offset, decoder.length);
      this.instructionsDecoded++;
      if (status !== DECODED) {
        writer.fault(code, status, offset, before);
        break;
      }
      if (decoder.candidate?.name === "nop") {
        if (before === 0) {
          // A jump may lead here, and the tick may be asked there: it needs a record with this offset.
          writer.goto(code, code.low + RECORD_SIZE, offset, 0);
        }
        // Counted with the next record, but nothing to do.
        offset += decoder.length;
        before++;
        previous = 0;
        continue;
      }
      previous = writer.instruction(code, offset, before, previous);
      offset += decoder.length;
      before++;
      const end = decoder.candidate?.end;
      if (end === "always") break;
      if (end === "conditional") {
        before = 0;
        previous = 0;
        const next = offset < PAGE_SIZE ? writer.known(slot, offset) : 0;
        writer.fallThrough(next === 0 ? code.low : next);
        if (next !== 0) break;
      } else if (end === "direct") {
        if (decoder.candidate?.name !== "call") break;
        // A call returns behind itself, most likely.
        before = 0;
        previous = 0;
      }
    }
    return first;
  }

  /**
   * Decodes the one instruction at `offset` whose bytes go on in the next page, into a block that
   * checks that this page still follows. 0 when the next page faults.
   */
  #decodeCross(code: CodePage, slot: number, offset: number): number {
    const host = RAM_BASE + PAGE_SIZE * code.page;
    const writer = this.#writer;
    const next = this.#host.nextPage();
    if (next === 0) return 0;
    if (code.high - code.low < 4 * RESERVE) this.#pages.newChunk(code);
    const known = this.#writer.known(slot, offset);
    const saved = code.low;
    // Decoded again because another page follows now: into the same records.
    if (known !== 0) code.low = known;
    const first = code.low;
    const here = PAGE_SIZE - offset;
    this.#crossBytes.fill(0);
    for (let i = 0; i < here; i++) this.#crossBytes[i] = this.#u8[host + offset + i] ?? 0;
    for (let i = here; i < this.#crossBytes.length; i++) {
      this.#crossBytes[i] = this.#u8[next + i - here] ?? 0;
    }
    if (next < RAM_BASE) {
      writer.fault(code, INVALID, offset, 0);
      return first;
    }
    const nextSlot = this.slotFor((next - RAM_BASE) / PAGE_SIZE);
    if (nextSlot !== slot) this.#pages.at(nextSlot).dependents.add(slot);
    writer.cross(code, ENTRY_TABLES + ENTRY_TABLE_SIZE * nextSlot, offset);
    const d = this.#decoder;
    const status = d.decode(this.#crossBytes, 0, this.#crossBytes.length, offset);
    this.mark(slot, offset, d.length);
    this.mark(nextSlot, 0, Math.max(0, offset + d.length - PAGE_SIZE));
    if (status !== DECODED) {
      writer.fault(code, status, offset, 0);
    } else {
      writer.instruction(code, offset, 0, 0);
      const end = d.candidate?.end;
      if (end === "no" || end === "conditional" || d.candidate?.name === "call") {
        if (end === "conditional") writer.fallThrough(code.low);
        const behind = offset + d.length;
        writer.far(code, behind, behind, end === "no" ? 1 : 0);
      }
    }
    code.low = known === 0 ? first + CROSS_RECORDS * RECORD_SIZE : saved;
    writer.enter(code, offset, first);
    return first;
  }

  /** Does this block start with an instruction that crosses into the next page? */
  crosses(record: number): boolean {
    return this.#writer.opOf(record) === this.#writer.pseudo.$cross;
  }

  /** Decodes an instruction that crosses again, after its second page changed. 0 when that faults. */
  recross(slot: number, offset: number): number {
    const code = this.#pages.at(slot);
    const known = this.#writer.known(slot, offset);
    if (known === 0) return this.#decodeBlock(slot, offset);
    return this.#decodeCross(code, slot, offset);
  }
}
