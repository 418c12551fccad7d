// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { address } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

export const time: Syscall = defineSyscall({
  name: "time",
  number: { x86_64: 201 },
  args: [address("tloc")],
  support: "full",
  handler: (thread, timeAddress) => {
    const seconds = thread.kernel.clock.realtimeSeconds();
    if (timeAddress !== 0 && !thread.memory.writeNumber64(timeAddress, seconds)) {
      return fail(Errno.EFAULT);
    }
    return seconds;
  },
});
