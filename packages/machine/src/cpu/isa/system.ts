// SPDX-License-Identifier: MPL-2.0

import { type Helper, helper } from "../../wasm/index.ts";
import type { Binding } from "../bind/binding.ts";
import { TEMPORARY } from "../layout.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";

const imported = (name: string): Helper =>
  helper(name, [], [], () => {
    throw new Error(`${name} is imported`);
  });

/** Answered by TypeScript: cpuid works on the registers in memory, rdtsc leaves the counter in TEMPORARY. */
export const cpuidHelper: Helper = imported("cpuid");
export const rdtscHelper: Helper = imported("rdtsc");

const RAX = 0;
const RDX = 2;

function cpuid(b: Binding): void {
  b.doState(cpuidHelper);
}

function rdtsc(b: Binding): void {
  b.doState(rdtscHelper);
  const value = b.state("i64", TEMPORARY);
  b.setReg(RAX, 4, value.wrap());
  b.setReg(RDX, 4, value.shrU(32).wrap());
}

const instructions: Instruction[] = [
  instruction("cpuid", ["0F A2"], cpuid),
  instruction("rdtsc", ["0F 31"], rdtsc),
];

export const system: InstructionSet = { instructions };
