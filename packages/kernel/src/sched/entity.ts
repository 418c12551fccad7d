// SPDX-License-Identifier: MPL-2.0

import type { Task } from "@aster/ostd";
import { inheritedPriority } from "../ipc/pi-lock.ts";
import { Thread } from "../process/thread.ts";
import { ZERO_TIME } from "../time/zero-time.ts";
import { REALTIME_PRIORITY_MAX, RR_SLICE_NS, SCHED_BATCH, SCHED_IDLE, SCHED_RR } from "./policy.ts";
import { WEIGHT_ONE, weightOf } from "./policy.ts";

/** Above all threads of programs: the kernel's own tasks, which run shortly. */
const KERNEL_PRIORITY: number = REALTIME_PRIORITY_MAX + 1;

/** What the policy knows of a task. */
export class Entity {
  readonly task: Task;
  readonly thread: Thread | undefined;
  /** Time on the CPU, the longer the smaller the weight: who has least of it is next. */
  virtualNs: number = ZERO_TIME;
  /** The thread's time on the CPU when it was accounted last. */
  private accountedNs: number;
  /** Time on the CPU since it was picked. */
  turnNs: number = ZERO_TIME;
  /** Left of a SCHED_RR thread's turn. */
  rrLeftNs: number = RR_SLICE_NS;
  /** Its place in the heap of the fair queue; -1 outside. */
  index = -1;
  /** Who came to the fair queue first, of equal virtual time. */
  order = 0;
  /** The queue of real-time tasks that it stands in; 0: none. */
  queuedPriority = 0;

  constructor(task: Task) {
    this.task = task;
    this.thread = task.data instanceof Thread ? task.data : undefined;
    this.accountedNs = this.thread?.usage.totalNs ?? ZERO_TIME;
  }

  /** The entity of a task that the policy has met before, or a new one. */
  static of(task: Task): Entity {
    const known = task.schedulerData;
    if (known instanceof Entity) return known;
    const entity = new Entity(task);
    task.schedulerData = entity;
    return entity;
  }

  /** The real-time priority that it runs with; 0: it is fair. */
  get priority(): number {
    const { thread } = this;
    if (thread === undefined) return KERNEL_PRIORITY;
    return thread.piLocks.size === 0 ? thread.schedulingPriority : inheritedPriority(thread);
  }
  get weight(): number {
    const { thread } = this;
    return thread === undefined ? WEIGHT_ONE : weightOf(thread.schedulingPolicy, thread.nice);
  }
  get isRoundRobin(): boolean {
    return this.thread?.schedulingPolicy === SCHED_RR;
  }
  get isIdle(): boolean {
    return this.thread?.schedulingPolicy === SCHED_IDLE;
  }
  /** Takes the CPU from others when it wakes. */
  get preempts(): boolean {
    return this.thread?.schedulingPolicy !== SCHED_BATCH && !this.isIdle;
  }

  /** Counts the time on the CPU since the last account: how much it was. */
  account(): number {
    const { thread } = this;
    if (thread === undefined) return 0;
    const ran = thread.usage.totalNs - this.accountedNs;
    this.accountedNs = thread.usage.totalNs;
    this.turnNs += ran;
    if (this.priority === 0) this.virtualNs += (ran * WEIGHT_ONE) / this.weight;
    return ran;
  }
}
