// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../process/thread.ts";

/** One thread that waits on a futex word. */
export class FutexWaiter {
  readonly thread: Thread;
  /** The word: its address space (private) or 0, and its address (private) or physical address. */
  space: object | undefined;
  key: number;
  readonly bitset: number;
  isWoken = false;

  constructor(thread: Thread, space: object | undefined, key: number, bitset: number) {
    this.thread = thread;
    this.space = space;
    this.key = key;
    this.bitset = bitset;
  }
}

/** All futexes with waiters, by key. */
export class FutexTable {
  /** Waiters by key, in order of arrival; keys of different spaces may meet in one list. */
  private readonly waiters: Map<number, FutexWaiter[]> = new Map();

  add(waiter: FutexWaiter): void {
    const list = this.waiters.get(waiter.key);
    if (list === undefined) this.waiters.set(waiter.key, [waiter]);
    else list.push(waiter);
  }

  remove(waiter: FutexWaiter): void {
    const list = this.waiters.get(waiter.key);
    const index = list?.indexOf(waiter) ?? -1;
    if (list === undefined || index < 0) return;
    list.splice(index, 1);
    if (list.length === 0) this.waiters.delete(waiter.key);
  }

  /** Wakes up to `count` waiters whose bitset meets `bitset`; how many. */
  wake(space: object | undefined, key: number, count: number, bitset: number): number {
    const list = this.waiters.get(key);
    if (list === undefined) return 0;
    let woken = 0;
    for (const waiter of [...list]) {
      if (woken >= count) break;
      if (waiter.space !== space || (waiter.bitset & bitset) === 0) continue;
      this.remove(waiter);
      waiter.isWoken = true;
      waiter.thread.wake();
      woken++;
    }
    return woken;
  }

  /** Moves up to `count` waiters to another word; how many. */
  requeue(
    space: object | undefined,
    key: number,
    targetSpace: object | undefined,
    targetKey: number,
    count: number,
  ): number {
    const list = this.waiters.get(key);
    if (list === undefined) return 0;
    let moved = 0;
    for (const waiter of [...list]) {
      if (moved >= count) break;
      if (waiter.space !== space) continue;
      this.remove(waiter);
      waiter.space = targetSpace;
      waiter.key = targetKey;
      this.add(waiter);
      moved++;
    }
    return moved;
  }
}
