// SPDX-License-Identifier: MPL-2.0

/** fxsave, fxrstor, emms: the state of x87, MMX and SSE as a whole. */

import type { Binding } from "../bind/binding.ts";
import { FX_FCW, FX_FSW, FX_FTW, FX_MXCSR, FX_ST, FX_XMM, FXSAVE } from "../layout.ts";
import { type Value, i32, v128of } from "../../wasm/index.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { MXCSR_BITS } from "./sse-exceptions.ts";
import { commitMmx, enterMmx } from "./vector.ts";
import { loadControl } from "./x87-control.ts";

const VECTOR_GENERAL_PROTECTION = 13;
const IMAGE_BYTES = 512;
/** Offsets in the image (SDM vol. 1, table 10-2). */
const MXCSR = 24;
const ST0 = 32;
const XMM0 = 160;
/** An x87 register has 10 bytes; the 6 above it are reserved. */
const REGISTER_BITS = v128of(0xffffffffffffffffn, 0xffffn);

/** Runs `body` for i = 0 … count − 1. */
function repeat(b: Binding, count: number, body: (i: Value) => void): void {
  const { f } = b;
  const i = f.variable(i32(0));
  f.loop((again) => {
    f.scope(() => body(i));
    f.set(i, i.add(1));
    f.brIf(again, i.ltU(count));
  });
}

/** The address of the image, which must be aligned. */
function imageAddress(b: Binding): Value {
  const address = b.ea(0);
  b.fault(VECTOR_GENERAL_PROTECTION, address.wrap().and(15));
  return address;
}

/** The registers stand in physical order in the CPU's own image, from TOP on in the program's. */
function physical(b: Binding, i: Value): Value {
  const top = b.state("i32", FX_FSW, "16_u").shrU(11);
  return b.let(top.add(i).and(7).shl(4));
}

function fxsave(b: Binding): void {
  const address = imageAddress(b);
  // The last byte is checked first, as processors do.
  b.probe(1, address.add(IMAGE_BYTES - 1));
  b.probe(IMAGE_BYTES, address);
  b.store(16, address, b.state("v128", FXSAVE));
  const pointers = b.state("i64", FXSAVE + 16);
  b.store(8, address.add(16), pointers);
  const second = b
    .state("i32", FX_MXCSR)
    .extendU()
    .or(BigInt(MXCSR_BITS) << 32n);
  b.store(8, address.add(MXCSR), second);
  repeat(b, 8, (i) => {
    const value = physical(b, i).load128(FX_ST);
    b.store(16, address.add(ST0).add(i.shl(4).extendU()), value);
  });
  repeat(b, 16, (i) => {
    const value = b.let(i.shl(4)).load128(FX_XMM);
    b.store(16, address.add(XMM0).add(i.shl(4).extendU()), value);
  });
}

function fxrstor(b: Binding): void {
  const address = imageAddress(b);
  // Everything that can fault comes before the first change: the last byte, then MXCSR.
  b.load(1, address.add(IMAGE_BYTES - 1));
  const head = b.load(16, address);
  const mxcsr = b.load(4, address.add(MXCSR));
  b.fault(VECTOR_GENERAL_PROTECTION, mxcsr.and(~MXCSR_BITS));
  const pointers = b.load(8, address.add(16));
  b.setState(FXSAVE, head);
  b.setState(FXSAVE + 16, pointers);
  b.setState(FX_MXCSR, mxcsr);
  b.setState(FX_FTW + 1, i32(0), "8");
  b.do(loadControl, b.state("i32", FX_FCW, "16_u"));
  repeat(b, 8, (i) => {
    const value = b.load(16, address.add(ST0).add(i.shl(4).extendU()));
    b.f.store(physical(b, i), value.op("and", REGISTER_BITS), FX_ST);
  });
  repeat(b, 16, (i) => {
    const value = b.load(16, address.add(XMM0).add(i.shl(4).extendU()));
    b.f.store(b.let(i.shl(4)), value, FX_XMM);
  });
}

function emms(b: Binding): void {
  enterMmx(b);
  commitMmx(b);
  b.setState(FX_FTW, i32(0), "8");
}

const instructions: Instruction[] = [
  instruction("fxsave", ["NP 0F AE/0 M"], fxsave),
  instruction("fxrstor", ["NP 0F AE/1 M"], fxrstor),
  instruction("emms", ["NP 0F 77"], emms),
];

export const fpuState: InstructionSet = { instructions };
