// SPDX-License-Identifier: MPL-2.0

import { x86_64 } from "@aster/hardware";
import { UserContext } from "../arch/x86_64/user-context.ts";
import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { System } from "../system.unsafe.ts";
import type { Task } from "../task/task.ts";

/** Why `UserMode.execute` came back. */
export const ReturnReason = {
  /** The program executed `syscall`. */
  SYSCALL: 0,
  /** The program raised an exception: see `trapVector`, `errorCode`, `faultAddress`. */
  EXCEPTION: 1,
  /** The hooks reported an event, or the task ought to `await Task.yieldNow()`. */
  KERNEL_EVENT: 2,
} as const;

// Members of objects are looked up by engines that only interpret; constants of a module are not.
const { TRAP_INTERRUPT, TRAP_SYSCALL } = x86_64;
const { EXCEPTION, KERNEL_EVENT, SYSCALL } = ReturnReason;

/** What the kernel adds to the way into user mode and back. */
export interface UserModeHooks {
  /** Whether the kernel wants control (a signal is pending, say); asked before each entry. */
  hasKernelEvent(): boolean;
}

/** Runs a user thread on the current task. */
export class UserMode {
  readonly #system: System;
  readonly #context: UserContext;
  /** The task that runs the thread: the first to call `execute`. */
  #task: Task | undefined;

  constructor(context: UserContext) {
    this.#system = system();
    this.#context = context;
  }

  get context(): UserContext {
    return this.#context;
  }

  /**
   * Runs the thread in the active address space until it makes a system call or raises an
   * exception, or there is an event for the kernel; interrupts, timers and bottom halves are
   * handled on the way. One of `ReturnReason`. Panics in atomic mode.
   */
  execute(hooks?: UserModeHooks): number {
    const { interrupts, scheduling, hardware, tlbFlusher } = this.#system;
    if (scheduling.atomicDepth > 0 || interrupts.level > 0) {
      panic("entered user mode in atomic mode");
    }
    const task = scheduling.current;
    if (task !== this.#task) {
      if (this.#task !== undefined) panic("a task entered the user mode of another task");
      this.#task = task;
    }
    if (scheduling.runnableTasks > 1) scheduling.armTick();
    for (;;) {
      if (hardware.pendingInterrupt() >= 0) {
        interrupts.handlePending();
      }
      if (
        scheduling.needResched ||
        scheduling.hostDue ||
        (hooks !== undefined && hooks.hasKernelEvent())
      ) {
        return KERNEL_EVENT;
      }
      // SAFETY: after all that is the kernel's: handlers and hooks may have changed page tables.
      if (tlbFlusher.hasWork) tlbFlusher.sync();
      if (scheduling.current !== task) {
        panic("the hooks of user mode let another task run: an await is missing");
      }
      const frame = UserContext.frameToEnter(PRIVILEGE, this.#context);
      if (frame === undefined) {
        return EXCEPTION;
      }
      const trap = hardware.enterUser(frame);
      if (trap === TRAP_SYSCALL) {
        return SYSCALL;
      }
      if (trap !== TRAP_INTERRUPT) {
        return EXCEPTION;
      }
    }
  }
}
