// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import {
  RSEQ_ALIGN,
  RSEQ_CPU_ID_UNINITIALIZED,
  RSEQ_FEATURE_SIZE,
  RSEQ_ORIGINAL_SIZE,
  RseqLayout,
} from "../process/rseq.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { address, flags, hex32 } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const RSEQ_FLAG_UNREGISTER = 1;

/** Tells the CPU, its node and the number among the threads that run: all 0, as there is one CPU. */
function writeIds(thread: Thread, area: number, cpu: number): boolean {
  const { memory } = thread;
  return (
    memory.writeU32(area + RseqLayout.cpuIdStart, 0) &&
    memory.writeU32(area + RseqLayout.cpuId, cpu) &&
    memory.writeU32(area + RseqLayout.nodeId, 0) &&
    memory.writeU32(area + RseqLayout.concurrencyId, 0)
  );
}

function hasGoodShape(area: number, length: number): boolean {
  if (length === RSEQ_ORIGINAL_SIZE) return area % RSEQ_ORIGINAL_SIZE === 0;
  return length > RSEQ_ORIGINAL_SIZE && area % RSEQ_ALIGN === 0 && length >= RSEQ_FEATURE_SIZE;
}

function unregister(thread: Thread, area: number, length: number, signature: number): Result {
  const known = thread.rseq;
  if (known === undefined || known.address !== area || known.length !== length) {
    return fail(Errno.EINVAL, "the area is not registered");
  }
  if (known.signature !== signature) return fail(Errno.EPERM, "the signature is another");
  if (!writeIds(thread, area, RSEQ_CPU_ID_UNINITIALIZED)) return fail(Errno.EFAULT);
  thread.rseq = undefined;
  return 0;
}

/** rseq(2). */
export const rseq: Syscall = defineSyscall({
  name: "rseq",
  number: { x86_64: 334 },
  args: [
    address("rseq"),
    hex32("rseq_len"),
    flags("flags", { RSEQ_FLAG_UNREGISTER }, "0"),
    hex32("sig"),
  ],
  support: "full",
  handler: (thread, area, lengthArgument, rseqFlags, signatureArgument) => {
    const length = lengthArgument >>> 0;
    const signature = signatureArgument >>> 0;
    if ((rseqFlags & RSEQ_FLAG_UNREGISTER) !== 0) {
      if (rseqFlags !== RSEQ_FLAG_UNREGISTER) return fail(Errno.EINVAL);
      return unregister(thread, area, length, signature);
    }
    if (rseqFlags !== 0) return fail(Errno.EINVAL, "the flags have unknown bits");
    const known = thread.rseq;
    if (known !== undefined) {
      if (known.address !== area || known.length !== length) return fail(Errno.EINVAL);
      return fail(known.signature === signature ? Errno.EBUSY : Errno.EPERM);
    }
    if (!hasGoodShape(area, length)) return fail(Errno.EINVAL, "the area's size or place is wrong");
    if (area + length > TASK_SIZE) return fail(Errno.EFAULT);
    if (!thread.memory.writeNumber64(area + RseqLayout.criticalSection, 0)) {
      return fail(Errno.EFAULT);
    }
    // As Linux, which writes the numbers on the way to user mode, and raises SIGSEGV there.
    if (!writeIds(thread, area, 0)) return fail(Errno.EFAULT);
    thread.rseq = { address: area, length, signature };
    return 0;
  },
});
