// SPDX-License-Identifier: MPL-2.0

import { type Value, i32 } from "../../wasm/index.ts";
import type { Binding } from "../bind/binding.ts";
import { getRflags, setRflags } from "../bind/flags.ts";
import { ERROR_CODE, RFLAGS_REST } from "../layout.ts";
import { type Instruction, type InstructionSet, instruction } from "./define.ts";

const RAX = 0;
const RCX = 1;
const RSP = 4;
const R11 = 11;

/** `TRAP_SYSCALL` of @aster/hardware. */
const TRAP_SYSCALL = 256;

const VECTOR_DEBUG = 1;
const VECTOR_BREAKPOINT = 3;
const VECTOR_GENERAL_PROTECTION = 13;

function call(b: Binding): void {
  const rsp = b.let(b.reg(RSP, 8).sub(8));
  b.store(8, rsp, b.nextRip());
  b.setReg(RSP, 8, rsp);
  b.jump();
}

function callIndirect(b: Binding): void {
  const target = b.rd(0);
  b.jumpTo(target, () => {
    const rsp = b.let(b.reg(RSP, 8).sub(8));
    b.store(8, rsp, b.nextRip());
    b.setReg(RSP, 8, rsp);
  });
}

/** ret, and ret imm16, which drops that many bytes more. */
function ret(b: Binding): void {
  const rsp = b.reg(RSP, 8);
  const drop = b.shape.operands.length === 0 ? undefined : b.rd(0).extendU();
  const after = rsp.add(8);
  b.jumpTo(b.load(8, rsp), () => b.setReg(RSP, 8, drop === undefined ? after : after.add(drop)));
}

const jcc =
  (cc: number): ((b: Binding) => void) =>
  (b) =>
    b.jumpIf(b.cond(cc));

/** loop, loope, loopne: rcx (or ecx) counts down without touching flags. */
function loop(n: 4 | 8, cc: number): (b: Binding) => void {
  return (b) => {
    const count = b.let(b.reg(RCX, n).sub(1));
    b.setReg(RCX, n, count);
    const more = b.let(count.ne(0));
    b.jumpIf(cc < 0 ? more : b.let(more.and(b.cond(cc))));
  };
}

/** For a region too, which leaves rcx and r11 to who ends it. */
function syscall(b: Binding): void {
  b.systemCall(() => {
    b.setReg(RCX, 8, b.nextRip());
    b.setReg(R11, 8, b.callState(getRflags));
    b.trap(TRAP_SYSCALL);
  });
}

/** int n: the gates that user mode may not call are #GP with the gate's number (SDM vol. 3, 6.13). */
function interrupt(b: Binding): void {
  const vector = b.rd(0);
  b.f.if(vector.eq(VECTOR_BREAKPOINT), () => b.trap(VECTOR_BREAKPOINT));
  b.setState(ERROR_CODE, vector.shl(3).or(2));
  b.faultWithCode(VECTOR_GENERAL_PROTECTION);
}

const privileged = (b: Binding): void => b.fault(VECTOR_GENERAL_PROTECTION);

function lahf(b: Binding): void {
  const flags = b.let(b.callState(getRflags).wrap());
  b.setReg(RAX, 2, b.reg(RAX, 1).or(flags.and(0xff).shl(8)));
}

function sahf(b: Binding): void {
  const ah = b.let(b.reg(RAX, 2).shrU(8).and(0xd5));
  const old = b.callState(getRflags);
  b.doState(setRflags, old.and(~0xd5).or(ah.extendU()));
}

const direction =
  (set: boolean): ((b: Binding) => void) =>
  (b) => {
    const rest: Value = b.state("i32", RFLAGS_REST);
    b.setState(RFLAGS_REST, set ? rest.or(0x400) : rest.and(~0x400));
  };

const CC = "o no b ae e ne be a s ns p np l ge le g".split(" ");
const hex = (n: number): string => n.toString(16).toUpperCase();
const nothing = (): void => {};
const always = { end: "always" } as const;
const conditional = { end: "conditional" } as const;

const instructions: Instruction[] = [
  instruction("jmp", ["EB Jb", "E9 Jz"], (b) => b.jump(), { end: "direct" }),
  instruction("jmpIndirect", ["FF/4 Ev f64"], (b) => b.jumpTo(b.rd(0)), always),
  instruction("call", ["E8 Jz"], call, { end: "direct" }),
  instruction("callIndirect", ["FF/2 Ev f64"], callIndirect, always),
  instruction("ret", ["C3", "C2 Iw"], ret, always),
  ...CC.map((name, cc) =>
    instruction(
      `j${name}`,
      [`${hex(0x70 + cc)} Jb`, `0F ${hex(0x80 + cc)} Jz`],
      jcc(cc),
      conditional,
    ),
  ),
  instruction("loopne", ["E0 Jb a64"], loop(8, 5), conditional),
  instruction("loope", ["E1 Jb a64"], loop(8, 4), conditional),
  instruction("loop", ["E2 Jb a64"], loop(8, -1), conditional),
  instruction("loopne32", ["E0 Jb a32"], loop(4, 5), conditional),
  instruction("loope32", ["E1 Jb a32"], loop(4, 4), conditional),
  instruction("loop32", ["E2 Jb a32"], loop(4, -1), conditional),
  instruction("jrcxz", ["E3 Jb a64"], (b) => b.jumpIf(b.let(b.reg(RCX, 8).eqz())), conditional),
  instruction("jecxz", ["E3 Jb a32"], (b) => b.jumpIf(b.let(b.reg(RCX, 4).eqz())), conditional),

  instruction("syscall", ["0F 05"], syscall, always),
  instruction("int3", ["CC"], (b) => b.trap(VECTOR_BREAKPOINT), always),
  instruction("int1", ["F1"], (b) => b.trap(VECTOR_DEBUG), always),
  instruction("int", ["CD Ib"], interrupt, always),
  instruction(
    "privileged",
    [
      "F4", // hlt
      "FA", // cli
      "FB", // sti
      "6C", // ins, outs
      "6D",
      "6E",
      "6F",
      "E4 Ib", // in, out
      "E5 Ib",
      "E6 Ib",
      "E7 Ib",
      "EC",
      "ED",
      "EE",
      "EF",
      "0F 06", // clts
      "0F 07", // sysret
      "0F 08", // invd
      "0F 09", // wbinvd
      "0F 30", // wrmsr
      "0F 32", // rdmsr
      "0F 33", // rdpmc
      "0F 20/0 Rq", // mov from and to control and debug registers
      "0F 20/2 Rq",
      "0F 20/3 Rq",
      "0F 20/4 Rq",
      "0F 22/0 Rq",
      "0F 22/2 Rq",
      "0F 22/3 Rq",
      "0F 22/4 Rq",
      "0F 21 Rq",
      "0F 23 Rq",
      "0F 00/0 Ew", // sldt, str, lldt, ltr (UMIP)
      "0F 00/1 Ew",
      "0F 00/2 Ew",
      "0F 00/3 Ew",
      "0F 01/0 M", // sgdt, sidt, lgdt, lidt, smsw, lmsw, invlpg
      "0F 01/1 M",
      "0F 01/2 M",
      "0F 01/3 M",
      "0F 01/4 Ew",
      "0F 01/6 Ew",
      "0F 01/7 M",
      "0F 01 F8", // swapgs
    ],
    privileged,
    always,
  ),

  instruction("lahf", ["9F"], lahf),
  instruction("sahf", ["9E"], sahf),
  instruction("cmc", ["F5"], (b) => b.setCf(b.let(b.cf().xor(1)))),
  instruction("clc", ["F8"], (b) => b.setCf(i32(0))),
  instruction("stc", ["F9"], (b) => b.setCf(i32(1))),
  instruction("cld", ["FC"], direction(false)),
  instruction("std", ["FD"], direction(true)),
  instruction(
    "nop",
    [
      "90 b0", // nop, and pause with F3
      "0F 1F Ev",
      "0F 19 Ev", // reserved nops (SDM vol. 2, table A-3), endbr64 with F3 0F 1E FA
      "0F 1A Ev",
      "0F 1B Ev",
      "0F 1C Ev",
      "0F 1D Ev",
      "0F 1E Ev",
      "0F 18 Ev", // prefetchh
      "0F 0D Ev", // prefetchw
      "NP 0F AE E8", // lfence, mfence, sfence
      "NP 0F AE F0",
      "NP 0F AE F8",
    ],
    nothing,
    { addressOnly: true },
  ),
  instruction("clflush", ["NP 0F AE/7 Mb"], (b) => void b.rd(0)),
];

export const control: InstructionSet = { instructions };
