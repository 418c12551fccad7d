// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { maySignal } from "../signal/permission.ts";
import { sendToThread } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { int, signal } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { isSignal } from "./kill.ts";

/** The thread `tid`, which has to be of process `pid` unless that is undefined. */
export function findThread(
  thread: Thread,
  pid: number | undefined,
  tid: number,
): Thread | undefined {
  const target = thread.kernel.processes.getThread(tid);
  return target !== undefined && (pid === undefined || target.process.pid === pid)
    ? target
    : undefined;
}

/**
 * The process whose first thread `tid` has ended: as long as it is there (others run, or nobody has
 * waited for it), signals to that thread succeed and are lost.
 */
export function findEndedLeader(
  thread: Thread,
  pid: number | undefined,
  tid: number,
): Process | undefined {
  return pid === undefined || pid === tid ? thread.kernel.processes.get(tid) : undefined;
}

function sendToTid(thread: Thread, pid: number | undefined, tid: number, signo: number): Result {
  if (tid <= 0 || (pid !== undefined && pid <= 0)) return fail(Errno.EINVAL);
  const target = findThread(thread, pid, tid);
  const process = target?.process ?? findEndedLeader(thread, pid, tid);
  if (process === undefined) return fail(Errno.ESRCH);
  if (!isSignal(signo)) return fail(Errno.EINVAL, "the signal is unknown");
  if (!maySignal(thread, process, signo)) return fail(Errno.EPERM);
  if (signo !== 0 && target !== undefined) {
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
