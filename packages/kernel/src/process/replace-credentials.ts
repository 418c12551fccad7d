// SPDX-License-Identifier: MPL-2.0

import type { Credentials } from "./credentials.ts";
import type { Thread } from "./thread.ts";

/**
 * Makes `next` the thread's credentials as they are. Another identity, or more capabilities, keep
 * others out of the process's memory from then on (PR_SET_DUMPABLE).
 */
export function replaceCredentials(thread: Thread, next: Credentials): void {
  const old = thread.credentials;
  const isSame =
    old.euid === next.euid &&
    old.egid === next.egid &&
    old.fsuid === next.fsuid &&
    old.fsgid === next.fsgid &&
    next.permitted.isSubsetOf(old.permitted);
  thread.credentials = next;
  if (!isSame) {
    thread.process.dumpable = 0;
    thread.parentDeathSignal = 0;
  }
}
