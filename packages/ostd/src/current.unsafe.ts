// SPDX-License-Identifier: MPL-2.0

import type { System } from "./system.unsafe.ts";

// SAFETY: the only mutable state at module level in OSTD. A system is current from the moment its
// run loop takes the turn until it gives it back (to idle, or to the host); turns of different
// systems never overlap (see task/turn.unsafe.ts), so code of a kernel always finds its own.
let currentSystem: System | undefined;
let nextLocalIndex = 0;

/** The system whose code is running. */
export function system(): System {
  if (currentSystem === undefined) {
    throw new Error("no system is running: OSTD was called outside a kernel");
  }
  return currentSystem;
}

export function currentSystemOrNone(): System | undefined {
  return currentSystem;
}

export function setCurrentSystem(next: System | undefined): void {
  currentSystem = next;
}

/** A slot in every system's table of locals. */
export function allocateLocalIndex(): number {
  const index = nextLocalIndex;
  nextLocalIndex += 1;
  return index;
}
