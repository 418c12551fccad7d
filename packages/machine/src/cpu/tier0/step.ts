// SPDX-License-Identifier: MPL-2.0

/** Executes one instruction by itself: what the trap flag and alignment checks need. */

import {
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
  type Value,
  i32,
} from "../../wasm/index.ts";
import {
  PAGE,
  REC_BASE,
  REC_DISPLACEMENT,
  REC_IMMEDIATE,
  REC_INDEX,
  REC_LENGTH,
  REC_OP,
  REC_SCALE,
  REGS,
  RIP,
  STEP_ADDRESS_SIZE,
  STEP_RECORDS,
  RECORD_SIZE,
  TEMPORARY,
} from "../layout.ts";
import { COLD_DIRECT, COLD_FAULT, COLD_JUMP, COLD_RESTART, COLD_TRAP } from "./cold.ts";

/** It faulted: VECTOR says how, and RIP is where it was. */
export const STEP_FAULT = 0;
/** It ended with a trap, in VECTOR; RIP is behind it. */
export const STEP_TRAP = 1;
/** It has been executed; RIP is the next instruction's. */
export const STEP_DONE = 2;
/** It is a repeated string instruction with work left, at RIP. */
export const STEP_AGAIN = 3;

const state = i32(0);

/** The `$address` micro-op: leaves in TEMPORARY what one operand of the next record builds upon. */
export function emitAddress(f: FunctionBuilder, record: Local, narrow: boolean): void {
  const sum = record
    .load16u(REC_BASE)
    .load64(REGS)
    .add(
      record
        .load16u(REC_INDEX)
        .load64(REGS)
        .shl(record.load("i64", "8_u", REC_SCALE)),
    )
    .add(record.load("i64", "32_s", REC_DISPLACEMENT))
    .add(record.load64(REC_IMMEDIATE));
  f.store(state, narrow ? sum.and(0xffff_ffffn) : sum, TEMPORARY);
}

/**
 * Exports `load(frame)`, which takes the registers from a frame, and `step()`, which executes the record at
 * STEP_RECORDS + RECORD_SIZE by its function and returns STEP_*. A record of `$address` stands before it if
 * STEP_ADDRESS_SIZE is not 0. Direct jumps have the distance, not a record, in their immediate.
 */
export function exportStep(
  m: ModuleBuilder,
  loadFrame: (f: FunctionBuilder, frame: Value) => void,
): void {
  m.exportFunction(
    "load",
    m.function("load", ["i32"], [], (f, frame) => {
      if (frame !== undefined) loadFrame(f, frame);
    }),
  );
  m.exportFunction(
    "step",
    m.function("step", [], ["i32"], (f) => {
      const record = f.local("i32");
      f.set(record, i32(STEP_RECORDS));
      f.store(state, state.load64(RIP).and(-4096), PAGE);
      f.if(state.load32(STEP_ADDRESS_SIZE).eq(8), () => emitAddress(f, record, false));
      f.if(state.load32(STEP_ADDRESS_SIZE).eq(4), () => emitAddress(f, record, true));
      f.set(record, i32(STEP_RECORDS + RECORD_SIZE));
      const next = f.let(f.callIndirect(["i32"], "i32", record.load16u(REC_OP), record));
      f.if(next.eq(COLD_FAULT), () => f.return(STEP_FAULT));
      f.if(next.eq(COLD_RESTART), () => f.return(STEP_AGAIN));
      // An indirect jump has set RIP.
      f.if(next.eq(COLD_JUMP), () => f.return(STEP_DONE));
      const behind = state.load64(RIP).add(record.load8u(REC_LENGTH).extendU());
      f.store(state, behind, RIP);
      f.if(next.eq(COLD_DIRECT), () => {
        f.store(state, state.load64(RIP).add(record.load64(REC_IMMEDIATE)), RIP);
      });
      f.if(next.eq(COLD_TRAP), () => f.return(STEP_TRAP));
      f.return(STEP_DONE);
      f.unreachable();
    }),
  );
}
