// SPDX-License-Identifier: MPL-2.0

/** What MMX, SSE and x87 instructions do, in bytes. Their results at large are compared with a real processor in test/differential. */

import { expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import { Guest, NO_EXECUTE, WRITE } from "../testing/guest.ts";

const CODE = 0x400000;
const DATA = 0x500000;
const FX = x86_64.FRAME_FXSAVE;
const FCW = FX;
const FSW = FX + 2;
const TAGS = FX + 4;
const MXCSR = FX + 24;
const ST = FX + 32;
const XMM = FX + 160;

const INT3 = x86_64.VECTOR_BREAKPOINT;
const UNMASK_ALL = 0x0000;
const MXCSR_COMMON = 0x1f80;

// Without Node's Buffer: these tests run in browsers too.
const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replaceAll(" ", "").match(/../g) ?? [], (byte) => parseInt(byte, 16));
const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const text = (characters: string): Uint8Array =>
  Uint8Array.from(characters, (character) => character.charCodeAt(0));

class Machine {
  readonly guest: Guest = new Guest();
  readonly view: DataView;

  constructor() {
    this.guest.allocate(CODE, 4096, 0);
    this.guest.allocate(DATA, 4096, WRITE | NO_EXECUTE);
    this.guest.set(x86_64.RDI, DATA);
    const { bytes } = this.guest.frame;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Runs the bytes (hex) up to an int3 behind them; gives the trap. */
  run(code: string): number {
    const bytes = fromHex(`${code}cc`);
    this.guest.write(CODE, bytes);
    this.guest.rip = CODE;
    this.guest.cpu.loadFpu(this.guest.frame);
    const trap = this.guest.run();
    this.guest.cpu.saveFpu(this.guest.frame);
    return trap;
  }

  xmm(i: number): string {
    return toHex(this.guest.frame.bytes.subarray(XMM + 16 * i, XMM + 16 * i + 16));
  }

  setXmm(i: number, hex: string): void {
    this.guest.frame.bytes.set(fromHex(hex), XMM + 16 * i);
  }

  double(i: number): number {
    return this.view.getFloat64(XMM + 16 * i, true);
  }

  setDouble(i: number, x: number): void {
    this.view.setFloat64(XMM + 16 * i, x, true);
  }

  get mxcsr(): number {
    return this.view.getUint32(MXCSR, true);
  }

  set mxcsr(value: number) {
    this.view.setUint32(MXCSR, value, true);
  }

  get top(): number {
    return (this.view.getUint16(FSW, true) >> 11) & 7;
  }

  /** ST(i) as written in a register dump: sign and exponent, then significand. */
  st(i: number): string {
    const bytes = this.guest.frame.bytes.subarray(ST + 16 * i, ST + 16 * i + 10);
    return toHex(Uint8Array.from(bytes).reverse());
  }

  memory(offset: number, length: number): string {
    return toHex(this.guest.read(DATA + offset, length));
  }
}

test("paddd adds lanes; movdqa faults where its operand is not aligned, movdqu does not", () => {
  const m = new Machine();
  m.setXmm(0, "ffffffff 01000000 00000080 05000000");
  m.setXmm(1, "01000000 02000000 00000080 fbffffff");
  expect(m.run("660ffec1")).toBe(INT3); // paddd xmm0, xmm1
  expect(m.xmm(0)).toBe("00000000030000000000000000000000");
  expect(m.run("660f6f4701")).toBe(x86_64.VECTOR_GENERAL_PROTECTION); // movdqa xmm0, [rdi+1]
  expect(m.guest.rip).toBe(CODE);
  m.guest.write(DATA + 1, [1, 2, 3]);
  expect(m.run("f30f6f4701")).toBe(INT3); // movdqu xmm0, [rdi+1]
  expect(m.xmm(0).startsWith("01020300")).toBe(true);
});

test("pcmpeqb and pmovmskb find a zero byte, as strlen does", () => {
  const m = new Machine();
  m.guest.write(DATA, text("hello, world\0xyz"));
  // pxor xmm0, xmm0; pcmpeqb xmm0, [rdi]; pmovmskb eax, xmm0; bsf eax, eax
  expect(m.run("660fefc0 660f7407 660fd7c0 0fbcc0")).toBe(INT3);
  expect(m.guest.get(x86_64.RAX)).toBe(12n);
});

test("pcmpistri compares strings with implicit lengths", () => {
  const m = new Machine();
  m.guest.write(DATA, text("needle in hay\0\0\0"));
  m.setXmm(1, toHex(text("in\0")).padEnd(32, "0"));
  // pcmpistri xmm1, [rdi], equal ordered: where does "in" start?
  expect(m.run("660f3a630f0c")).toBe(INT3);
  expect(m.guest.get(x86_64.RCX)).toBe(7n);
  expect(m.guest.rflags & 1).toBe(1);
});

test("addsd: inexact sticks, unmasked it is #XM and leaves the register", () => {
  const m = new Machine();
  m.setDouble(0, 0.1);
  m.setDouble(1, 0.2);
  expect(m.run("f20f58c1")).toBe(INT3);
  expect(m.double(0)).toBe(0.1 + 0.2);
  expect(m.mxcsr).toBe(MXCSR_COMMON | 0x20);
  m.mxcsr = UNMASK_ALL;
  m.setDouble(0, 0.1);
  expect(m.run("f20f58c1")).toBe(x86_64.VECTOR_SIMD);
  expect(m.double(0)).toBe(0.1);
  expect(m.mxcsr).toBe(0x20);
});

test("the common mode and the exact routines agree, and both tell of a NaN", () => {
  for (const mode of [MXCSR_COMMON, MXCSR_COMMON | 0x20]) {
    const m = new Machine();
    m.mxcsr = mode;
    m.setXmm(0, "01000000 0000f07f 00000000 00000000"); // a signalling NaN
    m.setDouble(1, 1);
    expect(m.run("f20f58c1")).toBe(INT3);
    expect(m.xmm(0)).toBe("010000000000f87f0000000000000000");
    expect(m.mxcsr).toBe(mode | 1);
  }
});

test("cvttsd2si gives the integer indefinite out of range; ucomisd tells of a NaN by PF", () => {
  const m = new Machine();
  m.setDouble(0, 3e9);
  expect(m.run("f20f2cc0")).toBe(INT3); // cvttsd2si eax, xmm0
  expect(m.guest.get(x86_64.RAX)).toBe(0x80000000n);
  expect(m.run("f2480f2cc0")).toBe(INT3); // cvttsd2si rax, xmm0
  expect(m.guest.get(x86_64.RAX)).toBe(3000000000n);
  m.setDouble(1, Number.NaN);
  expect(m.run("660f2ec1")).toBe(INT3); // ucomisd xmm0, xmm1
  expect(m.guest.rflags & 0x45).toBe(0x45);
});

test("a tiny result that is rounded up to the smallest normal number has underflowed", () => {
  const m = new Machine();
  const inexact = MXCSR_COMMON | 0x20;
  for (const divide of ["f20f5ec1", "660f5ec1"]) {
    m.setXmm(0, "ffffffffffff1f00 000000000000f03f"); // (2 - 2^-52) × 2^-1022, 1
    m.setXmm(1, "0000000000000040 000000000000f03f"); // 2, 1
    m.mxcsr = inexact;
    expect(m.run(divide)).toBe(INT3);
    expect(m.xmm(0)).toBe("0000000000001000000000000000f03f");
    expect(m.mxcsr).toBe(inexact | 0x10);
  }
});

test("ldmxcsr refuses bits that do not exist", () => {
  const m = new Machine();
  m.guest.write(DATA, [0x80, 0x1f, 1, 0]);
  expect(m.run("0fae17")).toBe(x86_64.VECTOR_GENERAL_PROTECTION);
  expect(m.mxcsr).toBe(MXCSR_COMMON);
});

test("an MMX result fills the exponent of its x87 register with ones, and all are valid", () => {
  const m = new Machine();
  m.guest.write(DATA, [1, 2, 3, 4, 5, 6, 7, 8]);
  expect(m.run("0f6f17 0ffcd2")).toBe(INT3); // movq mm2, [rdi]; paddb mm2, mm2
  expect(m.st(2)).toBe("ffff100e0c0a08060402");
  expect(m.view.getUint8(TAGS)).toBe(0xff);
  expect(m.run("0f77")).toBe(INT3); // emms
  expect(m.view.getUint8(TAGS)).toBe(0);
});

test("x87: 1 / 3 has 64 significant bits, and fistp rounds to even", () => {
  const m = new Machine();
  m.guest.write(DATA, [3, 0, 0, 0, 5, 0]);
  expect(m.run("d9e8 da37")).toBe(INT3); // fld1; fidiv dword [rdi]
  expect(m.st(0)).toBe("3ffdaaaaaaaaaaaaaaab");
  // fild word [rdi+4]; fchs; fld1; fadd st0, st0; fdivp; fistp word [rdi+8]: −2.5 to −2
  expect(m.run("df4704 d9e0 d9e8 d8c0 def9 df5f08")).toBe(INT3);
  expect(m.memory(8, 2)).toBe("feff");
});

test("x87: an unmasked exception is pending until the next waiting instruction", () => {
  const m = new Machine();
  m.view.setUint16(FCW, 0x37b, true); // zero divide unmasked
  // fld1; fldz; fdivp st1; nop; fwait
  expect(m.run("d9e8 d9ee def9 90 9b")).toBe(x86_64.VECTOR_X87);
  expect(m.guest.rip).toBe(CODE + 7);
  expect(m.view.getUint16(FSW, true) & 0x80).toBe(0x80);
  // fnclex; fwait
  expect(m.run("dbe2 9b")).toBe(INT3);
});

test("x87: loading on a full stack is an overflow, popping an empty one an underflow", () => {
  const m = new Machine();
  expect(m.run("d9ee".repeat(9))).toBe(INT3);
  expect(m.view.getUint16(FSW, true) & 0x241).toBe(0x241);
  expect(m.st(0)).toBe("ffffc000000000000000");
  expect(m.run("dbe3 ddd8")).toBe(INT3); // fninit; fstp st0
  expect(m.view.getUint16(FSW, true) & 0x241).toBe(0x41);
});

test("x87: fbstp writes decimal digits", () => {
  const m = new Machine();
  m.guest.write(DATA, fromHex("15cd5b07")); // 123456789
  expect(m.run("db07 d9e0 df7708")).toBe(INT3);
  expect(m.memory(8, 10)).toBe("89674523010000000080");
});

test("x87: sine and logarithm as a processor has them", () => {
  const m = new Machine();
  expect(m.run("d9e8 d9fe")).toBe(INT3); // fsin 1
  expect(m.st(0)).toBe("3ffed76aa47848677021");
  // fldln2; fld1; fadd st0, st0; fyl2x: ln 2 × log2 2
  expect(m.run("dbe3 d9ed d9e8 d8c0 d9f1")).toBe(INT3);
  expect(m.st(0)).toBe("3ffeb17217f7d1cf79ac");
});

test("fxsave stores the registers from the top of the stack on, fxrstor takes them back", () => {
  const m = new Machine();
  m.setDouble(5, 42);
  expect(m.run("d9e8 d9eb 0fae07 dbe3 0f57ed 0fae0f")).toBe(INT3);
  expect(m.memory(32, 10)).toBe("35c26821a2da0fc90040");
  expect(m.top).toBe(6);
  expect(m.st(1)).toBe("3fff8000000000000000");
  expect(m.double(5)).toBe(42);
});
