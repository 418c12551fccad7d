// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, getU64, set32, set64, StackT, StructBuffer } from "../abi/layout.ts";
import { MINSIGSTKSZ, SS_AUTODISARM, SS_DISABLE, SS_ONSTACK } from "../abi/signal.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { currentAltStackFlags } from "../signal/alt-stack.ts";
import { structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct, writeStruct } from "./user-struct.ts";

function doSigaltstack(thread: Thread, newAddress: number, oldAddress: number): Result {
  const { signals, context } = thread;
  const flagsNow = currentAltStackFlags(thread, context.rsp);
  const old = new StructBuffer(StackT.size);
  set64(old.view, StackT.sp, signals.altStackBase);
  set32(old.view, StackT.flags, flagsNow);
  set64(old.view, StackT.stackSize, signals.altStackSize);
  if (newAddress !== 0) {
    const view = readStruct(thread, newAddress, StackT.size);
    if (view === undefined) return fail(Errno.EFAULT);
    if ((flagsNow & SS_ONSTACK) !== 0) return fail(Errno.EPERM, "the thread runs on the stack");
    const flags = getI32(view, StackT.flags) >>> 0;
    const kind = (flags & ~SS_AUTODISARM) >>> 0;
    if (kind !== 0 && kind !== SS_ONSTACK && kind !== SS_DISABLE) {
      return fail(Errno.EINVAL, "ss_flags is unknown");
    }
    const base = getU64(view, StackT.sp);
    const stackSize = getU64(view, StackT.stackSize);
    // What is already so is no change, and is not looked at.
    const isSame =
      base === signals.altStackBase &&
      stackSize === signals.altStackSize &&
      flags === signals.altStackFlags;
    if (isSame) {
      // Nothing to do.
    } else if (kind === SS_DISABLE) {
      signals.clearAltStack(flags);
    } else {
      if (stackSize < MINSIGSTKSZ) return fail(Errno.ENOMEM, "the stack is too small");
      signals.altStackBase = base;
      signals.altStackSize = stackSize;
      signals.altStackFlags = flags;
    }
  }
  return oldAddress === 0 ? 0 : writeStruct(thread, oldAddress, old);
}

export const sigaltstack: Syscall = defineSyscall({
  name: "sigaltstack",
  number: { x86_64: 131 },
  args: [structIn("ss", "stack_t"), structOut("old_ss", "stack_t")],
  support: "full",
  handler: doSigaltstack,
});
