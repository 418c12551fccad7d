// SPDX-License-Identifier: MPL-2.0

/** MMX and SSE: moves, logic, and shuffles of whole elements. Nothing here looks at numbers. */

import type { Binding } from "../bind/binding.ts";
import { type Value, apply, select, shuffle } from "../../wasm/index.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { binaryVector, commitMmx, enterMmx, isMmx, vector, writeVector, zero } from "./vector.ts";

/** Operand 1 to operand 0, both of one size. */
function move(b: Binding): void {
  const mmx = isMmx(b);
  if (mmx) enterMmx(b);
  const value = b.rd(1);
  if (b.shape.operands[0]?.kind === "p") {
    commitMmx(b);
    writeVector(b, 0, value);
  } else {
    b.wr(0, value);
    if (mmx) commitMmx(b);
  }
}

/** A load from memory clears the rest of the register; a register leaves it as it is. */
function moveScalar(b: Binding): void {
  if (b.isMemory(1)) writeWhole(b, b.rd(1, "v128"));
  else b.wr(0, b.rd(1));
}

/** Writes the whole xmm register of operand 0, whatever size the operand is said to have. */
function writeWhole(b: Binding, value: Value): void {
  b.wrWhole(0, value);
}

/** Operand 1 zero-extended to the whole of operand 0. */
function moveExtended(b: Binding): void {
  const mmx = isMmx(b);
  if (mmx) enterMmx(b);
  const value = b.rd(1, "v128");
  if (mmx) commitMmx(b);
  writeVector(b, 0, value);
}

/** The low lane of operand 1 to general register or memory operand 0. */
function moveLow(b: Binding): void {
  const mmx = isMmx(b);
  if (mmx) enterMmx(b);
  b.wr(0, b.rd(1, b.sizeOf(0) === 8 ? "i64" : "i32"));
  if (mmx) commitMmx(b);
}

/** The low 8 bytes, the rest zero. */
function lowHalf(x: Value): Value {
  return shuffle(x, zero, [0, 1, 2, 3, 4, 5, 6, 7, 16, 16, 16, 16, 16, 16, 16, 16]);
}

/** 8 bytes of operand 1 (lane `from` of a register, or memory) to lane `to` of xmm operand 0. */
function moveHalf(to: 0 | 1, from: 0 | 1): (b: Binding) => void {
  return (b) => {
    const half = b.isMemory(1) ? b.rd(1, "i64") : b.let(b.rdWhole(1).lane("i64x2", from));
    b.wr(0, b.rd(0).withLane("i64x2", to, half));
  };
}

/** The high 8 bytes of xmm operand 1 to memory. */
function storeHigh(b: Binding): void {
  b.wr(0, b.let(b.rd(1, "v128").lane("i64x2", 1)));
}

const binaryOperation =
  (operation: string) =>
  (b: Binding): void =>
    binaryVector(b, (a, c) => apply(operation, a, c));

/** ~a & c: WebAssembly's andnot complements its second operand. */
function andNot(b: Binding): void {
  binaryVector(b, (a, c) => apply("v128.andnot", c, a));
}

/** Interleaves lanes of `width` bytes of the low or high halves. */
function unpack(width: number, high: boolean): (b: Binding) => void {
  return (b) => {
    // An MMX register is the low half: its high half begins at byte 4.
    const start = high ? (isMmx(b) ? 4 : 8) : 0;
    const lanes = Array.from({ length: 16 }, (_, i) => {
      const element = Math.floor(i / (2 * width));
      const second = Math.floor(i / width) % 2 === 1;
      return ((start + element * width + (i % width)) % 16) + (second ? 16 : 0);
    });
    binaryVector(b, (a, c) => shuffle(a, c, lanes));
  };
}

/** Copies lanes of 4 bytes within operand 1. */
function duplicate(lanes: readonly [number, number, number, number]): (b: Binding) => void {
  const indices = lanes.flatMap((lane) => [0, 1, 2, 3].map((i) => lane * 4 + i));
  return (b) => {
    const x = vector(b, 1);
    b.wr(0, shuffle(x, x, indices));
  };
}

/** The sign bits of the lanes of operand 1 to a general register. */
function moveMask(shape: string): (b: Binding) => void {
  return (b) => {
    const mmx = isMmx(b);
    if (mmx) enterMmx(b);
    const mask = b.let(apply(`${shape}.bitmask`, vector(b, 1)).and(mmx ? 0xff : 0xffff));
    if (mmx) commitMmx(b);
    b.wr(0, b.sizeOf(0) === 8 ? mask.extendU() : mask);
  };
}

const RDI = 7;

/** Writes the bytes of operand 0 whose mask byte in operand 1 is negative to [rdi]; the rest is not touched. */
function maskedMove(addressSize: 4 | 8): (b: Binding) => void {
  return (b) => {
    const { f } = b;
    const mmx = isMmx(b);
    if (mmx) enterMmx(b);
    const offset = addressSize === 8 ? b.reg(RDI, 8) : b.reg(RDI, 4).extendU();
    const address = b.let(offset.add(b.segmentBase()));
    const sources = [0, 1].map((half) => b.let(vector(b, 0).lane("i64x2", half)));
    const mask = b.let(apply("i8x16.bitmask", vector(b, 1)).and(mmx ? 0xff : 0xffff));
    // Processors check the whole operand, whatever the mask; MMX's state changes before.
    if (mmx) commitMmx(b);
    b.probe(mmx ? 8 : 16, address);
    const rest = f.variable(mask);
    f.block((done) => {
      f.loop((again) => {
        f.brIf(done, rest.eqz());
        const i = f.let(rest.ctz());
        const half = select(i.ltU(8), sources[0] as Value, sources[1] as Value);
        b.store(1, address.add(i.extendU()), half.shrU(i.shl(3).extendU()).wrap());
        f.set(rest, rest.and(rest.sub(1)));
        f.br(again);
      });
    });
  };
}

/** The low or high half of an xmm register to an MMX register, and back. */
function toMmx(b: Binding): void {
  enterMmx(b);
  const value = b.rd(1, "i64");
  commitMmx(b);
  writeVector(b, 0, value);
}

const set: Instruction[] = [];

function add(
  name: string,
  encodings: string,
  semantics: (b: Binding) => void,
  unaligned = false,
): void {
  set.push(instruction(name, encodings.split("; "), semantics, { unaligned }));
}

add("movaps", "NP 0F 28 Vx,Wx; NP 0F 29 Wx,Vx; 66 0F 28 Vx,Wx; 66 0F 29 Wx,Vx", move);
add("movdqa", "66 0F 6F Vx,Wx; 66 0F 7F Wx,Vx", move);
add(
  "movnt",
  "NP 0F 2B Mx,Vx; 66 0F 2B Mx,Vx; 66 0F E7 Mx,Vx; NP 0F E7 Mq,Pq; 66 0F 38 2A Vx,Mx",
  move,
);
add("movnti", "NP 0F C3 My,Gy", move);
add("movups", "NP 0F 10 Vx,Wx; NP 0F 11 Wx,Vx; 66 0F 10 Vx,Wx; 66 0F 11 Wx,Vx", move, true);
add("movdqu", "F3 0F 6F Vx,Wx; F3 0F 7F Wx,Vx; F2 0F F0 Vx,Mx", move, true);
add("movss", "F3 0F 10 Vd,Wd", moveScalar);
add("movsd.x", "F2 0F 10 Vq,Wq", moveScalar);
add("movss.store", "F3 0F 11 Wd,Vd", moveLow);
add("movsd.store", "F2 0F 11 Wq,Vq", moveLow);
add("movq", "NP 0F 6F Pq,Qq; NP 0F 7F Qq,Pq", move);
add("movq.load", "F3 0F 7E Vx,Wq", moveExtended);
add("movq.store", "66 0F D6 Wq,Vx", (b) =>
  b.isMemory(0) ? b.wr(0, b.rd(1, "i64")) : writeWhole(b, lowHalf(b.rd(1))),
);
add("movd.load", "66 0F 6E Vx,Ey; NP 0F 6E Pq,Ey", moveExtended);
add("movd.store", "66 0F 7E Ey,Vx; NP 0F 7E Ey,Pq", moveLow);
add("movq2dq", "F3 0F D6 Vx,Nq", moveExtended);
add("movdq2q", "F2 0F D6 Pq,Ux", toMmx);
add("movlps", "NP 0F 12 Vx,Wq; 66 0F 12 Vx,Mq", moveHalf(0, 1));
add("movlps.store", "NP 0F 13 Mq,Vq; 66 0F 13 Mq,Vq", moveLow);
add("movhps", "NP 0F 16 Vx,Wq; 66 0F 16 Vx,Mq", moveHalf(1, 0));
add("movhps.store", "NP 0F 17 Mq,Vx; 66 0F 17 Mq,Vx", storeHigh);
add("movsldup", "F3 0F 12 Vx,Wx", duplicate([0, 0, 2, 2]));
add("movshdup", "F3 0F 16 Vx,Wx", duplicate([1, 1, 3, 3]));
add("movddup", "F2 0F 12 Vx,Wq", (b) => b.wr(0, apply("i64x2.splat", b.rd(1, "i64"))));
add("movmskps", "NP 0F 50 Gy,Ux", moveMask("i32x4"));
add("movmskpd", "66 0F 50 Gy,Ux", moveMask("i64x2"));
add("pmovmskb", "66 0F D7 Gy,Ux; NP 0F D7 Gy,Nq", moveMask("i8x16"));
add("maskmov", "66 0F F7 Vx,Ux a64; NP 0F F7 Pq,Nq a64", maskedMove(8));
add("maskmov.a32", "66 0F F7 Vx,Ux a32; NP 0F F7 Pq,Nq a32", maskedMove(4));

add(
  "pand",
  "NP 0F 54 Vx,Wx; 66 0F 54 Vx,Wx; 66 0F DB Vx,Wx; NP 0F DB Pq,Qq",
  binaryOperation("v128.and"),
);
add("pandn", "NP 0F 55 Vx,Wx; 66 0F 55 Vx,Wx; 66 0F DF Vx,Wx; NP 0F DF Pq,Qq", andNot);
add(
  "por",
  "NP 0F 56 Vx,Wx; 66 0F 56 Vx,Wx; 66 0F EB Vx,Wx; NP 0F EB Pq,Qq",
  binaryOperation("v128.or"),
);
add(
  "pxor",
  "NP 0F 57 Vx,Wx; 66 0F 57 Vx,Wx; 66 0F EF Vx,Wx; NP 0F EF Pq,Qq",
  binaryOperation("v128.xor"),
);

add("punpcklbw", "66 0F 60 Vx,Wx; NP 0F 60 Pq,Qd", unpack(1, false));
add("punpcklwd", "66 0F 61 Vx,Wx; NP 0F 61 Pq,Qd", unpack(2, false));
add("punpckldq", "66 0F 62 Vx,Wx; NP 0F 62 Pq,Qd; NP 0F 14 Vx,Wx", unpack(4, false));
add("punpcklqdq", "66 0F 6C Vx,Wx; 66 0F 14 Vx,Wx", unpack(8, false));
add("punpckhbw", "66 0F 68 Vx,Wx; NP 0F 68 Pq,Qq", unpack(1, true));
add("punpckhwd", "66 0F 69 Vx,Wx; NP 0F 69 Pq,Qq", unpack(2, true));
add("punpckhdq", "66 0F 6A Vx,Wx; NP 0F 6A Pq,Qq; NP 0F 15 Vx,Wx", unpack(4, true));
add("punpckhqdq", "66 0F 6D Vx,Wx; 66 0F 15 Vx,Wx", unpack(8, true));

export const sseMoves: InstructionSet = { instructions: set };
