// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { address, oneOf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";

const ARCH_SET_GS = 0x1001;
const ARCH_SET_FS = 0x1002;
const ARCH_GET_FS = 0x1003;
const ARCH_GET_GS = 0x1004;
const ARCH_GET_CPUID = 0x1011;
const ARCH_SET_CPUID = 0x1012;
const ARCH_GET_XCOMP_SUPP = 0x1021;
const ARCH_GET_XCOMP_PERM = 0x1022;
const ARCH_REQ_XCOMP_PERM = 0x1023;

/** Without XSAVE: x87 and SSE, which nobody has to ask for. */
const STATE_COMPONENTS = 3;
/** Tile data (AMX), the highest component that Linux lets programs ask for. */
const HIGHEST_COMPONENT = 18;

const OperationNames = {
  ARCH_SET_GS,
  ARCH_SET_FS,
  ARCH_GET_FS,
  ARCH_GET_GS,
  ARCH_GET_CPUID,
  ARCH_SET_CPUID,
  ARCH_GET_XCOMP_SUPP,
  ARCH_GET_XCOMP_PERM,
  ARCH_REQ_XCOMP_PERM,
} as const;

function doArchPrctl(thread: Thread, operation: number, argument: number): Result {
  const { context, memory } = thread;
  switch (operation) {
    case ARCH_SET_FS:
    case ARCH_SET_GS:
      if (argument >= TASK_SIZE) return fail(Errno.EPERM, "the base is no user address");
      if (operation === ARCH_SET_FS) context.fsBase = argument;
      else context.gsBase = argument;
      return 0;
    case ARCH_GET_FS:
      return memory.writeNumber64(argument, context.fsBase) ? 0 : fail(Errno.EFAULT);
    case ARCH_GET_GS:
      return memory.writeNumber64(argument, context.gsBase) ? 0 : fail(Errno.EFAULT);
    case ARCH_GET_CPUID:
      return 1;
    case ARCH_SET_CPUID:
      return fail(Errno.ENODEV, "the processor has no faulting CPUID");
    case ARCH_GET_XCOMP_SUPP:
    case ARCH_GET_XCOMP_PERM:
      return memory.writeNumber64(argument, STATE_COMPONENTS) ? 0 : fail(Errno.EFAULT);
    case ARCH_REQ_XCOMP_PERM:
      return argument > HIGHEST_COMPONENT
        ? fail(Errno.EINVAL)
        : fail(Errno.EOPNOTSUPP, "the processor has no such state");
    default:
      return fail(Errno.EINVAL, "the operation is unknown");
  }
}

export const arch_prctl: Syscall = defineSyscall({
  name: "arch_prctl",
  number: { x86_64: 158 },
  args: [oneOf("op", OperationNames), address("addr")],
  scml: [{ op: among(OperationNames, "ARCH_SET_CPUID", "ARCH_REQ_XCOMP_PERM") }],
  support: "partial",
  note: "segment bases, and what a processor without XSAVE and faulting CPUID answers",
  handler: doArchPrctl,
});
