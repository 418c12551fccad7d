// SPDX-License-Identifier: MPL-2.0

import { CLONE, CLONE_HIGH_CLEAR_SIGHAND, CloneNames, CSIGNAL } from "../abi/clone.ts";
import { Errno } from "../abi/errno.ts";
import { SIGNAL_COUNT, SignalNames } from "../abi/signal.ts";
import { CloneArgs, getU32, getU64, StructBuffer } from "../abi/layout.ts";
import { cloneThread } from "../process/clone.ts";
import { PID_MAX } from "../process/process-table.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { address, flags, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";

const PAGE_SIZE = 4096;

/** What the kernel has no namespaces for. */
const REFUSED = [
  "CLONE_NEWNS",
  "CLONE_NEWCGROUP",
  "CLONE_NEWUTS",
  "CLONE_NEWIPC",
  "CLONE_NEWUSER",
  "CLONE_NEWPID",
  "CLONE_NEWNET",
] as const;

export const clone: Syscall = defineSyscall({
  name: "clone",
  isCostly: true,
  number: { x86_64: 56 },
  args: [
    flags("flags", CloneNames),
    address("stack"),
    address("parent_tid"),
    address("child_tid"),
    address("tls"),
  ],
  scml: [{ flags: `${among(CloneNames, ...REFUSED)} | ${among(SignalNames)}` }],
  support: "partial",
  note: "no namespaces",
  handler: (thread, flagsAndSignal, stackPointer, parentTid, childTid, tls) => {
    const both = CLONE.PIDFD | CLONE.PARENT_SETTID;
    if ((flagsAndSignal & both) === both) {
      return fail(Errno.EINVAL, "parent_tid has room for one number");
    }
    return cloneThread(thread, {
      flags: (flagsAndSignal & ~CSIGNAL) >>> 0,
      clearsHandlers: false,
      exitSignal: flagsAndSignal & CSIGNAL,
      stackPointer,
      parentTid,
      childTid,
      pidfd: parentTid,
      tls,
    });
  },
});

function doClone3(thread: Thread, argsAddress: number, argsSize: number): Result {
  if (argsSize > PAGE_SIZE) return fail(Errno.E2BIG);
  if (argsSize < CloneArgs.sizeVersion0) return fail(Errno.EINVAL, "the structure is too small");
  const buffer = new StructBuffer(PAGE_SIZE);
  if (thread.memory.readBytes(argsAddress, buffer.bytes, 0, argsSize) !== argsSize) {
    return fail(Errno.EFAULT);
  }
  const { view, bytes } = buffer;
  for (let at = CloneArgs.size; at < argsSize; at++) {
    if (bytes[at] !== 0) return fail(Errno.E2BIG, "fields that are not known are set");
  }
  const low = getU32(view, CloneArgs.flags);
  const high = getU32(view, CloneArgs.flags + 4);
  if ((high & ~CLONE_HIGH_CLEAR_SIGHAND) !== 0) return fail(Errno.EINVAL);
  // CSIGNAL's bits and CLONE_DETACHED are free for other uses here, and have none yet.
  if ((low & (CSIGNAL | CLONE.DETACHED)) !== 0) return fail(Errno.EINVAL);
  const exitSignal = getU64(view, CloneArgs.exitSignal);
  if ((low & (CLONE.THREAD | CLONE.PARENT)) !== 0 && exitSignal !== 0) return fail(Errno.EINVAL);
  if (exitSignal > SIGNAL_COUNT) return fail(Errno.EINVAL, "the exit signal is no signal");
  const clearsHandlers = (high & CLONE_HIGH_CLEAR_SIGHAND) !== 0;
  if (clearsHandlers && (low & CLONE.SIGHAND) !== 0) return fail(Errno.EINVAL);
  const wantedTid = readWantedTid(thread, view);
  if (wantedTid < 0) return wantedTid;
  const stack = getU64(view, CloneArgs.stack);
  const stackSize = getU64(view, CloneArgs.stackSize);
  if ((stack === 0) !== (stackSize === 0)) return fail(Errno.EINVAL);
  return cloneThread(thread, {
    flags: low,
    clearsHandlers,
    exitSignal,
    stackPointer: stack + stackSize,
    parentTid: getU64(view, CloneArgs.parentTid),
    childTid: getU64(view, CloneArgs.childTid),
    pidfd: getU64(view, CloneArgs.pidfd),
    tls: getU64(view, CloneArgs.tls),
    wantedTid,
  });
}

/** set_tid: one number, as there is one namespace for them; 0 for none. */
function readWantedTid(thread: Thread, view: DataView): Result {
  const count = getU64(view, CloneArgs.setTidSize);
  const address = getU64(view, CloneArgs.setTid);
  if (count > 1 || (address === 0) !== (count === 0)) return fail(Errno.EINVAL);
  if (count === 0) return 0;
  const wanted = thread.memory.readU32(address);
  if (wanted < 0) return fail(Errno.EFAULT);
  if (wanted === 0 || wanted >= PID_MAX) return fail(Errno.EINVAL, "no number of a process");
  const { credentials } = thread;
  const mayChoose =
    credentials.has(Capability.SYS_ADMIN) || credentials.has(Capability.CHECKPOINT_RESTORE);
  return mayChoose ? wanted : fail(Errno.EPERM);
}

export const clone3: Syscall = defineSyscall({
  name: "clone3",
  isCostly: true,
  number: { x86_64: 435 },
  args: [address("cl_args"), size("size")],
  scml: [
    {
      cl_args: `{ flags = ${among(CloneNames, ...REFUSED, "CLONE_DETACHED")} | CLONE_CLEAR_SIGHAND, .. }`,
    },
  ],
  support: "partial",
  note: "no namespaces",
  handler: doClone3,
});
