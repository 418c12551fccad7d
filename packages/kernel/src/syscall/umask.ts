// SPDX-License-Identifier: MPL-2.0

import { mode } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** umask(2). */
export const umask: Syscall = defineSyscall({
  name: "umask",
  number: { x86_64: 95 },
  args: [mode("mask")],
  support: "full",
  handler(thread, mask) {
    const before = thread.fs.umask;
    thread.fs.umask = mask & 0o777;
    return before;
  },
});
