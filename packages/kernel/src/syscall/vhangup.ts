// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** vhangup(2): hangs up the caller's controlling terminal. */
export const vhangup: Syscall = defineSyscall({
  name: "vhangup",
  number: { x86_64: 153 },
  args: [],
  support: "full",
  handler(thread) {
    if (!thread.credentials.has(Capability.SYS_TTY_CONFIG)) return fail(Errno.EPERM);
    thread.process.session.controllingTty?.hangup();
    return 0;
  },
});
