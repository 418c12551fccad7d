// SPDX-License-Identifier: MPL-2.0

import { SS_DISABLE } from "../abi/signal.ts";
import { PendingSignals } from "./pending.ts";
import type { SignalInfo } from "./signal-info.ts";
import { SignalSet } from "./signal-set.ts";

/** The signal state of one thread. */
export class SignalState {
  /** Sent to this thread alone. */
  readonly pending: PendingSignals = new PendingSignals();
  readonly blocked: SignalSet = new SignalSet();
  /** What `blocked` was before ppoll, sigsuspend and the like changed it for one call. */
  readonly saved: SignalSet = new SignalSet();
  hasSaved = false;
  /** What rt_sigtimedwait waits for: such a signal wakes the thread though it is blocked. */
  readonly waitedFor: SignalSet = new SignalSet();
  /** Signals dropped during a call, for the trace alone. */
  readonly ignoredForTrace: SignalInfo[] = [];
  /** sigaltstack(2). */
  altStackBase = 0;
  altStackSize = 0;
  altStackFlags = 0;

  /** `flags` is what sigaltstack(2) tells from now on. */
  clearAltStack(flags: number = SS_DISABLE): void {
    this.leaveAltStack();
    this.altStackFlags = flags;
  }
  /** execve(2): the stack has gone with the old memory. */
  leaveAltStack(): void {
    this.altStackBase = 0;
    this.altStackSize = 0;
  }

  /** What is blocked as others see it: while rt_sigtimedwait waits, not what it waits for. */
  blockedNow(): SignalSet {
    const blocked = this.blocked.clone();
    blocked.removeAll(this.waitedFor);
    return blocked;
  }

  /** fork(2), clone(2): the mask is inherited, what is pending is not. */
  inherit(from: SignalState, keepAltStack: boolean): void {
    this.blocked.copyFrom(from.hasSaved ? from.saved : from.blocked);
    if (keepAltStack) {
      this.altStackBase = from.altStackBase;
      this.altStackSize = from.altStackSize;
      this.altStackFlags = from.altStackFlags;
    }
  }
}
