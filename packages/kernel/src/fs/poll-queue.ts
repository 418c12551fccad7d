// SPDX-License-Identifier: MPL-2.0

import { WaitQueue } from "@aster/ostd";

/** Told of each wake-up of a queue: the entries of epoll(7). */
export interface PollObserver {
  queueWoken(): void;
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
    if (this.observers !== undefined) this.notify();
    return super.wakeAll();
  }

  override wakeOne(): boolean {
    if (this.observers !== undefined) this.notify();
    return super.wakeOne();
  }

  private notify(): void {
    for (const observer of this.observers ?? []) observer.queueWoken();
  }
}
