// SPDX-License-Identifier: MPL-2.0

import { address } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

export const set_tid_address: Syscall = defineSyscall({
  name: "set_tid_address",
  number: { x86_64: 218 },
  args: [address("tidptr")],
  support: "full",
  handler: (thread, tidAddress) => {
    thread.clearChildTid = tidAddress;
    return thread.tid;
  },
});
