// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { address, int, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { KEEP_ID } from "./setuid.ts";

const GROUPS_MAX = 65_536;

export const getgroups: Syscall = defineSyscall({
  name: "getgroups",
  number: { x86_64: 115 },
  args: [int("size"), address("list")],
  support: "full",
  handler: (thread, count, listAddress) => {
    const { groups } = thread.credentials;
    if (count < 0) return fail(Errno.EINVAL);
    if (count === 0) return groups.length;
    if (count < groups.length) return fail(Errno.EINVAL, "the list is too short");
    for (const [index, gid] of groups.entries()) {
      if (!thread.memory.writeU32(listAddress + index * 4, gid)) return fail(Errno.EFAULT);
    }
    return groups.length;
  },
});

export const setgroups: Syscall = defineSyscall({
  name: "setgroups",
  number: { x86_64: 116 },
  args: [int("size"), structIn("list", "address")],
  support: "full",
  handler: (thread, count, listAddress) => {
    if (!thread.credentials.has(Capability.SETGID)) return fail(Errno.EPERM);
    if (count < 0 || count > GROUPS_MAX) return fail(Errno.EINVAL);
    const groups: number[] = [];
    for (let index = 0; index < count; index++) {
      const gid = thread.memory.readU32(listAddress + index * 4);
      if (gid < 0) return fail(Errno.EFAULT);
      if (gid === KEEP_ID) return fail(Errno.EINVAL);
      groups.push(gid);
    }
    groups.sort((a, b) => a - b);
    const next = thread.credentials.clone();
    next.groups = groups;
    thread.credentials = next;
    return 0;
  },
});
