// SPDX-License-Identifier: MPL-2.0

import { CLONE } from "../abi/clone.ts";
import { cloneThread, forkRequest } from "../process/clone.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

export const fork: Syscall = defineSyscall({
  name: "fork",
  isCostly: true,
  number: { x86_64: 57 },
  args: [],
  support: "full",
  handler: (thread) => cloneThread(thread, forkRequest(0)),
});

export const vfork: Syscall = defineSyscall({
  name: "vfork",
  isCostly: true,
  number: { x86_64: 58 },
  args: [],
  support: "full",
  handler: (thread) => cloneThread(thread, forkRequest(CLONE.VM | CLONE.VFORK)),
});
