// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import { Guest } from "../testing/guest.ts";

const PAGE = 0x1000;
const CODE = 0x400000;
const FUNCTION = CODE + PAGE;
/** So far away that no region holds both. */
const FAR = CODE + 0x1001 * PAGE;
const DATA = 0x600000;
const { RAX, RBX, RCX, RDI, RSI, RSP, R8 } = x86_64;

const call = (from: number, to: number): number[] => {
  const distance = to - (from + 5);
  return [0xe8, ...[0, 8, 16, 24].map((s) => (distance >> s) & 255)];
};

function guest(options: { jit?: boolean } = {}): Guest {
  const g = new Guest(1 << 24, options);
  g.allocate(CODE, 2 * PAGE);
  g.allocate(FAR, PAGE);
  g.allocate(DATA, 4 * PAGE);
  return g;
}

test("a function that was compiled by itself is compiled with who calls it as well", () => {
  const g = guest();
  g.write(FUNCTION, [0x83, 0xc0, 3, 0xc3]); // add eax,3; ret
  const loop = (at: number): void =>
    g.write(at, [...call(at, FUNCTION), 0xff, 0xc9, 0x75, 0x100 - 9, 0x0f, 0x05]);
  loop(FAR);
  loop(CODE);
  const run = (at: number, rounds: number): number => {
    const before = g.cpu.statistics.compiledCodeExits.jump;
    g.set(RAX, 0n);
    g.set(RCX, BigInt(rounds));
    g.set(RSP, DATA + 64);
    g.rip = at;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(BigInt(3 * rounds));
    return g.cpu.statistics.compiledCodeExits.jump - before;
  };
  // Who is too far away calls it each time.
  expect(run(FAR, 1_000_000)).toBeGreaterThan(900_000);
  expect(run(CODE, 3_000_000)).toBeLessThan(1_500_000);
  expect(run(CODE, 1_000_000)).toBeLessThan(1000);
});

test("short fills and copies stay in compiled code, with the same results and counts as the interpreter's", () => {
  const [on, off] = [guest(), guest({ jit: false })];
  const rounds = 200_000;
  for (const g of [on, off]) {
    g.write(CODE, [
      ...[0x48, 0x89, 0xdf], // mov rdi,rbx
      ...[0xb9, 24, 0, 0, 0], // mov ecx,24
      ...[0xf3, 0xaa], // rep stosb
      ...[0x48, 0x89, 0xde], // mov rsi,rbx
      ...[0x48, 0x8d, 0xbb, 0, 2, 0, 0], // lea rdi,[rbx+0x200]
      ...[0xb9, 3, 0, 0, 0], // mov ecx,3
      ...[0xf3, 0x48, 0xa5], // rep movsq
      ...[0xff, 0xc0], // inc eax
      ...[0x83, 0xc3, 7], // add ebx,7
      ...[0x81, 0xe3, 0xff, 0x1f, 0x60, 0], // and ebx,0x601fff
      ...[0x41, 0xff, 0xc8], // dec r8d
      ...[0x75, 0x100 - 44], // jnz CODE
      ...[0x0f, 0x05],
    ]);
    g.set(RBX, BigInt(DATA));
    g.set(R8, BigInt(rounds));
    g.rip = CODE;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
  }
  for (const r of [RAX, RBX, RCX, RDI, RSI]) expect(on.get(r)).toBe(off.get(r));
  expect(Buffer.from(on.read(DATA, 4 * PAGE)).equals(off.read(DATA, 4 * PAGE))).toBe(true);
  expect(on.cpu.instructions).toBe(off.cpu.instructions);
  // Only what lies in two pages is left to the interpreter.
  expect(on.cpu.statistics.compiledCodeExits.interpret).toBeLessThan(rounds / 25);
});
