// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import type { CpuOptions } from "../cpu-options.ts";
import { Guest } from "../testing/guest.ts";

const CODE = 0x400000;
const DATA = 0x600000;
const PAGE = 0x1000;
const READ = 0;
const { RAX, RCX, RDI, RSP } = x86_64;
const ROUNDS = 400_000;

// mov rax,[rdi+8]; add [rdi],rax; add rax,[rdi+0x40]; dec ecx; jnz; syscall
const FIELDS = [0x48, 0x8b, 0x47, 8, 0x48, 1, 7, 0x48, 0x03, 0x47, 0x40, 0xff, 0xc9, 0x75, 0xf1];

function fields(at: number, options: Partial<CpuOptions> = {}): Guest {
  const g = new Guest(1 << 24, options);
  g.allocate(CODE, PAGE);
  g.allocate(DATA, 2 * PAGE);
  g.write(CODE, [...FIELDS, 0x0f, 0x05]);
  g.write(at + 8, [3]);
  g.write(at + 0x40, [5]);
  g.set(RDI, at);
  g.set(RCX, ROUNDS);
  g.set(RSP, DATA + PAGE);
  g.rip = CODE;
  return g;
}

const sum = (g: Guest, at: number): number =>
  Number(new DataView(g.read(at, 4).slice().buffer).getInt32(0, true));

test.each([
  ["in one page", DATA + 0x100],
  ["of which the last one lies in the next page", DATA + PAGE - 0x40],
  ["of which one lies in both pages", DATA + PAGE - 0x44],
])("fields %s are read and written in compiled code", (_, at) => {
  let exits = 0;
  const g = fields(at, { observeExit: () => exits++ });
  expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
  expect(sum(g, at)).toBe(3 * ROUNDS);
  expect(g.get(RAX)).toBe(8n);
  expect(g.cpu.instructions).toBe(5 * ROUNDS + 1);
  // Where a field lies in both pages, only the interpreter reads it.
  const isWithin = at !== DATA + PAGE - 0x44;
  const share = isWithin ? 4 : 1;
  expect(g.cpu.statistics.instructionsCompiledCode).toBeGreaterThan(share * ROUNDS);
  if (isWithin) expect(exits).toBeLessThan(ROUNDS / 10);
});

test("what may not be written faults there, and what was read before is right", () => {
  const g = fields(DATA);
  g.run();
  g.map(DATA, g.physical(DATA), READ);
  g.set(RAX, 0);
  g.set(RCX, 7);
  g.rip = CODE;
  expect(g.run()).toBe(x86_64.VECTOR_PAGE_FAULT);
  expect(g.rip).toBe(CODE + 4);
  expect(g.get(RAX)).toBe(3n);
  expect(g.get(RCX)).toBe(7n);
});

test("a register that changes under a condition is another address behind it", () => {
  const g = new Guest(1 << 24);
  g.allocate(CODE, PAGE);
  g.allocate(DATA, PAGE);
  // mov rax,[rdi]; test cl,1; cmovnz rdi,rsi; add rax,[rdi+8]; add rbx,rax; mov rdi,rdx; dec ecx; jnz; syscall
  g.write(CODE, [
    ...[0x48, 0x8b, 0x07, 0xf6, 0xc1, 1, 0x48, 0x0f, 0x45, 0xfe, 0x48, 0x03, 0x47, 8],
    ...[0x48, 0x01, 0xc3, 0x48, 0x89, 0xd7, 0xff, 0xc9, 0x75, 0x100 - 24, 0x0f, 0x05],
  ]);
  g.write(DATA, [1]);
  g.write(DATA + 8, [10]);
  g.write(DATA + 0x80 + 8, [100]);
  g.set(RDI, DATA);
  g.set(x86_64.RDX, DATA);
  g.set(x86_64.RSI, DATA + 0x80);
  g.set(x86_64.RBX, 0);
  g.set(RCX, ROUNDS);
  g.rip = CODE;
  expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
  expect(g.get(x86_64.RBX)).toBe(BigInt((ROUNDS / 2) * (101 + 11)));
});
