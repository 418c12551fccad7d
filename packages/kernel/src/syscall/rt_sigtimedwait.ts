// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, Siginfo, Sigset, StructBuffer } from "../abi/layout.ts";
import { SIG_DFL } from "../abi/signal.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { defaultAction } from "../signal/default-action.ts";
import { SignalSet } from "../signal/signal-set.ts";
import { size, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct, readTimespec, writeStruct } from "./user-struct.ts";

function isDeadlyAtOnce(thread: Thread, signo: number): boolean {
  return (
    !thread.signals.blocked.has(signo) &&
    thread.process.handlers.of(signo).handler === SIG_DFL &&
    defaultAction(signo) === "terminate"
  );
}

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
  // What ends the process at once, because it was not even blocked, is not taken.
  const first = own !== 0 ? own : shared;
  if (first !== 0 && isDeadlyAtOnce(thread, first)) return fail(Errno.EINTR);
  const info =
    own !== 0 ? signals.pending.take(own) : shared !== 0 ? process.pending.take(shared) : undefined;
  if (info === undefined && first !== 0) {
    // It was of a timer that has been set anew; there may be others.
    return doSigtimedwait(thread, setAddress, infoAddress, timeoutAddress, setSize);
  }
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
