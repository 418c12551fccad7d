// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { commitCredentials, KEEP_ID } from "./setuid.ts";

export const setresuid: Syscall = defineSyscall({
  name: "setresuid",
  number: { x86_64: 117 },
  args: [int("ruid"), int("euid"), int("suid")],
  support: "full",
  handler: (thread, r, e, s) => {
    const old = thread.credentials;
    const next = old.clone();
    const isAllowed = (id: number): boolean =>
      id === KEEP_ID ||
      old.has(Capability.SETUID) ||
      id === old.uid ||
      id === old.euid ||
      id === old.suid;
    const real = r >>> 0;
    const effective = e >>> 0;
    const saved = s >>> 0;
    if (!isAllowed(real) || !isAllowed(effective) || !isAllowed(saved)) return fail(Errno.EPERM);
    const isSame =
      (real === KEEP_ID || real === old.uid) &&
      (effective === KEEP_ID || (effective === old.euid && effective === old.fsuid)) &&
      (saved === KEEP_ID || saved === old.suid);
    // Then the id for files, which may be another, stays too.
    if (isSame) return 0;
    if (real !== KEEP_ID) next.uid = real;
    if (effective !== KEEP_ID) next.euid = effective;
    if (saved !== KEEP_ID) next.suid = saved;
    next.fsuid = next.euid;
    return commitCredentials(thread, next);
  },
});

export const setresgid: Syscall = defineSyscall({
  name: "setresgid",
  number: { x86_64: 119 },
  args: [int("rgid"), int("egid"), int("sgid")],
  support: "full",
  handler: (thread, r, e, s) => {
    const old = thread.credentials;
    const next = old.clone();
    const isAllowed = (id: number): boolean =>
      id === KEEP_ID ||
      old.has(Capability.SETGID) ||
      id === old.gid ||
      id === old.egid ||
      id === old.sgid;
    const real = r >>> 0;
    const effective = e >>> 0;
    const saved = s >>> 0;
    if (!isAllowed(real) || !isAllowed(effective) || !isAllowed(saved)) return fail(Errno.EPERM);
    const isSame =
      (real === KEEP_ID || real === old.gid) &&
      (effective === KEEP_ID || (effective === old.egid && effective === old.fsgid)) &&
      (saved === KEEP_ID || saved === old.sgid);
    if (isSame) return 0;
    if (real !== KEEP_ID) next.gid = real;
    if (effective !== KEEP_ID) next.egid = effective;
    if (saved !== KEEP_ID) next.sgid = saved;
    next.fsgid = next.egid;
    return commitCredentials(thread, next);
  },
});
