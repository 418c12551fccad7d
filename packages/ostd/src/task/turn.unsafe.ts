// SPDX-License-Identifier: MPL-2.0

import { currentSystemOrNone, setCurrentSystem } from "../current.unsafe.ts";
import type { System } from "../system.unsafe.ts";

// SAFETY: systems of one process take turns, so that code of a kernel always finds its own system
// current: a turn lasts while the system's tasks run, and ends when it idles or yields to the
// host. The queue is process-wide by nature, as the current system is.
const waiting: { readonly owner: System; readonly go: () => void }[] = [];

/** Waits until no other system has the turn, and takes it. */
export async function takeTurn(owner: System): Promise<void> {
  if (currentSystemOrNone() !== undefined || waiting.length > 0) {
    await new Promise<void>((go) => {
      waiting.push({ owner, go });
    });
    return;
  }
  setCurrentSystem(owner);
}

/** Hands the turn to the system that has waited longest. */
export function endTurn(): void {
  const next = waiting.shift();
  setCurrentSystem(next?.owner);
  next?.go();
}
