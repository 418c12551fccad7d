// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, Siginfo, StructBuffer } from "../abi/layout.ts";
import {
  SI_TKILL,
  SIGBUS,
  SIGCHLD,
  SIGFPE,
  SIGILL,
  SIGNAL_COUNT,
  SIGSEGV,
  SIGSYS,
  SIGTRAP,
} from "../abi/signal.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { maySignal } from "../signal/permission.ts";
import { sendToProcess, sendToThread } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { int, signal, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { findEndedLeader, findThread } from "./tkill.ts";

/** Of a siginfo, what Linux keeps; a larger one is for codes that may come to mean more. */
const KERNEL_SIGINFO_BYTES = 48;
/** The highest si_code of each signal that has codes of its own (sigaction(2)); 6 for others. */
const HIGHEST_CODE: ReadonlyMap<number, number> = new Map([
  [SIGILL, 11],
  [SIGFPE, 15],
  [SIGSEGV, 10],
  [SIGBUS, 5],
  [SIGTRAP, 6],
  [SIGCHLD, 6],
  [SIGSYS, 2],
]);
const HIGHEST_OTHER_CODE = 6;
const SI_KERNEL = 0x80;
const SI_DETHREAD = -7;
const SI_ASYNCNL = -60;

/** Whether Linux knows what a siginfo with that code looks like. */
function isKnownLayout(signo: number, code: number): boolean {
  if (code === SI_KERNEL || code === SI_ASYNCNL) return true;
  if (code > 0) return code <= (HIGHEST_CODE.get(signo) ?? HIGHEST_OTHER_CODE);
  return code >= SI_DETHREAD;
}

/** A siginfo of the caller's; EFAULT, or E2BIG where it says what no kernel knows. */
export function readSiginfo(thread: Thread, signo: number, address: number): DataView | Result {
  const { view, bytes } = new StructBuffer(Siginfo.size);
  const { memory } = thread;
  if (memory.readBytes(address, bytes, 0, KERNEL_SIGINFO_BYTES) < KERNEL_SIGINFO_BYTES) {
    return fail(Errno.EFAULT);
  }
  if (isKnownLayout(signo, getI32(view, Siginfo.code))) return view;
  if (memory.readBytes(address, bytes, 0, bytes.length) < bytes.length) return fail(Errno.EFAULT);
  return bytes.subarray(KERNEL_SIGINFO_BYTES).every((byte) => byte === 0)
    ? view
    : fail(Errno.E2BIG, "the structure says more than is known");
}

/** Reads what rt_sigqueueinfo hands over; an error when the caller may not claim its si_code. */
function readQueued(
  thread: Thread,
  pid: number,
  signo: number,
  infoAddress: number,
): SignalInfo | Result {
  const view = readSiginfo(thread, signo, infoAddress);
  if (typeof view === "number") return view;
  const code = getI32(view, Siginfo.code);
  // Only the kernel, and tkill, may speak so to another process.
  if ((code >= 0 || code === SI_TKILL) && thread.tid !== pid) return fail(Errno.EPERM);
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
    if (signo < 0 || signo > SIGNAL_COUNT) return fail(Errno.EINVAL);
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
    const isPositive = pid > 0 && tid > 0;
    const info = readQueued(thread, isPositive ? tid : thread.tid, signo, infoAddress);
    if (typeof info === "number") return info;
    if (!isPositive) return fail(Errno.EINVAL);
    const target = findThread(thread, pid, tid);
    const process = target?.process ?? findEndedLeader(thread, pid, tid);
    if (process === undefined) return fail(Errno.ESRCH);
    if (signo < 0 || signo > SIGNAL_COUNT) return fail(Errno.EINVAL);
    if (!maySignal(thread, process, signo)) return fail(Errno.EPERM);
    if (signo === 0 || target === undefined || sendToThread(target, info)) return 0;
    return fail(Errno.EAGAIN, "the limit on queued signals has been reached");
  },
});
