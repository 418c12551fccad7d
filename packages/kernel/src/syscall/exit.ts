// SPDX-License-Identifier: MPL-2.0

import { exitProcess } from "../process/exit.ts";
import { exitedStatus } from "../process/wait-status.ts";
import { REGISTERS_SET } from "../result.ts";
import { int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

export const exit: Syscall = defineSyscall({
  name: "exit",
  number: { x86_64: 60 },
  args: [int("status")],
  returns: "none",
  support: "full",
  handler: (thread, status) => {
    thread.isEnding = true;
    thread.endStatus = exitedStatus(status);
    thread.needsAttention = true;
    return REGISTERS_SET;
  },
});

export const exit_group: Syscall = defineSyscall({
  name: "exit_group",
  number: { x86_64: 231 },
  args: [int("status")],
  returns: "none",
  support: "full",
  handler: (thread, status) => {
    exitProcess(thread, exitedStatus(status));
    return REGISTERS_SET;
  },
});
