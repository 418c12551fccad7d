// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI32, Sigset } from "../abi/layout.ts";
import { ERESTARTNOHAND, fail } from "../result.ts";
import { size, structIn } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readStruct } from "./user-struct.ts";

export const rt_sigsuspend: Syscall = defineSyscall({
  name: "rt_sigsuspend",
  number: { x86_64: 130 },
  args: [structIn("mask", "sigset"), size("sigsetsize")],
  support: "full",
  handler: (thread, setAddress, setSize) => {
    if (setSize !== Sigset.size) return fail(Errno.EINVAL, "sigsetsize is not 8");
    const view = readStruct(thread, setAddress, Sigset.size);
    if (view === undefined) return fail(Errno.EFAULT);
    thread.setTemporaryMask(getI32(view, Sigset.low), getI32(view, Sigset.high));
    return thread.block(undefined, Infinity, ERESTARTNOHAND);
  },
});

export const pause: Syscall = defineSyscall({
  name: "pause",
  number: { x86_64: 34 },
  args: [],
  support: "full",
  handler: (thread) => thread.block(undefined, Infinity, ERESTARTNOHAND),
});
