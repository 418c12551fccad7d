// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import type { JitMode } from "../cpu-options.ts";
import { Guest } from "../testing/guest.ts";

const CODE = 0x400000;
const DATA = 0x600000;
const { RAX, RBX, RCX, RDX, RSP, R11, RDI } = x86_64;
const MODES = [false, true, "eager"] as const;

/** What a program can see behind a system call, and how many instructions were counted. */
interface Seen {
  readonly trap: number;
  readonly rip: number;
  readonly registers: readonly bigint[];
  readonly instructions: number;
}

function guest(jit: JitMode, code: readonly number[]): Guest {
  const g = new Guest(1 << 24, { jit });
  g.allocate(CODE, 0x2000);
  g.allocate(DATA, 0x1000);
  g.set(RSP, BigInt(DATA + 0xfc0));
  g.write(CODE, [...code]);
  g.rip = CODE;
  return g;
}

function runOnce(g: Guest): Seen {
  const before = g.cpu.instructions;
  const trap = g.run();
  const registers = [RAX, RBX, RCX, RDX, RDI, R11].map((r) => g.get(r));
  return { trap, rip: g.rip, registers, instructions: g.cpu.instructions - before };
}

describe("system calls in compiled code", () => {
  // add eax,7; cmp eax,ebx; syscall; inc edx; add rbx,3; lea rdi,[rdx+rbx]; test dl,1; jnz CODE; jmp CODE
  const LOOP = [
    ...[0x83, 0xc0, 7, 0x39, 0xd8, 0x0f, 5, 0xff, 0xc2, 0x48, 0x83, 0xc3, 3],
    ...[0x48, 0x8d, 0x3c, 0x1a, 0xf6, 0xc2, 1, 0x75, 0xea, 0xeb, 0xe8],
  ];

  test("leave the registers, the flags and the count as the interpreter does", () => {
    const guests = MODES.map((jit) => guest(jit, LOOP));
    for (let call = 0; call < 60_000; call++) {
      const seen = guests.map(runOnce);
      if (call % 2000 > 3) continue;
      expect(seen[0]).toMatchObject({ trap: x86_64.TRAP_SYSCALL, rip: CODE + 7 });
      expect(seen[0]?.registers[2]).toBe(BigInt(CODE + 7));
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[2]).toEqual(seen[0]);
    }
    const { compiledCodeExits, instructionsCompiledCode } = (guests[1] as Guest).cpu.statistics;
    expect(compiledCodeExits.systemCall).toBeGreaterThan(30_000);
    expect(instructionsCompiledCode).toBeGreaterThan(250_000);
  });

  // syscall; mov eax,[rdi]; inc edx; nop; nop; nop; jmp CODE
  const LOAD = [0x0f, 5, 0x8b, 7, 0xff, 0xc2, 0x90, 0x90, 0x90, 0xeb, 0xf5];

  test.each(MODES)("are followed by an instruction that faults (jit %s)", (jit) => {
    const g = guest(jit, LOAD);
    g.set(RDI, BigInt(DATA));
    for (let call = 0; call < 40_000; call++) g.run();
    expect(g.rip).toBe(CODE + 2);
    g.set(RDI, 0x90_0000n);
    for (let times = 0; times < 3; times++) {
      expect(g.run()).toBe(x86_64.VECTOR_PAGE_FAULT);
      expect(g.rip).toBe(CODE + 2);
    }
    g.allocate(0x90_0000, 0x1000);
    const before = g.cpu.instructions;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.rip).toBe(CODE + 2);
    expect(g.cpu.instructions - before).toBe(7);
  });

  test.each(MODES)("are seen when they are written over (jit %s)", (jit) => {
    const g = guest(jit, LOAD);
    g.set(RDI, BigInt(DATA));
    for (let call = 0; call < 40_000; call++) g.run();
    // int3; nop in the place of the system call.
    g.write(CODE, [0xcc, 0x90]);
    expect(g.run()).toBe(x86_64.VECTOR_BREAKPOINT);
    expect(g.rip).toBe(CODE + 1);
  });
});
