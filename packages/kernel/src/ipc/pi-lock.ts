// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../process/thread.ts";
import type { FutexKey } from "./futex-key.ts";
import { FutexWaiter } from "./futex.ts";

/** A priority-inheritance futex that threads wait for; one without waiters lives in its word alone. */
export class PiLock {
  readonly space: object | undefined;
  readonly key: number;
  owner: Thread;
  /** In order of arrival. */
  readonly waiters: FutexWaiter[] = [];
  /** The owner died, and the word does not name its heir yet: the heir writes it when it runs. */
  isInherited = false;

  constructor(key: FutexKey, owner: Thread) {
    this.space = key.space;
    this.key = key.key;
    this.owner = owner;
  }

  /** Who gets the lock next: the highest real-time priority, then whoever came first. */
  get next(): FutexWaiter | undefined {
    let best: FutexWaiter | undefined = undefined;
    for (const waiter of this.waiters) {
      if (best === undefined || rankOf(waiter.thread) > rankOf(best.thread)) best = waiter;
    }
    return best;
  }
}

/** All priority-inheritance futexes with waiters. */
export class PiLockTable {
  /** By key; words of different spaces may meet in one list. */
  private readonly locks: Map<number, PiLock[]> = new Map();

  find({ space, key }: FutexKey): PiLock | undefined {
    return this.locks.get(key)?.find((lock) => lock.space === space);
  }

  /** The state of a lock that `owner` holds and somebody is about to wait for. */
  add(key: FutexKey, owner: Thread): PiLock {
    const lock = new PiLock(key, owner);
    const list = this.locks.get(key.key);
    if (list === undefined) this.locks.set(key.key, [lock]);
    else list.push(lock);
    owner.piLocks.add(lock);
    return lock;
  }

  /** Queues a thread for the lock. */
  wait(lock: PiLock, waiter: FutexWaiter): void {
    waiter.lock = lock;
    lock.waiters.push(waiter);
    // The owner may run with the waiter's priority from now on, and so may who it waits for itself.
    for (let at: PiLock | undefined = lock; at !== undefined; at = waitedForBy(at.owner)) {
      const { owner } = at;
      if (waiter.thread.schedulingPriority > 0) owner.kernel.scheduler.changed(owner);
    }
  }

  /** The waiter gives up. */
  remove(waiter: FutexWaiter): void {
    const { lock } = waiter;
    if (lock === undefined) return;
    waiter.lock = undefined;
    const index = lock.waiters.indexOf(waiter);
    if (index >= 0) lock.waiters.splice(index, 1);
    this.settle(lock);
  }

  /** Gives the lock to the next waiter and wakes it; undefined where nobody waits. */
  passOn(lock: PiLock): Thread | undefined {
    const { next, owner } = lock;
    if (next === undefined) return undefined;
    lock.waiters.splice(lock.waiters.indexOf(next), 1);
    owner.piLocks.delete(lock);
    lock.owner = next.thread;
    next.thread.piLocks.add(lock);
    next.isWoken = true;
    next.thread.wake();
    return next.thread;
  }

  /** Forgets a lock that nobody waits for and whose word says all. */
  settle(lock: PiLock): void {
    if (lock.waiters.length > 0 || lock.isInherited) return;
    this.drop(lock);
  }

  /** A thread ends with locks held: each goes to the next waiter, who is told (FUTEX_OWNER_DIED). */
  abandonAll(thread: Thread): void {
    for (const lock of [...thread.piLocks]) {
      lock.isInherited = this.passOn(lock) !== undefined;
      if (!lock.isInherited) this.drop(lock);
    }
  }

  /** Whether `thread` waiting for `lock` would wait for itself, over any number of owners. */
  wouldDeadlock(thread: Thread, lock: PiLock): boolean {
    let at: PiLock | undefined = lock;
    // Owners of a chain differ, as none of them could begin to wait otherwise.
    while (at !== undefined) {
      if (at.owner === thread) return true;
      at = waitedForBy(at.owner);
    }
    return false;
  }

  private drop(lock: PiLock): void {
    lock.owner.piLocks.delete(lock);
    const list = this.locks.get(lock.key);
    const index = list?.indexOf(lock) ?? -1;
    if (list === undefined || index < 0) return;
    list.splice(index, 1);
    if (list.length === 0) this.locks.delete(lock.key);
  }
}

/** The lock that the thread waits for. */
function waitedForBy(thread: Thread): PiLock | undefined {
  const { data } = thread.restart;
  return data instanceof FutexWaiter && !data.isWoken ? data.lock : undefined;
}

/** Real-time priorities are above all others, which count alike. */
function rankOf(thread: Thread): number {
  return inheritedPriority(thread);
}

/**
 * The real-time priority that a thread runs with: its own, or the highest of those that wait for a
 * lock of it, over any number of owners; 0 for none.
 */
export function inheritedPriority(thread: Thread): number {
  let highest = thread.schedulingPriority;
  for (const lock of thread.piLocks) {
    for (const waiter of lock.waiters) {
      highest = Math.max(highest, inheritedPriority(waiter.thread));
    }
  }
  return highest;
}
