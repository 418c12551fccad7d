// SPDX-License-Identifier: MPL-2.0

import { BSP } from "../cpu/cpu.ts";
import { policyThrew } from "../failure.ts";
import { KernelPanic, panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Waiter } from "../sync/waiter.ts";
import type { System } from "../system.unsafe.ts";
import { Suspension } from "./suspension.unsafe.ts";
import type { LocalRunQueue, Scheduler, UpdateFlags } from "./scheduler.ts";
import { Task, TaskState } from "./task.ts";

/** Nanoseconds of a timer tick. */
const TICK_NS = 1_000_000;
const TICK_NS_MIN = 1000;
const TICK_NS_MAX = 10_000_000;
/** Busy time after which the host has a turn. */
const HOST_TURN_NS = 8_000_000;
/** The depth of atomic mode once a switch has ended by an exception: it stays so. */
const BROKEN_OFF: number = Number.POSITIVE_INFINITY;
/** Every so many switches the clock is looked at, should no interrupt have told the time. */
const SWITCHES_PER_CLOCK_CHECK = 64;

/**
 * Who runs: tasks as promises of which at most one is settled before the next park.
 *
 * A task that parks settles the next one's promise itself; the run loop takes over only to idle
 * or to give the host a turn.
 */
export class Scheduling {
  readonly #system: System;
  #scheduler: Scheduler;
  #queue: LocalRunQueue;
  /** The task that runs; undefined while none does. Set here alone. */
  current: Task | undefined = undefined;
  /** Guards that forbid parking. */
  atomicDepth = 0;
  /** The current task should give way: to another task, or to the host. Looked at often. */
  needResched = false;
  hostDue = false;
  /** Tasks that are RUNNABLE or RUNNING, and tasks that have not exited. */
  runnableTasks = 0;
  #live = 0;
  #switches = 0;
  #tickAtNs: number = Number.POSITIVE_INFINITY;
  #hostAtNs: number = Number.POSITIVE_INFINITY;
  #armedNs: number = Number.POSITIVE_INFINITY;
  readonly #tickCallbacks: (() => void)[] = [];
  /** Handles that end at the next switch: no RCU reader keeps the CPU then. */
  #dropLater: { drop(): void }[] = [];
  preSchedule: (() => void) | undefined = undefined;
  postSchedule: (() => void) | undefined = undefined;
  /** What the run loop awaits while tasks run. */
  readonly #loop: Suspension = new Suspension();
  #exitCode: number | undefined;
  /** How often the run loop has let tasks run. */
  #turns = 0;

  constructor(owner: System, scheduler: Scheduler) {
    this.#system = owner;
    this.#scheduler = scheduler;
    this.#queue = scheduler.localRunQueue(BSP);
  }

  /** Whether the current task should give way soon: to another task, or to the host. */
  get shouldYield(): boolean {
    return this.needResched || this.hostDue;
  }

  get isAtomic(): boolean {
    return this.atomicDepth > 0 || this.#system.interrupts.level > 0;
  }

  get liveTasks(): number {
    return this.#live;
  }

  /** What the system ended with; undefined while it runs. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  requireSleepable(): void {
    if (this.atomicDepth === BROKEN_OFF) {
      panic("a switch between tasks was broken off by an exception: was the stack used up?");
    }
    if (this.isAtomic) {
      panic("parked in atomic mode: a spin lock or guard is held, or an interrupt is handled");
    }
  }

  inject(scheduler: Scheduler): void {
    if (this.#live > 1) {
      panic("the scheduler must be injected before tasks are spawned");
    }
    this.atomicDepth += 1;
    try {
      this.#scheduler = scheduler;
      this.#queue = scheduler.localRunQueue(BSP);
      const task = this.current;
      if (task !== undefined) {
        // The running task moves over: the new scheduler must know it as its current task.
        scheduler.enqueue(task, "spawn");
        if (this.#queue.tryPickNext() !== task) {
          panic("the injected scheduler did not pick the only task");
        }
      }
    } catch (error) {
      policyThrew("the scheduler", error);
    } finally {
      this.atomicDepth -= 1;
    }
  }

  addTickCallback(callback: () => void): void {
    this.#tickCallbacks.push(callback);
  }

  /** Drops `handle` at the next switch. */
  dropLater(handle: { drop(): void }): void {
    this.#dropLater.push(handle);
  }

  /** SAFETY: the invariant *grace-period*: called where atomic mode is over, between two tasks. */
  #endGracePeriod(): void {
    const handles = this.#dropLater;
    this.#dropLater = [];
    this.atomicDepth += 1;
    try {
      for (const handle of handles) {
        handle.drop();
      }
    } catch (error) {
      policyThrew("a handle given to rcuDrop", error);
    } finally {
      this.atomicDepth -= 1;
    }
  }

  // --- Task states

  /** NEW → RUNNABLE. */
  start(task: Task): void {
    const state = Task.stateIn(this.#system, task);
    if (state !== TaskState.NEW) {
      panic(state < 0 ? "a task of another system" : "a task was run twice");
    }
    Task.setState(PRIVILEGE, task, TaskState.RUNNABLE);
    this.#live += 1;
    this.runnableTasks += 1;
    this.#enqueue(task, "spawn");
  }

  /** PARKED → RUNNABLE, if the task waits on `waiter`. */
  wake(task: Task, waiter: Waiter): void {
    if (Task.isParkedOn(task, waiter)) {
      Task.setState(PRIVILEGE, task, TaskState.RUNNABLE);
      this.runnableTasks += 1;
      this.#enqueue(task, "wake");
    }
  }

  // SAFETY: policies run in atomic mode: one that parks, yields or enters user mode from within
  // would have two switches nested, and two tasks run.

  #enqueue(task: Task, flags: "spawn" | "wake"): void {
    this.atomicDepth += 1;
    try {
      if (this.#scheduler.enqueue(task, flags) !== undefined) {
        this.needResched = true;
      }
    } catch (error) {
      policyThrew("the scheduler", error);
    } finally {
      this.atomicDepth -= 1;
    }
  }

  /** Tells the scheduler why the current task is looked at; whether another one should run. */
  #update(flags: UpdateFlags, leaves: boolean): boolean {
    this.atomicDepth += 1;
    try {
      const gives = this.#queue.updateCurrent(flags);
      if (leaves) {
        this.#queue.dequeueCurrent();
      }
      return gives;
    } catch (error) {
      policyThrew("the scheduler", error);
    } finally {
      this.atomicDepth -= 1;
    }
  }

  /** The task that the scheduler wants to run, with the hooks that belong to a switch. */
  #pickNext(): Task | undefined {
    this.atomicDepth += 1;
    try {
      // No other task: the one that yielded goes on.
      return this.#queue.tryPickNext() ?? this.#queue.current();
    } catch (error) {
      policyThrew("the scheduler", error);
    } finally {
      this.atomicDepth -= 1;
    }
  }

  #callHook(hook: (() => void) | undefined): void {
    if (hook === undefined) {
      return;
    }
    this.atomicDepth += 1;
    try {
      hook();
    } catch (error) {
      policyThrew("a schedule handler", error);
    } finally {
      this.atomicDepth -= 1;
    }
  }

  /** RUNNING → PARKED. */
  park(waiter: Waiter): Promise<number> {
    this.requireSleepable();
    try {
      const task = this.#leave("wait");
      this.runnableTasks -= 1;
      const promise = Task.park(PRIVILEGE, task, waiter);
      this.#switch();
      return promise;
    } catch (error) {
      // SAFETY: one-task-at-a-time. The engine may throw anywhere when no stack is left; nobody goes on
      // after that. No call here, which would need stack, too.
      this.atomicDepth = BROKEN_OFF;
      this.current = undefined;
      throw error;
    }
  }

  /** RUNNING → RUNNABLE. */
  yieldNow(): Promise<void> {
    this.requireSleepable();
    const task = this.current;
    if (task === undefined) {
      panic("yielded outside any task");
    }
    try {
      this.#update("yield", false);
      const promise = Task.suspend(PRIVILEGE, task);
      this.#switch();
      return promise;
    } catch (error) {
      this.atomicDepth = BROKEN_OFF;
      this.current = undefined;
      throw error;
    }
  }

  #exit(task: Task): void {
    if (this.current !== task) {
      panic("a task ended while another one was running: an await is missing");
    }
    this.requireSleepable();
    const held = Task.heldLocks(PRIVILEGE, task)[0];
    if (held !== undefined) {
      panic(`a task ended while it held ${held.name}`);
    }
    this.#leave("exit");
    Task.setState(PRIVILEGE, task, TaskState.EXITED);
    this.runnableTasks -= 1;
    this.#live -= 1;
    if (this.#live === 0) {
      this.#system.powerOff(0);
    }
    this.#switch();
  }

  #leave(reason: UpdateFlags): Task {
    const task = this.current;
    if (task === undefined) {
      panic("parked outside any task");
    }
    this.#update(reason, true);
    return task;
  }

  // --- Switching

  /** Leaves the current task and settles the next one's promise, or wakes the run loop. */
  #switch(): void {
    this.#callHook(this.preSchedule);
    this.current = undefined;
    if (this.#dropLater.length > 0) {
      this.#endGracePeriod();
    }
    this.#switches += 1;
    if (this.#switches >= SWITCHES_PER_CLOCK_CHECK) {
      this.#switches = 0;
      this.#checkHostTurn();
    }
    if (this.#system.hardware.pendingInterrupt() >= 0) {
      this.#system.interrupts.handlePending();
    }
    if (this.hostDue || this.#exitCode !== undefined || !this.#resumeNext()) {
      this.#loop.settle(0);
    }
  }

  #checkHostTurn(): void {
    if (this.#system.hardware.monotonicNs() >= this.#hostAtNs) {
      this.hostDue = true;
    }
  }

  /** Lets the next task run; false when there is none. */
  #resumeNext(): boolean {
    this.needResched = false;
    const task = this.#pickNext();
    if (task === undefined) {
      return false;
    }
    // SAFETY: one-task-at-a-time holds whatever the scheduler returns.
    const state = Task.isTask(task) ? Task.stateIn(this.#system, task) : -1;
    if (state !== TaskState.RUNNABLE) {
      panic(`the scheduler picked a task in state ${state}, which is not runnable`);
    }
    this.current = task;
    this.#callHook(this.postSchedule);
    if (!Task.resume(PRIVILEGE, task)) {
      void this.#run(task);
    }
    return true;
  }

  async #run(task: Task): Promise<void> {
    try {
      // The body starts in a turn of its own, not on the stack of whoever parked.
      await Promise.resolve();
      await Task.begin(PRIVILEGE, task);
      this.#exit(task);
    } catch (error) {
      this.#system.fail(error);
    }
  }

  // --- The run loop

  /** Runs tasks until the system powers off; the exit code. */
  async loop(): Promise<number> {
    const owner = this.#system;
    await owner.takeTurn();
    this.#startBusy();
    while (this.#exitCode === undefined) {
      try {
        await this.#step();
      } catch (error) {
        owner.fail(error);
      }
    }
    owner.endTurn();
    return this.#exitCode;
  }

  async #step(): Promise<void> {
    const owner = this.#system;
    if (this.hostDue) {
      owner.endTurn();
      await owner.hardware.yieldToHost();
      await owner.takeTurn();
      this.#startBusy();
      return;
    }
    owner.interrupts.handlePending();
    const parked = this.#loop.suspend();
    if (this.#resumeNext()) {
      void this.#watch(this.#turns);
      await parked;
      this.#turns += 1;
      return;
    }
    this.#hostAtNs = Number.POSITIVE_INFINITY;
    this.#tickAtNs = Number.POSITIVE_INFINITY;
    this.rearm();
    owner.endTurn();
    await owner.hardware.idle();
    await owner.takeTurn();
    this.#startBusy();
  }

  /**
   * Ends the system when a task waits for a promise that nobody here settles: nothing would ever go
   * on, in other systems of this process neither. Until then promises settle without the host.
   */
  async #watch(turn: number): Promise<void> {
    const { hardware } = this.#system;
    if (hardware.promisesDone === undefined) {
      return;
    }
    await hardware.promisesDone();
    if (turn === this.#turns && this.#exitCode === undefined) {
      this.#system.fail(
        new KernelPanic(
          "a task awaits a promise that no part of the kernel settles; " +
            "tasks wait by Task.yieldNow, Waiter, WaitQueue and mutexes alone",
        ),
      );
    }
  }

  #startBusy(): void {
    this.hostDue = false;
    this.#hostAtNs = this.#system.hardware.monotonicNs() + HOST_TURN_NS;
    this.rearm();
  }

  /** Ends the run loop; tasks that are parked stay so for ever. */
  finish(code: number): void {
    this.#exitCode ??= code;
    this.current = undefined;
    this.#loop.settle(0);
  }

  // --- Time

  /** Called before user mode while tasks compete: makes sure that a tick comes. */
  armTick(): void {
    if (this.#tickAtNs === Number.POSITIVE_INFINITY) {
      this.#tickAtNs = this.#system.hardware.monotonicNs() + this.#tickNs();
      this.rearm();
    }
  }

  /** How long the next tick is, as the scheduler wants it. */
  #tickNs(): number {
    this.atomicDepth += 1;
    try {
      const wanted = this.#queue.nextTickNs?.() ?? TICK_NS;
      return Math.min(Math.max(wanted, TICK_NS_MIN), TICK_NS_MAX) || TICK_NS;
    } catch (error) {
      policyThrew("the scheduler", error);
    } finally {
      this.atomicDepth -= 1;
    }
  }

  /** Sets the machine's timer to the earliest of what OSTD waits for. */
  rearm(): void {
    const next = Math.min(this.#tickAtNs, this.#hostAtNs, this.#system.timers.nextDeadlineNs);
    if (next !== this.#armedNs) {
      this.#armedNs = next;
      this.#system.hardware.setTimer(next);
    }
  }

  /** The timer's interrupt handler. */
  onTimerInterrupt(): void {
    const now = this.#system.hardware.monotonicNs();
    this.#armedNs = Number.POSITIVE_INFINITY;
    if (now >= this.#hostAtNs) {
      this.hostDue = true;
      this.#hostAtNs = Number.POSITIVE_INFINITY;
    }
    if (now >= this.#tickAtNs) {
      for (const callback of this.#tickCallbacks) {
        callback();
      }
      if (this.current !== undefined && this.#update("tick", false)) {
        this.needResched = true;
      }
      this.#tickAtNs = this.runnableTasks > 1 ? now + this.#tickNs() : Number.POSITIVE_INFINITY;
    }
    this.#system.timers.expire(now);
    this.rearm();
  }
}
