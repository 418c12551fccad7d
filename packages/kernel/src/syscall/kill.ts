// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { Siginfo, getI32 } from "../abi/layout.ts";
import { SIGKILL, SIGNAL_COUNT, SI_TKILL } from "../abi/signal.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { maySignal } from "../signal/permission.ts";
import { sendToProcess, sendToThread } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { int, signal, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct } from "./user-struct.ts";

const INT_MIN = -0x8000_0000;

function isSignal(signo: number): boolean {
  return signo >= 0 && signo <= SIGNAL_COUNT;
}

/** Sends to one process; signal 0 only checks. */
function sendChecked(thread: Thread, target: Process, signo: number): Result {
  if (!maySignal(thread, target, signo)) return fail(Errno.EPERM);
  if (signo !== 0) {
    sendToProcess(target, SignalInfo.user(signo, thread.process.pid, thread.credentials.uid));
    // It is dead when kill returns, as good as always on a system with more CPUs; shells count on it.
    if (signo === SIGKILL && target !== thread.process) thread.wantsYield = true;
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
  if (!isSignal(signo)) return fail(Errno.EINVAL, "the signal is unknown");
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

/** The thread `tid`, which has to be of process `pid` unless that is undefined. */
function findThread(thread: Thread, pid: number | undefined, tid: number): Thread | undefined {
  const target = thread.kernel.processes.getThread(tid);
  return target !== undefined && (pid === undefined || target.process.pid === pid)
    ? target
    : undefined;
}

function sendToTid(thread: Thread, pid: number | undefined, tid: number, signo: number): Result {
  if (tid <= 0 || (pid !== undefined && pid <= 0)) return fail(Errno.EINVAL);
  const target = findThread(thread, pid, tid);
  if (target === undefined) return fail(Errno.ESRCH);
  if (!isSignal(signo)) return fail(Errno.EINVAL, "the signal is unknown");
  if (!maySignal(thread, target.process, signo)) return fail(Errno.EPERM);
  if (signo !== 0) {
    sendToThread(target, SignalInfo.thread(signo, thread.process.pid, thread.credentials.uid));
  }
  return 0;
}

export const tkill: Syscall = defineSyscall({
  name: "tkill",
  number: { x86_64: 200 },
  args: [int("tid"), signal()],
  support: "full",
  handler: (thread, tid, signo) => sendToTid(thread, undefined, tid, signo),
});

export const tgkill: Syscall = defineSyscall({
  name: "tgkill",
  number: { x86_64: 234 },
  args: [int("tgid"), int("tid"), signal()],
  support: "full",
  handler: sendToTid,
});

/** Reads what rt_sigqueueinfo hands over; an error when the caller may not claim its si_code. */
function readQueued(
  thread: Thread,
  pid: number,
  signo: number,
  infoAddress: number,
): SignalInfo | Result {
  const view = readStruct(thread, infoAddress, Siginfo.size);
  if (view === undefined) return fail(Errno.EFAULT);
  const code = getI32(view, Siginfo.code);
  // Only the kernel, and tkill, may speak so to another process.
  if ((code >= 0 || code === SI_TKILL) && thread.process.pid !== pid) return fail(Errno.EPERM);
  if (signo < 0 || signo > SIGNAL_COUNT) return fail(Errno.EINVAL);
  return SignalInfo.queued(signo, view);
}

export const rt_sigqueueinfo: Syscall = defineSyscall({
  name: "rt_sigqueueinfo",
  number: { x86_64: 129 },
  args: [int("tgid"), signal(), structIn("info", "siginfo")],
  support: "full",
  handler: (thread, pid, signo, infoAddress) => {
    const info = readQueued(thread, pid, signo, infoAddress);
    if (typeof info === "number") return info;
    const target = thread.kernel.processes.get(pid);
    if (target === undefined) return fail(Errno.ESRCH);
    if (!maySignal(thread, target, signo)) return fail(Errno.EPERM);
    if (signo === 0 || sendToProcess(target, info)) return 0;
    return fail(Errno.EAGAIN, "the limit on queued signals has been reached");
  },
});

export const rt_tgsigqueueinfo: Syscall = defineSyscall({
  name: "rt_tgsigqueueinfo",
  number: { x86_64: 297 },
  args: [int("tgid"), int("tid"), signal(), structIn("info", "siginfo")],
  support: "full",
  handler: (thread, pid, tid, signo, infoAddress) => {
    if (pid <= 0 || tid <= 0) return fail(Errno.EINVAL);
    const info = readQueued(thread, pid, signo, infoAddress);
    if (typeof info === "number") return info;
    const target = findThread(thread, pid, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    if (!maySignal(thread, target.process, signo)) return fail(Errno.EPERM);
    if (signo === 0 || sendToThread(target, info)) return 0;
    return fail(Errno.EAGAIN, "the limit on queued signals has been reached");
  },
});
