// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, getU32, getU64, set32, set64, Sigaction, Sigset } from "../abi/layout.ts";
import {
  SA_EXPOSE_TAGBITS,
  SA_NOCLDSTOP,
  SA_NOCLDWAIT,
  SA_NODEFER,
  SA_ONSTACK,
  SA_RESETHAND,
  SA_RESTART,
  SA_RESTORER,
  SA_SIGINFO,
  SIGNAL_COUNT,
} from "../abi/signal.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { actionIgnores } from "../signal/default-action.ts";
import type { SignalAction } from "../signal/handlers.ts";
import { SignalHandlers } from "../signal/handlers.ts";
import { discardEverywhere } from "../signal/send.ts";
import { SignalSet } from "../signal/signal-set.ts";
import { signal, size, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const SIGACTION =
  "{ sa_flags = SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | " +
  "SA_RESETHAND | SA_RESTORER, .. }";

const SUPPORTED_FLAGS =
  (SA_NOCLDSTOP |
    SA_NOCLDWAIT |
    SA_SIGINFO |
    SA_ONSTACK |
    SA_RESTART |
    SA_NODEFER |
    SA_RESETHAND |
    SA_EXPOSE_TAGBITS |
    SA_RESTORER) >>>
  0;

/** Where the old action stands in the scratch buffer, behind the new one. */
const OLD: number = Sigaction.size;

function doSigaction(
  thread: Thread,
  signo: number,
  newAddress: number,
  oldAddress: number,
  setSize: number,
): Result {
  if (setSize !== Sigset.size) return fail(Errno.EINVAL, "sigsetsize is not 8");
  const { scratch } = thread.kernel.vfs;
  const { view, bytes } = scratch;
  const { size } = Sigaction;
  if (newAddress !== 0 && thread.memory.readBytes(newAddress, bytes, 0, size) !== size) {
    return fail(Errno.EFAULT);
  }
  if (signo < 1 || signo > SIGNAL_COUNT) return fail(Errno.EINVAL, "the signal is unknown");
  if (newAddress !== 0 && SignalHandlers.isUnblockable(signo)) {
    return fail(Errno.EINVAL, "SIGKILL and SIGSTOP can not be caught");
  }
  const action = thread.process.handlers.of(signo);
  if (oldAddress !== 0) putAction(view, OLD, action);
  if (newAddress !== 0) {
    action.handler = getU64(view, Sigaction.handler);
    action.flags = (getU32(view, Sigaction.flags) & SUPPORTED_FLAGS) >>> 0;
    action.restorer = getU64(view, Sigaction.restorer);
    action.mask.set(getI32(view, Sigaction.mask), getI32(view, Sigaction.mask + 4));
    action.mask.remove(9);
    action.mask.remove(19);
    // POSIX: setting a signal to be ignored forgets what is pending of it.
    if (actionIgnores(action, signo)) {
      const gone = new SignalSet();
      gone.add(signo);
      discardEverywhere(thread.process, gone.low, gone.high);
    }
  }
  if (oldAddress === 0) return 0;
  const isWritten = thread.memory.writeBytes(oldAddress, bytes, OLD, size) === size;
  return isWritten ? 0 : fail(Errno.EFAULT);
}

function putAction(view: DataView, at: number, action: SignalAction): void {
  set64(view, at + Sigaction.handler, action.handler);
  set64(view, at + Sigaction.flags, action.flags);
  set64(view, at + Sigaction.restorer, action.restorer);
  set32(view, at + Sigaction.mask, action.mask.low);
  set32(view, at + Sigaction.mask + 4, action.mask.high);
}

export const rt_sigaction: Syscall = defineSyscall({
  name: "rt_sigaction",
  number: { x86_64: 13 },
  args: [
    signal("signum"),
    structIn("act", "sigaction"),
    structOut("oldact", "sigaction"),
    size("sigsetsize"),
  ],
  scml: [{ act: SIGACTION, oldact: SIGACTION }],
  support: "full",
  handler: doSigaction,
});
