// SPDX-License-Identifier: MPL-2.0

import type { Entity } from "./entity.ts";
import { REALTIME_PRIORITY_MAX } from "./policy.ts";

/** Of each period, this much at most goes to real-time threads while fair ones wait (sched(7)). */
const PERIOD_NS = 1_000_000_000;
const RUNTIME_NS = 950_000_000;
/** The kernel's own tasks stand above all others, and are not limited. */
const LEVELS: number = REALTIME_PRIORITY_MAX + 2;

/** Real-time tasks that wait for the CPU: a list for each priority. */
export class RealtimeQueue {
  private readonly levels: Entity[][] = Array.from({ length: LEVELS }, () => []);
  private count = 0;
  /** No level above this one has any. */
  private top = 0;
  private periodStartNs = 0;
  private spentNs = 0;

  get length(): number {
    return this.count;
  }

  /** The highest priority of a task in the queue; 0: there is none. */
  get highest(): number {
    if (this.count === 0) return 0;
    while (this.top > 0 && this.levels[this.top]?.length === 0) this.top--;
    return this.top;
  }

  /** Behind those of its priority; one that was only interrupted (`isFirst`) before them. */
  push(entity: Entity, priority: number, isFirst: boolean): void {
    entity.queuedPriority = priority;
    if (isFirst) this.levels[priority]?.unshift(entity);
    else this.levels[priority]?.push(entity);
    this.count++;
    if (priority > this.top) this.top = priority;
  }

  pop(): Entity | undefined {
    const entity = this.levels[this.highest]?.[0];
    if (entity !== undefined) this.remove(entity);
    return entity;
  }

  remove(entity: Entity): void {
    const level = this.levels[entity.queuedPriority];
    const index = level?.indexOf(entity) ?? -1;
    entity.queuedPriority = 0;
    if (level === undefined || index < 0) return;
    level.splice(index, 1);
    this.count--;
  }

  /** A real-time thread of a program has run. */
  spend(ranNs: number, nowNs: number): void {
    if (nowNs - this.periodStartNs >= PERIOD_NS) {
      this.periodStartNs = nowNs;
      this.spentNs = 0;
    }
    this.spentNs += ranNs;
  }

  /** Whether the period's share is used up: fair tasks have the rest. */
  isSpent(nowNs: number): boolean {
    return this.spentNs >= RUNTIME_NS && nowNs - this.periodStartNs < PERIOD_NS;
  }
}
