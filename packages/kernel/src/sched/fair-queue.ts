// SPDX-License-Identifier: MPL-2.0

import { ZERO_TIME } from "../time/zero-time.ts";
import type { Entity } from "./entity.ts";
import { FAIR_SLICE_NS, WEIGHT_ONE } from "./policy.ts";

/** A sleeper comes back at most this far before those that ran meanwhile. */
const SLEEPER_BONUS_NS = FAIR_SLICE_NS;

/** Fair tasks that wait for the CPU: a heap by virtual time, those of SCHED_IDLE behind the others. */
export class FairQueue {
  private readonly heap: Entity[] = [];
  private order = 0;
  /** Never goes back: what a task has that comes now. */
  private baseNs: number = ZERO_TIME;

  get length(): number {
    return this.heap.length;
  }
  get first(): Entity | undefined {
    return this.heap[0];
  }

  /** `running` is fair, and on the CPU: time has gone on to it, or to who waits longest. */
  advance(running: Entity | undefined): void {
    const { first } = this;
    const waiting = first?.virtualNs ?? Infinity;
    const least = Math.min(running?.virtualNs ?? Infinity, waiting);
    if (least !== Infinity && least > this.baseNs) this.baseNs = least;
  }

  /** A new task starts where the others are. */
  placeNew(entity: Entity): void {
    entity.virtualNs = Math.max(entity.virtualNs, this.baseNs);
  }

  /** A task that slept is before the others, but not by all that it slept. */
  placeWoken(entity: Entity): void {
    const bonus = entity.isIdle ? 0 : SLEEPER_BONUS_NS;
    entity.virtualNs = Math.max(entity.virtualNs, this.baseNs - bonus);
  }

  push(entity: Entity): void {
    entity.order = this.order++;
    this.heap.push(entity);
    this.siftUp(this.heap.length - 1, entity);
  }

  pop(): Entity | undefined {
    const { first } = this;
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(entity: Entity): void {
    const { heap } = this;
    const { index } = entity;
    if (heap[index] !== entity) return;
    entity.index = -1;
    const last = heap.pop();
    if (last === undefined || last === entity) return;
    this.siftUp(this.siftDown(index, last), last);
  }

  private siftUp(start: number, entity: Entity): void {
    const { heap } = this;
    let index = start;
    while (index > 0) {
      const aboveIndex = (index - 1) >>> 1;
      const above = heap[aboveIndex];
      if (above === undefined || !isBefore(entity, above)) break;
      this.put(index, above);
      index = aboveIndex;
    }
    this.put(index, entity);
  }

  private siftDown(start: number, entity: Entity): number {
    const { heap } = this;
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      const right = heap[childIndex + 1];
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex++;
      }
      if (child === undefined || !isBefore(child, entity)) break;
      this.put(index, child);
      index = childIndex;
    }
    this.put(index, entity);
    return index;
  }

  private put(index: number, entity: Entity): void {
    this.heap[index] = entity;
    entity.index = index;
  }
}

/** Whether `one` is to run before `other`. */
export function isBefore(one: Entity, other: Entity): boolean {
  if (one.virtualNs !== other.virtualNs) return one.virtualNs < other.virtualNs;
  return one.order < other.order;
}

/** How long the turn of a fair task is: less weight, shorter turns, but a tick at least. */
export function turnOf(entity: Entity): number {
  return FAIR_SLICE_NS * Math.min(1, Math.max(entity.weight / WEIGHT_ONE, 1 / 3));
}
