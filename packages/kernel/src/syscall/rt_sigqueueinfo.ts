// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, Siginfo } from "../abi/layout.ts";
import { SI_TKILL, SIGNAL_COUNT } from "../abi/signal.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { maySignal } from "../signal/permission.ts";
import { sendToProcess, sendToThread } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { int, signal, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { findThread } from "./tkill.ts";
import { readStruct } from "./user-struct.ts";

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
    if (pid <= 0 || tid <= 0) return fail(Errno.EINVAL);
    const info = readQueued(thread, pid, signo, infoAddress);
    if (typeof info === "number") return info;
    const target = findThread(thread, pid, tid);
    if (target === undefined) return fail(Errno.ESRCH);
    if (signo < 0 || signo > SIGNAL_COUNT) return fail(Errno.EINVAL);
    if (!maySignal(thread, target.process, signo)) return fail(Errno.EPERM);
    if (signo === 0 || sendToThread(target, info)) return 0;
    return fail(Errno.EAGAIN, "the limit on queued signals has been reached");
  },
});
