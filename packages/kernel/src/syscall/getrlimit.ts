// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getU32, getU64, Rlimit, set32, set64, StructBuffer } from "../abi/layout.ts";
import {
  MAX_OPEN_FILES,
  RLIM_INFINITY,
  RLIMIT_AS,
  RLIMIT_CORE,
  RLIMIT_COUNT,
  RLIMIT_CPU,
  RLIMIT_DATA,
  RLIMIT_FSIZE,
  RLIMIT_LOCKS,
  RLIMIT_MEMLOCK,
  RLIMIT_MSGQUEUE,
  RLIMIT_NICE,
  RLIMIT_NOFILE,
  RLIMIT_NPROC,
  RLIMIT_RSS,
  RLIMIT_RTPRIO,
  RLIMIT_RTTIME,
  RLIMIT_SIGPENDING,
  RLIMIT_STACK,
} from "../process/limits.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { int, oneOf, structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

const ResourceNames = {
  RLIMIT_CPU,
  RLIMIT_FSIZE,
  RLIMIT_DATA,
  RLIMIT_STACK,
  RLIMIT_CORE,
  RLIMIT_RSS,
  RLIMIT_NPROC,
  RLIMIT_NOFILE,
  RLIMIT_MEMLOCK,
  RLIMIT_AS,
  RLIMIT_LOCKS,
  RLIMIT_SIGPENDING,
  RLIMIT_MSGQUEUE,
  RLIMIT_NICE,
  RLIMIT_RTPRIO,
  RLIMIT_RTTIME,
} as const;

/** A limit field: all ones is infinity. */
function readLimit(view: DataView, at: number): number {
  const isInfinite = getU32(view, at) === 0xffff_ffff && getU32(view, at + 4) === 0xffff_ffff;
  return isInfinite ? RLIM_INFINITY : getU64(view, at);
}

function putLimit(view: DataView, at: number, limit: number): void {
  if (limit === RLIM_INFINITY) {
    set32(view, at, -1);
    set32(view, at + 4, -1);
  } else {
    set64(view, at, limit);
  }
}

function readLimits(thread: Thread, process: Process, resource: number, to: number): Result {
  const buffer = new StructBuffer(Rlimit.size);
  putLimit(buffer.view, Rlimit.cur, process.limits.get(resource));
  putLimit(buffer.view, Rlimit.max, process.limits.getHard(resource));
  return writeStruct(thread, to, buffer);
}

function setLimits(thread: Thread, process: Process, resource: number, view: DataView): Result {
  const soft = readLimit(view, Rlimit.cur);
  const hard = readLimit(view, Rlimit.max);
  if (soft > hard) return fail(Errno.EINVAL, "the soft limit exceeds the hard one");
  if (resource === RLIMIT_NOFILE && hard > MAX_OPEN_FILES) return fail(Errno.EPERM);
  if (hard > process.limits.getHard(resource) && !thread.credentials.has(Capability.SYS_RESOURCE)) {
    return fail(Errno.EPERM, "only CAP_SYS_RESOURCE raises hard limits");
  }
  // A limit of 0 would mean SIGXCPU before anything runs; Linux makes it one second.
  const effective = resource === RLIMIT_CPU && soft === 0 ? 1 : soft;
  process.limits.set(resource, effective, hard);
  if (resource === RLIMIT_CPU) thread.kernel.watchCpuTime(thread);
  return 0;
}

export const getrlimit: Syscall = defineSyscall({
  name: "getrlimit",
  number: { x86_64: 97 },
  args: [oneOf("resource", ResourceNames), structOut("rlim", "rlimit")],
  support: "full",
  handler: (thread, resource, limitAddress) => {
    if (resource < 0 || resource >= RLIMIT_COUNT) return fail(Errno.EINVAL);
    return readLimits(thread, thread.process, resource, limitAddress);
  },
});

export const setrlimit: Syscall = defineSyscall({
  name: "setrlimit",
  number: { x86_64: 160 },
  args: [oneOf("resource", ResourceNames), structIn("rlim", "rlimit")],
  support: "full",
  handler: (thread, resource, limitAddress) => {
    const view = readStruct(thread, limitAddress, Rlimit.size);
    if (view === undefined) return fail(Errno.EFAULT);
    if (resource < 0 || resource >= RLIMIT_COUNT) return fail(Errno.EINVAL);
    return setLimits(thread, thread.process, resource, view);
  },
});

/** Whether `thread` may look at and change another process's limits (prlimit(2)). */
function mayChange(thread: Thread, process: Process): boolean {
  const theirs = process.leader?.credentials;
  const { credentials: mine } = thread;
  if (thread.process === process || theirs === undefined) return true;
  if (mine.has(Capability.SYS_RESOURCE)) return true;
  return (
    mine.uid === theirs.euid &&
    mine.uid === theirs.suid &&
    mine.uid === theirs.uid &&
    mine.gid === theirs.egid &&
    mine.gid === theirs.sgid &&
    mine.gid === theirs.gid
  );
}

export const prlimit64: Syscall = defineSyscall({
  name: "prlimit64",
  number: { x86_64: 302 },
  args: [
    int("pid"),
    oneOf("resource", ResourceNames),
    structIn("new_limit", "rlimit"),
    structOut("old_limit", "rlimit"),
  ],
  support: "full",
  handler: (thread, pid, resource, newAddress, oldAddress) => {
    const view = newAddress === 0 ? undefined : readStruct(thread, newAddress, Rlimit.size);
    if (newAddress !== 0 && view === undefined) return fail(Errno.EFAULT);
    const process = pid === 0 ? thread.process : thread.kernel.processes.getThread(pid)?.process;
    if (process === undefined) return fail(Errno.ESRCH);
    if (!mayChange(thread, process)) return fail(Errno.EPERM);
    if (resource < 0 || resource >= RLIMIT_COUNT) return fail(Errno.EINVAL);
    const oldSoft = process.limits.get(resource);
    const oldHard = process.limits.getHard(resource);
    if (view !== undefined) {
      const set = setLimits(thread, process, resource, view);
      if (set < 0) return set;
    }
    if (oldAddress === 0) return 0;
    const buffer = new StructBuffer(Rlimit.size);
    putLimit(buffer.view, Rlimit.cur, oldSoft);
    putLimit(buffer.view, Rlimit.max, oldHard);
    return writeStruct(thread, oldAddress, buffer);
  },
});
