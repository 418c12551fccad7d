// SPDX-License-Identifier: MPL-2.0

import { x86_64 } from "@aster/hardware";
import { type FunctionBuilder, i32, type Value } from "../../wasm/index.ts";
import { getRflags, setRflags } from "../bind/flags.ts";
import { FS_BASE, GS_BASE, REGS, RIP } from "../layout.ts";

const state = i32(0);
const { FRAME_ERROR_CODE, FRAME_FS_BASE, FRAME_GS_BASE, FRAME_RFLAGS, FRAME_RIP, FRAME_TRAP } =
  x86_64;

/**
 * Takes the registers from a user frame. What the kernel has just written, rax and the flags, is read in the words that it was
 * written in: a host's processor waits where it is not.
 */
export function loadFrame(f: FunctionBuilder, frame: Value): void {
  f.store(state, frame.load32(0).extendU().or(frame.load32(4).extendU().shl(32)), REGS);
  f.store(state, frame.load64(8), REGS + 8);
  for (let i = 16; i < 128; i += 16) f.store(state, frame.load128(i), REGS + i);
  f.store(state, frame.load64(FRAME_RIP), RIP);
  f.store(state, frame.load64(FRAME_FS_BASE), FS_BASE);
  f.store(state, frame.load64(FRAME_GS_BASE), GS_BASE);
  f.do(setRflags, [frame.load32(FRAME_RFLAGS).extendU()]);
}

function storeRegisters(f: FunctionBuilder, frame: Value): void {
  for (let i = 0; i < 128; i += 16) f.store(frame, state.load128(REGS + i), i);
  f.store(frame, state.load64(RIP), FRAME_RIP);
  f.store(frame, state.load64(FS_BASE), FRAME_FS_BASE);
  f.store(frame, state.load64(GS_BASE), FRAME_GS_BASE);
}

/** Puts the registers into a user frame. */
export function storeFrame(f: FunctionBuilder, frame: Value): void {
  storeRegisters(f, frame);
  f.store(frame, f.call(getRflags), FRAME_RFLAGS);
}

/** The same after a system call, which has left rflags in r11; and why user mode ended. */
export function storeSystemCall(f: FunctionBuilder, frame: Value): void {
  storeRegisters(f, frame);
  f.store(frame, state.load64(REGS + 8 * x86_64.R11), FRAME_RFLAGS);
  f.store(frame, i32(x86_64.TRAP_SYSCALL), FRAME_TRAP);
  f.store(frame, i32(0), FRAME_ERROR_CODE);
}
