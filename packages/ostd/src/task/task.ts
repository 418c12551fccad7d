// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import type { LockClass } from "../sync/lock-order.ts";
import { Waiter } from "../sync/waiter.ts";
import type { System } from "../system.unsafe.ts";
import { Suspension } from "./suspension.unsafe.ts";

/** What a task is doing. */
export const TaskState = {
  /** Built, and not run yet. */
  NEW: 0,
  /** In the scheduler's hands. */
  RUNNABLE: 1,
  RUNNING: 2,
  /** Waits to be woken. */
  PARKED: 3,
  EXITED: 4,
} as const;

/** The body of a task. It ends the task by returning. */
export type TaskFunction = () => void | Promise<void>;

/**
 * A thread of the kernel: an asynchronous function that runs until it parks (`Task.yieldNow`,
 * `Waiter.wait`, wait queues, mutexes). Exactly one task runs at a time, and only parking lets
 * another one run.
 */
export class Task {
  readonly #system: System;
  readonly #function: TaskFunction;
  /** What `TaskOptions.data` gave; narrow it with `instanceof`. */
  readonly data: unknown;
  /** Free for the injected scheduler. */
  schedulerData: unknown = undefined;
  readonly #localData: unknown;
  #state: number = TaskState.NEW;
  #waiter: Waiter | undefined;
  /** Classes of the locks that it holds, the oldest first. */
  readonly #heldLocks: LockClass[] = [];
  /** The waiter that the parked task waits on. */
  #parkedOn: Waiter | undefined;
  readonly #suspension: Suspension = new Suspension();

  constructor(
    privilege: Privilege,
    owner: System,
    body: TaskFunction,
    data: unknown,
    localData: unknown,
  ) {
    requirePrivilege(privilege);
    this.#system = owner;
    this.#function = body;
    this.data = data;
    this.#localData = localData;
  }

  /** The task that is running; undefined in interrupt context of an idle system. */
  static current(): Task | undefined {
    return system().scheduling.current;
  }

  /** What `TaskOptions.localData` gave the running task; no other task gets it. */
  static localData(): unknown {
    const { current } = system().scheduling;
    return current === undefined ? undefined : current.#localData;
  }

  /** Lets other runnable tasks, and the host, have a turn. */
  static yieldNow(): Promise<void> {
    return system().scheduling.yieldNow();
  }

  /** Whether the running task's time is over, and it should `await Task.yieldNow()` soon. */
  static shouldYield(): boolean {
    return system().scheduling.shouldYield;
  }

  /** Hands a built task to the scheduler. A task runs only once: panics the second time. */
  run(): void {
    this.#system.scheduling.start(this);
  }

  /** One of `TaskState`. */
  get state(): number {
    return this.#state;
  }

  /** The task's own waiter, made on first use: parking on it allocates only a promise. */
  get waiter(): Waiter {
    return Task.waiterOf(this);
  }

  /** As `waiter`, whatever was put over it. @internal */
  static waiterOf(task: Task): Waiter {
    task.#waiter ??= new Waiter(PRIVILEGE, task.#system, task);
    return task.#waiter;
  }

  /** For OSTD: what it holds, as a list that guards change. */
  static heldLocks(privilege: Privilege, task: Task): LockClass[] {
    requirePrivilege(privilege);
    return task.#heldLocks;
  }

  /** For OSTD: whether it is a task at all. */
  static isTask(task: Task): boolean {
    return typeof task === "object" && #state in task;
  }

  /** For OSTD: the state, whatever was put over the getter; -1 for a task of another system. */
  static stateIn(owner: System, task: Task): number {
    return task.#system === owner ? task.#state : -1;
  }

  /** For OSTD: starts the body. */
  static begin(privilege: Privilege, task: Task): void | Promise<void> {
    requirePrivilege(privilege);
    return task.#function();
  }

  /** For OSTD. */
  static setState(privilege: Privilege, task: Task, state: number): void {
    requirePrivilege(privilege);
    task.#state = state;
  }

  /** For OSTD: parks the task on `waiter`. */
  static park(privilege: Privilege, task: Task, waiter: Waiter): Promise<number> {
    requirePrivilege(privilege);
    task.#state = TaskState.PARKED;
    task.#parkedOn = waiter;
    return task.#suspension.suspend();
  }

  /** For OSTD: suspends the task, which stays runnable. */
  static suspend(privilege: Privilege, task: Task): Promise<void> {
    requirePrivilege(privilege);
    task.#state = TaskState.RUNNABLE;
    return task.#suspension.suspendVoid();
  }

  /** For OSTD: whether the task is parked on `waiter`. */
  static isParkedOn(task: Task, waiter: Waiter): boolean {
    return task.#state === TaskState.PARKED && task.#parkedOn === waiter;
  }

  /** For OSTD: lets a suspended task go on; false when it was never suspended. */
  static resume(privilege: Privilege, task: Task): boolean {
    requirePrivilege(privilege);
    const waiter = task.#parkedOn;
    task.#state = TaskState.RUNNING;
    task.#parkedOn = undefined;
    return task.#suspension.settle(waiter === undefined ? 0 : Waiter.endWait(PRIVILEGE, waiter));
  }
}

function requirePrivilege(privilege: Privilege): void {
  if (privilege !== PRIVILEGE) {
    panic("only OSTD changes a task");
  }
}

/** How to make a task. */
export class TaskOptions {
  readonly #function: TaskFunction;
  #data: unknown = undefined;
  #localData: unknown = undefined;

  constructor(body: TaskFunction) {
    this.#function = body;
  }

  /** What `task.data` will be. */
  data(data: unknown): this {
    this.#data = data;
    return this;
  }

  /** What `Task.localData()` is while the task runs; narrow it with `instanceof`. */
  localData(data: unknown): this {
    this.#localData = data;
    return this;
  }

  /** A task that `run` starts. */
  build(): Task {
    return new Task(PRIVILEGE, system(), this.#function, this.#data, this.#localData);
  }

  /** Builds the task and runs it. */
  spawn(): Task {
    const task = this.build();
    task.run();
    return task;
  }
}
