// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { set64 } from "../abi/layout.ts";
import { SIGNAL_COUNT } from "../abi/signal.ts";
import { DEFAULT_TIMER_SLACK_NS, THREAD_NAME_MAX } from "../process/thread.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability, CapabilitySet, LAST_CAPABILITY } from "../security/capabilities.ts";
import { hex, oneOf, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const PR_SET_PDEATHSIG = 1;
const PR_GET_PDEATHSIG = 2;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;
const PR_GET_KEEPCAPS = 7;
const PR_SET_KEEPCAPS = 8;
const PR_GET_TIMING = 13;
const PR_SET_TIMING = 14;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const PR_GET_SECCOMP = 21;
const PR_CAPBSET_READ = 23;
const PR_CAPBSET_DROP = 24;
const PR_GET_TSC = 25;
const PR_SET_TSC = 26;
const PR_GET_SECUREBITS = 27;
const PR_SET_SECUREBITS = 28;
const PR_SET_TIMERSLACK = 29;
const PR_GET_TIMERSLACK = 30;
const PR_TASK_PERF_EVENTS_DISABLE = 31;
const PR_TASK_PERF_EVENTS_ENABLE = 32;
const PR_MCE_KILL = 33;
const PR_MCE_KILL_GET = 34;
const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;
const PR_GET_TID_ADDRESS = 40;
const PR_SET_THP_DISABLE = 41;
const PR_GET_THP_DISABLE = 42;
const PR_CAP_AMBIENT = 47;
const PR_GET_SPECULATION_CTRL = 52;
const PR_SET_SPECULATION_CTRL = 53;
const PR_SET_IO_FLUSHER = 57;
const PR_GET_IO_FLUSHER = 58;
const PR_GET_MDWE = 66;
const PR_SET_MEMORY_MERGE = 67;
const PR_GET_MEMORY_MERGE = 68;
const PR_GET_AUXV = 0x4155_5856;

const PrctlNames = {
  PR_SET_PDEATHSIG,
  PR_GET_PDEATHSIG,
  PR_GET_DUMPABLE,
  PR_SET_DUMPABLE,
  PR_GET_KEEPCAPS,
  PR_SET_KEEPCAPS,
  PR_GET_TIMING,
  PR_SET_TIMING,
  PR_SET_NAME,
  PR_GET_NAME,
  PR_GET_SECCOMP,
  PR_CAPBSET_READ,
  PR_CAPBSET_DROP,
  PR_GET_TSC,
  PR_SET_TSC,
  PR_GET_SECUREBITS,
  PR_SET_SECUREBITS,
  PR_SET_TIMERSLACK,
  PR_GET_TIMERSLACK,
  PR_TASK_PERF_EVENTS_DISABLE,
  PR_TASK_PERF_EVENTS_ENABLE,
  PR_MCE_KILL,
  PR_MCE_KILL_GET,
  PR_SET_CHILD_SUBREAPER,
  PR_GET_CHILD_SUBREAPER,
  PR_SET_NO_NEW_PRIVS,
  PR_GET_NO_NEW_PRIVS,
  PR_GET_TID_ADDRESS,
  PR_SET_THP_DISABLE,
  PR_GET_THP_DISABLE,
  PR_CAP_AMBIENT,
  PR_GET_SPECULATION_CTRL,
  PR_SET_SPECULATION_CTRL,
  PR_SET_IO_FLUSHER,
  PR_GET_IO_FLUSHER,
  PR_GET_MDWE,
  PR_SET_MEMORY_MERGE,
  PR_GET_MEMORY_MERGE,
  PR_GET_AUXV,
} as const;

const SECBIT_KEEP_CAPS = 0x10;
const SECBIT_KEEP_CAPS_LOCKED = 0x20;
const SECBIT_NO_CAP_AMBIENT_RAISE = 0x40;
/** Each bit has its lock above it. */
const SECURE_LOCKS = 0xaaa;
const SECURE_ALL = 0xfff;
/** SECBIT_EXEC_RESTRICT_FILE and SECBIT_EXEC_DENY_INTERACTIVE with their locks: kept for programs. */
const SECURE_UNPRIVILEGED = 0xf00;
const PR_TSC_ENABLE = 1;
const NAME_BYTES = 16;

const MCE_KILL_CLEAR = 0;
const MCE_KILL_SET = 1;
const MCE_KILL_DEFAULT = 2;
/** Speculative store bypass, indirect branches, flushes of the first cache. */
const SPECULATION_LAST = 2;
const SPECULATION_NOT_AFFECTED = 0;

const AMBIENT_IS_SET = 1;
const AMBIENT_RAISE = 2;
const AMBIENT_LOWER = 3;
const AMBIENT_CLEAR_ALL = 4;

function storeInt(thread: Thread, at: number, value: number): Result {
  return thread.memory.writeU32(at, value) ? 0 : fail(Errno.EFAULT);
}

function setName(thread: Thread, at: number): Result {
  const bytes = new Uint8Array(NAME_BYTES);
  // Up to the zero byte: what lies behind it need not be readable.
  let length = 0;
  for (; length < THREAD_NAME_MAX; length++) {
    const byte = thread.memory.readU8(at + length);
    if (byte < 0) return fail(Errno.EFAULT);
    if (byte === 0) break;
    bytes[length] = byte;
  }
  thread.name = String.fromCharCode(...bytes.subarray(0, length));
  return 0;
}

function getName(thread: Thread, at: number): Result {
  const bytes = new Uint8Array(NAME_BYTES);
  for (let index = 0; index < thread.name.length; index++) {
    bytes[index] = thread.name.charCodeAt(index);
  }
  const isWritten = thread.memory.writeBytes(at, bytes, 0, NAME_BYTES) === NAME_BYTES;
  return isWritten ? 0 : fail(Errno.EFAULT);
}

function dropBounding(thread: Thread, capability: number): Result {
  if (!thread.credentials.has(Capability.SETPCAP)) return fail(Errno.EPERM);
  if (capability < 0 || capability > LAST_CAPABILITY) return fail(Errno.EINVAL);
  const next = thread.credentials.clone();
  next.bounding = next.bounding.without(CapabilitySet.NONE.with(capability));
  thread.credentials = next;
  return 0;
}

function changeAmbient(thread: Thread, operation: number, capability: number): Result {
  const next = thread.credentials.clone();
  if (operation === AMBIENT_CLEAR_ALL) {
    if (capability !== 0) return fail(Errno.EINVAL);
    next.ambient = CapabilitySet.NONE;
    thread.credentials = next;
    return 0;
  }
  if (capability < 0 || capability > LAST_CAPABILITY) return fail(Errno.EINVAL);
  if (operation === AMBIENT_IS_SET) return next.ambient.has(capability) ? 1 : 0;
  const one = CapabilitySet.NONE.with(capability);
  if (operation === AMBIENT_LOWER) next.ambient = next.ambient.without(one);
  else if (operation === AMBIENT_RAISE) {
    const isForbidden = (next.secureBits & SECBIT_NO_CAP_AMBIENT_RAISE) !== 0;
    if (isForbidden || !next.permitted.has(capability) || !next.inheritable.has(capability)) {
      return fail(Errno.EPERM);
    }
    next.ambient = next.ambient.union(one);
  } else return fail(Errno.EINVAL);
  thread.credentials = next;
  return 0;
}

/** capabilities(7): what is locked stays, locks too. */
function setSecureBits(thread: Thread, bits: number): Result {
  const { credentials } = thread;
  const old = credentials.secureBits;
  const changed = old ^ bits;
  const isLocked = ((old & SECURE_LOCKS) >> 1) & changed;
  if (isLocked !== 0 || (old & SECURE_LOCKS & ~bits) !== 0) {
    return fail(Errno.EPERM, "a bit is locked");
  }
  if ((bits & ~SECURE_ALL) !== 0) return fail(Errno.EPERM, "a bit is unknown");
  const isOwn = changed !== 0 && (changed & ~SECURE_UNPRIVILEGED) === 0;
  if (!isOwn && !credentials.has(Capability.SETPCAP)) return fail(Errno.EPERM);
  const next = credentials.clone();
  next.secureBits = bits;
  thread.credentials = next;
  return 0;
}

function setKeepCapabilities(thread: Thread, value: number): Result {
  if (value > 1) return fail(Errno.EINVAL);
  if ((thread.credentials.secureBits & SECBIT_KEEP_CAPS_LOCKED) !== 0) {
    return fail(Errno.EPERM, "the bit is locked");
  }
  const next = thread.credentials.clone();
  next.secureBits =
    value === 1 ? next.secureBits | SECBIT_KEEP_CAPS : next.secureBits & ~SECBIT_KEEP_CAPS;
  thread.credentials = next;
  return 0;
}

/** Who is told of broken memory, and when: kept, though this memory does not break. */
function setMachineCheck({ process }: Thread, operation: number, policy: number): Result {
  if (operation === MCE_KILL_CLEAR) {
    if (policy !== 0) return fail(Errno.EINVAL);
    process.machineCheckPolicy = MCE_KILL_DEFAULT;
    return 0;
  }
  if (operation !== MCE_KILL_SET || policy > MCE_KILL_DEFAULT) return fail(Errno.EINVAL);
  process.machineCheckPolicy = policy;
  return 0;
}

/** The auxiliary vector as at the start of the program; how long it is. */
function tellAuxiliary(thread: Thread, address: number, room: number): Result {
  const values = thread.vm.auxiliary;
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => set64(view, i * 8, value));
  const count = Math.min(room, bytes.length);
  const written = thread.memory.writeBytes(address, bytes, 0, count);
  return written < count ? fail(Errno.EFAULT) : bytes.length;
}

function doPrctl(
  thread: Thread,
  option: number,
  arg2: number,
  arg3: number,
  arg4: number,
  arg5: number,
): Result {
  const { process, credentials } = thread;
  switch (option) {
    case PR_SET_PDEATHSIG:
      if (arg2 > SIGNAL_COUNT) return fail(Errno.EINVAL);
      thread.parentDeathSignal = arg2;
      return 0;
    case PR_GET_PDEATHSIG:
      return storeInt(thread, arg2, thread.parentDeathSignal);
    case PR_GET_DUMPABLE:
      return process.dumpable;
    case PR_SET_DUMPABLE:
      if (arg2 > 1) return fail(Errno.EINVAL);
      process.dumpable = arg2;
      return 0;
    case PR_GET_KEEPCAPS:
      return (credentials.secureBits & SECBIT_KEEP_CAPS) !== 0 ? 1 : 0;
    case PR_SET_KEEPCAPS:
      return setKeepCapabilities(thread, arg2);
    case PR_GET_TIMING:
      return 0;
    case PR_SET_TIMING:
      return arg2 === 0 ? 0 : fail(Errno.EINVAL);
    case PR_SET_NAME:
      return setName(thread, arg2);
    case PR_GET_NAME:
      return getName(thread, arg2);
    case PR_GET_SECCOMP:
      // Nobody has a filter: none can be set.
      return 0;
    case PR_CAPBSET_READ:
      if (arg2 > LAST_CAPABILITY) return fail(Errno.EINVAL);
      return credentials.bounding.has(arg2) ? 1 : 0;
    case PR_CAPBSET_DROP:
      return dropBounding(thread, arg2);
    case PR_GET_TSC:
      return storeInt(thread, arg2, PR_TSC_ENABLE);
    case PR_SET_TSC:
      // Every program may read it.
      return arg2 === PR_TSC_ENABLE ? 0 : fail(Errno.EINVAL);
    case PR_GET_SECUREBITS:
      return credentials.secureBits;
    case PR_SET_SECUREBITS:
      return setSecureBits(thread, arg2);
    case PR_SET_TIMERSLACK:
      thread.timerSlackNs = arg2 === 0 ? DEFAULT_TIMER_SLACK_NS : arg2;
      return 0;
    case PR_GET_TIMERSLACK:
      // The largest of all looks like an error, as on Linux.
      return thread.timerSlackNs < 2 ** 63 ? thread.timerSlackNs : -1;
    case PR_TASK_PERF_EVENTS_DISABLE:
    case PR_TASK_PERF_EVENTS_ENABLE:
      // Counters of the task: there are none that could be switched.
      return 0;
    case PR_MCE_KILL:
      return arg4 === 0 && arg5 === 0 ? setMachineCheck(thread, arg2, arg3) : fail(Errno.EINVAL);
    case PR_MCE_KILL_GET:
      if (arg2 !== 0 || arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      return process.machineCheckPolicy;
    case PR_GET_SPECULATION_CTRL:
      if (arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      return arg2 > SPECULATION_LAST ? fail(Errno.ENODEV) : SPECULATION_NOT_AFFECTED;
    case PR_SET_SPECULATION_CTRL:
      if (arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      if (arg2 > SPECULATION_LAST) return fail(Errno.ENODEV);
      return fail(arg2 === SPECULATION_LAST ? Errno.EPERM : Errno.ENXIO, "nothing is affected");
    case PR_SET_CHILD_SUBREAPER:
      process.isSubreaper = arg2 !== 0;
      return 0;
    case PR_GET_CHILD_SUBREAPER:
      return storeInt(thread, arg2, process.isSubreaper ? 1 : 0);
    case PR_SET_NO_NEW_PRIVS: {
      if (arg2 !== 1 || arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      const next = credentials.clone();
      next.noNewPrivileges = true;
      thread.credentials = next;
      return 0;
    }
    case PR_GET_NO_NEW_PRIVS:
      if (arg2 !== 0 || arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      return credentials.noNewPrivileges ? 1 : 0;
    case PR_GET_TID_ADDRESS:
      return thread.memory.writeNumber64(arg2, thread.clearChildTid) ? 0 : fail(Errno.EFAULT);
    case PR_SET_THP_DISABLE:
      if (arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      // There are no huge pages: only what was asked for is kept.
      thread.vm.disablesHugePages = arg2 !== 0;
      return 0;
    case PR_GET_THP_DISABLE:
      if (arg2 !== 0 || arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      return thread.vm.disablesHugePages ? 1 : 0;
    case PR_SET_IO_FLUSHER:
      if (!credentials.has(Capability.SYS_RESOURCE)) return fail(Errno.EPERM);
      if (arg2 > 1 || arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      thread.isFlusher = arg2 === 1;
      return 0;
    case PR_GET_IO_FLUSHER:
      if (!credentials.has(Capability.SYS_RESOURCE)) return fail(Errno.EPERM);
      if (arg2 !== 0 || arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      return thread.isFlusher ? 1 : 0;
    case PR_GET_MDWE:
      // Nobody has given it up to write and execute: nobody can.
      return arg2 === 0 && arg3 === 0 && arg4 === 0 && arg5 === 0 ? 0 : fail(Errno.EINVAL);
    case PR_SET_MEMORY_MERGE:
      if (arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      // Equal pages stay apart: only what was asked for is kept.
      thread.vm.mergesPages = arg2 !== 0;
      return 0;
    case PR_GET_MEMORY_MERGE:
      if (arg2 !== 0 || arg3 !== 0 || arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      return thread.vm.mergesPages ? 1 : 0;
    case PR_GET_AUXV:
      if (arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      return tellAuxiliary(thread, arg2, arg3);
    case PR_CAP_AMBIENT:
      if (arg4 !== 0 || arg5 !== 0) return fail(Errno.EINVAL);
      return changeAmbient(thread, arg2, arg3);
    default:
      return fail(Errno.EINVAL, "the option is unknown");
  }
}

export const prctl: Syscall = defineSyscall({
  name: "prctl",
  number: { x86_64: 157 },
  args: [oneOf("option", PrctlNames), hex("arg2"), hex("arg3"), hex("arg4"), size("arg5")],
  optional: 4,
  support: "partial",
  note: "no seccomp, no PR_SET_MM, no names for memory, no control of the TSC or write-xor-execute",
  handler: doPrctl,
});
