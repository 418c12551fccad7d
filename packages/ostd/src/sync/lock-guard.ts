// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import type { System } from "../system.unsafe.ts";
import type { Task } from "../task/task.ts";
import { LockClass } from "./lock-order.ts";
import type { LockOptions } from "./lock-order.ts";

/** What all kinds of locks have, as their guards see it. */
export class LockCore<T> {
  readonly value: T;
  /** Whether holding it forbids to park. */
  readonly isAtomic: boolean;
  /** Gives up what a guard holds. */
  readonly unlock: (isWriter: boolean) => void;
  readonly #name: string | undefined;
  readonly #own: LockClass;

  constructor(
    kind: string,
    value: T,
    { name }: LockOptions,
    isAtomic: boolean,
    unlock: (isWriter: boolean) => void,
  ) {
    this.value = value;
    this.isAtomic = isAtomic;
    this.unlock = unlock;
    this.#name = name;
    this.#own = new LockClass(name ?? kind);
  }

  get name(): string {
    return this.#own.name;
  }

  /** Its class for the check of the order; a lock may be used in several systems. */
  orderIn(owner: System): LockClass {
    return this.#name === undefined ? this.#own : owner.lockOrder.named(this.#name);
  }

  /** Panics when to wait for it now may deadlock, by what the running context holds. */
  checkOrder(owner: System): void {
    const { lockOrder } = owner;
    lockOrder.check(lockOrder.heldBy(owner), this.orderIn(owner));
  }
}

/**
 * The right to use the value of a lock, from the task that took it, until `drop`.
 *
 * SAFETY: the invariant *guard-stays*: a guard belongs to the task that took it. Another task that
 * uses or drops it, and any use after the drop, is a panic.
 */
export class LockGuard<T> {
  readonly #system: System;
  readonly #lock: LockCore<T>;
  readonly #isWriter: boolean;
  readonly #holder: Task | undefined;
  /** What the holder holds: the list this guard stands in. */
  readonly #held: LockClass[];
  readonly #order: LockClass;
  #released: Release | undefined;

  constructor(privilege: Privilege, owner: System, lock: LockCore<T>, isWriter: boolean) {
    if (privilege !== PRIVILEGE) {
      panic("a guard comes from its lock");
    }
    this.#system = owner;
    this.#lock = lock;
    this.#isWriter = isWriter;
    this.#holder = owner.scheduling.current;
    this.#held = owner.lockOrder.heldBy(owner);
    this.#order = lock.orderIn(owner);
    this.#held.push(this.#order);
    if (lock.isAtomic) {
      owner.scheduling.atomicDepth += 1;
    }
  }

  #requireHolder(): void {
    if (this.#system.scheduling.current !== this.#holder) {
      panic(`a guard of ${this.#lock.name} was used by another task than took it`);
    }
  }

  /** What the lock protects. */
  get value(): T {
    if (this.#released !== undefined) {
      panicUsed(`a guard of ${this.#lock.name}`, this.#released);
    }
    this.#requireHolder();
    return this.#lock.value;
  }

  /** Gives the lock up. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice(`a guard of ${this.#lock.name}`, this.#released);
    }
    this.#requireHolder();
    this.#released = this.#system.releases.note();
    const index = this.#held.lastIndexOf(this.#order);
    if (index >= 0) {
      this.#held.splice(index, 1);
    }
    if (this.#lock.isAtomic) {
      this.#system.scheduling.atomicDepth -= 1;
    }
    this.#lock.unlock(this.#isWriter);
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}
