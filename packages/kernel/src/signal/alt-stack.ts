// SPDX-License-Identifier: MPL-2.0

import { SS_AUTODISARM, SS_DISABLE, SS_ONSTACK } from "../abi/signal.ts";
import type { Thread } from "../process/thread.ts";

/** ss_flags as sigaltstack(2) tells them to a thread whose stack pointer is `sp`. */
export function currentAltStackFlags(thread: Thread, sp: number): number {
  const { altStackBase, altStackSize, altStackFlags } = thread.signals;
  const sticky = altStackFlags & SS_AUTODISARM;
  if (altStackSize === 0) return SS_DISABLE | sticky;
  const isOn = sticky === 0 && sp > altStackBase && sp - altStackBase <= altStackSize;
  return (isOn ? SS_ONSTACK : 0) | sticky;
}
