// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { address, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

export const getcpu: Syscall = defineSyscall({
  name: "getcpu",
  number: { x86_64: 309 },
  args: [structOut("cpu", "u32"), structOut("node", "u32"), address("tcache")],
  support: "full",
  handler: (thread, cpuAddress, nodeAddress) => {
    if (cpuAddress !== 0 && !thread.memory.writeU32(cpuAddress, 0)) return fail(Errno.EFAULT);
    if (nodeAddress !== 0 && !thread.memory.writeU32(nodeAddress, 0)) return fail(Errno.EFAULT);
    return 0;
  },
});
