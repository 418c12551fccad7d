// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { SIGKILL, SIGNAL_COUNT } from "../abi/signal.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { maySignal } from "../signal/permission.ts";
import { sendToProcess } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { int, signal } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const INT_MIN = -0x8000_0000;

export function isSignal(signo: number): boolean {
  return signo >= 0 && signo <= SIGNAL_COUNT;
}

/** Sends to one process; signal 0 only checks. */
function sendChecked(thread: Thread, target: Process, signo: number): Result {
  if (!isSignal(signo)) return fail(Errno.EINVAL, "the signal is unknown");
  if (!maySignal(thread, target, signo)) return fail(Errno.EPERM);
  if (signo !== 0) {
    sendToProcess(target, SignalInfo.user(signo, thread.process.pid, thread.credentials.uid));
    // It is dead when kill returns, as good as always on a system with more CPUs; shells count on it.
    if (signo === SIGKILL && target !== thread.process) thread.giveWay();
  }
  return 0;
}

/** Sends to several: success if any got it, else the last error; ESRCH for none at all. */
function sendToMany(thread: Thread, targets: Iterable<Process>, signo: number): Result {
  let result: Result = -Errno.ESRCH;
  let hasSucceeded = false;
  for (const target of [...targets]) {
    const sent = sendChecked(thread, target, signo);
    if (sent === 0) hasSucceeded = true;
    else result = sent;
  }
  return hasSucceeded ? 0 : result;
}

function doKill(thread: Thread, pid: number, signo: number): Result {
  const { processes } = thread.kernel;
  if (pid > 0) {
    // As on Linux, a tid finds its process.
    const target = processes.get(pid) ?? processes.getThread(pid)?.process;
    return target === undefined ? fail(Errno.ESRCH) : sendChecked(thread, target, signo);
  }
  if (pid === -1) {
    const others: Process[] = [];
    for (const process of processes.processes.values()) {
      if (!process.isInit && process !== thread.process) others.push(process);
    }
    return sendToMany(thread, others, signo);
  }
  if (pid === INT_MIN) return fail(Errno.ESRCH);
  const group = pid === 0 ? thread.process.group : processes.getGroup(-pid);
  return group === undefined ? fail(Errno.ESRCH) : sendToMany(thread, group.members, signo);
}

export const kill: Syscall = defineSyscall({
  name: "kill",
  number: { x86_64: 62 },
  args: [int("pid"), signal()],
  support: "full",
  handler: doKill,
});
