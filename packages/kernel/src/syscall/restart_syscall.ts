// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

export const restart_syscall: Syscall = defineSyscall({
  name: "restart_syscall",
  number: { x86_64: 219 },
  args: [],
  support: "full",
  handler: (thread) => {
    const call = thread.kernel.syscalls.get(thread.restart.syscallNumber);
    if (call === undefined || call.number.x86_64 === 219) return fail(Errno.EINTR);
    return thread.kernel.syscalls.callAgain(thread, call);
  },
});
