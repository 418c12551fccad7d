// SPDX-License-Identifier: MPL-2.0

import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

export const sched_yield: Syscall = defineSyscall({
  name: "sched_yield",
  number: { x86_64: 24 },
  args: [],
  support: "full",
  handler: (thread) => {
    thread.giveWay();
    return 0;
  },
});
