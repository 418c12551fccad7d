// SPDX-License-Identifier: MPL-2.0

import { BSP } from "@aster/ostd";
import type { CpuId, EnqueueFlags, LocalRunQueue, Scheduler, Task, UpdateFlags } from "@aster/ostd";
import { Thread } from "../process/thread.ts";
import { tickThread } from "./tick.ts";
import { TaskQueue } from "./task-queue.ts";

/** Ticks of a slice at nice 0; a tick is a millisecond. */
const SLICE_TICKS = 8;
const SLICE_TICKS_MAX = 64;
/** Ticks that threads which sleep much may run in a row while others wait for the CPU. */
const INTERACTIVE_TICKS_MAX = 24;

/** What the policy knows of a task. */
class Entity {
  /** Ticks left of its slice. */
  ticksLeft: number;
  /** It has given up the CPU by itself since its last slice ended: a shell, not a loop. */
  isInteractive = true;

  constructor(ticks: number) {
    this.ticksLeft = ticks;
  }
}

/**
 * Round robin in two classes. A task that waits before its slice is over is interactive, and runs
 * before those that use up their slices; these run when no interactive one is runnable, and at the
 * latest after `INTERACTIVE_TICKS_MAX`. Niceness stretches and shrinks slices.
 */
export class KernelScheduler implements Scheduler, LocalRunQueue {
  private readonly interactive: TaskQueue = new TaskQueue();
  private readonly batch: TaskQueue = new TaskQueue();
  private running: Task | undefined = undefined;
  private ticksOfInteractive = 0;

  localRunQueue(_cpu: CpuId): LocalRunQueue {
    return this;
  }

  enqueue(task: Task, flags: EnqueueFlags): CpuId | undefined {
    const entity = entityOf(task);
    if (flags === "wake" && entity.ticksLeft > 0) entity.isInteractive = true;
    this.put(task, entity);
    const { running } = this;
    if (running === undefined || flags !== "wake") return undefined;
    return entity.isInteractive && !entityOf(running).isInteractive ? BSP : undefined;
  }

  current(): Task | undefined {
    return this.running;
  }

  updateCurrent(flags: UpdateFlags): boolean {
    const { running } = this;
    if (running === undefined || flags !== "tick") return true;
    if (running.data instanceof Thread) tickThread(running.data);
    const entity = entityOf(running);
    entity.ticksLeft--;
    if (entity.isInteractive) this.ticksOfInteractive++;
    if (entity.ticksLeft > 0) {
      return (
        entity.isInteractive &&
        this.ticksOfInteractive >= INTERACTIVE_TICKS_MAX &&
        !this.batch.isEmpty
      );
    }
    entity.isInteractive = false;
    if (!this.interactive.isEmpty || !this.batch.isEmpty) return true;
    entity.ticksLeft = sliceOf(running);
    return false;
  }

  tryPickNext(): Task | undefined {
    const next = this.take();
    if (next === undefined) return undefined;
    const { running } = this;
    if (running !== undefined) this.put(running, entityOf(running));
    const entity = entityOf(next);
    if (entity.ticksLeft <= 0) entity.ticksLeft = sliceOf(next);
    if (!entity.isInteractive) this.ticksOfInteractive = 0;
    this.running = next;
    return next;
  }

  dequeueCurrent(): Task | undefined {
    const { running } = this;
    this.running = undefined;
    return running;
  }

  /** Tasks that run or could run, for the load average. */
  get runnable(): number {
    return this.interactive.length + this.batch.length + (this.running === undefined ? 0 : 1);
  }

  private put(task: Task, entity: Entity): void {
    if (entity.isInteractive) this.interactive.push(task);
    else this.batch.push(task);
  }

  private take(): Task | undefined {
    if (this.ticksOfInteractive >= INTERACTIVE_TICKS_MAX) {
      this.ticksOfInteractive = 0;
      const starving = this.batch.shift();
      if (starving !== undefined) return starving;
    }
    return this.interactive.shift() ?? this.batch.shift();
  }
}

function entityOf(task: Task): Entity {
  const known = task.schedulerData;
  if (known instanceof Entity) return known;
  const entity = new Entity(sliceOf(task));
  task.schedulerData = entity;
  return entity;
}

/** A nice step is worth about a quarter of the CPU time, as sched(7) says. */
function sliceOf(task: Task): number {
  const nice = task.data instanceof Thread ? task.data.nice : 0;
  return Math.max(1, Math.min(SLICE_TICKS_MAX, Math.round(SLICE_TICKS * 1.25 ** -nice)));
}
