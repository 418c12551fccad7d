// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { commitCredentials, KEEP_ID } from "./setuid.ts";

export const setreuid: Syscall = defineSyscall({
  name: "setreuid",
  number: { x86_64: 113 },
  args: [int("ruid"), int("euid")],
  support: "full",
  handler: (thread, realArgument, effectiveArgument) => {
    const real = realArgument >>> 0;
    const effective = effectiveArgument >>> 0;
    const old = thread.credentials;
    const next = old.clone();
    const may = old.has(Capability.SETUID);
    if (real !== KEEP_ID) {
      if (!may && real !== old.uid && real !== old.euid) return fail(Errno.EPERM);
      next.uid = real;
    }
    if (effective !== KEEP_ID) {
      const isKnown = effective === old.uid || effective === old.euid || effective === old.suid;
      if (!may && !isKnown) return fail(Errno.EPERM);
      next.euid = effective;
    }
    if (real !== KEEP_ID || (effective !== KEEP_ID && effective !== old.uid)) next.suid = next.euid;
    next.fsuid = next.euid;
    return commitCredentials(thread, next);
  },
});

export const setregid: Syscall = defineSyscall({
  name: "setregid",
  number: { x86_64: 114 },
  args: [int("rgid"), int("egid")],
  support: "full",
  handler: (thread, realArgument, effectiveArgument) => {
    const real = realArgument >>> 0;
    const effective = effectiveArgument >>> 0;
    const old = thread.credentials;
    const next = old.clone();
    const may = old.has(Capability.SETGID);
    if (real !== KEEP_ID) {
      if (!may && real !== old.gid && real !== old.egid) return fail(Errno.EPERM);
      next.gid = real;
    }
    if (effective !== KEEP_ID) {
      const isKnown = effective === old.gid || effective === old.egid || effective === old.sgid;
      if (!may && !isKnown) return fail(Errno.EPERM);
      next.egid = effective;
    }
    if (real !== KEEP_ID || (effective !== KEEP_ID && effective !== old.gid)) next.sgid = next.egid;
    next.fsgid = next.egid;
    return commitCredentials(thread, next);
  },
});
