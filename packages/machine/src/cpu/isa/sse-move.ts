// SPDX-License-Identifier: MPL-2.0

/** MMX and SSE: moves, logic, and shuffles of whole elements. Nothing here looks at numbers. */

import type { Binding } from "../bind/binding.ts";
import { type Value, apply, shuffle } from "../../wasm/index.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { binaryVector, commitMmx, enterMmx, isMmx, vector, writeVector } from "./vector.ts";

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
  b.f.store(b.registerOffset(0), value, REGS);
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

/** 8 bytes of operand 1 (lane `from` of a register, or memory) to lane `to` of xmm operand 0. */
function moveHalf(to: 0 | 1, from: 0 | 1): (b: Binding) => void {
  return (b) => {
    const half = b.isMemory(1) ? b.rd(1, "i64") : b.rd(1, "v128").lane("i64x2", from);
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

/** Writes the bytes of operand 0 whose mask byte is negative to [rdi]. */
function maskedMove(b: Binding): void {
  const mmx = isMmx(b);
  if (mmx) enterMmx(b);
  const n = mmx ? 8 : 16;
  const address = b.maskedAddress();
  const source = vector(b, 0);
  const mask = b.let(apply("i8x16.shr_s", vector(b, 1), i32(7)));
  // A mask of zeros touches no memory.
  b.when(apply("v128.any_true", mask), () => {
    b.probe(n, address);
    const old = b.load(n, address, "v128");
    b.store(n, address, mergeLow(n, apply("v128.bitselect", source, old, mask)));
  });
  if (mmx) commitMmx(b);
}

const set: Instruction[] = [];
const add = (
  name: string,
  encodings: readonly string[],
  semantics: (b: Binding) => void,
  unaligned = false,
): void => {
  set.push(instruction(name, encodings, semantics, { unaligned }));
};
