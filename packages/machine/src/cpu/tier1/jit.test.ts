// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import type { CpuOptions } from "../cpu-options.ts";
import { Guest } from "../testing/guest.ts";

const CODE = 0x400000;
const DATA = 0x600000;
const PAGE = 0x1000;
const SYSCALL = [0x0f, 0x05];
const DEC_ECX = [0xff, 0xc9];
/** Flags of a mapping, see Guest.map. */
const NOT_EXECUTABLE = 1;
const READ_AND_EXECUTE = 0;
const { RAX, RBX, RCX, RDX, RSI, RDI, RSP, R11 } = x86_64;

const int32 = (value: number): number[] => [0, 8, 16, 24].map((s) => (value >> s) & 255);
/** A near jump or call with this opcode from `from` to `to`. */
const near = (opcode: readonly number[], from: number, to: number): number[] => [
  ...opcode,
  ...int32(to - (from + opcode.length + 4)),
];

function guest(options: Partial<CpuOptions> = {}): Guest {
  const g = new Guest(1 << 24, options);
  g.allocate(CODE, 4 * PAGE);
  g.allocate(DATA, PAGE);
  g.set(RSP, DATA + PAGE - 64);
  g.rip = CODE;
  return g;
}

const compiled = (g: Guest): number => g.cpu.statistics.instructionsCompiledCode;

/** A loop in the first page that calls a function in the second one: eax += 3, `rcx` times. */
function writeLoopWithCall(g: Guest): void {
  g.write(CODE, [
    ...near([0xe8], CODE, CODE + PAGE),
    ...DEC_ECX,
    0x75,
    0x100 - 9, // jnz CODE
    ...SYSCALL,
  ]);
  g.write(CODE + PAGE, [0x83, 0xc0, 3, 0xc3]); // add eax,3; ret
}

function runLoop(g: Guest, rounds: number): number {
  g.set(RAX, 0n);
  g.set(RCX, BigInt(rounds));
  g.rip = CODE;
  return g.run();
}

describe("regions over several pages", () => {
  test("a function in another page is called and returns without leaving compiled code", () => {
    let exits = 0;
    const g = guest({ observeExit: () => exits++ });
    writeLoopWithCall(g);
    expect(runLoop(g, 400_000)).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(1_200_000n);
    expect(g.cpu.instructions).toBe(400_000 * 5 + 1);
    expect(compiled(g)).toBeGreaterThan(1_800_000);
    // Ticks end it now and then; 400,000 calls do not.
    expect(exits).toBeLessThan(1000);
  });

  test("the other page may be mapped to other code meanwhile", () => {
    const g = guest();
    writeLoopWithCall(g);
    runLoop(g, 400_000);
    const other = g.page();
    g.map(CODE + PAGE, other);
    g.write(CODE + PAGE, [0x83, 0xc0, 5, 0xc3]); // add eax,5; ret
    runLoop(g, 100_000);
    expect(g.get(RAX)).toBe(500_000n);
  });

  test("code in the other page may be written meanwhile", () => {
    const g = guest();
    writeLoopWithCall(g);
    runLoop(g, 400_000);
    g.write(CODE + PAGE + 2, [7]);
    runLoop(g, 100_000);
    expect(g.get(RAX)).toBe(700_000n);
  });

  test("the other page may go away: a nop that ends there faults where it begins", () => {
    const g = guest();
    const start = CODE + PAGE - 5;
    // add eax,3; sfence, of which a byte is in the second page; dec ecx; jnz; syscall
    g.write(start, [0x83, 0xc0, 3, 0x0f, 0xae, 0xf8, ...DEC_ECX, 0x75, 0x100 - 10, ...SYSCALL]);
    g.set(RCX, 400_000n);
    g.rip = start;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(compiled(g)).toBeGreaterThan(1_000_000);
    g.map(CODE + PAGE, g.physical(CODE + PAGE), NOT_EXECUTABLE);
    g.set(RCX, 10n);
    g.rip = start;
    expect(g.run()).toBe(x86_64.VECTOR_PAGE_FAULT);
    expect(g.rip).toBe(start + 3);
  });

  test("the other page may go away: the call faults there", () => {
    const g = guest();
    writeLoopWithCall(g);
    runLoop(g, 400_000);
    g.map(CODE + PAGE, g.physical(CODE + PAGE), 1);
    expect(runLoop(g, 10)).toBe(x86_64.VECTOR_PAGE_FAULT);
    expect(g.rip).toBe(CODE + PAGE);
  });

  test.each([false, true, "eager"] as const)(
    "an instruction may cross into the next page and be jumped back to (jit %s)",
    (jit) => {
      const g = guest({ jit });
      // dec r11; jle +6; jnz back; nop; nop; syscall; syscall
      g.write(CODE + 0xfff, [0x49, 0xff, 0xcb, 0x0f, 0x8e, 6, 0, 0, 0, 0x75, 0xf5, 0x90, 0x90]);
      g.write(CODE + 0xfff + 13, [...SYSCALL, ...SYSCALL]);
      for (const rounds of [14, 100_000]) {
        g.set(R11, BigInt(rounds));
        g.rip = CODE + 0xfff;
        const before = g.cpu.instructions;
        expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
        expect(g.rip).toBe(CODE + 0xfff + 17);
        expect(g.cpu.instructions - before).toBe(3 * rounds);
      }
    },
  );
});

describe("code at two addresses", () => {
  const OTHER = CODE + 0x100 * PAGE;

  test("a page that is mapped twice is compiled for both addresses, and rip tells which one runs", () => {
    const g = guest();
    g.map(OTHER, g.physical(CODE));
    // lea rax,[rip]; dec ecx; jnz -11; syscall
    g.write(CODE, [0x48, 0x8d, 0x05, ...int32(0), ...DEC_ECX, 0x75, 0xf5, ...SYSCALL]);
    for (const at of [CODE, OTHER, CODE, OTHER]) {
      const before = compiled(g);
      g.set(RCX, 400_000n);
      g.rip = at;
      expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
      expect(g.get(RAX)).toBe(BigInt(at + 7));
      expect(compiled(g) - before).toBeGreaterThan(900_000);
    }
  });

  test("where only one of two mappings may be executed, the other one faults at its first instruction", () => {
    const g = guest();
    g.map(OTHER, g.physical(CODE), NOT_EXECUTABLE);
    g.write(CODE, [...DEC_ECX, 0x75, 0xfc, ...SYSCALL]);
    g.set(RCX, 400_000n);
    g.rip = CODE;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(compiled(g)).toBeGreaterThan(500_000);
    g.set(RCX, 5n);
    g.rip = OTHER;
    expect(g.run()).toBe(x86_64.VECTOR_PAGE_FAULT);
    expect(g.rip).toBe(OTHER);
    expect(g.get(RCX)).toBe(5n);
  });

  test("a store through a writable mapping changes the code of a read-only one, while it runs", () => {
    const g = guest();
    g.map(DATA + 0x10 * PAGE, g.physical(CODE));
    g.map(CODE, g.physical(CODE), READ_AND_EXECUTE);
    // add eax,1; dec ecx; jz +9; cmp ecx,edx; jne -11; mov [rdi],sil; jmp -16; syscall
    g.write(CODE, [0x83, 0xc0, 1, ...DEC_ECX, 0x74, 9, 0x39, 0xd1, 0x75, 0xf5]);
    g.write(CODE + 11, [0x40, 0x88, 0x37, 0xeb, 0xf0, ...SYSCALL]);
    g.set(RAX, 0n);
    g.set(RCX, 400_000n);
    g.set(RDX, 100_000n);
    g.set(RDI, DATA + 0x10 * PAGE + 2);
    g.set(RSI, 3n);
    g.rip = CODE;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(300_000n + 3n * 100_000n);
  });
});

describe("returns", () => {
  test("a function called from two places returns to each, and to where its return address was changed to", () => {
    const g = guest();
    const F = CODE + 0x100;
    const back = near([0xe8], CODE + 7, F);
    g.write(CODE, [...near([0xe8], CODE, F), 0xff, 0xc3, ...back, ...DEC_ECX, 0x75, 0xf0]);
    g.write(CODE + 16, SYSCALL);
    // add eax,1; ret
    g.write(F, [0x83, 0xc0, 1, 0xc3]);
    g.set(RAX, 0n);
    g.set(RBX, 0n);
    g.set(RCX, 300_000n);
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect([g.get(RAX), g.get(RBX)]).toEqual([600_000n, 300_000n]);
    expect(g.cpu.instructions).toBe(300_000 * 9 + 1);
    // add qword [rsp],2; ret: the first call skips inc ebx
    g.write(F, [0x48, 0x83, 0x04, 0x24, 2, 0xc3]);
    g.write(CODE + 12, [0x90, 0x90, ...DEC_ECX, 0x75, 0xee, ...SYSCALL]);
    g.set(RCX, 300_000n);
    g.rip = CODE;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect([g.get(RAX), g.get(RBX)]).toEqual([600_000n, 300_000n]);
  });
});

describe("floating point", () => {
  test("sums of whole numbers are compiled while nothing has been inexact, and MXCSR stays", () => {
    const g = guest();
    // cvtsi2sd xmm1,eax; addsd xmm0,xmm1; dec ecx; jnz; syscall
    g.write(CODE, [0xf2, 0x0f, 0x2a, 0xc8, 0xf2, 0x0f, 0x58, 0xc1, ...DEC_ECX, 0x75, 0xf4]);
    g.write(CODE + 12, SYSCALL);
    g.set(RAX, 3n);
    g.set(RCX, 300_000n);
    g.run();
    g.cpu.saveFpu(g.frame);
    const view = new DataView(g.frame.bytes.buffer, g.frame.bytes.byteOffset);
    expect(view.getFloat64(x86_64.FRAME_FXSAVE + 160, true)).toBe(900_000);
    expect(view.getUint32(x86_64.FRAME_FXSAVE + 24, true)).toBe(0x1f80);
    expect(compiled(g)).toBeGreaterThan(1_000_000);
  });

  test("products and sums of vectors of whole numbers and zeros stay compiled while nothing has been inexact", () => {
    const g = guest();
    // xmm1 = (3, 0); movq xmm2,rax; movapd xmm3,xmm1; mulpd xmm3,xmm2; addpd xmm0,xmm3; dec ecx; jnz; syscall
    g.write(DATA, new Uint8Array(new Float64Array([3, 0]).buffer));
    g.write(CODE, [0x0f, 0x10, 0x0f, 0x66, 0x48, 0x0f, 0x6e, 0xd0]); // movups xmm1,[rdi]
    g.write(CODE + 8, [0x66, 0x0f, 0x28, 0xd9, 0x66, 0x0f, 0x59, 0xda, 0x66, 0x0f, 0x58, 0xc3]);
    g.write(CODE + 20, [...DEC_ECX, 0x75, 0xf0, ...SYSCALL]); // jnz to the movapd
    g.set(RDI, DATA);
    g.set(RAX, 0x4000_0000_0000_0000n); // 2.0
    g.set(RCX, 300_000n);
    g.run();
    g.cpu.saveFpu(g.frame);
    const view = new DataView(g.frame.bytes.buffer, g.frame.bytes.byteOffset);
    expect(view.getFloat64(x86_64.FRAME_FXSAVE + 160, true)).toBe(1_800_000);
    expect(view.getFloat64(x86_64.FRAME_FXSAVE + 168, true)).toBe(0);
    expect(view.getUint32(x86_64.FRAME_FXSAVE + 24, true)).toBe(0x1f80);
    expect(g.cpu.statistics.compiledCodeExits.interpret).toBeLessThan(1000);
  });
});

describe("limits", () => {
  test("beyond them the oldest regions are evicted, and all goes on right", () => {
    const g = guest({ jit: "eager", jitLimits: { regions: 3 } });
    // In each of 16 places: add eax,imm; syscall.
    const place = (i: number): number => CODE + 0x100 * i;
    for (let i = 0; i < 16; i++) g.write(place(i), [0x05, ...int32(i + 1), ...SYSCALL]);
    g.set(RAX, 0n);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 16; i++) {
        g.rip = place(i);
        expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
      }
    }
    expect(g.get(RAX)).toBe(BigInt(3 * 136));
    const { jit } = g.cpu.statistics;
    expect(jit?.regionsLive).toBeLessThanOrEqual(3);
    expect(jit?.evictions).toBeGreaterThan(10);
  });

  test("tables of labels are limited likewise", () => {
    const g = guest({ jit: "eager", jitLimits: { labelTables: 2 } });
    writeLoopWithCall(g);
    for (let i = 0; i < 5; i++) {
      g.write(CODE + 0x800 + 16 * i, [0x83, 0xc0, i, ...SYSCALL]);
      g.rip = CODE + 0x800 + 16 * i;
      g.run();
      runLoop(g, 1000);
      expect(g.get(RAX)).toBe(3000n);
    }
    expect(g.cpu.statistics.jit?.evictions).toBeGreaterThan(0);
  });
});

test("what does not fit into one of the small first regions is compiled later", () => {
  const g = guest();
  // So far away that no region holds both.
  const far = CODE + 0x1001 * PAGE;
  g.allocate(far, PAGE);
  const adding = [...Array.from({ length: 12 }, () => [0xff, 0xc0]).flat(), 0xc3]; // inc eax; …; ret
  const functions = Array.from({ length: 12 }, (_, i) => CODE + 0x40 * i);
  for (const at of functions) g.write(at, adding);
  const calls = functions.flatMap((to, i) => near([0xe8], far + 5 * i, to));
  g.write(far, [...calls, ...DEC_ECX, 0x75, 0x100 - calls.length - 4, ...SYSCALL]);
  const rounds = 20_000;
  g.set(RCX, BigInt(rounds));
  g.rip = far;
  expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
  expect(g.get(RAX)).toBe(BigInt(rounds * 12 * 12));
  expect(compiled(g)).toBeGreaterThan(0.85 * g.cpu.instructions);
});
