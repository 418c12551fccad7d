// SPDX-License-Identifier: MPL-2.0

/**
 * Jumps, calls and returns that name a code segment, iret, and looks at segments: what user mode on Linux may do of them
 * (SDM vol. 2; Linux, arch/x86/include/asm/segment.h). There is one code segment to go to, that of 64-bit programs; the
 * 32-bit one, which would change the mode of the processor, is refused like those of the kernel.
 */

import { type Value, i32, i64 } from "../../wasm/index.ts";
import type { Binding } from "../bind/binding.ts";
import { STEP_FLAGS, getRflags, setRflags } from "../bind/flags.ts";
import { ERROR_CODE, RFLAGS_REST, SELECTORS, STEPPING, VECTOR_STEP } from "../layout.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";
import { USER_CODE, USER_DATA } from "./segment.ts";

const RSP = 4;
const SS = 2;
const CPL = 3;
const ZF = 0x40;
const NT = 0x4000;
const GENERAL_PROTECTION = 13;

/** A segment of Linux's table that user mode may see: its selector without RPL, and what lar and lsl say. */
interface Segment {
  readonly selector: number;
  readonly rights: number;
  readonly limit: number;
  readonly isWritable: boolean;
}

const FLAT_LIMIT = 0xffff_ffff;
const SEGMENTS: readonly Segment[] = [
  // __USER32_CS
  { selector: 0x20, rights: 0xcf_fb00, limit: FLAT_LIMIT, isWritable: false },
  { selector: USER_DATA & ~3, rights: 0xcf_f300, limit: FLAT_LIMIT, isWritable: true },
  { selector: USER_CODE & ~3, rights: 0xaf_fb00, limit: FLAT_LIMIT, isWritable: false },
  // __CPUNODE_SEG: its limit is the number of the processor and its node.
  { selector: 0x78, rights: 0x40_f500, limit: 0, isWritable: false },
];

/** Whether the segment of operand `i` is one of `segments`, as i32. */
function isOneOf(b: Binding, index: Value, segments: readonly Segment[]): Value {
  return b.let(
    segments.reduce((found: Value, { selector }) => found.or(index.eq(selector)), i32(0)),
  );
}

function setZf(b: Binding, zf: Value): void {
  const old = b.callState(getRflags);
  b.doState(setRflags, old.and(~ZF).or(zf.shl(6).extendU()));
}

/** lar and lsl: operand 0 gets what `tell` says of the segment, if user mode may see it; ZF says whether. */
const look =
  (tell: (segment: Segment) => number): ((b: Binding) => void) =>
  (b) => {
    const index = b.let(b.rd(1).and(0xfffc));
    const found = isOneOf(b, index, SEGMENTS);
    b.f.if(found, () => {
      const value = SEGMENTS.reduce(
        (chosen: Value, segment) =>
          b.select(index.eq(segment.selector), i32(tell(segment)), chosen),
        i32(0),
      );
      b.wr(0, b.n === 8 ? value.extendU() : value);
    });
    setZf(b, found);
  };

/** verr, verw: ZF says whether the segment of operand 0 may be read or written. */
const verify =
  (segments: readonly Segment[]): ((b: Binding) => void) =>
  (b) =>
    setZf(b, isOneOf(b, b.let(b.rd(0).and(0xfffc)), segments));

/** #GP(selector) unless the selector is that of the 64-bit code segment; one to return to has the RPL of user mode. */
function checkCode(b: Binding, selector: Value, isReturn: boolean): void {
  const good = selector.and(0xfffc).eq(USER_CODE & ~3);
  const isAllowed = isReturn ? good.and(selector.and(3).eq(CPL)) : good;
  b.f.if(isAllowed.eqz(), () => {
    b.f.store(i32(0), selector.and(0xfffc), ERROR_CODE);
    b.faultWithCode(GENERAL_PROTECTION);
  });
}

/** Reads an address of the operand's size, and the selector behind it. */
function farPointer(b: Binding): { readonly rip: Value; readonly selector: Value } {
  const offset = b.load(b.n, b.ea(0));
  const rip = b.let(b.n === 8 ? offset : offset.extendU());
  return { rip, selector: b.load(2, b.eaPlus(0, i64(b.n))) };
}

function jmpFar(b: Binding): void {
  const { rip, selector } = farPointer(b);
  checkCode(b, selector, false);
  b.jumpTo(rip);
}

function callFar(b: Binding): void {
  const { n } = b;
  const { rip, selector } = farPointer(b);
  checkCode(b, selector, false);
  const rsp = b.let(b.reg(RSP, 8).sub(2 * n));
  b.jumpTo(rip, () => {
    b.probe(2 * n, rsp);
    b.store(n, b.let(rsp.add(n)), n === 8 ? i64(USER_CODE) : i32(USER_CODE));
    b.store(n, rsp, n === 8 ? b.nextRip() : b.nextRip().wrap());
    b.setReg(RSP, 8, rsp);
  });
}

/** The `index`-th value of the operand's size from the top of the stack on, as i64. */
function stacked(b: Binding, index: number): Value {
  const value = b.load(b.n, b.let(b.reg(RSP, 8).add(index * b.n)));
  return b.let(b.n === 8 ? value : value.extendU());
}

/** retf, and retf imm16, which drops that many bytes more. */
function retFar(b: Binding): void {
  const rip = stacked(b, 0);
  const selector = b.let(stacked(b, 1).wrap().and(0xffff));
  checkCode(b, selector, true);
  // The operand size stands as an operand of its own.
  const drop = b.shape.operands.length < 2 ? undefined : b.rd(1).extendU();
  const after = b.reg(RSP, 8).add(2 * b.n);
  b.jumpTo(rip, () => b.setReg(RSP, 8, drop === undefined ? after : after.add(drop)));
}

function iret(b: Binding): void {
  b.fault(GENERAL_PROTECTION, b.let(b.state("i32", RFLAGS_REST).and(NT).ne(0)));
  const rip = stacked(b, 0);
  const selector = b.let(stacked(b, 1).wrap().and(0xffff));
  const flags = stacked(b, 2);
  const rsp = stacked(b, 3);
  const stack = b.let(stacked(b, 4).wrap().and(0xffff));
  checkCode(b, selector, true);
  // A bad address is told before a bad stack segment.
  b.fault(
    GENERAL_PROTECTION,
    b.let(
      rip
        .add(1n << 47n)
        .shrU(48)
        .ne(0),
    ),
  );
  b.f.if(stack.ne(USER_DATA), () => {
    b.f.store(i32(0), stack.and(0xfffc), ERROR_CODE);
    b.faultWithCode(GENERAL_PROTECTION);
  });
  // As popf: instructions behind one that sets TF or AC are executed one by one, which is not done here.
  const wanted = b.let(flags.wrap().and(STEP_FLAGS));
  b.fault(VECTOR_STEP, b.let(wanted.ne(0).and(b.state("i32", STEPPING).eqz())));
  b.jumpTo(rip, () => {
    b.f.store(i32(0), stack, SELECTORS + 2 * SS, "16");
    b.setReg(RSP, 8, rsp);
    if (b.n === 2) {
      // 16 bits: the upper half of eflags stays.
      const old = b.callState(getRflags);
      b.doState(setRflags, old.and(~0xffff).or(flags));
    } else {
      b.doState(setRflags, flags);
    }
  });
}

const always = { end: "always" } as const;

const instructions: Instruction[] = [
  instruction(
    "lar",
    ["0F 02 Gv,Ew"],
    look(({ rights }) => rights),
  ),
  instruction(
    "lsl",
    ["0F 03 Gv,Ew"],
    look(({ limit }) => limit),
  ),
  instruction("verr", ["0F 00/4 Ew"], verify(SEGMENTS)),
  instruction("verw", ["0F 00/5 Ew"], verify(SEGMENTS.filter(({ isWritable }) => isWritable))),
  instruction("jmpFar", ["FF/5 Mv"], jmpFar, always),
  instruction("callFar", ["FF/3 Mv"], callFar, always),
  instruction("retFar", ["CB Av", "CA Av,Iw"], retFar, always),
  instruction("iret", ["CF Av"], iret, always),
];

export const farTransfers: InstructionSet = { instructions };
