// SPDX-License-Identifier: MPL-2.0

import { setHeapEnd } from "../vm/brk.ts";
import { vmLimitsOf } from "../vm/limits.ts";
import { address } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** brk(2): the raw call returns the end of the heap, moved or not. */
export const brk: Syscall = defineSyscall({
  name: "brk",
  number: { x86_64: 12 },
  args: [address("addr")],
  returns: "address",
  support: "full",
  handler: (thread, addr) => setHeapEnd(thread.vm, addr, vmLimitsOf(thread)),
});
