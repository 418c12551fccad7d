// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";
import { Task } from "../task/task.ts";

/** So many classes are remembered to be taken after one; then it starts anew. */
const SUCCESSORS_MAX = 1024;

/** Locks that are taken in one order: those of one name, or a lock without a name alone. */
export class LockClass {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What a lock is made with. */
export interface LockOptions {
  /**
   * Names the class of the lock for the check of the order in which locks are taken. Locks of one
   * name form one class, of which a task holds one at a time. Without it the lock is a class itself.
   */
  readonly name?: string;
}

/**
 * In which order locks have been taken so far. A lock that a task is about to wait for while it
 * holds one that was once taken after it could deadlock, and is a panic at once, whether or not
 * another task is there to make it one.
 */
export class LockOrder {
  readonly #named: Map<string, LockClass> = new Map();
  readonly #successors: WeakMap<LockClass, Set<LockClass>> = new WeakMap();
  /** What interrupt handlers, and code outside any task, hold. */
  readonly #outside: LockClass[] = [];

  /** The class of the locks called `name`. */
  named(name: string): LockClass {
    const known = this.#named.get(name);
    if (known !== undefined) {
      return known;
    }
    const made = new LockClass(name);
    this.#named.set(name, made);
    return made;
  }

  /** What the running context holds, the oldest first. */
  heldBy(owner: System): LockClass[] {
    const task = owner.interrupts.level > 0 ? undefined : owner.scheduling.current;
    return task === undefined ? this.#outside : Task.heldLocks(PRIVILEGE, task);
  }

  /** Panics when waiting for a lock of `next` while those of `held` are held may deadlock. */
  check(held: readonly LockClass[], next: LockClass): void {
    for (const lock of held) {
      if (lock === next) {
        panic(`lock order: ${next.name} is taken while another lock of that name is held`);
      }
      if (this.#leads(next, lock, new Set())) {
        panic(
          `lock order: ${next.name} is taken while ${lock.name} is held, which was taken after it before`,
        );
      }
      this.#remember(lock, next);
    }
  }

  #remember(first: LockClass, next: LockClass): void {
    let after = this.#successors.get(first);
    if (after === undefined || after.size >= SUCCESSORS_MAX) {
      after = new Set();
      this.#successors.set(first, after);
    }
    after.add(next);
  }

  /** Whether `target` has been taken after `from`, perhaps by way of others. */
  #leads(from: LockClass, target: LockClass, seen: Set<LockClass>): boolean {
    const after = this.#successors.get(from);
    if (after === undefined || seen.has(from)) {
      return false;
    }
    seen.add(from);
    return after.has(target) || [...after].some((next) => this.#leads(next, target, seen));
  }
}
