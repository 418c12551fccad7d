// SPDX-License-Identifier: MPL-2.0

import { NAMES, compareFloatingPoint, compareMemory, hex } from "./compare.mjs";
import { EXIT_VECTOR, VECTOR_TIMEOUT } from "./layout.mjs";
import { COMPARED_FLAGS, loadsMxcsr, pageFaultBits } from "./vendor.mjs";

const NOTHING_LEFT_OUT = { names: [], stores: [] };

/** The differences between what the host's CPU made of a program and what ours did, as lines of text. */
export function compareProgram(program, expected, got) {
  const found = [];
  const differ = (what, want, have) => found.push(`${what}: expected ${want}, got ${have}`);
  if (got.thrown !== undefined) return [`thrown: ${got.thrown.stack}`];
  // A program that runs for long is cut at different points.
  if (expected.vector === VECTOR_TIMEOUT || got.vector === VECTOR_TIMEOUT) return [];
  // Where both operands of a copy fault, either may be told.
  const either = (rip) => program.copies.includes(Number(rip) - program.base);
  if (isRefusedMxcsr(program, trapsOf(expected), trapsOf(got))) return [];
  compareEvents(expected.events, got.events, differ, either);
  if (found.length > 0) return found;
  compareTraps(expected, got, differ, either);
  compareRegisters(expected, got, differ);
  const flags = COMPARED_FLAGS & ~undefinedFlags(program, expected);
  if (((expected.rflags ^ got.rflags) & flags) !== 0) {
    differ("rflags", hex(expected.rflags & flags), hex(got.rflags & flags));
  }
  compareFloatingPoint(NOTHING_LEFT_OUT, expected.fxsave, got.fxsave, differ);
  compareMemory(NOTHING_LEFT_OUT, expected, got, differ);
  return found;
}

/** All traps of a run, the one that ended it among them. */
const trapsOf = ({ events, vector, rip }) => [...events, { vector, rip }];

/** Whether the first difference is that ours refuses a value of MXCSR that the host may take. */
function isRefusedMxcsr(program, expected, got) {
  const at = got.findIndex((have, i) => {
    const want = expected[i];
    return want === undefined || want.vector !== have.vector || want.rip !== have.rip;
  });
  const have = got[at];
  return have?.vector === 13 && loadsMxcsr(program.code, Number(have.rip) - program.base);
}

/** The status flags that need not be equal where the program ended. */
function undefinedFlags(program, { vector, rip }) {
  const offset = Number(rip) - program.base - (vector === EXIT_VECTOR ? 1 : 0);
  return program.undefinedAt.get(offset) ?? COMPARED_FLAGS;
}

function compareTraps(expected, got, differ, either = () => false) {
  if (expected.vector !== got.vector) differ("vector", expected.vector, got.vector);
  if (expected.rip !== got.rip) differ("rip", hex(expected.rip), hex(got.rip));
  if (expected.vector !== 14 || got.vector !== 14) return;
  if (expected.faultAddress !== got.faultAddress && either(expected.rip)) return;
  if (((expected.errorCode ^ got.errorCode) & pageFaultBits(expected.faultAddress)) !== 0) {
    differ("error code", expected.errorCode, got.errorCode);
  }
  if (expected.faultAddress !== got.faultAddress) {
    differ("fault address", hex(expected.faultAddress), hex(got.faultAddress));
  }
}

function compareEvents(expected, got, differ, either) {
  const length = Math.max(expected.length, got.length);
  for (let i = 0; i < length; i++) {
    const [want, have] = [expected[i], got[i]];
    const text = (e) => (e === undefined ? "none" : `${e.vector} at ${hex(e.rip)}`);
    if (want === undefined || have === undefined) {
      differ(`trap ${i}`, text(want), text(have));
      return;
    }
    compareTraps(want, have, (what, a, b) => differ(`trap ${i}: ${what}`, a, b), either);
  }
}

function compareRegisters(expected, got, differ) {
  for (let r = 0; r < 16; r++) {
    if (expected.gpr[r] !== got.gpr[r]) differ(NAMES[r], hex(expected.gpr[r]), hex(got.gpr[r]));
  }
}

/** The differences between the interpreter and compiled code: there must be none at all. */
export function compareTiers(interpreter, compiled) {
  const found = [];
  const differ = (what, want, have) => found.push(`${what}: expected ${want}, got ${have}`);
  if (interpreter.thrown !== undefined) return [`thrown: ${interpreter.thrown.stack}`];
  if (compiled.thrown !== undefined) return [`thrown: ${compiled.thrown.stack}`];
  const length = Math.max(interpreter.trace.length, compiled.trace.length);
  for (let i = 0; i < length; i++) {
    if (interpreter.trace[i] === compiled.trace[i]) continue;
    differ(`exit ${i}`, interpreter.trace[i], compiled.trace[i]);
    return found;
  }
  compareEvents(interpreter.events, compiled.events, differ);
  compareTraps(interpreter, compiled, differ);
  compareRegisters(interpreter, compiled, differ);
  // Flags without a defined value as well.
  const flags = COMPARED_FLAGS;
  if (((interpreter.rflags ^ compiled.rflags) & flags) !== 0) {
    differ("rflags", hex(interpreter.rflags & flags), hex(compiled.rflags & flags));
  }
  compareFloatingPoint(NOTHING_LEFT_OUT, interpreter.fxsave, compiled.fxsave, differ);
  compareMemory(NOTHING_LEFT_OUT, interpreter, compiled, differ);
  return found;
}
