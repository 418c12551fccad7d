// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

function writeThree(thread: Thread, where: readonly number[], ids: readonly number[]): Result {
  for (const [index, at] of where.entries()) {
    if (!thread.memory.writeU32(at, ids[index] ?? 0)) return fail(Errno.EFAULT);
  }
  return 0;
}

export const getresuid: Syscall = defineSyscall({
  name: "getresuid",
  number: { x86_64: 118 },
  args: [structOut("ruid", "u32"), structOut("euid", "u32"), structOut("suid", "u32")],
  support: "full",
  handler: (thread, real, effective, saved) => {
    const { uid, euid, suid } = thread.credentials;
    return writeThree(thread, [real, effective, saved], [uid, euid, suid]);
  },
});

export const getresgid: Syscall = defineSyscall({
  name: "getresgid",
  number: { x86_64: 120 },
  args: [structOut("rgid", "u32"), structOut("egid", "u32"), structOut("sgid", "u32")],
  support: "full",
  handler: (thread, real, effective, saved) => {
    const { gid, egid, sgid } = thread.credentials;
    return writeThree(thread, [real, effective, saved], [gid, egid, sgid]);
  },
});
