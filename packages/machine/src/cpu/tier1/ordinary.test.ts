// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import { Guest } from "../testing/guest.ts";

const CODE = 0x400000;
const DATA = 0x600000;
const ROUNDS = 200_000;
const INEXACT_BEFORE = 0x1fa0;
const INVALID_FLAG = 1;
const DENORMAL_FLAG = 2;
const ZERO_DIVIDE_FLAG = 4;
const OVERFLOW_FLAG = 8;

/**
 * A loop on the doubles at DATA, about to run for so many rounds on `numbers`. It has run on ordinary ones before, so that compiled code
 * meets these from the first round on: one that is interpreted would set the flags for all.
 */
function loopOf(code: readonly number[], numbers: readonly number[], jit: boolean): Guest {
  const g = new Guest(1 << 24, { jit });
  g.allocate(CODE, 0x1000);
  g.allocate(DATA, 0x1000);
  g.write(CODE, [...code, 0xff, 0xc9, 0x75, 0x100 - code.length - 4, 0x0f, 0x05]);
  start(g, [1.5, 1.5, 1.5]);
  expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
  start(g, numbers);
  return g;
}

function start(g: Guest, numbers: readonly number[]): void {
  g.write(DATA, new Uint8Array(new Float64Array(numbers).buffer));
  g.set(x86_64.RDI, DATA);
  g.set(x86_64.RCX, ROUNDS);
  g.cpu.saveFpu(g.frame);
  fpuOf(g).setUint32(24, INEXACT_BEFORE, true);
  g.cpu.loadFpu(g.frame);
  g.rip = CODE;
}

const fpuOf = (g: Guest): DataView =>
  new DataView(g.frame.bytes.buffer, g.frame.bytes.byteOffset + x86_64.FRAME_FXSAVE);

/** MXCSR and the low half of xmm0 after so many rounds of a loop on the doubles at DATA. */
function run(code: readonly number[], numbers: readonly number[], jit: boolean): [number, number] {
  const g = loopOf(code, numbers, jit);
  const before = g.cpu.statistics.instructionsCompiledCode;
  expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
  g.cpu.saveFpu(g.frame);
  const compiled = g.cpu.statistics.instructionsCompiledCode - before;
  if (jit) expect(compiled).toBeGreaterThan(ROUNDS / 2);
  return [fpuOf(g).getUint32(24, true), fpuOf(g).getFloat64(160, true)];
}

// movsd xmm0,[rdi]; subsd xmm0,[rdi+8]; mulsd xmm0,[rdi+16]
const SCALAR = [0xf2, 0x0f, 0x10, 7, 0xf2, 0x0f, 0x5c, 0x47, 8, 0xf2, 0x0f, 0x59, 0x47, 16];
// movupd xmm0,[rdi]; movupd xmm1,[rdi+8]; subpd xmm0,xmm1; mulpd xmm0,xmm1
const PACKED = [
  ...[0x66, 0x0f, 0x10, 7, 0x66, 0x0f, 0x10, 0x4f, 8],
  ...[0x66, 0x0f, 0x5c, 0xc1, 0x66, 0x0f, 0x59, 0xc1],
];
const TINY = 2 ** -1022;

test.each([
  ["an ordinary difference", SCALAR, [3, 1, 5], 10, 0],
  ["a subnormal difference that is an operand then", SCALAR, [1.5 * TINY, TINY, 4], 2 * TINY, 2],
  ["a difference of nothing", SCALAR, [7, 7, 4], 0, 0],
  ["packed differences", PACKED, [3, 1, 5], 2, 0],
  ["a packed subnormal difference", PACKED, [1.5 * TINY, TINY, TINY], 0, 2],
])("%s is multiplied as the interpreter does", (_, code, numbers, result, denormal) => {
  const compiled = run(code, numbers, true);
  expect(compiled).toEqual(run(code, numbers, false));
  expect(compiled[1]).toBe(result);
  expect(compiled[0] & DENORMAL_FLAG).toBe(denormal);
});

// movsd xmm0,[rdi]; addsd, mulsd or divsd xmm0,[rdi+8]
const SUM = [...SCALAR.slice(0, 4), 0xf2, 0x0f, 0x58, 0x47, 8];
const PRODUCT = [...SCALAR.slice(0, 4), 0xf2, 0x0f, 0x59, 0x47, 8];
const QUOTIENT = [...SCALAR.slice(0, 4), 0xf2, 0x0f, 0x5e, 0x47, 8];

test.each([
  ["a sum with infinity", SUM, [Infinity, 1.5], Infinity, 0],
  ["a sum of two infinities", SUM, [-Infinity, -Infinity], -Infinity, 0],
  ["a product with infinity", PRODUCT, [-0.5, Infinity], -Infinity, 0],
  ["a quotient of infinity", QUOTIENT, [Infinity, -3], -Infinity, 0],
  ["infinity less infinity", SUM, [Infinity, -Infinity], NaN, INVALID_FLAG],
  ["infinity times nothing", PRODUCT, [0, Infinity], NaN, INVALID_FLAG],
  ["a sum that is too large", SUM, [Number.MAX_VALUE, Number.MAX_VALUE], Infinity, OVERFLOW_FLAG],
  ["a quotient by nothing", QUOTIENT, [1, 0], Infinity, ZERO_DIVIDE_FLAG],
])("%s has the flags that the interpreter sets", (_, code, numbers, result, flag) => {
  const compiled = run(code, numbers, true);
  expect(compiled).toEqual(run(code, numbers, false));
  expect(compiled[1]).toBe(result);
  expect(compiled[0] & ~INEXACT_BEFORE & 0x3f).toBe(flag);
});

test.each([
  ["infinities", SUM, [Infinity, 1]],
  ["what is no number", [...SCALAR.slice(0, 4), 0x66, 0x0f, 0x2e, 0xc0], [NaN]],
])("%s do not leave compiled code", (_, code, numbers) => {
  const g = loopOf(code, numbers, true);
  expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
  expect(g.cpu.statistics.compiledCodeExits.interpret).toBeLessThan(ROUNDS / 10);
});
