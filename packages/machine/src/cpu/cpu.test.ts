// SPDX-License-Identifier: MPL-2.0

import { beforeEach, describe, expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import { Guest, NO_EXECUTE, READ } from "./testing/guest.ts";

const CODE = 0x400000;
const DATA = 0x500000;
const STACK_TOP = 0x7ff000;
const SYSCALL = [0x0f, 0x05];
const { RAX, RBX, RCX, RDX, RDI, RSI, RSP, R11 } = x86_64;

let g: Guest;

beforeEach(() => {
  g = new Guest();
  g.allocate(CODE, 0x2000);
  g.allocate(DATA, 0x2000);
  g.allocate(STACK_TOP - 0x2000, 0x2000);
  g.set(RSP, STACK_TOP - 64);
  g.rip = CODE;
});

function run(...code: number[]): number {
  g.write(CODE, code);
  g.rip = CODE;
  return g.run();
}

describe("straight-line code", () => {
  test("mov and add, then syscall sets rcx, r11 and rip", () => {
    // mov eax, 5; add eax, 7; syscall
    const trap = run(0xb8, 5, 0, 0, 0, 0x83, 0xc0, 7, ...SYSCALL);
    expect(trap).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(12n);
    expect(g.rip).toBe(CODE + 10);
    expect(g.get(RCX)).toBe(BigInt(CODE + 10));
    expect(g.get(R11) & 0x202n).toBe(0x202n);
    expect(g.cpu.instructions).toBe(3);
  });

  test("a 32-bit write clears the upper half, 8 and 16 bits keep it", () => {
    g.set(RAX, -1n);
    g.set(RBX, -1n);
    run(0xb4, 0x12, 0x66, 0xbb, 0x34, 0x12, 0x31, 0xc9, ...SYSCALL); // mov ah,0x12; mov bx,0x1234
    expect(BigInt.asUintN(64, g.get(RAX))).toBe(0xffff_ffff_ffff_12ffn);
    expect(BigInt.asUintN(64, g.get(RBX))).toBe(0xffff_ffff_ffff_1234n);
  });
});

test("statistics count instructions, translations that were missing, and faults", () => {
  // mov eax,[DATA]; mov eax,[DATA+4]; mov eax,[DATA+0x1000]; ud2
  const load = (address: number): number[] => [
    0x8b,
    0x04,
    0x25,
    address & 255,
    (address >> 8) & 255,
    (address >> 16) & 255,
    0,
  ];
  run(...load(DATA), ...load(DATA + 4), ...load(DATA + 0x1000), 0x0f, 0x0b);
  run(...load(0));
  const { instructions, tlbMisses, pageFaults, otherFaults } = g.cpu.statistics;
  expect({ instructions, tlbMisses, pageFaults, otherFaults }).toEqual({
    instructions: 3,
    tlbMisses: 3,
    pageFaults: 1,
    otherFaults: 1,
  });
});

describe("loops and calls", () => {
  test("a counted loop retires an exact number of instructions", () => {
    // xor eax,eax; mov ecx,1000; L: add eax,ecx; dec ecx; jnz L; syscall
    run(0x31, 0xc0, 0xb9, 0xe8, 3, 0, 0, 0x01, 0xc8, 0xff, 0xc9, 0x75, 0xfa, ...SYSCALL);
    expect(g.get(RAX)).toBe(500500n);
    expect(g.cpu.instructions).toBe(2 + 3000 + 1);
  });

  test("call and ret", () => {
    // call +5; syscall; nop*3; inc eax; ret
    run(0xe8, 5, 0, 0, 0, ...SYSCALL, 0x90, 0x90, 0x90, 0xff, 0xc0, 0xc3);
    expect(g.get(RAX)).toBe(1n);
    expect(g.get(RSP)).toBe(BigInt(STACK_TOP - 64));
  });

  test("the tick leaves an endless loop", () => {
    g.interrupt = true;
    expect(run(0xeb, 0xfe)).toBe(x86_64.TRAP_INTERRUPT);
    expect(g.rip).toBe(CODE);
    expect(g.cpu.instructions).toBe(100_000);
  });

  test("jumps lead into the next page and back", () => {
    g.write(CODE + 0x1000, [0xff, 0xc0, 0xe9, 0xf9, 0xef, 0xff, 0xff]); // inc eax; jmp CODE+0
    g.write(CODE, [0x83, 0xf8, 3, 0x0f, 0x8c, 0xf7, 0x0f, 0, 0, ...SYSCALL]); // cmp eax,3; jl
    g.rip = CODE;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(3n);
  });

  test("an instruction may cross into the next page", () => {
    g.write(CODE + 0xffd, [0xb8, 0x78, 0x56, 0x34, 0x12, ...SYSCALL]);
    g.rip = CODE + 0xffd;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(0x12345678n);
    // Another page behind it changes the instruction.
    const other = g.page();
    g.cpu.ram.set([0xff, 0xff, ...SYSCALL], other);
    g.map(CODE + 0x1000, other);
    g.rip = CODE + 0xffd;
    g.run();
    expect(g.get(RAX)).toBe(0xffff5678n);
  });
});

describe("faults", () => {
  test("a load from an unmapped page: vector 14, error 4, CR2, rip at the instruction", () => {
    g.set(RBX, 0x123456);
    expect(run(0x90, 0x8b, 0x03)).toBe(14);
    expect(g.frame.words[x86_64.FRAME_ERROR_CODE >> 2]).toBe(4);
    expect(g.word64(x86_64.FRAME_FAULT_ADDRESS)).toBe(0x123456n);
    expect(g.rip).toBe(CODE + 1);
    expect(g.cpu.instructions).toBe(1);
  });

  test("a store to a read-only page is error 7; it succeeds once the page is writable", () => {
    g.map(DATA, g.physical(DATA), READ);
    g.set(RBX, DATA + 8);
    expect(run(0xc7, 0x03, 1, 0, 0, 0, ...SYSCALL)).toBe(14);
    expect(g.frame.words[x86_64.FRAME_ERROR_CODE >> 2]).toBe(7);
    g.map(DATA, g.physical(DATA));
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.read(DATA + 8, 1)[0]).toBe(1);
  });

  test("a store that crosses into an unmapped page changes nothing", () => {
    g.set(RBX, DATA + 0x1ffe);
    g.set(RAX, -1n);
    expect(run(0x48, 0x89, 0x03)).toBe(14);
    expect(g.word64(x86_64.FRAME_FAULT_ADDRESS)).toBe(BigInt(DATA + 0x2000));
    expect([...g.read(DATA + 0x1ffe, 2)]).toEqual([0, 0]);
  });

  test("a fetch from a no-execute page is error 0x15", () => {
    g.map(DATA, g.physical(DATA), NO_EXECUTE | 2);
    g.set(RAX, DATA);
    expect(run(0xff, 0xe0)).toBe(14);
    expect(g.frame.words[x86_64.FRAME_ERROR_CODE >> 2]).toBe(0x15);
    expect(g.rip).toBe(DATA);
  });

  test("a reserved bit is reported", () => {
    const at = g.entry(DATA);
    g.cpu.ram[at + 6] = 0x02; // bit 49
    g.set(RBX, DATA);
    expect(run(0x8b, 0x03)).toBe(14);
    expect(g.frame.words[x86_64.FRAME_ERROR_CODE >> 2]).toBe(0xd);
  });

  test("non-canonical: #GP through data segments, #SS through the stack's", () => {
    g.set(RBX, 1n << 48n);
    expect(run(0x8b, 0x03)).toBe(13);
    g.set(RSP, 1n << 48n);
    expect(run(0x50)).toBe(12);
    g.set(RAX, 1n << 60n);
    expect(run(0xff, 0xe0)).toBe(13);
    expect(g.rip).toBe(CODE);
  });

  test("#UD, #DE, #BP, privileged instructions, and 15 bytes", () => {
    expect(run(0x0f, 0x0b)).toBe(6);
    expect(g.rip).toBe(CODE);
    expect(run(0xc5, 0xf8, 0x77)).toBe(6); // vzeroupper
    expect(run(0xf0, 0x01, 0xc0)).toBe(6); // lock add eax, eax
    g.set(RCX, 0);
    expect(run(0xf7, 0xf1)).toBe(0); // div ecx
    expect(run(0xcc)).toBe(3);
    expect(g.rip).toBe(CODE + 1);
    expect(run(0xf4)).toBe(13);
    expect(run(0xcd, 0x80)).toBe(13);
    expect(g.frame.words[x86_64.FRAME_ERROR_CODE >> 2]).toBe(0x402);
    expect(run(...Array.from({ length: 15 }, () => 0x66), 0x90)).toBe(13);
  });

  test("accessed and dirty bits are set", () => {
    g.set(RBX, DATA);
    const at = g.entry(DATA);
    run(0x8b, 0x03, ...SYSCALL);
    expect((g.cpu.ram[at] ?? 0) & 0x60).toBe(0x20);
    run(0x89, 0x03, ...SYSCALL);
    expect((g.cpu.ram[at] ?? 0) & 0x60).toBe(0x60);
  });
});

describe("self-modifying code", () => {
  test("a store into the next instruction is seen", () => {
    // mov byte [rip+1], 7 ; mov al, 0 ; syscall
    const code = [0xc6, 0x05, 1, 0, 0, 0, 7, 0xb0, 0, ...SYSCALL];
    run(...code);
    expect(g.get(RAX) & 0xffn).toBe(7n);
  });

  test("a write by the kernel is seen", () => {
    run(0xb0, 1, ...SYSCALL);
    g.write(CODE + 1, [9]);
    g.rip = CODE;
    g.run();
    expect(g.get(RAX) & 0xffn).toBe(9n);
  });
});

describe("strings", () => {
  test("rep movsb over pages, then overlapping upwards", () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) & 0xff);
    g.write(DATA, bytes);
    g.allocate(DATA + 0x10000, 0x3000);
    g.set(RSI, DATA);
    g.set(RDI, DATA + 0x10003);
    g.set(RCX, 5000);
    expect(run(0xf3, 0xa4, ...SYSCALL)).toBe(x86_64.TRAP_SYSCALL);
    expect(g.read(DATA + 0x10003, 5000)).toEqual(bytes);
    expect(g.get(RDI)).toBe(BigInt(DATA + 0x10003 + 5000));
    g.write(DATA, [1, 2, 3]);
    g.set(RSI, DATA);
    g.set(RDI, DATA + 1);
    g.set(RCX, 10);
    run(0xf3, 0xa4, ...SYSCALL);
    expect([...g.read(DATA, 11)]).toEqual(Array.from({ length: 11 }, () => 1));
  });

  test("a fault in the middle leaves rcx, rsi and rdi at the element", () => {
    g.set(RSI, DATA);
    g.set(RDI, DATA + 0x1ff0);
    g.set(RCX, 100);
    expect(run(0xf3, 0xa4)).toBe(14);
    expect(g.get(RCX)).toBe(84n);
    expect(g.get(RDI)).toBe(BigInt(DATA + 0x2000));
    expect(g.rip).toBe(CODE);
  });

  test("repne scasb finds the end of a string", () => {
    g.write(DATA, [...new TextEncoder().encode("hello\0")]);
    g.set(RDI, DATA);
    g.set(RCX, -1n);
    g.set(RAX, 0);
    run(0xf2, 0xae, 0xcc);
    expect(g.get(RCX)).toBe(-7n);
    expect(g.rflags & 0x40).toBe(0x40);
  });
});

const ALL_ONES = 2n ** 64n - 1n;

test.each([
  [0x1234n, 0xfedcba9876543210n, 0x123456789abcdefn],
  [0n, ALL_ONES, 1n],
  [ALL_ONES - 1n, ALL_ONES, ALL_ONES],
  // The first guess of a digit is one and two too large.
  [0x7fffffff00000000n, 0n, 0x80000000ffffffffn],
  [0x7fffffffffffffffn, 0xffffffff00000000n, 0x80000000ffffffffn],
  [0xffffffff00000000n, 0xffffffffn, 0xffffffff00000001n],
])("%d * 2^64 + %d is divided by %d", (high, low, divisor) => {
  g.set(RDX, high);
  g.set(RAX, low);
  g.set(RCX, divisor);
  run(0x48, 0xf7, 0xf1, 0xcc);
  const dividend = (high << 64n) | low;
  expect(BigInt.asUintN(64, g.get(RAX))).toBe(dividend / divisor);
  expect(BigInt.asUintN(64, g.get(RDX))).toBe(dividend % divisor);
});
