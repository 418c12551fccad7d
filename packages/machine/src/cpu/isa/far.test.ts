// SPDX-License-Identifier: MPL-2.0

/** Far transfers and looks at segments, on both tiers; compared with a real processor in test/differential. */

import { describe, expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import { Guest } from "../testing/guest.ts";

const CODE = 0x400000;
const STACK = 0x500000;
const INT3 = x86_64.VECTOR_BREAKPOINT;
const { RAX, RSP } = x86_64;
const ZF = 0x40;

describe.each([false, "eager"] as const)("with jit %s", (jit) => {
  /** Runs code with `stack` (64-bit values) at rsp, up to a trap. */
  function run(code: number[], stack: readonly number[] = []): { g: Guest; trap: number } {
    const g = new Guest(1 << 24, { jit });
    g.allocate(CODE, 4096);
    g.allocate(STACK, 4096);
    g.set(RSP, STACK + 0x800);
    stack.forEach((value, i) => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
      g.write(STACK + 0x800 + 8 * i, bytes);
    });
    g.write(CODE, [...code, 0xcc]);
    g.rip = CODE;
    return { g, trap: g.run() };
  }

  test("lar and lsl tell of the user's segments, and leave the register for others", () => {
    // mov ecx, 0x33; lar eax, ecx
    const code = run([0xb9, 0x33, 0, 0, 0, 0x0f, 0x02, 0xc1]);
    expect(code.g.get(RAX)).toBe(0xaffb00n);
    expect(code.g.rflags & ZF).toBe(ZF);
    // mov ecx, 0x10; mov eax, 7; lsl eax, ecx
    const kernel = run([0xb9, 0x10, 0, 0, 0, 0xb8, 7, 0, 0, 0, 0x0f, 0x03, 0xc1]);
    expect(kernel.g.get(RAX)).toBe(7n);
    expect(kernel.g.rflags & ZF).toBe(0);
  });

  test("verw: data may be written, code may not", () => {
    // mov ecx, 0x2b; verw cx
    expect(run([0xb9, 0x2b, 0, 0, 0, 0x0f, 0x00, 0xe9]).g.rflags & ZF).toBe(ZF);
    expect(run([0xb9, 0x33, 0, 0, 0, 0x0f, 0x00, 0xe9]).g.rflags & ZF).toBe(0);
  });

  test("iretq goes on with the rip, flags and rsp of the stack", () => {
    // iretq; int3; nop; int3
    const frame = [CODE + 4, 0x33, 0x8d7, STACK + 0x100, 0x2b];
    const { g, trap } = run([0x48, 0xcf, 0xcc, 0x90, 0xcc], frame);
    expect(trap).toBe(INT3);
    expect(g.rip).toBe(CODE + 5);
    expect(g.get(RSP)).toBe(BigInt(STACK + 0x100));
    expect(g.rflags).toBe(0xad7);
  });

  test("a return to another segment is #GP with its selector", () => {
    const { g, trap } = run([0x48, 0xcb], [CODE + 8, 0x23]);
    expect(trap).toBe(x86_64.VECTOR_GENERAL_PROTECTION);
    expect(g.frame.words[x86_64.FRAME_ERROR_CODE >> 2]).toBe(0x20);
    expect(g.rip).toBe(CODE);
  });
});
