// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { set32, Sigset, StructBuffer } from "../abi/layout.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { size, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { writeSet } from "./rt_sigprocmask.ts";

/** The first `count` bytes of the set. */
function writePart(
  thread: Thread,
  address: number,
  low: number,
  high: number,
  count: number,
): Result {
  const buffer = new StructBuffer(Sigset.size);
  set32(buffer.view, 0, low);
  set32(buffer.view, 4, high);
  const written = thread.memory.writeBytes(address, buffer.bytes, 0, count);
  return written < count ? fail(Errno.EFAULT) : 0;
}

export const rt_sigpending: Syscall = defineSyscall({
  name: "rt_sigpending",
  number: { x86_64: 127 },
  args: [structOut("set", "sigset"), size("sigsetsize")],
  support: "full",
  handler: (thread, setAddress, setSize) => {
    if (setSize > Sigset.size) return fail(Errno.EINVAL);
    const { pending, blocked } = thread.signals;
    const shared = thread.process.pending.set;
    const low = (pending.set.low | shared.low) & blocked.low;
    const high = (pending.set.high | shared.high) & blocked.high;
    return setSize === Sigset.size
      ? writeSet(thread, setAddress, low, high)
      : writePart(thread, setAddress, low, high, setSize);
  },
});
