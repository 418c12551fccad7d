// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, set32, Sigset, StructBuffer } from "../abi/layout.ts";
import { SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK } from "../abi/signal.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { oneOf, size, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

export function writeSet(thread: Thread, address: number, low: number, high: number): Result {
  const buffer = new StructBuffer(Sigset.size);
  set32(buffer.view, Sigset.low, low);
  set32(buffer.view, Sigset.high, high);
  return writeStruct(thread, address, buffer);
}

function doSigprocmask(
  thread: Thread,
  how: number,
  setAddress: number,
  oldAddress: number,
  setSize: number,
): Result {
  if (setSize !== Sigset.size) return fail(Errno.EINVAL, "sigsetsize is not 8");
  const { low: oldLow, high: oldHigh } = thread.signals.blocked;
  if (setAddress !== 0) {
    const view = readStruct(thread, setAddress, Sigset.size);
    if (view === undefined) return fail(Errno.EFAULT);
    const low = getI32(view, Sigset.low);
    const high = getI32(view, Sigset.high);
    if (how === SIG_BLOCK) thread.setBlocked(oldLow | low, oldHigh | high);
    else if (how === SIG_UNBLOCK) thread.setBlocked(oldLow & ~low, oldHigh & ~high);
    else if (how === SIG_SETMASK) thread.setBlocked(low, high);
    else return fail(Errno.EINVAL, "how is unknown");
  }
  return oldAddress === 0 ? 0 : writeSet(thread, oldAddress, oldLow, oldHigh);
}

export const rt_sigprocmask: Syscall = defineSyscall({
  name: "rt_sigprocmask",
  number: { x86_64: 14 },
  args: [
    oneOf("how", { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK }),
    structIn("set", "sigset"),
    structOut("oldset", "sigset"),
    size("sigsetsize"),
  ],
  support: "full",
  handler: doSigprocmask,
});
