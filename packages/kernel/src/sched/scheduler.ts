// SPDX-License-Identifier: MPL-2.0

import { BSP, interruptLevel, monotonicNs } from "@aster/ostd";
import type { CpuId, EnqueueFlags, LocalRunQueue, Scheduler, Task, UpdateFlags } from "@aster/ostd";
import type { Thread } from "../process/thread.ts";
import { Entity } from "./entity.ts";
import { FairQueue, turnOf } from "./fair-queue.ts";
import { REALTIME_PRIORITY_MAX, RR_SLICE_NS, WEIGHT_ONE } from "./policy.ts";
import { RealtimeQueue } from "./realtime-queue.ts";
import { tickThread } from "./tick.ts";

/** A woken task takes the CPU from one that has run at least so much more. */
const WAKEUP_GRANULARITY_NS = 1_000_000;
/** Of a tick of a thread that is no fair one; the least of one's. */
const TICK_NS = 1_000_000;

/**
 * The policies of sched(7) for one CPU: the kernel's own tasks first, then real-time threads by
 * priority (SCHED_FIFO, SCHED_RR), then fair ones, each with a share of the CPU by its weight
 * (SCHED_OTHER, SCHED_BATCH, SCHED_IDLE). Who waits for a lock with inheritance lends its priority
 * to the lock's owner.
 */
export class KernelScheduler implements Scheduler, LocalRunQueue {
  private readonly realtime: RealtimeQueue = new RealtimeQueue();
  private readonly fair: FairQueue = new FairQueue();
  private running: Entity | undefined = undefined;

  localRunQueue(_cpu: CpuId): LocalRunQueue {
    return this;
  }

  enqueue(task: Task, flags: EnqueueFlags): CpuId | undefined {
    const entity = Entity.of(task);
    const { fair, running } = this;
    if (entity.priority === 0) {
      fair.advance(running);
      if (flags === "wake") fair.placeWoken(entity);
      else this.placeChild(entity);
    }
    this.put(entity, false);
    return running !== undefined && this.shouldPreempt(entity, running, flags) ? BSP : undefined;
  }

  current(): Task | undefined {
    return this.running?.task;
  }

  updateCurrent(flags: UpdateFlags): boolean {
    const { running, fair } = this;
    if (running === undefined) return true;
    const { thread } = running;
    if (flags === "tick" && thread !== undefined) tickThread(thread);
    const ranNs = running.account();
    const { priority } = running;
    if (priority === 0) fair.advance(running);
    else if (thread !== undefined) this.spend(running, ranNs);
    return flags !== "tick" || this.isTurnOver(running, priority);
  }

  tryPickNext(): Task | undefined {
    const { running } = this;
    const hasGivenUp = running?.thread?.hasGivenUp === true;
    if (running?.thread !== undefined) running.thread.hasGivenUp = false;
    if (running !== undefined && !this.shouldLeave(running, hasGivenUp)) return undefined;
    const next = this.take();
    if (next === undefined) return undefined;
    if (running !== undefined) this.put(running, !hasGivenUp && running.rrLeftNs > 0);
    if (running !== undefined && running.rrLeftNs <= 0) running.rrLeftNs = RR_SLICE_NS;
    next.turnNs = 0;
    this.running = next;
    return next.task;
  }

  dequeueCurrent(): Task | undefined {
    const { running } = this;
    this.running = undefined;
    return running?.task;
  }

  /** A fair thread's tick is the end of its turn. */
  nextTickNs(): number {
    const { running } = this;
    if (running === undefined || running.priority > 0) return TICK_NS;
    return Math.max(turnOf(running) - running.turnNs, TICK_NS);
  }

  /** Tasks that run or could run, for the load average. */
  get runnable(): number {
    return this.fair.length + this.realtime.length + (this.running === undefined ? 0 : 1);
  }

  /** The thread has got another policy, priority or niceness: it stands elsewhere now. */
  changed(thread: Thread): void {
    const entity = thread.task?.schedulerData;
    if (!(entity instanceof Entity)) return;
    const isQueued = entity.index >= 0 || entity.queuedPriority > 0;
    if (isQueued) {
      this.fair.remove(entity);
      this.realtime.remove(entity);
    }
    // What it had as a real-time thread counts for nothing among the fair ones.
    if (entity.priority === 0) this.fair.placeNew(entity);
    if (isQueued) this.put(entity, false);
    // Whoever runs now may have to leave: asked at the end of its call.
    const current = this.running?.thread;
    if (current !== undefined) current.giveWay();
  }

  // --- Who runs

  /** A child starts where its parent is: forking gains nothing. */
  private placeChild(entity: Entity): void {
    const { running, fair } = this;
    if (running !== undefined && running.priority === 0) entity.virtualNs = running.virtualNs;
    fair.placeNew(entity);
  }

  private shouldPreempt(entity: Entity, running: Entity, flags: EnqueueFlags): boolean {
    const priority = entity.priority;
    const against = running.priority;
    if (priority > 0 || against > 0) return priority > against;
    if (flags !== "wake" || !entity.preempts) return false;
    if (running.isIdle) return true;
    // Who wakes another by its own call, as a pipe's writer does, mostly has more to tell, or waits
    // soon. A switch for each would cost more than what is told.
    if (interruptLevel() === 0 && running.turnNs < turnOf(running)) return false;
    const granularity = (WAKEUP_GRANULARITY_NS * WEIGHT_ONE) / entity.weight;
    return running.virtualNs - entity.virtualNs > granularity;
  }

  private spend(running: Entity, ranNs: number): void {
    this.realtime.spend(ranNs, monotonicNs());
    if (running.isRoundRobin) running.rrLeftNs -= ranNs;
  }

  /** At a tick: whether the running task is to leave. */
  private isTurnOver(running: Entity, priority: number): boolean {
    const { fair, realtime } = this;
    if (priority > 0) {
      if (realtime.highest > priority) return true;
      if (fair.length > 0 && this.isThrottled(priority)) return true;
      if (!running.isRoundRobin || running.rrLeftNs > 0) return false;
      if (realtime.highest === priority) return true;
      running.rrLeftNs = RR_SLICE_NS;
      return false;
    }
    if (realtime.length > 0 && !this.isThrottled(realtime.highest)) return true;
    const { first } = fair;
    if (first === undefined) return false;
    return running.turnNs >= turnOf(running) && first.virtualNs <= running.virtualNs;
  }

  /** Whether real-time threads of programs have had their share of this second. */
  private isThrottled(priority: number): boolean {
    return priority <= REALTIME_PRIORITY_MAX && this.realtime.isSpent(monotonicNs());
  }

  /** When another is to be picked: whether there is one that the running task makes room for. */
  private shouldLeave(running: Entity, hasGivenUp: boolean): boolean {
    const { fair, realtime } = this;
    const { priority, thread } = running;
    const { highest } = realtime;
    // A task of the kernel is never interrupted: it asks for others to run.
    if (thread === undefined) return highest > 0 || fair.length > 0;
    if (priority > 0) {
      if (highest > priority) return true;
      if (fair.length > 0 && this.isThrottled(priority)) return true;
      return highest === priority && (hasGivenUp || running.rrLeftNs <= 0);
    }
    if (highest > 0 && !this.isThrottled(highest)) return true;
    const { first } = fair;
    if (first === undefined) return false;
    return hasGivenUp || (running.isIdle && !first.isIdle) || first.virtualNs <= running.virtualNs;
  }

  private put(entity: Entity, isFirst: boolean): void {
    const { priority } = entity;
    if (priority > 0) this.realtime.push(entity, priority, isFirst);
    else this.fair.push(entity);
  }

  private take(): Entity | undefined {
    const { fair, realtime } = this;
    const { highest } = realtime;
    const isFairNext = highest === 0 || (fair.length > 0 && this.isThrottled(highest));
    return isFairNext ? fair.pop() : realtime.pop();
  }
}
