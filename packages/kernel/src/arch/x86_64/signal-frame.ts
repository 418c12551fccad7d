// SPDX-License-Identifier: MPL-2.0

import { FPU_STATE_SIZE, Reg } from "@aster/ostd";
import type { UserContext } from "@aster/ostd";
import {
  RtSigframe,
  Sigcontext,
  StackT,
  StructBuffer,
  Ucontext,
  getI32,
  getU32,
  getU64,
  set32,
  set64,
  setU16,
} from "../../abi/layout.ts";
import {
  SA_ONSTACK,
  SA_RESTORER,
  SS_AUTODISARM,
  MINSIGSTKSZ,
  SS_DISABLE,
} from "../../abi/signal.ts";
import type { Thread } from "../../process/thread.ts";
import type { SignalAction } from "../../signal/handlers.ts";
import type { SignalInfo } from "../../signal/signal-info.ts";
import type { SignalSet } from "../../signal/signal-set.ts";

/** Below the stack pointer a function may use this much without moving it (System V ABI, 3.2.2). */
const RED_ZONE = 128;
const USER_CS = 0x33;
const USER_SS = 0x2b;
/** uc_flags: ss is saved, and restored as it is (asm/ucontext.h). */
const UC_SIGCONTEXT_SS = 2;
const UC_STRICT_RESTORE_SS = 4;
/** DF, RF and TF are clear in a handler. */
const RFLAGS_CLEARED = 0x0001_0500;
/** The flags that sigreturn takes from the frame (FIX_EFLAGS of Linux). */
const RFLAGS_RESTORED = 0x0005_0dd5;

/** Registers in the order of struct sigcontext, from offset 0. */
const SIGCONTEXT_REGISTERS = [
  Reg.R8,
  Reg.R9,
  Reg.R10,
  Reg.R11,
  Reg.R12,
  Reg.R13,
  Reg.R14,
  Reg.R15,
  Reg.RDI,
  Reg.RSI,
  Reg.RBP,
  Reg.RBX,
  Reg.RDX,
  Reg.RAX,
  Reg.RCX,
  Reg.RSP,
] as const;

/**
 * Builds the frame of a signal handler on the user's stack and sets the registers to run it, as
 * x86-64 Linux does. `mask` is what rt_sigreturn will restore. False when the stack can not be written.
 */
export function enterSignalHandler(
  thread: Thread,
  action: SignalAction,
  info: SignalInfo,
  mask: SignalSet,
): boolean {
  const { context, signals, memory } = thread;
  // The C library's code after the handler calls rt_sigreturn; Linux on x86-64 has no other way.
  if ((action.flags & SA_RESTORER) === 0) return false;

  const interruptedSp = context.rsp;
  let sp = interruptedSp - RED_ZONE;
  const wasOnAltStack = isOnAltStack(thread, sp);
  const entersAltStack =
    (action.flags & SA_ONSTACK) !== 0 && !wasOnAltStack && signals.altStackSize > 0;
  if (entersAltStack) sp = signals.altStackBase + signals.altStackSize;
  const fpuAddress = floorTo(sp - FPU_STATE_SIZE, 64);
  const frameAddress = floorTo(fpuAddress - RtSigframe.size, 16) - 8;
  // A handler on the alternate stack that would leave it by growing: SIGSEGV, not corruption.
  if ((entersAltStack || wasOnAltStack) && frameAddress < signals.altStackBase) return false;

  const fpu = new Uint8Array(FPU_STATE_SIZE);
  context.saveFpu(fpu);
  if (memory.writeBytes(fpuAddress, fpu, 0, FPU_STATE_SIZE) !== FPU_STATE_SIZE) return false;

  const frame = new StructBuffer(RtSigframe.size);
  const { view } = frame;
  set64(view, RtSigframe.pretcode, action.restorer);
  const uc = RtSigframe.ucontext;
  set64(view, uc + Ucontext.flags, UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS);
  set64(view, uc + Ucontext.stack + StackT.sp, signals.altStackBase);
  set32(view, uc + Ucontext.stack + StackT.flags, signals.altStackFlags);
  set64(view, uc + Ucontext.stack + StackT.stackSize, signals.altStackSize);
  writeSigcontext(view, uc + Ucontext.mcontext, thread, mask, fpuAddress);
  set32(view, uc + Ucontext.sigmask, mask.low);
  set32(view, uc + Ucontext.sigmask + 4, mask.high);
  info.write(view, RtSigframe.siginfo);
  const { bytes } = frame;
  if (memory.writeBytes(frameAddress, bytes, 0, bytes.length) !== bytes.length) return false;

  if ((signals.altStackFlags & SS_AUTODISARM) !== 0) signals.clearAltStack();
  context.rdi = info.signo;
  context.rsi = frameAddress + RtSigframe.siginfo;
  context.rdx = frameAddress + RtSigframe.ucontext;
  context.rax = 0;
  context.rsp = frameAddress;
  context.rip = action.handler;
  context.rflags &= ~RFLAGS_CLEARED;
  resetFpu(context);
  return true;
}

/** Undoes `enterSignalHandler` for rt_sigreturn(2); false when the frame is no good. */
export function leaveSignalHandler(thread: Thread): boolean {
  const { context, signals, memory } = thread;
  // The handler's return has taken the return address from the stack.
  const frameAddress = context.rsp - 8;
  const frame = new StructBuffer(RtSigframe.size);
  const size = RtSigframe.siginfo;
  if (memory.readBytes(frameAddress, frame.bytes, 0, size) !== size) return false;
  const { view } = frame;
  const uc = RtSigframe.ucontext;
  thread.setBlocked(getI32(view, uc + Ucontext.sigmask), getI32(view, uc + Ucontext.sigmask + 4));
  if (!readSigcontext(view, uc + Ucontext.mcontext, thread)) return false;
  // restore_altstack of Linux: what is not acceptable is passed over in silence.
  const flags = getI32(view, uc + Ucontext.stack + StackT.flags) >>> 0;
  const stackSize = getU64(view, uc + Ucontext.stack + StackT.stackSize);
  if (!isOnAltStack(thread, context.rsp)) {
    if ((flags & SS_DISABLE) !== 0) signals.clearAltStack();
    else if (stackSize >= MINSIGSTKSZ) {
      signals.altStackBase = getU64(view, uc + Ucontext.stack + StackT.sp);
      signals.altStackSize = stackSize;
      signals.altStackFlags = flags;
    }
  }
  return true;
}

function writeSigcontext(
  view: DataView,
  at: number,
  thread: Thread,
  mask: SignalSet,
  fpuAddress: number,
): void {
  const { context } = thread;
  let offset = at;
  for (const register of SIGCONTEXT_REGISTERS) {
    set32(view, offset, context.regLo(register));
    set32(view, offset + 4, context.regHi(register));
    offset += 8;
  }
  set64(view, at + Sigcontext.rip, context.rip);
  set64(view, at + Sigcontext.eflags, context.rflags);
  setU16(view, at + Sigcontext.cs, USER_CS);
  setU16(view, at + Sigcontext.ss, USER_SS);
  set64(view, at + Sigcontext.err, thread.lastErrorCode);
  set64(view, at + Sigcontext.trapno, thread.lastTrap);
  set32(view, at + Sigcontext.oldmask, mask.low);
  set32(view, at + Sigcontext.oldmask + 4, mask.high);
  set64(view, at + Sigcontext.cr2, thread.lastFaultAddress);
  set64(view, at + Sigcontext.fpstate, fpuAddress);
}

function readSigcontext(view: DataView, at: number, thread: Thread): boolean {
  const { context, memory } = thread;
  const fpuAddress = getU64(view, at + Sigcontext.fpstate);
  if (fpuAddress === 0) {
    resetFpu(context);
  } else {
    const fpu = new Uint8Array(FPU_STATE_SIZE);
    if (memory.readBytes(fpuAddress, fpu, 0, FPU_STATE_SIZE) !== FPU_STATE_SIZE) return false;
    context.loadFpu(fpu);
  }
  let offset = at;
  for (const register of SIGCONTEXT_REGISTERS) {
    context.setReg(register, getU32(view, offset), getU32(view, offset + 4));
    offset += 8;
  }
  context.setRip(getU32(view, at + Sigcontext.rip), getU32(view, at + Sigcontext.rip + 4));
  const flags = getU32(view, at + Sigcontext.eflags);
  context.rflags = (context.rflags & ~RFLAGS_RESTORED) | (flags & RFLAGS_RESTORED);
  return true;
}

/** FCW 0x37f, MXCSR 0x1f80, everything else zero: what a program starts with. */
function resetFpu(context: UserContext): void {
  const initial = new StructBuffer(FPU_STATE_SIZE);
  setU16(initial.view, 0, 0x37f);
  set32(initial.view, 24, 0x1f80);
  context.loadFpu(initial.bytes);
}

function isOnAltStack(thread: Thread, sp: number): boolean {
  const { signals } = thread;
  if ((signals.altStackFlags & SS_AUTODISARM) !== 0) return false;
  return sp > signals.altStackBase && sp - signals.altStackBase <= signals.altStackSize;
}

function floorTo(value: number, multiple: number): number {
  return value - (((value % multiple) + multiple) % multiple);
}
