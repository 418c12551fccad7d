// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { SIGTTIN } from "../../abi/signal.ts";
import type { Thread } from "../../process/thread.ts";
import { ERESTARTSYS, fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { SignalInfo } from "../../signal/signal-info.ts";
import type { Tty } from "./tty.ts";

/**
 * Whether `thread` may read (`signo` SIGTTIN) or change (SIGTTOU) the terminal now: 0 in the
 * foreground, or where the terminal does not control it. A background group is stopped by
 * `signo` and tries again; -EIO where that would stop it for good or is refused.
 */
export function checkForeground(thread: Thread, tty: Tty, signo: number): Result {
  if (!tty.controls(thread)) return 0;
  const { group } = thread.process;
  if (tty.foregroundGroup === undefined || tty.foregroundGroup === group) return 0;
  if (thread.isSignalBlockedOrIgnored(signo)) {
    return signo === SIGTTIN ? fail(Errno.EIO, "a background process reads, SIGTTIN ignored") : 0;
  }
  if (group.isOrphaned()) return fail(Errno.EIO, "the background process group is orphaned");
  group.signal(SignalInfo.kernel(signo));
  return ERESTARTSYS;
}
