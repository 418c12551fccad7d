// SPDX-License-Identifier: MPL-2.0

import { RobustListHead } from "../abi/layout.ts";
import type { Thread } from "../process/thread.ts";
import { wakeFutexAt } from "./futex-wake.ts";

const FUTEX_WAITERS = 0x8000_0000;
const FUTEX_OWNER_DIED = 0x4000_0000;
const FUTEX_TID_MASK = 0x3fff_ffff;
/** Most entries looked at, should user space have made a ring of them. */
const ROBUST_LIST_LIMIT = 2048;

/** Marks the robust futexes that the thread holds as those of a dead owner (get_robust_list(2)). */
export function exitRobustList(thread: Thread): void {
  const { memory, robustList: head } = thread;
  const offsetLow = memory.readU32(head + RobustListHead.futexOffset);
  const first = memory.readU64(head + RobustListHead.list);
  const pending = memory.readU64(head + RobustListHead.pending);
  if (offsetLow < 0 || first < 0 || pending < 0) return;
  const futexOffset = offsetLow | 0;
  let entry = first;
  for (let count = 0; entryAddress(entry) !== head && count < ROBUST_LIST_LIMIT; count++) {
    const address = entryAddress(entry);
    const next = memory.readU64(address);
    if (entry !== pending) giveUp(thread, address + futexOffset);
    if (next < 0) return;
    entry = next;
  }
  if (pending !== 0) giveUp(thread, entryAddress(pending) + futexOffset);
}

/** Bit 0 says that the futex is a priority-inheritance one. */
function entryAddress(entry: number): number {
  return entry - (entry % 2);
}

function giveUp(thread: Thread, address: number): void {
  const { memory } = thread;
  const word = memory.readU32(address);
  if (word < 0 || (word & FUTEX_TID_MASK) !== thread.tid) return;
  const died = ((word & FUTEX_WAITERS) | FUTEX_OWNER_DIED) >>> 0;
  if (!memory.writeU32(address, died)) return;
  if ((word & FUTEX_WAITERS) !== 0) wakeFutexAt(thread, address, 1);
}
