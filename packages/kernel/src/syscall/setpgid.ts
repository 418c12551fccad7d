// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { createGroup, joinGroup } from "../process/membership.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** The process that `pid` names: the caller's for 0, and that of any of its threads. */
export function processOf(thread: Thread, pid: number): Process | undefined {
  if (pid === 0) return thread.process;
  return thread.kernel.processes.get(pid);
}

export const getpgid: Syscall = defineSyscall({
  name: "getpgid",
  number: { x86_64: 121 },
  args: [int("pid")],
  support: "full",
  handler: (thread, pid) => processOf(thread, pid)?.group.pgid ?? fail(Errno.ESRCH),
});

export const getpgrp: Syscall = defineSyscall({
  name: "getpgrp",
  number: { x86_64: 111 },
  args: [],
  support: "full",
  handler: (thread) => thread.process.group.pgid,
});

function doSetpgid(thread: Thread, pid: number, pgid: number): Result {
  const { process: caller, kernel } = thread;
  if (pgid < 0 || (pgid === 0 && pid < 0)) return fail(Errno.EINVAL);
  const target = processOf(thread, pid);
  if (target === undefined) return fail(Errno.ESRCH);
  if (target !== caller) {
    if (target.parent !== caller) return fail(Errno.ESRCH, "not a child of the caller");
    if (target.session !== caller.session) return fail(Errno.EPERM, "in another session");
    if (target.hasExecuted) return fail(Errno.EACCES, "the child has executed a program");
  }
  if (target.session.leader === target) return fail(Errno.EPERM, "a session leader stays");
  const number = pgid === 0 ? target.pid : pgid;
  let group = kernel.processes.getGroup(number);
  if (number !== target.pid && group?.session !== caller.session) {
    return fail(Errno.EPERM, "no such group in the session");
  }
  if (group !== undefined && group.session !== target.session) return fail(Errno.EPERM);
  group ??= createGroup(kernel, number, target.session);
  joinGroup(target, group);
  return 0;
}

export const setpgid: Syscall = defineSyscall({
  name: "setpgid",
  number: { x86_64: 109 },
  args: [int("pid"), int("pgid")],
  support: "full",
  handler: doSetpgid,
});
