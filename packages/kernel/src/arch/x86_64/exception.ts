// SPDX-License-Identifier: MPL-2.0

import { PageFaultCode, Vector } from "@aster/ostd";
import {
  BUS_ADRALN,
  BUS_ADRERR,
  FPE_FLTDIV,
  FPE_FLTINV,
  FPE_FLTOVF,
  FPE_FLTRES,
  FPE_FLTUND,
  FPE_INTDIV,
  ILL_ILLOPN,
  SEGV_ACCERR,
  SEGV_MAPERR,
  SIGBUS,
  SIGFPE,
  SIGILL,
  SIGSEGV,
  SIGTRAP,
  TRAP_TRACE,
} from "../../abi/signal.ts";
import { getU32, StructBuffer } from "../../abi/layout.ts";
import { RLIMIT_STACK } from "../../process/limits.ts";
import { killForMemory } from "../../process/oom.ts";
import type { Thread } from "../../process/thread.ts";
import { forceSignal } from "../../signal/send.ts";
import { SignalInfo } from "../../signal/signal-info.ts";
import { Access, Fault, handleFault } from "../../vm/fault.ts";

/** Where MXCSR and the x87 control and status words stand in an FXSAVE image (SDM vol. 1, 10.5.1). */
const FXSAVE_SIZE = 512;
const FXSAVE_CONTROL = 0;
const FXSAVE_STATUS = 2;
const FXSAVE_MXCSR = 24;

/** Answers an exception of user mode: brings in the page, or raises the signal that Linux raises. */
export function handleException(thread: Thread): void {
  const { context } = thread;
  const vector = context.trapVector;
  if (vector === Vector.PAGE_FAULT) {
    handlePageFault(thread, context.faultAddress, context.errorCode);
    return;
  }
  thread.lastTrap = vector;
  thread.lastErrorCode = context.errorCode;
  const at = context.rip;
  switch (vector) {
    case Vector.DIVIDE_ERROR:
      return thread.raiseFault(SIGFPE, FPE_INTDIV, at);
    case Vector.DEBUG:
      return thread.raiseFault(SIGTRAP, TRAP_TRACE, at);
    case Vector.BREAKPOINT:
      return forceSignal(thread, SignalInfo.kernel(SIGTRAP));
    case Vector.INVALID_OPCODE:
      return thread.raiseFault(SIGILL, ILL_ILLOPN, at);
    case Vector.STACK_FAULT:
      return forceSignal(thread, SignalInfo.kernel(SIGBUS));
    case Vector.X87:
      return thread.raiseFault(SIGFPE, x87Code(thread), at);
    case Vector.SIMD:
      return thread.raiseFault(SIGFPE, simdCode(thread), at);
    case Vector.ALIGNMENT_CHECK:
      return thread.raiseFault(SIGBUS, BUS_ADRALN, 0);
    default:
      // Overflow, bound, general protection and what else there may be.
      return forceSignal(thread, SignalInfo.kernel(SIGSEGV));
  }
}

function handlePageFault(thread: Thread, address: number, errorCode: number): void {
  // A CPU reads descriptors and the like with the kernel's rights on behalf of an instruction of the
  // program's (SDM vol. 3, 4.6.1); so does QEMU with iretq's frame. No page that we bring in helps.
  if ((errorCode & PageFaultCode.USER) === 0) {
    thread.lastTrap = Vector.PAGE_FAULT;
    thread.lastErrorCode = errorCode;
    thread.lastFaultAddress = address;
    thread.raiseFault(SIGSEGV, SEGV_MAPERR, address);
    return;
  }
  const access =
    (errorCode & PageFaultCode.WRITE) !== 0
      ? Access.WRITE
      : (errorCode & PageFaultCode.INSTRUCTION) !== 0
        ? Access.EXECUTE
        : Access.READ;
  const stackLimit = thread.process.limits.get(RLIMIT_STACK);
  const outcome = handleFault(thread.vm, address, access, stackLimit);
  if (outcome === Fault.RESOLVED) {
    thread.usage.minorFaults += thread.vm.takeFaults();
    return;
  }
  if (outcome === Fault.OUT_OF_MEMORY) {
    killForMemory(thread);
    return;
  }
  thread.lastTrap = Vector.PAGE_FAULT;
  // To Linux's page tables a page without any right is not present.
  const isClosed =
    outcome === Fault.NOT_ALLOWED && thread.vm.mappings.find(address)?.protection === 0;
  thread.lastErrorCode = isClosed ? errorCode & ~PageFaultCode.PRESENT : errorCode;
  thread.lastFaultAddress = address;
  if (outcome === Fault.BEYOND_END) thread.raiseFault(SIGBUS, BUS_ADRERR, address);
  else {
    const code = outcome === Fault.NOT_ALLOWED ? SEGV_ACCERR : SEGV_MAPERR;
    thread.raiseFault(SIGSEGV, code, address);
  }
}

/** si_code of an x87 exception: flags that are raised and not masked. */
function x87Code(thread: Thread): number {
  const { view } = fpuImage(thread);
  const masked = view.getUint16(FXSAVE_CONTROL, true) & 0x3f;
  return codeOfFlags(view.getUint16(FXSAVE_STATUS, true) & ~masked & 0x3f);
}

function simdCode(thread: Thread): number {
  const mxcsr = getU32(fpuImage(thread).view, FXSAVE_MXCSR);
  return codeOfFlags(mxcsr & ~(mxcsr >>> 7) & 0x3f);
}

function fpuImage(thread: Thread): StructBuffer {
  const image = new StructBuffer(FXSAVE_SIZE);
  thread.context.saveFpu(image.bytes);
  return image;
}

/** In Linux's order: invalid, divide by zero, overflow, denormal or underflow, precision. */
function codeOfFlags(flags: number): number {
  if ((flags & 0x01) !== 0) return FPE_FLTINV;
  if ((flags & 0x04) !== 0) return FPE_FLTDIV;
  if ((flags & 0x08) !== 0) return FPE_FLTOVF;
  if ((flags & 0x12) !== 0) return FPE_FLTUND;
  if ((flags & 0x20) !== 0) return FPE_FLTRES;
  return 0;
}
