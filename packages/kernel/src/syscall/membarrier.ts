// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { flags, int, oneOf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const MEMBARRIER_CMD_QUERY = 0;
const MEMBARRIER_CMD_GLOBAL = 1;
const MEMBARRIER_CMD_GLOBAL_EXPEDITED = 2;
const MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 4;
const MEMBARRIER_CMD_PRIVATE_EXPEDITED = 8;
const MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 16;
const MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 32;
const MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64;
const MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 128;
const MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ = 256;
const MEMBARRIER_CMD_GET_REGISTRATIONS = 512;
const ALL_COMMANDS = 1023;
const MEMBARRIER_CMD_FLAG_CPU = 1;

const CommandNames = {
  MEMBARRIER_CMD_QUERY,
  MEMBARRIER_CMD_GLOBAL,
  MEMBARRIER_CMD_GLOBAL_EXPEDITED,
  MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED,
  MEMBARRIER_CMD_PRIVATE_EXPEDITED,
  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
  MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE,
  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE,
  MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ,
  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ,
  MEMBARRIER_CMD_GET_REGISTRATIONS,
} as const;

/**
 * membarrier(2). There is one CPU, and each switch between threads is a barrier, serializes, and
 * aborts restartable sequences: nothing is left to do but to keep what has been registered.
 */
export const membarrier: Syscall = defineSyscall({
  name: "membarrier",
  number: { x86_64: 324 },
  args: [
    oneOf("cmd", CommandNames),
    flags("flags", { MEMBARRIER_CMD_FLAG_CPU }, "0"),
    int("cpu_id"),
  ],
  support: "full",
  handler: (thread, command, commandFlags) => {
    const { vm } = thread;
    const mayName = command === MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ;
    if (commandFlags !== 0 && !(mayName && commandFlags === MEMBARRIER_CMD_FLAG_CPU)) {
      return fail(Errno.EINVAL);
    }
    switch (command) {
      case MEMBARRIER_CMD_QUERY:
        return ALL_COMMANDS;
      case MEMBARRIER_CMD_GLOBAL:
      case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
        return 0;
      case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
      case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
      case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
      case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ:
        vm.barriers |= command;
        return 0;
      case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
      case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
      case MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ:
        // Each is registered for by the next higher bit.
        return (vm.barriers & (command << 1)) !== 0
          ? 0
          : fail(Errno.EPERM, "the process has not registered for it");
      case MEMBARRIER_CMD_GET_REGISTRATIONS:
        return vm.barriers;
      default:
        return fail(Errno.EINVAL, "the command is unknown");
    }
  },
});
