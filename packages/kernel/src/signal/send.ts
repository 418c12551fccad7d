// SPDX-License-Identifier: MPL-2.0

import {
  SIGCONT,
  SIGKILL,
  SIGRTMIN,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIG_DFL,
  SIG_IGN,
} from "../abi/signal.ts";
import { RLIMIT_SIGPENDING } from "../process/limits.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { traceIgnoredSignal } from "../syscall/strace/trace.ts";
import { continueProcess } from "./job-control.ts";
import { actionIgnores, isStopSignal } from "./default-action.ts";
import type { PendingSignals } from "./pending.ts";
import type { SignalInfo } from "./signal-info.ts";

/** SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU in the low half of a set. */
const STOP_SIGNALS_LOW =
  (1 << (SIGSTOP - 1)) | (1 << (SIGTSTP - 1)) | (1 << (SIGTTIN - 1)) | (1 << (SIGTTOU - 1));
const SIGCONT_LOW = 1 << (SIGCONT - 1);

/** Sends a signal to a process; false when the limit on queued signals forbids it. */
export function sendToProcess(process: Process, info: SignalInfo): boolean {
  const { signo } = info;
  if (process.isZombie || process.isExiting) return true;
  applyJobControl(process, signo);
  const target = chooseThread(process, signo);
  if (target === undefined) return true;
  if (isDropped(process, target, info)) return true;
  return queue(process, process.pending, target, info);
}

/** Sends a signal to one thread; false when the limit on queued signals forbids it. */
export function sendToThread(thread: Thread, info: SignalInfo): boolean {
  const { process } = thread;
  if (thread.hasExited || process.isExiting) return true;
  applyJobControl(process, info.signo);
  if (isDropped(process, thread, info)) return true;
  return queue(process, thread.signals.pending, thread, info);
}

/**
 * A signal for what the thread itself did. Where it is blocked or ignored, the default action is
 * restored, so that the thread can not run into the same fault for ever.
 */
export function forceSignal(thread: Thread, info: SignalInfo): void {
  const action = thread.process.handlers.of(info.signo);
  const { blocked, pending } = thread.signals;
  if (blocked.has(info.signo) || action.handler === SIG_IGN) {
    action.handler = SIG_DFL;
    blocked.remove(info.signo);
  }
  info.isForced = true;
  // A second one would be dropped, and the thread would go on with the first only.
  if (!pending.set.has(info.signo)) pending.add(info);
  thread.needsAttention = true;
}

/** Whether a signal is pending that the thread does not block. */
export function hasDeliverable(thread: Thread): boolean {
  const { pending, blocked } = thread.signals;
  const shared = thread.process.pending.set;
  return (
    ((pending.set.low | shared.low) & ~blocked.low) !== 0 ||
    ((pending.set.high | shared.high) & ~blocked.high) !== 0
  );
}

/** What happens when the signal is sent, whether or not it is blocked, ignored or caught. */
function applyJobControl(process: Process, signo: number): void {
  if (signo === SIGCONT) {
    discardEverywhere(process, STOP_SIGNALS_LOW);
    continueProcess(process);
  } else if (isStopSignal(signo)) {
    discardEverywhere(process, SIGCONT_LOW);
  }
}

/** Forgets pending occurrences of the signals in `low`, `high`, process-wide. */
export function discardEverywhere(process: Process, low: number, high = 0): void {
  process.pending.discard(low, high);
  for (const thread of process.threads) thread.signals.pending.discard(low, high);
}

function isDropped(process: Process, target: Thread, info: SignalInfo): boolean {
  const { signo } = info;
  const action = process.handlers.of(signo);
  if (target.signals.blocked.has(signo)) return false;
  // Init gets only what it has asked for: not even SIGKILL ends it (kill(2)).
  const isProtected = process.isInit && action.handler === SIG_DFL;
  if (!isProtected && !actionIgnores(action, signo)) return false;
  traceIgnoredSignal(target, info);
  return true;
}

/** The thread that takes a signal of the process: the leader if it does not block it, or any other. */
function chooseThread(process: Process, signo: number): Thread | undefined {
  const leader = process.anyThread;
  if (leader === undefined || !leader.signals.blocked.has(signo)) return leader;
  for (const thread of process.threads) if (!thread.signals.blocked.has(signo)) return thread;
  for (const thread of process.threads) if (thread.signals.waitedFor.has(signo)) return thread;
  return leader;
}

function queue(
  process: Process,
  pending: PendingSignals,
  target: Thread,
  info: SignalInfo,
): boolean {
  const { signo } = info;
  if (signo >= SIGRTMIN && pending.count >= process.limits.get(RLIMIT_SIGPENDING)) {
    // As in Linux, standard signals get through in any case, and kill(2) is not told.
    if (info.isQueued) return false;
    if (pending.set.has(signo)) return true;
  }
  if (!pending.add(info)) return true;
  if (signo === SIGKILL) {
    for (const thread of process.threads) notify(thread);
    continueProcess(process, true);
    return true;
  }
  if (!target.signals.blocked.has(signo) || target.signals.waitedFor.has(signo)) notify(target);
  process.signalQueue.wakeAll();
  return true;
}

function notify(thread: Thread): void {
  thread.needsAttention = true;
  thread.wake();
}
