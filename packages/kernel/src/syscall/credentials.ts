// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Credentials } from "../process/credentials.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { fixCapabilities, fixFileCapabilities } from "../security/set-ids.ts";
import { address, int, structIn, structOut, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Handler, Syscall } from "./define.ts";

/** "No change" in setreuid and its kin: (uid_t) -1. */
const KEEP = 0xffff_ffff;
const GROUPS_MAX = 65_536;

function getter(name: string, number: number, handler: Handler): Syscall {
  return defineSyscall({ name, number: { x86_64: number }, args: [], support: "full", handler });
}

export const getuid: Syscall = getter("getuid", 102, (thread) => thread.credentials.uid);
export const geteuid: Syscall = getter("geteuid", 107, (thread) => thread.credentials.euid);
export const getgid: Syscall = getter("getgid", 104, (thread) => thread.credentials.gid);
export const getegid: Syscall = getter("getegid", 108, (thread) => thread.credentials.egid);

/** Makes `next` the thread's credentials; a change of identity makes its memory private. */
function commit(thread: Thread, next: Credentials): Result {
  const old = thread.credentials;
  fixCapabilities(old, next);
  thread.credentials = next;
  if (old.euid !== next.euid || old.egid !== next.egid) {
    thread.process.dumpable = 0;
    thread.parentDeathSignal = 0;
  }
  return 0;
}

export const setuid: Syscall = defineSyscall({
  name: "setuid",
  number: { x86_64: 105 },
  args: [uint("uid")],
  support: "full",
  handler: (thread, uid) => {
    if (uid === KEEP) return fail(Errno.EINVAL);
    const next = thread.credentials.clone();
    if (next.has(Capability.SETUID)) next.uid = next.suid = uid;
    else if (uid !== next.uid && uid !== next.suid) return fail(Errno.EPERM);
    next.euid = next.fsuid = uid;
    return commit(thread, next);
  },
});

export const setgid: Syscall = defineSyscall({
  name: "setgid",
  number: { x86_64: 106 },
  args: [uint("gid")],
  support: "full",
  handler: (thread, gid) => {
    if (gid === KEEP) return fail(Errno.EINVAL);
    const next = thread.credentials.clone();
    if (next.has(Capability.SETGID)) next.gid = next.sgid = gid;
    else if (gid !== next.gid && gid !== next.sgid) return fail(Errno.EPERM);
    next.egid = next.fsgid = gid;
    return commit(thread, next);
  },
});

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
    if (real !== KEEP) {
      if (!may && real !== old.uid && real !== old.euid) return fail(Errno.EPERM);
      next.uid = real;
    }
    if (effective !== KEEP) {
      const isKnown = effective === old.uid || effective === old.euid || effective === old.suid;
      if (!may && !isKnown) return fail(Errno.EPERM);
      next.euid = effective;
    }
    if (real !== KEEP || (effective !== KEEP && effective !== old.uid)) next.suid = next.euid;
    next.fsuid = next.euid;
    return commit(thread, next);
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
    if (real !== KEEP) {
      if (!may && real !== old.gid && real !== old.egid) return fail(Errno.EPERM);
      next.gid = real;
    }
    if (effective !== KEEP) {
      const isKnown = effective === old.gid || effective === old.egid || effective === old.sgid;
      if (!may && !isKnown) return fail(Errno.EPERM);
      next.egid = effective;
    }
    if (real !== KEEP || (effective !== KEEP && effective !== old.gid)) next.sgid = next.egid;
    next.fsgid = next.egid;
    return commit(thread, next);
  },
});

export const setresuid: Syscall = defineSyscall({
  name: "setresuid",
  number: { x86_64: 117 },
  args: [int("ruid"), int("euid"), int("suid")],
  support: "full",
  handler: (thread, r, e, s) => {
    const old = thread.credentials;
    const next = old.clone();
    const isAllowed = (id: number): boolean =>
      id === KEEP ||
      old.has(Capability.SETUID) ||
      id === old.uid ||
      id === old.euid ||
      id === old.suid;
    const real = r >>> 0;
    const effective = e >>> 0;
    const saved = s >>> 0;
    if (!isAllowed(real) || !isAllowed(effective) || !isAllowed(saved)) return fail(Errno.EPERM);
    if (real !== KEEP) next.uid = real;
    if (effective !== KEEP) next.euid = effective;
    if (saved !== KEEP) next.suid = saved;
    next.fsuid = next.euid;
    return commit(thread, next);
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
      id === KEEP ||
      old.has(Capability.SETGID) ||
      id === old.gid ||
      id === old.egid ||
      id === old.sgid;
    const real = r >>> 0;
    const effective = e >>> 0;
    const saved = s >>> 0;
    if (!isAllowed(real) || !isAllowed(effective) || !isAllowed(saved)) return fail(Errno.EPERM);
    if (real !== KEEP) next.gid = real;
    if (effective !== KEEP) next.egid = effective;
    if (saved !== KEEP) next.sgid = saved;
    next.fsgid = next.egid;
    return commit(thread, next);
  },
});

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

export const setfsuid: Syscall = defineSyscall({
  name: "setfsuid",
  number: { x86_64: 122 },
  args: [uint("fsuid")],
  support: "full",
  handler: (thread, fsuid) => {
    const old = thread.credentials;
    const isKnown =
      fsuid === old.uid || fsuid === old.euid || fsuid === old.suid || fsuid === old.fsuid;
    if (fsuid !== KEEP && (isKnown || old.has(Capability.SETUID))) {
      const next = old.clone();
      next.fsuid = fsuid;
      fixFileCapabilities(old, next);
      thread.credentials = next;
    }
    // Always the previous id: the call has no way to tell of failure.
    return old.fsuid;
  },
});

export const setfsgid: Syscall = defineSyscall({
  name: "setfsgid",
  number: { x86_64: 123 },
  args: [uint("fsgid")],
  support: "full",
  handler: (thread, fsgid) => {
    const old = thread.credentials;
    const isKnown =
      fsgid === old.gid || fsgid === old.egid || fsgid === old.sgid || fsgid === old.fsgid;
    if (fsgid !== KEEP && (isKnown || old.has(Capability.SETGID))) {
      const next = old.clone();
      next.fsgid = fsgid;
      thread.credentials = next;
    }
    return old.fsgid;
  },
});

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
      if (gid === KEEP) return fail(Errno.EINVAL);
      groups.push(gid);
    }
    groups.sort((a, b) => a - b);
    const next = thread.credentials.clone();
    next.groups = groups;
    thread.credentials = next;
    return 0;
  },
});
