// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { createSession, joinGroup } from "../process/membership.ts";
import { fail } from "../result.ts";
import { int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { processOf } from "./setpgid.ts";

export const getsid: Syscall = defineSyscall({
  name: "getsid",
  number: { x86_64: 124 },
  args: [int("pid")],
  support: "full",
  handler: (thread, pid) => processOf(thread, pid)?.session.sid ?? fail(Errno.ESRCH),
});

export const setsid: Syscall = defineSyscall({
  name: "setsid",
  number: { x86_64: 112 },
  args: [],
  support: "full",
  handler: (thread) => {
    const { process, kernel } = thread;
    if (process.session.leader === process || kernel.processes.getGroup(process.pid)) {
      return fail(Errno.EPERM, "the caller leads a process group");
    }
    const group = createSession(kernel, process.pid);
    group.session.leader = process;
    joinGroup(process, group);
    return process.pid;
  },
});
