// SPDX-License-Identifier: MPL-2.0

import { type Value, i32 } from "../../wasm/index.ts";
import type { Binding } from "../bind/binding.ts";
import { signExtend } from "../bind/flags.ts";
import { SELECTORS } from "../layout.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { loadSelector } from "./segment.ts";

function mov(b: Binding): void {
  b.wr(0, b.rd(1));
}

/** Widens operand 1 to operand 0. Values of 1 and 2 bytes are zero-extended i32 already. */
function movzx(b: Binding): void {
  const v = b.rd(1);
  b.wr(0, b.sizeOf(0) === 8 ? v.extendU() : v);
}

function movsx(b: Binding): void {
  const n = b.sizeOf(1) as 1 | 2 | 4;
  const v = signExtend(n, b.rd(1));
  b.wr(0, b.sizeOf(0) === 8 ? v.extendS() : v);
}

function lea(b: Binding): void {
  const address = b.ea(1);
  b.wr(0, b.n === 8 ? address : address.wrap());
}

function xchg(b: Binding): void {
  const source = b.rd(1);
  let kept: Value = source;
  b.rmw(0, (old) => {
    kept = old;
    if (!b.isMemory(0)) b.wr(1, old);
    return source;
  });
  if (b.isMemory(0)) b.wr(1, kept);
}

function bswap(b: Binding): void {
  const v = b.rd(0);
  if (b.n === 8) {
    const pairs = b.let(v.shrU(8).and(0x00ff00ff00ff00ffn).or(v.and(0x00ff00ff00ff00ffn).shl(8)));
    const quads = b.let(
      pairs.shrU(16).and(0x0000ffff0000ffffn).or(pairs.and(0x0000ffff0000ffffn).shl(16)),
    );
    b.wr(0, quads.rotl(32));
  } else if (b.n === 4) {
    b.wr(
      0,
      v
        .rotl(8)
        .and(0x00ff00ff)
        .or(v.rotr(8).and(0xff00ff00 | 0)),
    );
  } else {
    // Undefined for 16 bits (SDM vol. 2, BSWAP); processors clear the register's low half.
    b.wr(0, i32(0));
  }
}

function cmov(cc: number): (b: Binding) => void {
  return (b) => {
    const source = b.rd(1);
    // The destination is written in any case: a 32-bit one is zero-extended.
    b.wr(0, b.select(b.cond(cc), source, b.rd(0)));
  };
}

function setcc(cc: number): (b: Binding) => void {
  return (b) => b.wr(0, b.cond(cc));
}

/** mov from a segment register: a register destination is zero-extended. */
function movFromSegment(b: Binding): void {
  const selector = b.let(b.rd(1).shl(1).load16u(SELECTORS));
  b.wr(0, b.sizeOf(0) === 8 ? selector.extendU() : selector);
}

function movToSegment(b: Binding): void {
  const selector = b.rd(1);
  const number = b.rd(0);
  b.fault(6, number.eq(1)); // cs
  loadSelector(b, number, selector);
}

function xlat(b: Binding): void {
  const address = b.reg(3, 8).add(b.reg(0, 1).extendU()).add(b.segmentBase());
  b.setReg(0, 1, b.load(1, b.let(address)));
}

const CC = "o no b ae e ne be a s ns p np l ge le g".split(" ");
const hex = (n: number): string => n.toString(16).toUpperCase();

const instructions: Instruction[] = [
  instruction(
    "mov",
    [
      "88 Eb,Gb",
      "89 Ev,Gv",
      "8A Gb,Eb",
      "8B Gv,Ev",
      "A0 Ab,Ob",
      "A1 Av,Ov",
      "A2 Ob,Ab",
      "A3 Ov,Av",
      "B0+r Zb,Ib",
      "B8+r Zv,Iv",
      "C6/0 Eb,Ib",
      "C7/0 Ev,Iz",
    ],
    mov,
  ),
  instruction("movzx", ["0F B6 Gv,Eb", "0F B7 Gv,Ew"], movzx),
  instruction("movsx", ["0F BE Gv,Eb", "0F BF Gv,Ew", "63 Gv,Ed"], movsx),
  instruction("lea", ["8D Gv,M"], lea, { addressOnly: true }),
  instruction("xchg", ["86 Eb,Gb", "87 Ev,Gv", "90+r Zv,Av"], xchg, { lock: true }),
  instruction("bswap", ["0F C8+r Zv"], bswap),
  instruction("movFromSegment", ["8C Rv,S", "8C Mw,S"], movFromSegment),
  instruction("movToSegment", ["8E S,Ew"], movToSegment),
  instruction("xlat", ["D7"], xlat),
  ...CC.map((name, cc) => instruction(`cmov${name}`, [`0F ${hex(0x40 + cc)} Gv,Ev`], cmov(cc))),
  ...CC.map((name, cc) => instruction(`set${name}`, [`0F ${hex(0x90 + cc)} Eb`], setcc(cc))),
];

export const move: InstructionSet = { instructions };
