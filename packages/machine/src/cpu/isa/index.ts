// SPDX-License-Identifier: MPL-2.0

/** The instruction set: every file of this folder that describes instructions is listed here. */

import { arithmetic } from "./arithmetic.ts";
import { bits } from "./bit.ts";
import { control } from "./control.ts";
import type { ConstantTable, Instruction, InstructionSet } from "./define.ts";
import { farTransfers } from "./far.ts";
import { fpuState } from "./fxsave.ts";
import { move } from "./move.ts";
import { multiply } from "./multiply.ts";
import { shifts } from "./shift.ts";
import { sseCompares } from "./sse-compare.ts";
import { sseConversions } from "./sse-convert.ts";
import { sseFloats } from "./sse-float.ts";
import { sseIntegers } from "./sse-integer.ts";
import { sseMisc } from "./sse-misc.ts";
import { sseMoves } from "./sse-move.ts";
import { sseShuffles } from "./sse-shuffle.ts";
import { sseStrings } from "./sse-string.ts";
import { stack } from "./stack.ts";
import { strings } from "./string.ts";
import { system } from "./system.ts";
import { x87Arithmetic } from "./x87-arithmetic.ts";
import { x87Compares } from "./x87-compare.ts";
import { x87Control } from "./x87-control.ts";
import { x87LoadStore } from "./x87-load-store.ts";
import { x87Transcendentals } from "./x87-transcendental.ts";

const sets: readonly InstructionSet[] = [
  arithmetic,
  multiply,
  move,
  shifts,
  bits,
  stack,
  control,
  farTransfers,
  strings,
  system,
  sseMoves,
  sseIntegers,
  sseShuffles,
  sseFloats,
  sseCompares,
  sseConversions,
  sseStrings,
  sseMisc,
  fpuState,
  x87LoadStore,
  x87Arithmetic,
  x87Compares,
  x87Control,
  x87Transcendentals,
];

export const instructions: readonly Instruction[] = sets.flatMap((set) => set.instructions);
export const constants: readonly ConstantTable[] = sets.flatMap((set) => set.constants ?? []);
