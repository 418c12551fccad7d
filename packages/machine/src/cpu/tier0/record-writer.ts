// SPDX-License-Identifier: MPL-2.0

import { CONDITIONS, type OpTable, type Pseudo, pairKey } from "../decode/op-table.ts";
import { type Decoder, INVALID } from "../decode/decoder.ts";
import {
  MISS_RECORD,
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
} from "../layout.ts";
import { type CodePage, PAGE_SIZE, entryWord } from "./code-page.ts";
import { type RecordMemory, writeAddress, writeInstruction } from "./write-record.ts";

/** Records that must be free for one more instruction: address, instruction, its jump, the end. */
export const RESERVE: number = 4 * RECORD_SIZE;

/** Writes the records of blocks: fuses comparisons and jumps, makes pairs, links jumps to what they lead to. */
export class RecordWriter {
  readonly #u8: Uint8Array;
  readonly #u16: Uint16Array;
  readonly #i32: Int32Array;
  readonly #memory: RecordMemory;
  readonly #table: OpTable;
  readonly #decoder: Decoder;
  readonly #conditions = new Map<number, number>();
  /** Numbers of the micro-ops that are no instructions. */
  readonly pseudo: Readonly<Record<Pseudo, number>>;
  /** The record with the last conditional jump. */
  #jumpRecord = 0;
  /** The records since the last jump, which stand one behind the other, and their micro-ops. */
  readonly #runOps = new Uint16Array(256);
  #runStart = 0;
  #runLength = 0;

  constructor(bytes: Uint8Array, table: OpTable, decoder: Decoder) {
    this.#u8 = bytes;
    this.#u16 = new Uint16Array(bytes.buffer);
    this.#i32 = new Int32Array(bytes.buffer);
    this.#memory = { u8: this.#u8, u16: this.#u16, i32: this.#i32 };
    this.#table = table;
    this.#decoder = decoder;
    const number = (key: Pseudo): number => table.byKey.get(key) ?? -1;
    this.pseudo = {
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
    this.#u16[(MISS_RECORD + REC_OP) >> 1] = this.pseudo.$miss;
  }

  /** The records that follow are those of a new block. */
  startBlock(): void {
    this.#runLength = 0;
  }

  /** The record at `offset`, or 0. */
  known(slot: number, offset: number): number {
    return this.#i32[entryWord(slot, offset)] ?? 0;
  }

  opOf(record: number): number {
    return this.#u16[(record + REC_OP) >> 1] ?? 0;
  }

  /** Where control goes on when the last conditional jump is not taken. */
  fallThrough(record: number): void {
    this.#i32[(this.#jumpRecord + REC_FALL_THROUGH) >> 2] = record;
  }

  /** A jump to a record. */
  goto(code: CodePage, target: number, offset: number, before: number): void {
    const at = this.pseudoRecord(code, this.pseudo.$goto, offset, before);
    this.#i32[(at + REC_TARGET) >> 2] = target;
  }

  /** A jump to an offset outside of the page. */
  far(code: CodePage, target: number, offset: number, before: number): void {
    const at = this.pseudoRecord(code, this.pseudo.$far, offset, before);
    this.#i32[(at + REC_IMMEDIATE) >> 2] = target;
  }

  /** The check that the page behind still has the entry table with which an instruction was decoded. */
  cross(code: CodePage, entries: number, offset: number): void {
    const at = this.pseudoRecord(code, this.pseudo.$cross, offset, 0);
    this.#i32[(at + REC_IMMEDIATE) >> 2] = entries;
  }

  /** Notes that a block starts at `offset`, and lets all jumps that waited for it lead there. */
  enter(code: CodePage, offset: number, record: number): void {
    this.#i32[entryWord(code.slot, offset)] = record;
    const links = code.links.get(offset);
    if (links !== undefined) {
      for (const at of links) this.#i32[at >> 2] = record;
      code.links.delete(offset);
    }
    const stub = code.stubs.get(offset);
    if (stub !== undefined) {
      this.#u16[(stub + REC_OP) >> 1] = this.pseudo.$goto;
      this.#i32[(stub + REC_TARGET) >> 2] = record;
      code.stubs.delete(offset);
    }
  }

  /** A record of a pseudo micro-op; returns it. */
  pseudoRecord(code: CodePage, op: number, offset: number, before: number): number {
    this.#pairUp();
    const at = code.low;
    code.low += RECORD_SIZE;
    this.#i32.fill(0, at >> 2, (at + RECORD_SIZE) >> 2);
    this.#u16[(at + REC_OP) >> 1] = op;
    this.#u16[(at + REC_OFFSET) >> 1] = offset;
    this.#u8[at + REC_BEFORE] = before;
    this.#u8[at + REC_AFTER] = before;
    return at;
  }

  /** The fault that a decoder's status stands for. */
  fault(code: CodePage, status: number, offset: number, before: number): void {
    const op = status === INVALID ? this.pseudo.$invalid : this.pseudo["$too-long"];
    this.pseudoRecord(code, op, offset, before);
  }

  /** A jump to what is not decoded yet. */
  gotoStub(code: CodePage, offset: number, before: number): void {
    const at = this.pseudoRecord(code, this.pseudo.$goto, offset, before);
    this.#link(code, offset, at + REC_TARGET);
  }

  /** Writes the record of the instruction just decoded. Returns it if a jump may be fused with it. */
  instruction(code: CodePage, offset: number, before: number, previous: number): number {
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
        this.#target(code, offset, previous);
        return 0;
      }
    }
    if (d.addressFirst !== 0) {
      const { $address, $address32 } = this.pseudo;
      const op = d.addressFirst === 8 ? $address : $address32;
      const at = this.pseudoRecord(code, op, offset, before);
      writeAddress(this.#memory, at, d);
    }
    const at = code.low;
    code.low += RECORD_SIZE;
    this.#place(at, d.op);
    writeInstruction(this.#memory, at, d, offset, before);
    if (end === "conditional" || end === "direct") {
      this.#jumpRecord = at;
      this.#target(code, offset, at);
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
  #target(code: CodePage, offset: number, at: number): void {
    const d = this.#decoder;
    const target = offset + d.length + d.relative;
    if (target >= 0 && target < PAGE_SIZE) {
      this.#link(code, target, at + REC_TARGET);
      return;
    }
    const far = this.#record(code, this.pseudo.$far, 0);
    this.#i32[(far + REC_IMMEDIATE) >> 2] = target | 0;
    this.#i32[(far + REC_IMMEDIATE + 4) >> 2] = Math.floor(target / 0x1_0000_0000);
    this.#i32[(at + REC_TARGET) >> 2] = far;
  }

  /** Writes to `field` the address of the record for `offset` of this page, now and when it changes. */
  #link(code: CodePage, offset: number, field: number): void {
    const known = this.#i32[entryWord(code.slot, offset)] ?? 0;
    if (known !== 0) {
      this.#i32[field >> 2] = known;
      return;
    }
    let stub = code.stubs.get(offset);
    if (stub === undefined) {
      stub = this.#record(code, this.pseudo.$stub, offset);
      code.stubs.set(offset, stub);
    }
    this.#i32[field >> 2] = stub;
    const links = code.links.get(offset);
    if (links === undefined) code.links.set(offset, [field]);
    else links.push(field);
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
}
