// SPDX-License-Identifier: MPL-2.0

import type { CpuId } from "../cpu/cpu.ts";
import type { Task } from "./task.ts";

/** Why a task becomes runnable. */
export type EnqueueFlags = "spawn" | "wake";

/** Why the current task is looked at. */
export type UpdateFlags = "tick" | "wait" | "yield" | "exit";

/**
 * The scheduling policy, injected with `injectScheduler`. OSTD checks what it returns: a task that
 * is not runnable, or that it never enqueued, is a panic; a task it forgets never runs again.
 */
export interface Scheduler {
  /**
   * Takes a runnable task. The CPU whose current task should give way to it, or undefined when
   * that one may go on to the end of its time slice.
   */
  enqueue(task: Task, flags: EnqueueFlags): CpuId | undefined;
  /** The run queue of `cpu`. */
  localRunQueue(cpu: CpuId): LocalRunQueue;
}

/** The tasks that one CPU runs. */
export interface LocalRunQueue {
  /** The task that `tryPickNext` chose last, unless it was dequeued. */
  current(): Task | undefined;
  /** Accounts the time of the current task; whether another task should run now. */
  updateCurrent(flags: UpdateFlags): boolean;
  /**
   * Chooses the next task and makes it current; the former current task, unless it was
   * dequeued, stays runnable. Undefined when there is none (or the current one should go on).
   */
  tryPickNext(): Task | undefined;
  /** Takes the current task out, since it waits or has ended. */
  dequeueCurrent(): Task | undefined;
  /**
   * Nanoseconds until the next tick, asked for whenever one is to be set: a millisecond where it is
   * absent. What is no number from 1 us to 10 ms is taken as the nearest one.
   */
  nextTickNs?(): number;
}
