// SPDX-License-Identifier: MPL-2.0

import { WaitQueue } from "@aster/ostd";

/** Told of each wake-up of a queue: the entries of epoll(7). */
export interface PollObserver {
  /** EPOLLEXCLUSIVE: of several such, events that have come are told to no more than it takes to wake somebody. */
  readonly isExclusive: boolean;
  /** `key` says which POLL* events may have come; 0 stands for any. Returns whether somebody is woken by that. */
  queueWoken(key: number): boolean;
}

/**
 * A wait queue of a file that `poll` looks at: each wake-up means that the file may have become
 * ready. Besides the threads that wait, observers hear of it.
 */
export class PollQueue extends WaitQueue {
  private observers: Set<PollObserver> | undefined = undefined;

  observe(observer: PollObserver): void {
    this.observers ??= new Set();
    this.observers.add(observer);
  }

  unobserve(observer: PollObserver): void {
    if (this.observers === undefined) return;
    this.observers.delete(observer);
    if (this.observers.size === 0) this.observers = undefined;
  }

  /** Whether a wake-up would reach anyone. */
  get isWatched(): boolean {
    return !this.isEmpty || this.observers !== undefined;
  }

  override wakeAll(): number {
    if (this.observers !== undefined) this.notify(0);
    return super.wakeAll();
  }

  /** As `wakeAll`, where no other events than `key` can have come: observers of others do not hear of it. */
  wakeFor(key: number): void {
    if (this.observers !== undefined) this.notify(key);
    super.wakeAll();
  }

  override wakeOne(): boolean {
    if (this.observers !== undefined) this.notify(0);
    return super.wakeOne();
  }

  private notify(key: number): void {
    let isSomebodyAwake = false;
    for (const observer of this.observers ?? []) {
      const { isExclusive } = observer;
      // What may be an error or a hangup is for all.
      if (isExclusive && isSomebodyAwake && key !== 0) continue;
      if (observer.queueWoken(key) && isExclusive) isSomebodyAwake = true;
    }
  }
}
