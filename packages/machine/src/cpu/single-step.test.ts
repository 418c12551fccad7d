// SPDX-License-Identifier: MPL-2.0

import { beforeEach, describe, expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import { Guest } from "./testing/guest.ts";

const CODE = 0x400000;
const DATA = 0x500000;
const STACK_TOP = 0x7ff000;
const SYSCALL = [0x0f, 0x05];
const TF = 0x100;
const AC = 0x40000;
const { RAX, RBX, RDI, RSI, RSP, R11, TRAP_SYSCALL, VECTOR_DEBUG } = x86_64;
const { VECTOR_ALIGNMENT_CHECK, VECTOR_PAGE_FAULT, TRAP_INTERRUPT } = x86_64;

let g: Guest;

beforeEach(() => {
  g = new Guest();
  g.allocate(CODE, 0x2000);
  g.allocate(DATA, 0x2000);
  g.allocate(STACK_TOP - 0x2000, 0x2000);
  g.set(RSP, STACK_TOP - 64);
});

function start(flags: number, ...code: number[]): void {
  g.write(CODE, code);
  g.rip = CODE;
  g.rflags = 0x202 | flags;
}

/** The offsets of rip at which the program stops, until it makes a system call. */
function stops(): number[] {
  const at: number[] = [];
  for (let i = 0; i < 100; i++) {
    const trap = g.run();
    if (trap === TRAP_SYSCALL) return at;
    expect(trap).toBe(VECTOR_DEBUG);
    at.push(g.rip - CODE);
  }
  throw new Error("the program does not end");
}

describe("the trap flag", () => {
  test("stops behind each instruction, a jump's target, and not behind syscall", () => {
    // nop; cmp eax,eax; jnz +2; jmp +1; nop; mov eax,5; syscall
    start(TF, 0x90, 0x39, 0xc0, 0x75, 2, 0xeb, 1, 0x90, 0xb8, 5, 0, 0, 0, ...SYSCALL);
    expect(stops()).toEqual([1, 3, 5, 8, 13]);
    expect(g.get(R11) & BigInt(TF)).toBe(BigInt(TF));
    expect(g.cpu.instructions).toBe(6);
  });

  test("set by popf, it stops behind the instruction after it", () => {
    // pushfq; or dword [rsp],0x100; popfq; inc ebx; inc ebx; pushfq; and dword [rsp],~0x100; popfq; inc ebx; syscall
    const or = [0x81, 0x0c, 0x24, 0, 1, 0, 0];
    const and = [0x81, 0x24, 0x24, 0xff, 0xfe, 0xff, 0xff];
    const inc = [0xff, 0xc3];
    start(0, 0x9c, ...or, 0x9d, ...inc, ...inc, 0x9c, ...and, 0x9d, ...inc, ...SYSCALL);
    expect(stops()).toEqual([11, 13, 14, 21, 22]);
    expect(g.get(RBX)).toBe(3n);
    expect(g.rflags & TF).toBe(0);
    expect(g.cpu.instructions).toBe(10);
  });

  test("16-bit popf sets it as well", () => {
    start(0, 0x66, 0x68, 0, 1, 0x66, 0x9d, 0x90, 0x90, ...SYSCALL); // push word 0x100; popfw; nop; nop
    expect(stops()).toEqual([7, 8]);
  });

  test("stops behind each round of a repeated string instruction", () => {
    g.write(DATA, [1, 2, 3, 4]);
    g.set(RSI, DATA);
    g.set(RDI, DATA + 0x100);
    start(TF, 0xb9, 3, 0, 0, 0, 0xf3, 0xa4, 0xf3, 0xa4, ...SYSCALL); // mov ecx,3; rep movsb; rep movsb
    expect(stops()).toEqual([5, 5, 5, 7, 9]);
    expect([...g.read(DATA + 0x100, 4)]).toEqual([1, 2, 3, 0]);
  });

  test("a repeated comparison ends at its condition", () => {
    g.write(DATA, [1, 1, 2, 1]);
    g.set(RDI, DATA);
    g.set(RAX, 1);
    start(TF, 0xb9, 9, 0, 0, 0, 0xf3, 0xae, ...SYSCALL); // mov ecx,9; repe scasb
    expect(stops()).toEqual([5, 5, 5, 7]);
    expect(g.get(RDI)).toBe(BigInt(DATA + 3));
  });

  test("is held back behind a load of ss", () => {
    start(TF, 0x8c, 0xd0, 0x8e, 0xd0, 0x90, 0x90, ...SYSCALL); // mov eax,ss; mov ss,eax; nop; nop
    expect(stops()).toEqual([2, 5, 6]);
  });

  test("steps through calls, returns, pairs of a comparison and a jump, and across pages", () => {
    const near = 0x1000 - 3; // cmp eax,imm32 over the page's end, then jz +0; ret
    g.write(CODE + near, [0x3d, 0, 0, 0, 0, 0x74, 0, 0xc3]);
    start(TF, 0xe8, near - 5, (near - 5) >> 8, 0, 0, 0x90, ...SYSCALL);
    expect(stops()).toEqual([near, near + 5, near + 7, 5, 6]);
  });

  test("an access relative to fs is computed as without it", () => {
    g.write(DATA + 0x30, [42, 0, 0, 0]);
    g.setWord64(x86_64.FRAME_FS_BASE, DATA);
    g.set(RBX, 0x10);
    start(TF, 0x64, 0x8b, 0x44, 0x5b, 0, ...SYSCALL); // mov eax, fs:[rbx+rbx*2]
    expect(stops()).toEqual([5]);
    expect(g.get(RAX)).toBe(42n);
  });

  test("a fault comes first, with rip at the instruction", () => {
    start(TF, 0x8b, 0x04, 0x25, 0, 0, 0, 0, ...SYSCALL); // mov eax,[0]
    expect(g.run()).toBe(VECTOR_PAGE_FAULT);
    expect(g.rip).toBe(CODE);
    expect(g.cpu.instructions).toBe(0);
  });

  test("sees an instruction that the one before has written", () => {
    // mov byte [rip+0],0x43 (inc ebx becomes inc r11d's opcode byte: ff c3 -> ff c0): inc eax
    start(TF, 0xc6, 0x05, 1, 0, 0, 0, 0xc0, 0xff, 0xc3, ...SYSCALL);
    expect(stops()).toEqual([7, 9]);
    expect(g.get(RAX)).toBe(1n);
  });

  test("the tick is asked, and interrupts between two instructions", () => {
    g = new Guest(1 << 24, { tickInstructions: 3 });
    g.allocate(CODE, 0x1000);
    g.interrupt = true;
    start(TF, 0x90, 0x90, 0x90, 0x90, 0x90, ...SYSCALL);
    const traps = Array.from({ length: 5 }, () => g.run());
    const debug = VECTOR_DEBUG;
    expect(traps).toEqual([debug, debug, debug, TRAP_INTERRUPT, debug]);
    expect(g.rip).toBe(CODE + 4);
  });
});

describe("alignment checks", () => {
  const misaligned: readonly [string, number[]][] = [
    ["mov eax,[rdi]", [0x8b, 0x07]],
    ["mov ax,[rdi]", [0x66, 0x8b, 0x07]],
    ["mov rax,[rbx+rdi]", [0x48, 0x8b, 0x04, 0x3b]],
    ["movups xmm0,[rdi]", [0x0f, 0x10, 0x07]],
    ["movups xmm0,[rdi+7]", [0x0f, 0x10, 0x47, 7]],
    ["add dword [rdi],1", [0x83, 0x07, 1]],
    ["fld tbyte [rdi+3]", [0xdb, 0x6f, 3]],
    ["fnstenv [rdi]", [0xd9, 0x37]],
    ["movsd (string)", [0xa5]],
    ["rep stosd", [0xb1, 1, 0xf3, 0xab]],
    ["push [rdi]", [0xff, 0x37]],
    ["mov eax,[1], not mapped", [0x8b, 0x04, 0x25, 1, 0, 0, 0]],
  ];
  test.each(misaligned)("%s raises #AC", (_, code) => {
    g.set(RDI, DATA + 1);
    g.set(RSI, DATA);
    start(AC, ...code, ...SYSCALL);
    expect(g.run()).toBe(VECTOR_ALIGNMENT_CHECK);
    expect(g.rip - CODE).toBe(code.length > 3 && code[0] === 0xb1 ? 2 : 0);
  });

  const aligned: readonly [string, number[]][] = [
    ["mov al,[rdi]", [0x8a, 0x07]],
    ["lea rax,[rdi]", [0x48, 0x8d, 0x07]],
    ["fld tbyte [rdi+7]", [0xdb, 0x6f, 7]],
    ["movsb", [0xa4]],
    ["popcnt eax,ebx", [0xf3, 0x0f, 0xb8, 0xc3]],
    ["prefetcht0 [rdi]", [0x0f, 0x18, 0x0f]],
    ["rep stosd of nothing", [0xf3, 0xab]],
  ];
  test.each(aligned)("%s does not", (_, code) => {
    g.set(RDI, DATA + 1);
    g.set(RSI, DATA);
    start(AC, ...code, ...SYSCALL);
    expect(g.run()).toBe(TRAP_SYSCALL);
  });

  test("a misaligned stack counts, and ends where popf clears the flag", () => {
    // pushfq; and dword [rsp],~AC; popfq; mov eax,[rdi]; syscall
    g.set(RDI, DATA + 1);
    const and = [0x81, 0x24, 0x24, 0xff, 0xff, 0xfb, 0xff];
    start(AC, 0x9c, ...and, 0x9d, 0x8b, 0x07, ...SYSCALL);
    expect(g.run()).toBe(TRAP_SYSCALL);
    g.set(RSP, STACK_TOP - 63);
    start(AC, 0x50, ...SYSCALL); // push rax
    expect(g.run()).toBe(VECTOR_ALIGNMENT_CHECK);
  });
});
