// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { WaitQueue } from "@aster/ostd";
import { Waiting } from "../../process/restart-block.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { IPC_NOWAIT, IpcObject } from "./ipc-object.ts";

/** Limits as in /proc/sys/kernel/sem. */
export const SEMMSL = 32_000;
export const SEMMNS = 1_024_000_000;
export const SEMOPM = 500;
export const SEMMNI = 32_000;
export const SEMVMX = 32_767;

export const SEM_UNDO = 0o10000;

/** One operation of semop(2). */
export interface SemaphoreOperation {
  readonly number: number;
  readonly change: number;
  readonly flags: number;
}

/** A semop(2) that waits: in the restart block of its thread as long as it does. */
export class SemaphoreWaiter extends Waiting {
  readonly set: SemaphoreSet;
  /** Which semaphore it waits for, and whether to become zero rather than larger. */
  number = 0;
  waitsForZero = false;

  constructor(set: SemaphoreSet) {
    super();
    this.set = set;
  }

  override forget(): void {
    this.set.waiters.delete(this);
  }
}

/** What the end of a process takes back (SEM_UNDO), by set. Shared by CLONE_SYSVSEM. */
export class UndoList {
  users = 1;
  readonly changes: Map<SemaphoreSet, number[]> = new Map();

  share(): this {
    this.users++;
    return this;
  }

  /** One of the processes has ended; the last one undoes. */
  release(pid: number): void {
    this.users--;
    if (this.users > 0) return;
    for (const [set, changes] of this.changes) {
      set.undoLists.delete(this);
      set.undo(changes, pid);
    }
    this.changes.clear();
  }

  of(set: SemaphoreSet): number[] {
    let changes = this.changes.get(set);
    if (changes === undefined) {
      changes = new Array<number>(set.values.length).fill(0);
      this.changes.set(set, changes);
      set.undoLists.add(this);
    }
    return changes;
  }
}

/** semget(2). */
export class SemaphoreSet extends IpcObject {
  readonly values: number[];
  /** Who changed each last. */
  readonly pids: number[];
  /** Seconds since 1970 of the last semop(2); 0 before. */
  operatedAt = 0;
  readonly queue: WaitQueue = new WaitQueue();
  readonly undoLists: Set<UndoList> = new Set();
  /** Those who wait now. */
  readonly waiters: Set<SemaphoreWaiter> = new Set();

  constructor(thread: Thread, id: number, key: number, flags: number, count: number) {
    super(thread, id, key, flags);
    this.values = new Array<number>(count).fill(0);
    this.pids = new Array<number>(count).fill(0);
  }

  /** All operations or none: 0, an error, or BLOCKED with `waiter` telling what for. */
  operate(thread: Thread, operations: readonly SemaphoreOperation[]): Result {
    const { process } = thread;
    const next = new Map<number, number>();
    for (const { number, change, flags } of operations) {
      const value = next.get(number) ?? this.values[number] ?? 0;
      const mustWait = change === 0 ? value !== 0 : value + change < 0;
      if (mustWait) {
        if ((flags & IPC_NOWAIT) !== 0) return fail(Errno.EAGAIN);
        return this.wait(thread, number, change === 0);
      }
      if (value + change > SEMVMX) return fail(Errno.ERANGE, "the value would be too large");
      if ((flags & SEM_UNDO) !== 0) {
        const undone = (process.semaphoreUndo?.changes.get(this)?.[number] ?? 0) - change;
        if (Math.abs(undone) > SEMVMX) return fail(Errno.ERANGE);
      }
      next.set(number, value + change);
    }
    for (const { number, change, flags } of operations) {
      this.pids[number] = process.pid;
      if ((flags & SEM_UNDO) === 0 || change === 0) continue;
      process.semaphoreUndo ??= new UndoList();
      const changes = process.semaphoreUndo.of(this);
      changes[number] = (changes[number] ?? 0) - change;
    }
    for (const [number, value] of next) this.values[number] = value;
    this.operatedAt = this.now();
    if (operations.some(({ change }) => change !== 0)) this.queue.wakeAll();
    return 0;
  }

  private wait(thread: Thread, number: number, waitsForZero: boolean): Result {
    const { restart } = thread;
    let waiter = restart.data;
    if (!(waiter instanceof SemaphoreWaiter)) {
      waiter = new SemaphoreWaiter(this);
      restart.data = waiter;
    }
    if (waiter instanceof SemaphoreWaiter) {
      waiter.number = number;
      waiter.waitsForZero = waitsForZero;
      this.waiters.add(waiter);
    }
    return thread.block(this.queue, restart.deadlineNs, -Errno.EINTR);
  }

  /** How many wait for semaphore `number` to become zero, or larger. */
  countWaiters(number: number, forZero: boolean): number {
    let count = 0;
    for (const waiter of this.waiters) {
      if (waiter.number === number && waiter.waitsForZero === forZero) count++;
    }
    return count;
  }

  /** SETVAL and SETALL: what was to be undone is forgotten. */
  setValue(thread: Thread, number: number, value: number): void {
    this.values[number] = value;
    this.pids[number] = thread.process.pid;
    for (const list of this.undoLists) {
      const changes = list.changes.get(this);
      if (changes !== undefined) changes[number] = 0;
    }
    this.changedAt = this.now();
    this.queue.wakeAll();
  }

  undo(changes: readonly number[], pid: number): void {
    for (const [number, change] of changes.entries()) {
      if (change === 0) continue;
      const value = (this.values[number] ?? 0) + change;
      this.values[number] = Math.max(0, Math.min(SEMVMX, value));
      this.pids[number] = pid;
    }
    this.operatedAt = this.now();
    this.queue.wakeAll();
  }

  /** After the set was taken out of its table: whoever waits gets EIDRM. */
  dissolve(): void {
    for (const list of this.undoLists) list.changes.delete(this);
    this.undoLists.clear();
    this.queue.wakeAll();
  }
}
