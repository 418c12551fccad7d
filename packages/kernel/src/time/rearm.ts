// SPDX-License-Identifier: MPL-2.0

/** Timers with shorter intervals go on in steps of so many nanoseconds: expirations alone would take all of a slow machine's time. */
const SHORTEST_STEP_NS = 100_000;

/**
 * When a periodic timer that has expired at `nowNs` is to wake up again, so that it expires at `deadlineNs`. What a step leaves
 * out is counted as missed when it ends.
 */
export function rearmAt(deadlineNs: number, intervalNs: number, nowNs: number): number {
  if (intervalNs >= SHORTEST_STEP_NS) return deadlineNs;
  return Math.max(deadlineNs, nowNs + SHORTEST_STEP_NS);
}
