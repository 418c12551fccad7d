// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../process/thread.ts";
import { ERESTART_RESTARTBLOCK } from "../result.ts";
import type { Result } from "../result.ts";
import { structIn, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readTimespec, writeTimespec } from "./user-struct.ts";

/** Sleeps until `restart.deadlineNs`; when interrupted, `remainAddress` gets what was left. */
export function sleepRelative(
  thread: Thread,
  requestAddress: number,
  remainAddress: number,
): Result {
  const { restart } = thread;
  const now = thread.kernel.clock.monotonicNs();
  if (!restart.entered) {
    const request = readTimespec(thread, requestAddress);
    if (request < 0) return request;
    restart.deadlineNs = now + request;
  }
  if (now >= restart.deadlineNs) return 0;
  if (thread.signalPending()) {
    if (remainAddress !== 0) {
      const written = writeTimespec(thread, remainAddress, restart.deadlineNs - now);
      if (written < 0) return written;
    }
    return ERESTART_RESTARTBLOCK;
  }
  return thread.block(undefined, restart.deadlineNs, ERESTART_RESTARTBLOCK);
}

export const nanosleep: Syscall = defineSyscall({
  name: "nanosleep",
  number: { x86_64: 35 },
  args: [structIn("req", "timespec"), structOut("rem", "timespec")],
  support: "full",
  handler: sleepRelative,
});
