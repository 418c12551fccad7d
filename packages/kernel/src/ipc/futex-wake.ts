// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../process/thread.ts";
import { futexKey } from "./futex-key.ts";

export const FUTEX_BITSET_MATCH_ANY = 0xffff_ffff;

/** Wakes up to `count` threads that wait on the word at `address`, shared or private. */
export function wakeFutexAt(thread: Thread, address: number, count: number): void {
  const { futexes } = thread.kernel;
  futexes.wake(thread.vm, address, count, FUTEX_BITSET_MATCH_ANY);
  const shared = futexKey(thread, address, true);
  if (shared.space === undefined) {
    futexes.wake(undefined, shared.key, count, FUTEX_BITSET_MATCH_ANY);
  }
}
