// SPDX-License-Identifier: MPL-2.0

/** The instruction set: every file of this folder that describes instructions is listed here. */

import { arithmetic } from "./arithmetic.ts";
import { bits } from "./bit.ts";
import { control } from "./control.ts";
import type { ConstantTable, Instruction, InstructionSet } from "./define.ts";
import { move } from "./move.ts";
import { multiply } from "./multiply.ts";
import { shifts } from "./shift.ts";
import { stack } from "./stack.ts";
import { strings } from "./string.ts";
import { system } from "./system.ts";

const sets: readonly InstructionSet[] = [
  arithmetic,
  multiply,
  move,
  shifts,
  bits,
  stack,
  control,
  strings,
  system,
];

export const instructions: readonly Instruction[] = sets.flatMap((set) => set.instructions);
export const constants: readonly ConstantTable[] = sets.flatMap((set) => set.constants ?? []);
