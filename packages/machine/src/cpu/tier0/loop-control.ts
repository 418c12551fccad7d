// SPDX-License-Identifier: MPL-2.0

/** What the emitters of the loop share. */

import {
  type FunctionBuilder,
  type Helper,
  i32,
  type Label,
  type Local,
  type Value,
} from "../../wasm/index.ts";
import { CHARGE, CURRENT, PAGE, REC_BEFORE, REC_OFFSET } from "../layout.ts";

const state = i32(0);

/** Where the loop goes on, and what it holds in locals. */
export interface LoopControl {
  readonly f: FunctionBuilder;
  readonly record: Local;
  readonly tick: Local;
  readonly spaceLocal: Local;
  readonly top: Label;
  readonly fault: Label;
  readonly trapped: Label;
  readonly restart: Label;
  readonly expiredDirect: Label;
  readonly expiredAtRip: Label;
  readonly mayExpire: Helper;
  readonly runRegions: Helper;
  /** Numbers of pseudo micro-ops. */
  readonly region: number;
  readonly goto: number;
  /** Executes the record by its function. */
  readonly slow: Label;
  /** A direct jump whose instructions are counted, with the tick run out. */
  readonly expired: Label;
  readonly leave: (reason: number) => void;
}

/** The same before there is a way for single micro-ops to leave. */
export type LoopFrame = Omit<LoopControl, "slow" | "expired">;

/** The address of a record's instruction. */
export function ripOf(record: Value): Value {
  return state.load64(PAGE).add(record.load16u(REC_OFFSET).extendU());
}

/**
 * V8's register allocator stores a value that lives across a call where it is defined. For the record's address that is
 * once for each micro-op, so it is kept in memory across calls, which are rare.
 */
export function callOut(c: Pick<LoopControl, "f" | "record">, emit: () => void): void {
  const { f, record } = c;
  f.store(state, record, CURRENT);
  emit();
  f.set(record, state.load32(CURRENT));
}

/** Executes the record again, unless the tick has run out: what it did so far is charged. */
export function restart(c: LoopFrame): void {
  const { f, record, tick } = c;
  f.set(tick, tick.sub(state.load32(CHARGE)));
  f.brIf(c.restart, tick.leS(record.load8u(REC_BEFORE)));
  f.br(c.top);
}
