// SPDX-License-Identifier: MPL-2.0

import { CLD_CONTINUED, CLD_STOPPED, SA_NOCLDSTOP, SIGCHLD, SIGCONT } from "../abi/signal.ts";
import type { Process } from "../process/process.ts";
import { SignalInfo } from "./signal-info.ts";

/** Stops a process: none of its threads enters user mode until it is continued or killed. */
export function stopProcess(process: Process, signo: number): void {
  if (process.isExiting) return;
  process.stopSignal = signo;
  process.stopUnreported = true;
  process.continueUnreported = false;
  for (const thread of process.threads) thread.needsAttention = true;
  notifyParent(process, CLD_STOPPED, signo);
}

/** SIGCONT was sent, or (`byKill`) SIGKILL: a stopped process goes on. */
export function continueProcess(process: Process, byKill = false): void {
  if (!process.isStopped) return;
  process.stopSignal = 0;
  process.stopUnreported = false;
  for (const thread of process.threads) {
    thread.needsAttention = true;
    thread.wake();
  }
  if (byKill) return;
  process.continueUnreported = true;
  notifyParent(process, CLD_CONTINUED, SIGCONT);
}

/** Tells the parent of a stop or a continuation: SIGCHLD unless SA_NOCLDSTOP, and wait(2). */
function notifyParent(process: Process, code: number, status: number): void {
  const { parent, leader } = process;
  if (parent === undefined || leader === undefined) return;
  if ((parent.handlers.of(SIGCHLD).flags & SA_NOCLDSTOP) === 0) {
    const info = SignalInfo.child(code, process.pid, leader.credentials.uid, status);
    parent.signal(info);
  }
  parent.childQueue.wakeAll();
}
