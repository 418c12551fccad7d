// SPDX-License-Identifier: MPL-2.0

import { SIGSEGV } from "../abi/signal.ts";
import { leaveSignalHandler } from "../arch/x86_64/signal-frame.ts";
import { REGISTERS_SET } from "../result.ts";
import { forceSignal } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

export const rt_sigreturn: Syscall = defineSyscall({
  name: "rt_sigreturn",
  number: { x86_64: 15 },
  args: [],
  support: "full",
  handler: (thread) => {
    if (!leaveSignalHandler(thread)) forceSignal(thread, SignalInfo.kernel(SIGSEGV));
    return REGISTERS_SET;
  },
});
