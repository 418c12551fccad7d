// SPDX-License-Identifier: MPL-2.0

import { leaveSignalHandler } from "../arch/x86_64/signal-frame.ts";
import { Errno } from "../abi/errno.ts";
import {
  Sigaction,
  Siginfo,
  Sigset,
  StackT,
  StructBuffer,
  getI32,
  getU32,
  getU64,
  set32,
  set64,
} from "../abi/layout.ts";
import {
  MINSIGSTKSZ,
  SA_EXPOSE_TAGBITS,
  SA_NOCLDSTOP,
  SA_NOCLDWAIT,
  SA_NODEFER,
  SA_ONSTACK,
  SA_RESETHAND,
  SA_RESTART,
  SA_RESTORER,
  SA_SIGINFO,
  SIGNAL_COUNT,
  SIGSEGV,
  SIG_BLOCK,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SS_AUTODISARM,
  SS_DISABLE,
  SS_ONSTACK,
} from "../abi/signal.ts";
import type { Thread } from "../process/thread.ts";
import { ERESTARTNOHAND, REGISTERS_SET, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { currentAltStackFlags } from "../signal/alt-stack.ts";
import { actionIgnores } from "../signal/default-action.ts";
import { SignalHandlers } from "../signal/handlers.ts";
import { discardEverywhere, forceSignal } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { SignalSet } from "../signal/signal-set.ts";
import { oneOf, signal, size, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct, readTimespec, writeStruct } from "./user-struct.ts";

const SUPPORTED_FLAGS =
  (SA_NOCLDSTOP |
    SA_NOCLDWAIT |
    SA_SIGINFO |
    SA_ONSTACK |
    SA_RESTART |
    SA_NODEFER |
    SA_RESETHAND |
    SA_EXPOSE_TAGBITS |
    SA_RESTORER) >>>
  0;

function doSigaction(
  thread: Thread,
  signo: number,
  newAddress: number,
  oldAddress: number,
  setSize: number,
): Result {
  if (setSize !== Sigset.size) return fail(Errno.EINVAL, "sigsetsize is not 8");
  const view = newAddress === 0 ? undefined : readStruct(thread, newAddress, Sigaction.size);
  if (newAddress !== 0 && view === undefined) return fail(Errno.EFAULT);
  if (signo < 1 || signo > SIGNAL_COUNT) return fail(Errno.EINVAL, "the signal is unknown");
  if (view !== undefined && SignalHandlers.isUnblockable(signo)) {
    return fail(Errno.EINVAL, "SIGKILL and SIGSTOP can not be caught");
  }
  const action = thread.process.handlers.of(signo);
  const old = new StructBuffer(Sigaction.size);
  set64(old.view, Sigaction.handler, action.handler);
  set64(old.view, Sigaction.flags, action.flags);
  set64(old.view, Sigaction.restorer, action.restorer);
  set32(old.view, Sigaction.mask, action.mask.low);
  set32(old.view, Sigaction.mask + 4, action.mask.high);
  if (view !== undefined) {
    action.handler = getU64(view, Sigaction.handler);
    action.flags = (getU32(view, Sigaction.flags) & SUPPORTED_FLAGS) >>> 0;
    action.restorer = getU64(view, Sigaction.restorer);
    action.mask.set(getI32(view, Sigaction.mask), getI32(view, Sigaction.mask + 4));
    action.mask.remove(9);
    action.mask.remove(19);
    // POSIX: setting a signal to be ignored forgets what is pending of it.
    if (actionIgnores(action, signo)) {
      const gone = new SignalSet();
      gone.add(signo);
      discardEverywhere(thread.process, gone.low, gone.high);
    }
  }
  return oldAddress === 0 ? 0 : writeStruct(thread, oldAddress, old);
}

export const rt_sigaction: Syscall = defineSyscall({
  name: "rt_sigaction",
  number: { x86_64: 13 },
  args: [
    signal("signum"),
    structIn("act", "sigaction"),
    structOut("oldact", "sigaction"),
    size("sigsetsize"),
  ],
  support: "full",
  handler: doSigaction,
});

function writeSet(thread: Thread, address: number, low: number, high: number): Result {
  const buffer = new StructBuffer(Sigset.size);
  set32(buffer.view, Sigset.low, low);
  set32(buffer.view, Sigset.high, high);
  return writeStruct(thread, address, buffer);
}

function doSigprocmask(
  thread: Thread,
  how: number,
  setAddress: number,
  oldAddress: number,
  setSize: number,
): Result {
  if (setSize !== Sigset.size) return fail(Errno.EINVAL, "sigsetsize is not 8");
  const { low: oldLow, high: oldHigh } = thread.signals.blocked;
  if (setAddress !== 0) {
    const view = readStruct(thread, setAddress, Sigset.size);
    if (view === undefined) return fail(Errno.EFAULT);
    const low = getI32(view, Sigset.low);
    const high = getI32(view, Sigset.high);
    if (how === SIG_BLOCK) thread.setBlocked(oldLow | low, oldHigh | high);
    else if (how === SIG_UNBLOCK) thread.setBlocked(oldLow & ~low, oldHigh & ~high);
    else if (how === SIG_SETMASK) thread.setBlocked(low, high);
    else return fail(Errno.EINVAL, "how is unknown");
  }
  return oldAddress === 0 ? 0 : writeSet(thread, oldAddress, oldLow, oldHigh);
}

export const rt_sigprocmask: Syscall = defineSyscall({
  name: "rt_sigprocmask",
  number: { x86_64: 14 },
  args: [
    oneOf("how", { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK }),
    structIn("set", "sigset"),
    structOut("oldset", "sigset"),
    size("sigsetsize"),
  ],
  support: "full",
  handler: doSigprocmask,
});

export const rt_sigpending: Syscall = defineSyscall({
  name: "rt_sigpending",
  number: { x86_64: 127 },
  args: [structOut("set", "sigset"), size("sigsetsize")],
  support: "full",
  handler: (thread, setAddress, setSize) => {
    if (setSize > Sigset.size) return fail(Errno.EINVAL);
    const { pending, blocked } = thread.signals;
    const shared = thread.process.pending.set;
    const low = (pending.set.low | shared.low) & blocked.low;
    const high = (pending.set.high | shared.high) & blocked.high;
    return writeSet(thread, setAddress, low, high);
  },
});

export const rt_sigsuspend: Syscall = defineSyscall({
  name: "rt_sigsuspend",
  number: { x86_64: 130 },
  args: [structIn("mask", "sigset"), size("sigsetsize")],
  support: "full",
  handler: (thread, setAddress, setSize) => {
    if (setSize !== Sigset.size) return fail(Errno.EINVAL, "sigsetsize is not 8");
    const view = readStruct(thread, setAddress, Sigset.size);
    if (view === undefined) return fail(Errno.EFAULT);
    thread.setTemporaryMask(getI32(view, Sigset.low), getI32(view, Sigset.high));
    return thread.block(undefined, Infinity, ERESTARTNOHAND);
  },
});

export const pause: Syscall = defineSyscall({
  name: "pause",
  number: { x86_64: 34 },
  args: [],
  support: "full",
  handler: (thread) => thread.block(undefined, Infinity, ERESTARTNOHAND),
});

function doSigtimedwait(
  thread: Thread,
  setAddress: number,
  infoAddress: number,
  timeoutAddress: number,
  setSize: number,
): Result {
  if (setSize !== Sigset.size) return fail(Errno.EINVAL, "sigsetsize is not 8");
  const view = readStruct(thread, setAddress, Sigset.size);
  if (view === undefined) return fail(Errno.EFAULT);
  const { signals, restart, process } = thread;
  if (!restart.entered && timeoutAddress !== 0) {
    const timeout = readTimespec(thread, timeoutAddress);
    if (timeout < 0) return timeout;
    restart.deadlineNs = thread.kernel.clock.monotonicNs() + timeout;
    restart.stage = timeout === 0 ? 1 : 0;
  }
  const wanted = new SignalSet(getI32(view, Sigset.low), getI32(view, Sigset.high));
  wanted.remove(9);
  wanted.remove(19);
  const own = SignalSet.lowest(
    signals.pending.set.low & wanted.low,
    signals.pending.set.high & wanted.high,
  );
  const shared = SignalSet.lowest(
    process.pending.set.low & wanted.low,
    process.pending.set.high & wanted.high,
  );
  const info =
    own !== 0 ? signals.pending.take(own) : shared !== 0 ? process.pending.take(shared) : undefined;
  if (info !== undefined) {
    signals.waitedFor.set(0, 0);
    if (infoAddress === 0) return info.signo;
    const buffer = new StructBuffer(Siginfo.size);
    info.write(buffer.view, 0);
    const written = writeStruct(thread, infoAddress, buffer);
    return written < 0 ? written : info.signo;
  }
  if (restart.timedOut || restart.stage === 1) {
    signals.waitedFor.set(0, 0);
    return fail(Errno.EAGAIN);
  }
  if (thread.signalPending()) {
    signals.waitedFor.set(0, 0);
    return fail(Errno.EINTR);
  }
  signals.waitedFor.copyFrom(wanted);
  return thread.block(undefined, restart.deadlineNs, -Errno.EINTR);
}

export const rt_sigtimedwait: Syscall = defineSyscall({
  name: "rt_sigtimedwait",
  number: { x86_64: 128 },
  args: [
    structIn("set", "sigset"),
    structOut("info", "siginfo"),
    structIn("timeout", "timespec"),
    size("sigsetsize"),
  ],
  support: "full",
  handler: doSigtimedwait,
});

function doSigaltstack(thread: Thread, newAddress: number, oldAddress: number): Result {
  const { signals, context } = thread;
  const flagsNow = currentAltStackFlags(thread, context.rsp);
  const old = new StructBuffer(StackT.size);
  set64(old.view, StackT.sp, signals.altStackBase);
  set32(old.view, StackT.flags, flagsNow);
  set64(old.view, StackT.stackSize, signals.altStackSize);
  if (newAddress !== 0) {
    const view = readStruct(thread, newAddress, StackT.size);
    if (view === undefined) return fail(Errno.EFAULT);
    if ((flagsNow & SS_ONSTACK) !== 0) return fail(Errno.EPERM, "the thread runs on the stack");
    const flags = getI32(view, StackT.flags) >>> 0;
    const kind = (flags & ~SS_AUTODISARM) >>> 0;
    if (kind !== 0 && kind !== SS_ONSTACK && kind !== SS_DISABLE) {
      return fail(Errno.EINVAL, "ss_flags is unknown");
    }
    if (kind === SS_DISABLE) {
      signals.clearAltStack();
    } else {
      const stackSize = getU64(view, StackT.stackSize);
      if (stackSize < MINSIGSTKSZ) return fail(Errno.ENOMEM, "the stack is too small");
      signals.altStackBase = getU64(view, StackT.sp);
      signals.altStackSize = stackSize;
      signals.altStackFlags = flags & SS_AUTODISARM;
    }
  }
  return oldAddress === 0 ? 0 : writeStruct(thread, oldAddress, old);
}

export const sigaltstack: Syscall = defineSyscall({
  name: "sigaltstack",
  number: { x86_64: 131 },
  args: [structIn("ss", "stack_t"), structOut("old_ss", "stack_t")],
  support: "full",
  handler: doSigaltstack,
});

export const rt_sigreturn: Syscall = defineSyscall({
  name: "rt_sigreturn",
  number: { x86_64: 15 },
  args: [],
  support: "full",
  handler: (thread) => {
    if (!leaveSignalHandler(thread)) forceSignal(thread, SignalInfo.kernel(SIGSEGV));
    return REGISTERS_SET;
  },
});

export const restart_syscall: Syscall = defineSyscall({
  name: "restart_syscall",
  number: { x86_64: 219 },
  args: [],
  support: "full",
  handler: (thread) => {
    const call = thread.kernel.syscalls.get(thread.restart.syscallNumber);
    if (call === undefined || call.number.x86_64 === 219) return fail(Errno.EINTR);
    return thread.kernel.syscalls.callAgain(thread, call);
  },
});
