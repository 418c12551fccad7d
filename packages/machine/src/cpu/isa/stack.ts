// SPDX-License-Identifier: MPL-2.0

import { type Value, i32 } from "../../wasm/index.ts";
import type { Binding, IntegerSize } from "../bind/binding.ts";
import { STEP_FLAGS, TF, getRflags, setRflags } from "../bind/flags.ts";
import { SELECTORS, STEPPING, VECTOR_STEP } from "../layout.ts";
import { loadSelector } from "./segment.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";

const RSP = 4;
const RBP = 5;

function pushValue(b: Binding, n: IntegerSize, value: Value): void {
  const rsp = b.let(b.reg(RSP, 8).sub(n));
  b.store(n, rsp, value);
  b.setReg(RSP, 8, rsp);
}

function push(b: Binding): void {
  pushValue(b, b.n, b.rd(0));
}

function pop(b: Binding): void {
  const rsp = b.reg(RSP, 8);
  const value = b.load(b.n, rsp);
  const after = b.let(rsp.add(b.n));
  if (!b.isMemory(0)) {
    b.setReg(RSP, 8, after);
    b.wr(0, value);
    return;
  }
  // The destination's address is computed with rsp already incremented (SDM vol. 2, POP), but a
  // fault of the store must leave rsp as it was.
  b.setReg(RSP, 8, after);
  const address = b.ea(0);
  b.setReg(RSP, 8, rsp);
  b.store(b.n, address, value);
  b.setReg(RSP, 8, after);
}

function pushSegment(number: number): (b: Binding) => void {
  return (b) => {
    const selector = b.let(i32(0).load16u(SELECTORS + 2 * number));
    pushValue(b, b.n, b.n === 8 ? selector.extendU() : selector);
  };
}

function popSegment(number: number): (b: Binding) => void {
  return (b) => {
    const rsp = b.reg(RSP, 8);
    const value = b.load(b.n, rsp);
    const selector = b.let((b.n === 8 ? value.wrap() : value).and(0xffff));
    loadSelector(b, i32(number), selector);
    b.setReg(RSP, 8, rsp.add(b.n));
  };
}

function pushf(b: Binding): void {
  const flags = b.callState(getRflags);
  pushValue(b, b.n, b.n === 8 ? flags : flags.wrap());
}

function popf(b: Binding): void {
  const rsp = b.reg(RSP, 8);
  const value = b.load(b.n, rsp);
  const low = b.n === 8 ? value.wrap() : value;
  // Instructions behind one that sets TF or AC are executed one by one, which is not done here.
  const wanted = b.let(low.and(b.n === 8 ? STEP_FLAGS : TF));
  b.fault(VECTOR_STEP, b.let(wanted.ne(0).and(b.state("i32", STEPPING).eqz())));
  b.setReg(RSP, 8, rsp.add(b.n));
  if (b.n === 8) {
    b.doState(setRflags, value);
  } else {
    // 16 bits: the upper half of eflags stays.
    const old = b.callState(getRflags);
    b.doState(setRflags, old.and(~0xffff).or(value.extendU()));
  }
}

function enter(b: Binding): void {
  const { n } = b;
  const packed = b.rd(1);
  const size = b.let(packed.and(0xffff).extendU());
  const level = b.let(packed.shrU(16).and(31));
  const { f } = b;
  const rsp = f.variable(b.reg(RSP, 8).sub(n));
  const rbp = f.variable(b.reg(RBP, 8));
  b.store(n, rsp, b.reg(RBP, n));
  const frameAddress = f.variable(rsp);
  f.if(level, () => {
    const left = f.variable(level.sub(1));
    f.block((done) => {
      f.loop((again) => {
        f.brIf(done, left.eqz());
        f.set(rbp, rbp.sub(n));
        f.set(rsp, rsp.sub(n));
        b.store(n, rsp, b.load(n, rbp));
        f.set(left, left.sub(1));
        f.br(again);
      });
    });
    f.set(rsp, rsp.sub(n));
    b.store(n, rsp, n === 8 ? frameAddress : frameAddress.wrap());
  });
  // The new stack pointer must be writable before anything changes (SDM vol. 2, ENTER).
  f.set(rsp, rsp.sub(size));
  b.probe(n, rsp);
  b.setReg(RBP, n, n === 8 ? frameAddress : frameAddress.wrap());
  b.setReg(RSP, 8, rsp);
}

function leave(b: Binding): void {
  const rbp = b.reg(RBP, 8);
  const value = b.load(b.n, rbp);
  b.setReg(RSP, 8, rbp.add(b.n));
  b.setReg(RBP, b.n, value);
}

const instructions: Instruction[] = [
  instruction("push", ["50+r Zv d64", "FF/6 Ev d64", "68 Iz d64", "6A Is d64"], push),
  instruction("pop", ["58+r Zv d64", "8F/0 Ev d64"], pop),
  instruction("pushFs", ["0F A0 Av d64"], pushSegment(4)),
  instruction("pushGs", ["0F A8 Av d64"], pushSegment(5)),
  instruction("popFs", ["0F A1 Av d64"], popSegment(4)),
  instruction("popGs", ["0F A9 Av d64"], popSegment(5)),
  instruction("pushf", ["9C Av d64"], pushf),
  instruction("popf", ["9D Av d64"], popf),
  instruction("enter", ["C8 Av,Ie d64"], enter),
  instruction("leave", ["C9 Av d64"], leave),
];

export const stack: InstructionSet = { instructions };
