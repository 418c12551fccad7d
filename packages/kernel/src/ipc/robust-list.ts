// SPDX-License-Identifier: MPL-2.0

import { RobustListHead } from "../abi/layout.ts";
import type { Thread } from "../process/thread.ts";
import { wakeFutexAt } from "./futex-wake.ts";
import { FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS } from "./futex-word.ts";

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
    if (address !== entryAddress(pending)) giveUp(thread, address + futexOffset, entry % 2 === 1);
    if (next < 0) return;
    entry = next;
  }
  if (pending === 0) return;
  const last = entryAddress(pending) + futexOffset;
  if (pending % 2 === 0) wakeIfFree(thread, last);
  giveUp(thread, last, pending % 2 === 1);
}

/** Bit 0 says that the futex is a priority-inheritance one. */
function entryAddress(entry: number): number {
  return entry - (entry % 2);
}

/** A thread that died between unlocking and waking: nobody else would wake the next one. */
function wakeIfFree(thread: Thread, address: number): void {
  if (thread.memory.readU32(address) === 0) wakeFutexAt(thread, address, 1);
}

/** Marks one futex; who waits for one of priority inheritance is given it later. */
function giveUp(thread: Thread, address: number, inheritsPriority: boolean): void {
  const { memory } = thread;
  const word = memory.readU32(address);
  if (word < 0 || (word & FUTEX_TID_MASK) !== thread.tid) return;
  const died = ((word & FUTEX_WAITERS) | FUTEX_OWNER_DIED) >>> 0;
  if (!memory.writeU32(address, died)) return;
  if (!inheritsPriority && (word & FUTEX_WAITERS) !== 0) wakeFutexAt(thread, address, 1);
}
