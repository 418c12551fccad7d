// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { getI32, Siginfo } from "../abi/layout.ts";
import { SI_TKILL, SIGKILL, SIGNAL_COUNT } from "../abi/signal.ts";
import { installOpened } from "../fs/descriptor.ts";
import { mayInspect } from "../fs/procfs/symlink.ts";
import { PidFile, processOfFile } from "../process/pidfd.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { maySignal } from "../signal/permission.ts";
import { sendToProcess, sendToThread } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { fd, flags, int, signal, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readSiginfo } from "./rt_sigqueueinfo.ts";

const PIDFD_NONBLOCK: number = O.NONBLOCK;
const PIDFD_THREAD: number = O.EXCL;

const PIDFD_SIGNAL_THREAD = 1;
const PIDFD_SIGNAL_THREAD_GROUP = 2;
const PIDFD_SIGNAL_PROCESS_GROUP = 4;

/** pidfd_open(2). */
export const pidfd_open: Syscall = defineSyscall({
  name: "pidfd_open",
  number: { x86_64: 434 },
  args: [int("pid"), flags("flags", { PIDFD_NONBLOCK, PIDFD_THREAD })],
  support: "full",
  handler(thread, pid, openFlags) {
    if ((openFlags & ~(PIDFD_NONBLOCK | PIDFD_THREAD)) !== 0) return fail(Errno.EINVAL);
    if (pid <= 0) return fail(Errno.EINVAL, "the number is not positive");
    const { processes } = thread.kernel;
    const target = processes.getThread(pid);
    const process = processes.get(pid);
    if (target === undefined && process === undefined) return fail(Errno.ESRCH);
    const ofThread = (openFlags & PIDFD_THREAD) !== 0;
    if (!ofThread && process === undefined) {
      return fail(Errno.ENOENT, "the thread is not the first of its process");
    }
    const owner = process ?? target?.process;
    if (owner === undefined) return fail(Errno.ESRCH);
    const file = new PidFile(
      owner,
      ofThread ? (target ?? owner.leader) : undefined,
      openFlags & (PIDFD_NONBLOCK | PIDFD_THREAD),
    );
    return installOpened(thread, file, O.CLOEXEC);
  },
});

/** pidfd_getfd(2). */
export const pidfd_getfd: Syscall = defineSyscall({
  name: "pidfd_getfd",
  number: { x86_64: 438 },
  args: [fd("pidfd"), int("targetfd"), flags("flags", {})],
  support: "full",
  handler(thread, pidfd, targetFd, getFlags) {
    if (getFlags !== 0) return fail(Errno.EINVAL);
    const file = thread.files.get(pidfd);
    if (!(file instanceof PidFile)) return fail(Errno.EBADF, "the descriptor is no pidfd");
    const owner = file.living?.anyThread;
    if (owner === undefined) return fail(Errno.ESRCH);
    if (!mayInspect(thread, owner.process)) return fail(Errno.EPERM);
    const target = owner.files.get(targetFd);
    if (target === undefined) return fail(Errno.EBADF);
    return installOpened(thread, target.retain(), O.CLOEXEC);
  },
});

/** pidfd_send_signal(2). */
export const pidfd_send_signal: Syscall = defineSyscall({
  name: "pidfd_send_signal",
  number: { x86_64: 424 },
  args: [
    fd("pidfd"),
    signal(),
    structIn("info", "siginfo"),
    flags("flags", {
      PIDFD_SIGNAL_THREAD,
      PIDFD_SIGNAL_THREAD_GROUP,
      PIDFD_SIGNAL_PROCESS_GROUP,
    }),
  ],
  support: "full",
  handler: sendSignal,
});

function sendSignal(
  thread: Thread,
  pidfd: number,
  signo: number,
  infoAddress: number,
  scope: number,
): Result {
  // At most one of the scopes.
  if (scope !== 0 && scope !== 1 && scope !== 2 && scope !== 4) return fail(Errno.EINVAL);
  const file = thread.files.get(pidfd);
  if (file === undefined) return fail(Errno.EBADF);
  const process = processOfFile(file);
  if (process === undefined) return fail(Errno.EBADF, "the descriptor names no process");
  const info = readInfo(thread, process, signo, infoAddress);
  if (typeof info === "number") return info;
  if (signo < 0 || signo > SIGNAL_COUNT) return fail(Errno.EINVAL);
  if (thread.kernel.processes.get(process.pid) !== process) return fail(Errno.ESRCH);
  if (scope === PIDFD_SIGNAL_PROCESS_GROUP) return signalGroup(thread, process, signo, info);
  if (!maySignal(thread, process, signo)) return fail(Errno.EPERM);
  if (signo === 0) return 0;
  const single = file instanceof PidFile ? file.thread : undefined;
  const toThread = scope === PIDFD_SIGNAL_THREAD || (scope === 0 && single !== undefined);
  const target = toThread ? (single ?? process.leader) : undefined;
  if (target?.hasExited === true) return fail(Errno.ESRCH);
  const isSent = target === undefined ? sendToProcess(process, info) : sendToThread(target, info);
  if (signo === SIGKILL && process !== thread.process) thread.giveWay();
  return isSent ? 0 : fail(Errno.EAGAIN, "the limit on queued signals has been reached");
}

function signalGroup(thread: Thread, leader: Process, signo: number, info: SignalInfo): Result {
  let result: Result = -Errno.ESRCH;
  // The group that has the process's number, which it need not be in itself.
  const group = thread.kernel.processes.getGroup(leader.pid);
  for (const member of [...(group?.members ?? [])]) {
    if (!maySignal(thread, member, signo)) {
      if (result !== 0) result = -Errno.EPERM;
      continue;
    }
    if (signo !== 0) sendToProcess(member, info);
    result = 0;
  }
  return result;
}

/** What the signal tells; without a structure, what kill(2) would. */
function readInfo(
  thread: Thread,
  target: Process,
  signo: number,
  address: number,
): SignalInfo | Result {
  if (address === 0) {
    return SignalInfo.user(signo, thread.process.pid, thread.credentials.uid);
  }
  const view = readSiginfo(thread, signo, address);
  if (typeof view === "number") return view;
  if (getI32(view, Siginfo.signo) !== signo) return fail(Errno.EINVAL);
  const code = getI32(view, Siginfo.code);
  if ((code >= 0 || code === SI_TKILL) && target !== thread.process) return fail(Errno.EPERM);
  return SignalInfo.queued(signo, view);
}
