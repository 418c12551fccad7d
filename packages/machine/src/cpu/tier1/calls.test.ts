// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import type { CpuOptions } from "../cpu-options.ts";
import { Guest } from "../testing/guest.ts";

const PAGE = 0x1000;
const CODE = 0x400000;
/** So far away that no region holds both. */
const FAR = CODE + 0x1001 * PAGE;
const DATA = 0x600000;
const STACK_PAGES = 16;
const SYSCALL = [0x0f, 0x05];
const DEC_ECX = [0xff, 0xc9];
const RET = [0xc3];
const addEax = (n: number): number[] => [0x83, 0xc0, n];
const { RAX, RBX, RCX, RDI, RSP } = x86_64;

const int32 = (value: number): number[] => [0, 8, 16, 24].map((s) => (value >> s) & 255);
const near = (opcode: readonly number[], from: number, to: number): number[] => [
  ...opcode,
  ...int32(to - (from + opcode.length + 4)),
];
const call = (from: number, to: number): number[] => near([0xe8], from, to);
const jump = (from: number, to: number): number[] => near([0xe9], from, to);

function guest(options: Partial<CpuOptions> = {}): Guest {
  const g = new Guest(1 << 24, options);
  g.allocate(CODE, 2 * PAGE);
  g.allocate(FAR, 2 * PAGE);
  g.allocate(DATA, STACK_PAGES * PAGE);
  return g;
}

/** A loop that calls FAR `rcx` times: 3 instructions a round, and those of the function. */
function writeCaller(g: Guest): void {
  g.write(CODE, [...call(CODE, FAR), ...DEC_ECX, 0x75, 0x100 - 9, ...SYSCALL]);
}

function run(g: Guest, rounds: number): number {
  g.set(RAX, 0n);
  g.set(RBX, 0n);
  g.set(RCX, BigInt(rounds));
  g.set(RSP, DATA + STACK_PAGES * PAGE - 64);
  g.rip = CODE;
  return g.run();
}

describe("calls of code that is in no region with the caller", () => {
  test("a function is called and returns without leaving compiled code", () => {
    const g = guest();
    writeCaller(g);
    g.write(FAR, [...addEax(3), ...RET]);
    expect(run(g, 2_000_000)).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(6_000_000n);
    expect(g.cpu.instructions).toBe(2_000_000 * 5 + 1);
    expect(g.cpu.statistics.instructionsCompiledCode).toBeGreaterThan(9_000_000);
    const { tick, interpret } = g.cpu.statistics.compiledCodeExits;
    expect(tick + interpret).toBeLessThan(2000);
  });

  test("the function may be mapped elsewhere, or written, meanwhile", () => {
    const g = guest();
    writeCaller(g);
    g.write(FAR, [...addEax(3), ...RET]);
    run(g, 400_000);
    const other = g.page();
    g.map(FAR, other);
    g.write(FAR, [...addEax(5), ...RET]);
    run(g, 200_000);
    expect(g.get(RAX)).toBe(1_000_000n);
    g.write(FAR + 2, [7]);
    run(g, 200_000);
    expect(g.get(RAX)).toBe(1_400_000n);
  });

  test("the function may go away: the call faults there", () => {
    const g = guest();
    writeCaller(g);
    g.write(FAR, [...addEax(3), ...RET]);
    run(g, 400_000);
    g.map(FAR, g.physical(FAR), 1);
    expect(run(g, 10)).toBe(x86_64.VECTOR_PAGE_FAULT);
    expect(g.rip).toBe(FAR);
  });

  test("a function may return elsewhere than to its caller", () => {
    const g = guest();
    writeCaller(g);
    // add qword [rsp],2: behind the caller's dec ecx; add eax,3; dec ecx; ret
    g.write(FAR, [0x48, 0x83, 0x04, 0x24, 2, ...addEax(3), ...DEC_ECX, ...RET]);
    expect(run(g, 300_000)).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(900_000n);
  });

  test.each([40, 1000])("two functions that call each other return from %i calls", (levels) => {
    const rounds = Math.floor(400_000 / levels);
    const g = guest();
    // mov ebx,levels; call FAR; dec ecx; jnz; syscall
    g.write(CODE, [0xbb, ...int32(levels), ...call(CODE + 5, FAR), ...DEC_ECX, 0x75, 0x100 - 14]);
    g.write(CODE + 14, SYSCALL);
    // add eax,1; dec ebx; jz +5; call CODE + 0x100; ret, and the same there with a call back
    const body = (at: number, to: number): number[] => [
      ...addEax(1),
      0xff,
      0xcb,
      0x74,
      5,
      ...call(at + 7, to),
      ...RET,
    ];
    g.write(FAR, body(FAR, CODE + 0x100));
    g.write(CODE + 0x100, body(CODE + 0x100, FAR));
    expect(run(g, rounds)).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(BigInt(levels * rounds));
    expect(g.get(RSP)).toBe(BigInt(DATA + STACK_PAGES * PAGE - 64));
  });

  test("calls by way of a jump through memory follow what stands there, with ticks at the same places on both tiers", () => {
    const trace = (jit: boolean): string[] => {
      const seen: string[] = [];
      const g = guest({ jit, tickInstructions: 997, onTick: () => true });
      g.write(CODE, [...call(CODE, CODE + 0x800), ...DEC_ECX, 0x75, 0x100 - 9, ...SYSCALL]);
      // endbr64; jmp [CODE + PAGE]
      g.write(CODE + 0x800, [
        0xf3,
        0x0f,
        0x1e,
        0xfa,
        ...near([0xff, 0x25], CODE + 0x804, CODE + PAGE),
      ]);
      const lead = (to: number): void =>
        g.write(CODE + PAGE, new Uint8Array(new BigUint64Array([BigInt(to)]).buffer));
      g.write(FAR, [...addEax(3), ...RET]);
      g.write(FAR + 0x40, [...addEax(5), ...RET]);
      for (const to of [FAR, FAR + 0x40]) {
        lead(to);
        for (let trap = run(g, 40_000); trap !== x86_64.TRAP_SYSCALL; trap = g.run()) {
          seen.push([g.rip, g.get(RAX), g.get(RCX), g.cpu.instructions].join());
        }
        seen.push(`${g.get(RAX)} after ${g.cpu.instructions}`);
      }
      return seen;
    };
    const compiled = trace(true);
    expect(compiled).toEqual(trace(false));
    expect(
      compiled.filter((line) => line.includes("after")).map((line) => line.split(" ")[0]),
    ).toEqual(["120000", "200000"]);
  });

  test("ticks find the same state at the same places as without compiled code", () => {
    const trace = (jit: boolean): string[] => {
      const seen: string[] = [];
      const g = guest({ jit, tickInstructions: 997, onTick: () => true });
      writeCaller(g);
      g.write(FAR, [...addEax(3), ...jump(FAR + 3, CODE + 0x800)]);
      g.write(CODE + 0x800, [0x83, 0xc3, 1, ...RET]); // add ebx,1
      for (let trap = run(g, 40_000); trap !== x86_64.TRAP_SYSCALL; trap = g.run()) {
        seen.push([g.rip, g.get(RAX), g.get(RBX), g.get(RCX), g.cpu.instructions].join());
      }
      seen.push(String(g.cpu.instructions));
      return seen;
    };
    const compiled = trace(true);
    expect(compiled).toEqual(trace(false));
    expect(compiled.length).toBeGreaterThan(200);
  });
});

describe("calls by a table of functions", () => {
  const FUNCTIONS = CODE + PAGE;
  const TABLE = DATA + 0x100;

  /** A loop that calls the functions of TABLE in turns, `rcx` times: 5 instructions a round, and those of the function. */
  function writeLoop(g: Guest, functions: readonly number[]): void {
    // mov edx,ecx; and edx,length-1; call [rdi+rdx*8]; dec ecx; jnz
    const last = functions.length - 1;
    g.write(CODE, [0x89, 0xca, 0x83, 0xe2, last, 0xff, 0x14, 0xd7, ...DEC_ECX, 0x75, 0x100 - 12]);
    g.write(CODE + 12, SYSCALL);
    g.set(RDI, TABLE);
    lead(g, functions);
  }

  function lead(g: Guest, functions: readonly number[]): void {
    g.write(TABLE, new Uint8Array(new BigUint64Array(functions.map(BigInt)).buffer));
  }

  /** Four functions, which add 1, 2, 4 and 8. */
  function writeFunctions(g: Guest): number[] {
    return [1, 2, 4, 8].map((n, i) => {
      g.write(FUNCTIONS + 0x40 * i, [...addEax(n), ...RET]);
      return FUNCTIONS + 0x40 * i;
    });
  }

  test("where they are called often, they are compiled with their caller", () => {
    const g = guest();
    writeLoop(g, writeFunctions(g));
    for (let i = 0; i < 8; i++) run(g, 400_000);
    const before = g.cpu.statistics.compiledCodeExits.jump;
    run(g, 400_000);
    expect(g.get(RAX)).toBe(1_500_000n);
    expect(g.cpu.statistics.compiledCodeExits.jump - before).toBeLessThan(1000);
  });

  test("the table may come to lead elsewhere, and the functions may be written", () => {
    const g = guest();
    const [one = 0, two = 0, four = 0, eight = 0] = writeFunctions(g);
    writeLoop(g, [one, two]);
    run(g, 2_000_000);
    lead(g, [four, eight]);
    run(g, 100_000);
    expect(g.get(RAX)).toBe(600_000n);
    lead(g, [one, two]);
    g.write(two, addEax(7));
    run(g, 100_000);
    expect(g.get(RAX)).toBe(400_000n);
    g.map(FUNCTIONS, g.physical(FUNCTIONS), 1);
    expect(run(g, 10)).toBe(x86_64.VECTOR_PAGE_FAULT);
    expect(g.rip).toBe(one);
  });

  test("ticks find the same state at the same places as without compiled code", () => {
    const trace = (jit: boolean): string[] => {
      const seen: string[] = [];
      const g = guest({ jit, tickInstructions: 997, onTick: () => true });
      writeLoop(g, writeFunctions(g));
      for (let trap = run(g, 400_000); trap !== x86_64.TRAP_SYSCALL; trap = g.run()) {
        seen.push([g.rip, g.get(RAX), g.get(RCX), g.cpu.instructions].join());
      }
      return seen;
    };
    expect(trace(true)).toEqual(trace(false));
  });
});
