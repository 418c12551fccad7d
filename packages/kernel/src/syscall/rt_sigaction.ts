// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import {
  getI32,
  getU32,
  getU64,
  set32,
  set64,
  Sigaction,
  Sigset,
  StructBuffer,
} from "../abi/layout.ts";
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
import { SignalHandlers } from "../signal/handlers.ts";
import { discardEverywhere } from "../signal/send.ts";
import { SignalSet } from "../signal/signal-set.ts";
import { signal, size, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

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

function doSigaction(
  thread: Thread,
  signo: number,
  newAddress: number,
  oldAddress: number,
  setSize: number,
): Result {
  if (setSize !== Sigset.size) return fail(Errno.EINVAL, "sigsetsize is not 8");
  const view = newAddress === 0 ? undefined : readStruct(thread, newAddress, Sigaction.size);
  if (newAddress !== 0 && view === undefined) return fail(Errno.EFAULT);
  if (signo < 1 || signo > SIGNAL_COUNT) return fail(Errno.EINVAL, "the signal is unknown");
  if (view !== undefined && SignalHandlers.isUnblockable(signo)) {
    return fail(Errno.EINVAL, "SIGKILL and SIGSTOP can not be caught");
  }
  const action = thread.process.handlers.of(signo);
  const old = new StructBuffer(Sigaction.size);
  set64(old.view, Sigaction.handler, action.handler);
  set64(old.view, Sigaction.flags, action.flags);
  set64(old.view, Sigaction.restorer, action.restorer);
  set32(old.view, Sigaction.mask, action.mask.low);
  set32(old.view, Sigaction.mask + 4, action.mask.high);
  if (view !== undefined) {
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
  return oldAddress === 0 ? 0 : writeStruct(thread, oldAddress, old);
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
