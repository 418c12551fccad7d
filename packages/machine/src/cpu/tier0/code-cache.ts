// SPDX-License-Identifier: MPL-2.0

import { CONDITIONS, type OpTable, type Pseudo, pairKey } from "../decode/op-table.ts";
import {
  DECODED,
  type Decoder,
  INVALID,
  MAX_INSTRUCTION_BYTES,
  NEED_MORE,
} from "../decode/decoder.ts";
import {
  CHUNK_SIZE,
  CODE_BYTES,
  CODE_SLOTS,
  ENTRY_TABLES,
  ENTRY_TABLE_SIZE,
  MAX_CHUNKS,
  MAX_CODE_SLOTS,
  MISS_RECORD,
  RAM_BASE,
  RECORDS,
  RECORD_SIZE,
  REC_AFTER,
  REC_BEFORE,
  REC_FALL_THROUGH,
  REC_IMMEDIATE,
  REC_IMMEDIATE2,
  REC_LENGTH,
  REC_OFFSET,
  REC_OP,
  REC_TARGET,
  WRITABLE_PAGES,
} from "../layout.ts";
import { type RecordMemory, writeAddress, writeInstruction } from "./write-record.ts";

const PAGE_SIZE = 4096;
const CODE_BYTES_SIZE = PAGE_SIZE / 8;
/** A run is cut when it has this many instructions without a jump (the count is a byte). */
const MAX_RUN = 200;
/** Records that must be free for one more instruction: address, instruction, its jump, the end. */
const RESERVE = 4 * RECORD_SIZE;
/** Records of a block whose only instruction crosses into the next page. */
const CROSS_RECORDS = 5;

/** The decoded code of one physical page. */
interface CodePage {
  page: number;
  attached: boolean;
  readonly chunks: number[];
  /** The part of the last chunk that is free. */
  low: number;
  high: number;
  /** Records that stand for targets in this page which are not decoded yet, by offset. */
  readonly stubs: Map<number, number>;
  /** Where records hold the address of such a stub. */
  readonly links: Map<number, number[]>;
  /** Slots with an instruction that ends in this page. */
  readonly dependents: Set<number>;
}

/** What the cache asks of its owner. */
export interface CodeCacheHost {
  /** All ways to write pages without looking must end. */
  protectAll(): void;
  /** The maps from virtual pages to code slots must be forgotten, and all that is known of slots. */
  clearAllCode(): void;
  /** The records of a code slot have become useless. */
  dropped(slot: number): void;
  /** The host address of the virtual page behind the current one, or 0 after recording a fault. */
  nextPage(): number;
}

/**
 * Decodes code into records, once for each physical page, and forgets them when the page is written.
 *
 * Nothing that a record points to is reused while the loop may be inside it: pages that are dropped
 * have their records turned into exits, and their memory is recycled at the next decode, which
 * happens outside the loop.
 */
export class CodeCache {
  readonly #u8: Uint8Array;
  readonly #u16: Uint16Array;
  readonly #i32: Int32Array;
  readonly #memory: RecordMemory;
  readonly #table: OpTable;
  readonly #decoder: Decoder;
  readonly #host: CodeCacheHost;
  readonly #pseudo: Readonly<Record<Pseudo, number>>;
  readonly #slots: CodePage[] = [];
  /** Detached slots by the page that they had; reused for it, or for others after all is flushed. */
  readonly #detached = new Map<number, number>();
  readonly #freeChunks: number[] = [];
  readonly #droppedChunks: number[] = [];
  #chunksUsed = 0;
  readonly #conditions = new Map<number, number>();
  /** The record with the last conditional jump. */
  #jumpRecord = 0;
  /** The records since the last jump, which stand one behind the other, and their micro-ops. */
  readonly #runOps = new Uint16Array(256);
  #runStart = 0;
  #runLength = 0;
  readonly #crossBytes = new Uint8Array(2 * MAX_INSTRUCTION_BYTES);
  blocksDecoded = 0;
  instructionsDecoded = 0;
  flushes = 0;

  constructor(bytes: Uint8Array, table: OpTable, decoder: Decoder, host: CodeCacheHost) {
    this.#u8 = bytes;
    this.#u16 = new Uint16Array(bytes.buffer);
    this.#i32 = new Int32Array(bytes.buffer);
    this.#memory = { u8: this.#u8, u16: this.#u16, i32: this.#i32 };
    this.#table = table;
    this.#decoder = decoder;
    this.#host = host;
    const number = (key: Pseudo): number => table.byKey.get(key) ?? -1;
    this.#pseudo = {
      $miss: number("$miss"),
      $stub: number("$stub"),
      $far: number("$far"),
      $goto: number("$goto"),
      $cross: number("$cross"),
      $invalid: number("$invalid"),
      "$too-long": number("$too-long"),
      $address: number("$address"),
      $address32: number("$address32"),
      $region: number("$region"),
    };
    CONDITIONS.forEach((name, cc) => {
      const op = table.byKey.get(`${name} i8`);
      if (op !== undefined) this.#conditions.set(op, cc);
    });
    this.#u16[(MISS_RECORD + REC_OP) >> 1] = this.#pseudo.$miss;
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
      this.#slot(slot).attached = true;
    }
    this.#u16[(CODE_SLOTS >> 1) + page] = slot + 1;
    if (this.#u8[WRITABLE_PAGES + page] !== 0) this.#host.protectAll();
    return slot;
  }

  #slot(slot: number): CodePage {
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
    const code = this.#slot(slot);
    this.#u16[(CODE_SLOTS >> 1) + page] = 0;
    this.#clearTables(slot);
    code.chunks.forEach((chunk, i) => {
      const last = i === code.chunks.length - 1;
      for (let at = chunk; at < chunk + CHUNK_SIZE; at += RECORD_SIZE) {
        if (last && at >= code.low && at < code.high) continue;
        // A jump to another page has happened already; all else is decoded again.
        if (this.#u16[(at + REC_OP) >> 1] !== this.#pseudo.$far) {
          this.#u16[(at + REC_OP) >> 1] = this.#pseudo.$stub;
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

  /** The record at `offset` of a slot's page; decodes it if need be. 0 when the next page faults. */
  record(slot: number, offset: number): number {
    const at = (ENTRY_TABLES + ENTRY_TABLE_SIZE * slot + 4 * offset) >> 2;
    const known = this.#i32[at] ?? 0;
    if (known !== 0) return known;
    return this.#decodeBlock(slot, offset);
  }

  /** Whether the slot table has room for what one lookup may add. */
  get full(): boolean {
    return (
      this.#slots.length + 2 > MAX_CODE_SLOTS ||
      this.#chunksUsed - this.#freeChunks.length - this.#droppedChunks.length + 4 > MAX_CHUNKS
    );
  }

  #newChunk(code: CodePage): void {
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

  // --- Decoding

  #decodeBlock(slot: number, start: number): number {
    const code = this.#slot(slot);
    const host = RAM_BASE + PAGE_SIZE * code.page;
    const entries = (ENTRY_TABLES + ENTRY_TABLE_SIZE * slot) >> 2;
    const decoder = this.#decoder;
    const { $goto, $far } = this.#pseudo;
    this.blocksDecoded++;
    if (code.high - code.low < 4 * RESERVE) this.#newChunk(code);
    const first = code.low;
    this.#runLength = 0;
    let offset = start;
    let before = 0;
    let previous = 0; // the record before, if the next jump may be fused with it
    for (;;) {
      if (offset >= PAGE_SIZE) {
        this.#pseudoRecord(code, $far, offset, before);
        this.#i32[(code.low - RECORD_SIZE + REC_IMMEDIATE) >> 2] = offset;
        break;
      }
      const known = this.#i32[entries + offset] ?? 0;
      if (known !== 0 && offset !== start) {
        this.#pseudoRecord(code, $goto, offset, before);
        this.#i32[(code.low - RECORD_SIZE + REC_TARGET) >> 2] = known;
        break;
      }
      if (code.high - code.low < 2 * RESERVE || before >= MAX_RUN) {
        this.#gotoStub(code, slot, offset, before);
        break;
      }
      const status = decoder.decode(this.#u8, host + offset, host + PAGE_SIZE, offset);
      if (status === NEED_MORE) {
        if (offset === start) return this.#decodeCross(code, slot, start);
        this.#gotoStub(code, slot, offset, before);
        break;
      }
      if (before === 0) this.#enter(code, slot, offset, code.low);
      this.mark(slot, offset, decoder.length);
      this.instructionsDecoded++;
      if (status !== DECODED) {
        this.#faultRecord(code, status, offset, before);
        break;
      }
      if (decoder.candidate?.name === "nop") {
        if (before === 0) {
          // A jump may lead here, and the tick may be asked there: it needs a record with this offset.
          this.#pseudoRecord(code, $goto, offset, 0);
          this.#i32[(code.low - RECORD_SIZE + REC_TARGET) >> 2] = code.low;
        }
        // Counted with the next record, but nothing to do.
        offset += decoder.length;
        before++;
        previous = 0;
        continue;
      }
      previous = this.#instruction(code, slot, offset, before, previous);
      offset += decoder.length;
      before++;
      const end = decoder.candidate?.end;
      if (end === "always") break;
      if (end === "conditional") {
        before = 0;
        previous = 0;
        const next = offset < PAGE_SIZE ? (this.#i32[entries + offset] ?? 0) : 0;
        this.#i32[(this.#jumpRecord + REC_FALL_THROUGH) >> 2] = next === 0 ? code.low : next;
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

  /** Notes that a block starts at `offset`, and lets all jumps that waited for it lead there. */
  #enter(code: CodePage, slot: number, offset: number, record: number): void {
    this.#i32[(ENTRY_TABLES + ENTRY_TABLE_SIZE * slot + 4 * offset) >> 2] = record;
    const links = code.links.get(offset);
    if (links !== undefined) {
      for (const at of links) this.#i32[at >> 2] = record;
      code.links.delete(offset);
    }
    const stub = code.stubs.get(offset);
    if (stub !== undefined) {
      this.#u16[(stub + REC_OP) >> 1] = this.#pseudo.$goto;
      this.#i32[(stub + REC_TARGET) >> 2] = record;
      code.stubs.delete(offset);
    }
  }

  /** The physical page of a code slot. */
  pageOf(slot: number): number {
    return this.#slot(slot).page;
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

  #pseudoRecord(code: CodePage, op: number, offset: number, before: number): void {
    this.#pairUp();
    const at = code.low;
    code.low += RECORD_SIZE;
    this.#i32.fill(0, at >> 2, (at + RECORD_SIZE) >> 2);
    this.#u16[(at + REC_OP) >> 1] = op;
    this.#u16[(at + REC_OFFSET) >> 1] = offset;
    this.#u8[at + REC_BEFORE] = before;
    this.#u8[at + REC_AFTER] = before;
  }

  #faultRecord(code: CodePage, status: number, offset: number, before: number): void {
    const op = status === INVALID ? this.#pseudo.$invalid : this.#pseudo["$too-long"];
    this.#pseudoRecord(code, op, offset, before);
  }

  #gotoStub(code: CodePage, slot: number, offset: number, before: number): void {
    this.#pseudoRecord(code, this.#pseudo.$goto, offset, before);
    this.#link(code, slot, offset, code.low - RECORD_SIZE + REC_TARGET);
  }

  /** A record at the far end of the chunk, where no run can fall into it. */
  #record(code: CodePage, op: number, offset: number): number {
    code.high -= RECORD_SIZE;
    const at = code.high;
    this.#i32.fill(0, at >> 2, (at + RECORD_SIZE) >> 2);
    this.#u16[(at + REC_OP) >> 1] = op;
    this.#u16[(at + REC_OFFSET) >> 1] = offset;
    return at;
  }

  /** Writes to `field` the address of the record for `offset` of this page, now and when it changes. */
  #link(code: CodePage, slot: number, offset: number, field: number): void {
    const known = this.#i32[(ENTRY_TABLES + ENTRY_TABLE_SIZE * slot + 4 * offset) >> 2] ?? 0;
    if (known !== 0) {
      this.#i32[field >> 2] = known;
      return;
    }
    let stub = code.stubs.get(offset);
    if (stub === undefined) {
      stub = this.#record(code, this.#pseudo.$stub, offset);
      code.stubs.set(offset, stub);
    }
    this.#i32[field >> 2] = stub;
    const links = code.links.get(offset);
    if (links === undefined) code.links.set(offset, [field]);
    else links.push(field);
  }

  /** Writes the record of the instruction just decoded. Returns it if a jump may be fused with it. */
  #instruction(
    code: CodePage,
    slot: number,
    offset: number,
    before: number,
    previous: number,
  ): number {
    const d = this.#decoder;
    const candidate = d.candidate;
    const end = candidate?.end ?? "no";
    if (end === "conditional" && previous !== 0) {
      const row = this.#table.fused.get(this.#u16[(previous + REC_OP) >> 1] ?? 0);
      const op = row?.[this.#conditions.get(d.op) ?? -1] ?? -1;
      if (op >= 0) {
        this.#runOps[this.#runLength - 1] = op;
        this.#u16[(previous + REC_OP) >> 1] = op;
        this.#pairUp();
        this.#jumpRecord = previous;
        this.#i32[(previous + REC_IMMEDIATE2) >> 2] =
          this.#i32[(previous + REC_IMMEDIATE) >> 2] ?? 0;
        this.#u8[previous + REC_AFTER] = before + 1;
        this.#u8[previous + REC_LENGTH] = (this.#u8[previous + REC_LENGTH] ?? 0) + d.length;
        this.#target(code, slot, offset, previous);
        return 0;
      }
    }
    if (d.addressFirst !== 0) {
      const { $address, $address32 } = this.#pseudo;
      const at = code.low;
      this.#pseudoRecord(code, d.addressFirst === 8 ? $address : $address32, offset, before);
      writeAddress(this.#memory, at, d);
    }
    const at = code.low;
    code.low += RECORD_SIZE;
    this.#place(at, d.op);
    writeInstruction(this.#memory, at, d, offset, before);
    if (end === "conditional" || end === "direct") {
      this.#jumpRecord = at;
      this.#target(code, slot, offset, at);
      this.#pairUp();
      return 0;
    }
    if (end === "always") this.#pairUp();
    return end === "no" ? at : 0;
  }

  /** Notes the micro-op of a new record. */
  #place(at: number, op: number): void {
    if (this.#runLength === 0) this.#runStart = at;
    this.#runOps[this.#runLength++] = op;
    this.#u16[(at + REC_OP) >> 1] = op;
  }

  /** Makes pairs in the run that ends here, from its end: the jump there gains most. */
  #pairUp(): void {
    const ops = this.#runOps;
    for (let i = this.#runLength - 1; i > 0; i--) {
      const pair = this.#table.pairs.get(pairKey(ops[i - 1] ?? 0, ops[i] ?? 0));
      if (pair === undefined) continue;
      i--;
      this.#u16[(this.#runStart + RECORD_SIZE * i + REC_OP) >> 1] = pair;
    }
    this.#runLength = 0;
  }

  /** Where the direct jump at `offset` leads. */
  #target(code: CodePage, slot: number, offset: number, at: number): void {
    const d = this.#decoder;
    const target = offset + d.length + d.relative;
    if (target >= 0 && target < PAGE_SIZE) {
      this.#link(code, slot, target, at + REC_TARGET);
      return;
    }
    const far = this.#record(code, this.#pseudo.$far, 0);
    this.#i32[(far + REC_IMMEDIATE) >> 2] = target | 0;
    this.#i32[(far + REC_IMMEDIATE + 4) >> 2] = Math.floor(target / 0x1_0000_0000);
    this.#i32[(at + REC_TARGET) >> 2] = far;
  }

  // --- Instructions that cross a page

  /**
   * Decodes the one instruction at `offset` whose bytes go on in the next page, into a block that
   * checks that this page still follows. 0 when the next page faults.
   */
  #decodeCross(code: CodePage, slot: number, offset: number): number {
    const host = RAM_BASE + PAGE_SIZE * code.page;
    const next = this.#host.nextPage();
    if (next === 0) return 0;
    if (code.high - code.low < 4 * RESERVE) this.#newChunk(code);
    const known = this.#i32[(ENTRY_TABLES + ENTRY_TABLE_SIZE * slot + 4 * offset) >> 2] ?? 0;
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
      this.#faultRecord(code, INVALID, offset, 0);
      return first;
    }
    const nextSlot = this.slotFor((next - RAM_BASE) / PAGE_SIZE);
    if (nextSlot !== slot) this.#slot(nextSlot).dependents.add(slot);
    this.#pseudoRecord(code, this.#pseudo.$cross, offset, 0);
    this.#i32[(first + REC_IMMEDIATE) >> 2] = ENTRY_TABLES + ENTRY_TABLE_SIZE * nextSlot;
    const d = this.#decoder;
    const status = d.decode(this.#crossBytes, 0, this.#crossBytes.length, offset);
    this.mark(slot, offset, d.length);
    this.mark(nextSlot, 0, Math.max(0, offset + d.length - PAGE_SIZE));
    if (status !== DECODED) {
      this.#faultRecord(code, status, offset, 0);
    } else {
      this.#instruction(code, slot, offset, 0, 0);
      const end = d.candidate?.end;
      if (end === "no" || end === "conditional" || d.candidate?.name === "call") {
        if (end === "conditional") {
          this.#i32[(this.#jumpRecord + REC_FALL_THROUGH) >> 2] = code.low;
        }
        this.#pseudoRecord(code, this.#pseudo.$far, offset, end === "no" ? 1 : 0);
        this.#i32[(code.low - RECORD_SIZE + REC_IMMEDIATE) >> 2] = offset + d.length;
      }
    }
    code.low = known === 0 ? first + CROSS_RECORDS * RECORD_SIZE : saved;
    this.#enter(code, slot, offset, first);
    return first;
  }

  /** Does this block start with an instruction that crosses into the next page? */
  crosses(record: number): boolean {
    return this.#u16[(record + REC_OP) >> 1] === this.#pseudo.$cross;
  }

  /** Decodes an instruction that crosses again, after its second page changed. 0 when that faults. */
  recross(slot: number, offset: number): number {
    const code = this.#slot(slot);
    const known = this.#i32[(ENTRY_TABLES + ENTRY_TABLE_SIZE * slot + 4 * offset) >> 2] ?? 0;
    if (known === 0) return this.#decodeBlock(slot, offset);
    return this.#decodeCross(code, slot, offset);
  }
}
