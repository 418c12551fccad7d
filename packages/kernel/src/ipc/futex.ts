// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { Waiting } from "../process/restart-block.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { FutexKey } from "./futex-key.ts";
import type { PiLock } from "./pi-lock.ts";

/** One thread that waits on a futex word. */
export class FutexWaiter extends Waiting {
  readonly thread: Thread;
  /** The word: its address space (private) or 0, and its address (private) or physical address. */
  space: object | undefined;
  key: number;
  readonly bitset: number;
  /** FUTEX_WAIT_REQUEUE_PI: the lock's word, where the waiter may be moved to. */
  readonly target: FutexKey | undefined;
  /** The lock that it waits for, where it is one of priority inheritance. */
  lock: PiLock | undefined = undefined;
  /** Woken, or given the lock. */
  isWoken = false;

  constructor(thread: Thread, word: FutexKey, bitset: number, target?: FutexKey) {
    super();
    this.thread = thread;
    this.space = word.space;
    this.key = word.key;
    this.bitset = bitset;
    this.target = target;
  }

  override forget(): void {
    const { futexes, piLocks } = this.thread.kernel;
    if (!this.isWoken) futexes.remove(this);
    piLocks.remove(this);
  }
}

/** All futexes with waiters, by key. */
export class FutexTable {
  /** Waiters by key, in order of arrival; keys of different spaces may meet in one list. */
  private readonly waiters: Map<number, FutexWaiter[]> = new Map();

  /** Words that are waited on. */
  get size(): number {
    return this.waiters.size;
  }

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

  /** Who has waited longest for the word. */
  first({ space, key }: FutexKey): FutexWaiter | undefined {
    return this.waiters.get(key)?.find((waiter) => waiter.space === space);
  }

  /**
   * Wakes up to `count` waiters whose bitset meets `bitset`; how many. One that is to get a lock
   * can not be woken: -EINVAL, as Linux, when it comes to it.
   */
  wake(space: object | undefined, key: number, count: number, bitset: number): Result {
    const list = this.waiters.get(key);
    if (list === undefined) return 0;
    let woken = 0;
    for (const waiter of [...list]) {
      if (woken >= count) break;
      if (waiter.space !== space || (waiter.bitset & bitset) === 0) continue;
      if (waiter.target !== undefined) return fail(Errno.EINVAL, "a waiter is to get a lock");
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
  ): Result {
    const list = this.waiters.get(key);
    if (list === undefined) return 0;
    let moved = 0;
    for (const waiter of [...list]) {
      if (moved >= count) break;
      if (waiter.space !== space) continue;
      if (waiter.target !== undefined) return fail(Errno.EINVAL, "a waiter is to get a lock");
      this.remove(waiter);
      waiter.space = targetSpace;
      waiter.key = targetKey;
      this.add(waiter);
      moved++;
    }
    return moved;
  }
}
