// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { int, oneOf, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const MEMBARRIER_CMD_QUERY = 0;
const MEMBARRIER_CMD_GLOBAL = 1;

export const membarrier: Syscall = defineSyscall({
  name: "membarrier",
  number: { x86_64: 324 },
  args: [
    oneOf("cmd", { MEMBARRIER_CMD_QUERY, MEMBARRIER_CMD_GLOBAL }),
    uint("flags"),
    int("cpu_id"),
  ],
  scml: [{ flags: "0" }],
  support: "partial",
  note: "MEMBARRIER_CMD_GLOBAL only; with one CPU every call is a barrier",
  handler: (_thread, command, commandFlags) => {
    if (commandFlags !== 0) return fail(Errno.EINVAL);
    if (command === MEMBARRIER_CMD_QUERY) return MEMBARRIER_CMD_GLOBAL;
    return command === MEMBARRIER_CMD_GLOBAL ? 0 : fail(Errno.EINVAL);
  },
});
