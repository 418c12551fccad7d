// SPDX-License-Identifier: MPL-2.0

import { Reg } from "@aster/ostd";
import { enterSignalHandler } from "../arch/x86_64/signal-frame.ts";
import { Errno } from "../abi/errno.ts";
import {
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SIGBUS,
  SIGFPE,
  SIGILL,
  SIGKILL,
  SIGSEGV,
  SIGSTOP,
  SIGSYS,
  SIGTRAP,
  SIG_DFL,
  SIG_IGN,
} from "../abi/signal.ts";
import { exitProcess } from "../process/exit.ts";
import { abortSequence } from "../process/rseq.ts";
import type { Thread } from "../process/thread.ts";
import { ERESTARTNOINTR, ERESTARTSYS, ERESTART_RESTARTBLOCK } from "../result.ts";
import { defaultAction } from "./default-action.ts";
import type { SignalAction } from "./handlers.ts";
import { stopProcess } from "./job-control.ts";
import { forceSignal } from "./send.ts";
import { SignalInfo } from "./signal-info.ts";
import { traceSignal } from "../syscall/strace/trace.ts";

/** Faults of the thread itself come before all others (SYNCHRONOUS_MASK of Linux). */
const SYNCHRONOUS_LOW =
  (1 << (SIGSEGV - 1)) |
  (1 << (SIGBUS - 1)) |
  (1 << (SIGILL - 1)) |
  (1 << (SIGTRAP - 1)) |
  (1 << (SIGFPE - 1)) |
  (1 << (SIGSYS - 1));
const SIGKILL_LOW = 1 << (SIGKILL - 1);

const RESTART_SYSCALL_NUMBER = 219;
/** Length of the `syscall` instruction. */
const SYSCALL_BYTES = 2;

/**
 * Delivers what is pending before the thread goes back to user mode: runs handlers' frames, stops
 * or ends the process, and settles a system call that a signal has interrupted. The caller looks
 * again whether the process has been stopped or is to end.
 */
export function deliverSignals(thread: Thread): void {
  const { process } = thread;
  // A signal has ended rt_sigtimedwait, if that was the call.
  thread.signals.waitedFor.set(0, 0);
  for (;;) {
    const info = nextSignal(thread);
    if (info === undefined) break;
    const { signo } = info;
    const action = process.handlers.of(signo);
    if (action.handler === SIG_IGN && !info.isForced) continue;
    if (action.handler !== SIG_DFL && action.handler !== SIG_IGN) {
      traceSignal(thread, info);
      runHandler(thread, action, info);
      continue;
    }
    if (process.isInit && !info.isForced) continue;
    const byDefault = defaultAction(signo);
    if (byDefault === "ignore" || byDefault === "continue") {
      traceSignal(thread, info);
      continue;
    }
    if (byDefault === "stop") {
      // Nobody could continue an orphaned group's member (POSIX); SIGSTOP stops it all the same.
      if (signo !== SIGSTOP && process.group.isOrphaned()) continue;
      traceSignal(thread, info);
      thread.needsAttention = true;
      stopProcess(process, signo);
      return;
    }
    traceSignal(thread, info);
    exitProcess(thread, signo);
    return;
  }
  finishInterruptedCall(thread);
}

/**
 * Takes the next signal that the thread does not block: a fault that it has just run into, then its own
 * before the process's, and of each those that are named for faults first, whoever sent them.
 */
function nextSignal(thread: Thread): SignalInfo | undefined {
  const { pending, blocked } = thread.signals;
  const shared = thread.process.pending;
  return (
    pending.takeLowest(SIGKILL_LOW, 0) ??
    shared.takeLowest(SIGKILL_LOW, 0) ??
    pending.takeFault(~blocked.low & SYNCHRONOUS_LOW) ??
    pending.takeLowest(~blocked.low & SYNCHRONOUS_LOW, 0) ??
    pending.takeLowest(~blocked.low, ~blocked.high) ??
    shared.takeLowest(~blocked.low & SYNCHRONOUS_LOW, 0) ??
    shared.takeLowest(~blocked.low, ~blocked.high)
  );
}

function runHandler(thread: Thread, action: SignalAction, info: SignalInfo): void {
  const { signals } = thread;
  restartOrInterrupt(thread, (action.flags & SA_RESTART) !== 0);
  if (thread.rseq !== undefined) abortSequence(thread);
  const mask = signals.hasSaved ? signals.saved : signals.blocked;
  if (!enterSignalHandler(thread, action, info, mask)) {
    // As Linux: SIGSEGV, deadly when it was the one that could not be delivered.
    if (info.signo === SIGSEGV) action.handler = SIG_DFL;
    forceSignal(thread, SignalInfo.kernel(SIGSEGV));
    signals.hasSaved = false;
    return;
  }
  signals.hasSaved = false;
  const blocked = signals.blocked.clone();
  blocked.addAll(action.mask);
  if ((action.flags & SA_NODEFER) === 0) blocked.add(info.signo);
  thread.setBlocked(blocked.low, blocked.high);
  if ((action.flags & SA_RESETHAND) !== 0) action.handler = SIG_DFL;
}

/** A handler is about to run: the interrupted call fails with EINTR, or will be made again. */
function restartOrInterrupt(thread: Thread, mayRestart: boolean): void {
  const interrupted = thread.interruptedCall;
  if (interrupted === 0) return;
  thread.interruptedCall = 0;
  const restarts = interrupted === ERESTARTNOINTR || (interrupted === ERESTARTSYS && mayRestart);
  if (restarts) makeCallAgain(thread, thread.syscallNumber);
  else {
    thread.restart.clear();
    thread.context.setRegNumber(Reg.RAX, -Errno.EINTR);
  }
}

/** No handler runs: the interrupted call goes on, and a temporary mask ends. */
function finishInterruptedCall(thread: Thread): void {
  const interrupted = thread.interruptedCall;
  if (interrupted !== 0) {
    thread.interruptedCall = 0;
    const number =
      interrupted === ERESTART_RESTARTBLOCK ? RESTART_SYSCALL_NUMBER : thread.syscallNumber;
    makeCallAgain(thread, number);
  }
  const { signals } = thread;
  if (signals.hasSaved) {
    signals.hasSaved = false;
    thread.setBlocked(signals.saved.low, signals.saved.high);
  }
}

/** Lets user mode execute the `syscall` instruction again. */
function makeCallAgain(thread: Thread, number: number): void {
  const { context } = thread;
  context.rip -= SYSCALL_BYTES;
  context.setRegNumber(Reg.RAX, number);
}
