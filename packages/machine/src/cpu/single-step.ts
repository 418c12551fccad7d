// SPDX-License-Identifier: MPL-2.0

/**
 * Executes instructions one by one, for programs that set TF (a #DB behind each instruction; SDM vol. 3, 18.3.1.4) or AC
 * (#AC for accesses that are not aligned; vol. 3, 6.15). Neither the interpreter's loop nor compiled code
 * looks at these flags: whatever sets them leaves to here.
 */

import { x86_64 } from "@aster/hardware";
import { isMisaligned } from "./alignment.ts";
import { AC, STEP_FLAGS, TF } from "./bind/flags.ts";
import {
  DECODED,
  type Decoder,
  INVALID,
  MAX_INSTRUCTION_BYTES,
  NEED_MORE,
} from "./decode/decoder.ts";
import type { OpTable } from "./decode/op-table.ts";
import {
  ERROR_CODE,
  FLAG_RESULT,
  RAM_BASE,
  RECORD_SIZE,
  REC_IMMEDIATE,
  REGS,
  RFLAGS_REST,
  RIP,
  STEPPING,
  STEP_ADDRESS_SIZE,
  STEP_RECORDS,
  TICK,
  VECTOR,
  VECTOR_NON_CANONICAL,
} from "./layout.ts";
import { STEP_FAULT, STEP_TRAP } from "./tier0/step.ts";
import { type RecordMemory, writeAddress, writeInstruction } from "./tier0/write-record.ts";

export interface StepHost {
  /** The host address of the page at RIP or the one behind it, as a signed word; 0 after recording a fault. */
  walkFetch(): number;
  walkFetchNext(): number;
  /** Executes what stands at STEP_RECORDS; returns STEP_*. */
  step(): number;
  /** The tick has run out: true to leave user mode. */
  tick(): boolean;
}

const INSTRUCTION = STEP_RECORDS + RECORD_SIZE;
const RCX_LOW = (REGS + 8 * x86_64.RCX) >> 2;
const RCX_HIGH = RCX_LOW + 1;
const SS = 2;
const TWO_32 = 0x1_0000_0000;

/** What became of a program that was executed one by one. */
export const STEPS_TRAPPED = 0;
export const STEPS_OVER = 1;

export class SingleStep {
  readonly #memory: RecordMemory;
  readonly #decoder: Decoder;
  readonly #table: OpTable;
  readonly #host: StepHost;
  readonly #code = new Uint8Array(2 * MAX_INSTRUCTION_BYTES);

  constructor(bytes: Uint8Array, table: OpTable, decoder: Decoder, host: StepHost) {
    const { buffer } = bytes;
    this.#memory = { u8: bytes, u16: new Uint16Array(buffer), i32: new Int32Array(buffer) };
    this.#table = table;
    this.#decoder = decoder;
    this.#host = host;
  }

  /**
   * Runs the program whose registers are in memory until it traps (STEPS_TRAPPED, with VECTOR and ERROR_CODE set) or needs
   * no single steps any more (STEPS_OVER). At least one instruction is executed, unless it faults or the tick is due.
   */
  run(): number {
    const words = this.#memory.i32;
    words[STEPPING >> 2] = 1;
    try {
      for (;;) {
        if ((words[TICK >> 2] ?? 0) <= 0 && this.#host.tick()) {
          return this.#trap(x86_64.TRAP_INTERRUPT);
        }
        const traced = ((words[RFLAGS_REST >> 2] ?? 0) & TF) !== 0;
        if (!this.#one()) return STEPS_TRAPPED;
        // Loading ss holds the trap back until the next instruction has been executed as well.
        const held =
          this.#decoder.candidate?.name === "movToSegment" && this.#decoder.immediateLow === SS;
        if (traced && !held) return this.#trap(x86_64.VECTOR_DEBUG);
        if (((words[RFLAGS_REST >> 2] ?? 0) & STEP_FLAGS) === 0 && !held) return STEPS_OVER;
      }
    } finally {
      words[STEPPING >> 2] = 0;
    }
  }

  #trap(vector: number): number {
    const words = this.#memory.i32;
    words[VECTOR >> 2] = vector;
    words[ERROR_CODE >> 2] = 0;
    return STEPS_TRAPPED;
  }

  /** Executes one instruction, of a repeated one a single round. False after a trap or a fault. */
  #one(): boolean {
    if (!this.#decode()) return false;
    const words = this.#memory.i32;
    if (
      ((words[RFLAGS_REST >> 2] ?? 0) & AC) !== 0 &&
      isMisaligned(this.#decoder, this.#table, words)
    ) {
      this.#trap(x86_64.VECTOR_ALIGNMENT_CHECK);
      return false;
    }
    const rounds = this.#takeRounds();
    const status = this.#host.step();
    if (rounds > 1) this.#putRounds(rounds, status);
    if (status === STEP_FAULT) return false;
    words[TICK >> 2] = (words[TICK >> 2] ?? 0) - 1;
    return status !== STEP_TRAP;
  }

  /** Makes the record of the instruction at RIP. False after recording why there is none. */
  #decode(): boolean {
    const { u8, i32 } = this.#memory;
    const page = this.#host.walkFetch();
    if (page === 0) {
      if (i32[VECTOR >> 2] === VECTOR_NON_CANONICAL) this.#trap(x86_64.VECTOR_GENERAL_PROTECTION);
      return false;
    }
    const offset = (i32[RIP >> 2] ?? 0) & 0xfff;
    const at = (page >>> 0) + offset;
    const d = this.#decoder;
    let status = d.decode(u8, at, (page >>> 0) + 4096, offset);
    if (status === NEED_MORE) {
      const next = this.#host.walkFetchNext() >>> 0;
      if (next === 0) return false;
      const here = 4096 - offset;
      const code = this.#code;
      for (let i = 0; i < code.length; i++) code[i] = u8[i < here ? at + i : next + i - here] ?? 0;
      status = d.decode(code, 0, code.length, offset);
    }
    // Outside RAM every byte reads as ones, and FF FF is no instruction.
    if (status === INVALID || page >>> 0 < RAM_BASE) {
      this.#trap(x86_64.VECTOR_INVALID_OPCODE);
      return false;
    }
    if (status !== DECODED) {
      this.#trap(x86_64.VECTOR_GENERAL_PROTECTION);
      return false;
    }
    writeAddress(this.#memory, STEP_RECORDS, d);
    i32[STEP_ADDRESS_SIZE >> 2] = d.addressFirst;
    writeInstruction(this.#memory, INSTRUCTION, d, offset, 0);
    const end = d.candidate?.end;
    if (end === "direct" || end === "conditional") {
      i32[(INSTRUCTION + REC_IMMEDIATE) >> 2] = d.relative;
      i32[(INSTRUCTION + REC_IMMEDIATE + 4) >> 2] = d.relative >> 31;
    }
    return true;
  }

  /**
   * A repeated string instruction is interrupted behind every round: lets it do only one. Returns how many it has left to do,
   * 1 when it does what it does anyway.
   */
  #takeRounds(): number {
    const name = this.#decoder.candidate?.name ?? "";
    if (!/^rep(e|ne)?[A-Z]/.test(name)) return 1;
    const words = this.#memory.i32;
    const high = name.endsWith("A32") ? 0 : (words[RCX_HIGH] ?? 0) >>> 0;
    const rounds = TWO_32 * high + ((words[RCX_LOW] ?? 0) >>> 0);
    if (rounds > 1) {
      words[RCX_LOW] = 1;
      words[RCX_HIGH] = 0;
    }
    return rounds;
  }

  #putRounds(rounds: number, status: number): void {
    const words = this.#memory.i32;
    // A count of more than 2^53 loses its low bits here, and no program lives to see it end.
    const left = status === STEP_FAULT ? rounds : rounds - 1;
    words[RCX_LOW] = left | 0;
    words[RCX_HIGH] = Math.floor(left / TWO_32);
    if (status === STEP_FAULT) return;
    const name = this.#decoder.candidate?.name ?? "";
    const isZero = words[FLAG_RESULT >> 2] === 0 && words[(FLAG_RESULT >> 2) + 1] === 0;
    if (name.startsWith("repe") ? !isZero : name.startsWith("repne") && isZero) return;
    // The instruction stands where it was, for the rounds that are left.
    const low = (words[RIP >> 2] ?? 0) >>> 0;
    const { length } = this.#decoder;
    if (low < length) words[(RIP >> 2) + 1] = (words[(RIP >> 2) + 1] ?? 0) - 1;
    words[RIP >> 2] = low - length;
  }
}
