// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { Sigset } from "../abi/layout.ts";
import { fail } from "../result.ts";
import { size, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { writeSet } from "./rt_sigprocmask.ts";

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
    return writeSet(thread, setAddress, low, high);
  },
});
