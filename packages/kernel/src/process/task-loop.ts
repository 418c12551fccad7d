// SPDX-License-Identifier: MPL-2.0

import { Reg, ReturnReason, Task, TaskOptions, WaitResult } from "@aster/ostd";
import { handleException } from "../arch/x86_64/exception.ts";
import { Errno } from "../abi/errno.ts";
import { BLOCKED, REGISTERS_SET } from "../result.ts";
import type { Result } from "../result.ts";
import { deliverSignals } from "../signal/deliver.ts";
import { isRestart } from "../signal/restart.ts";
import { isDeadlySignalPending } from "../signal/deadly.ts";
import { callHandler } from "../syscall/dispatch.ts";
import type { Syscall } from "../syscall/define.ts";
import { traceEnter, traceExit, traceThreadEnd, traceUnknown } from "../syscall/strace/trace.ts";
import { exitThread } from "./exit.ts";
import { abortSequence } from "./rseq.ts";
import type { Thread } from "./thread.ts";
import type { AddressSpace } from "../vm/address-space.ts";

const { EXCEPTION, SYSCALL } = ReturnReason;

/** What a thread needs next from its loop. */
const Step = {
  /** To wait until it is woken. */
  PARK: 0,
  /** To let others run. */
  YIELD: 1,
  /** Nothing: it has ended. */
  END: 2,
} as const;
type Step = (typeof Step)[keyof typeof Step];

/** One system call in so many is timed, and stands for all of them in the system time. */
const TIME_SAMPLE_EVERY = 16;
const RAX = Reg.RAX;
/** Above all errnos, below the ERESTART* codes: most results need no closer look. */
const ERRNO_MAX_USED = 255;

/** Makes the task of a new thread and lets it run. */
export function startThread(thread: Thread): void {
  const task = new TaskOptions(() => runThread(thread)).data(thread).build();
  thread.task = task;
  task.run();
}

/** The body of a user thread's task: only here does a thread wait. */
async function runThread(thread: Thread): Promise<void> {
  const { kernel, usage } = thread;
  const { waiter } = Task.current() ?? failWithoutTask();
  for (;;) {
    kernel.currentThread = thread;
    thread.startRun(kernel.clock.monotonicNs());
    kernel.watchCpuTime(thread);
    const step = runUntilWait(thread);
    thread.accountRun(kernel.clock.monotonicNs());
    kernel.currentThread = undefined;
    if (step === Step.END) {
      return;
    } else if (step === Step.PARK) {
      usage.voluntarySwitches++;
      const result = await waiter.wait(thread.blockDeadlineNs);
      if (result === WaitResult.TIMED_OUT) thread.restart.timedOut = true;
    } else {
      usage.involuntarySwitches++;
      await Task.yieldNow();
    }
    if (thread.rseq !== undefined) thread.wasPreempted = true;
  }
}

function failWithoutTask(): never {
  throw new Error("a thread runs outside its task");
}

/** Runs the thread, in the kernel and in user mode, for as long as it needs no wait. */
function runUntilWait(thread: Thread): Step {
  const { process, userMode } = thread;
  let active: AddressSpace | undefined;
  for (;;) {
    if (thread.needsAttention) {
      if (process.isExiting || thread.isEnding) return endThread(thread);
      if (process.isStopped) {
        thread.blockDeadlineNs = Infinity;
        return Step.PARK;
      }
    }
    const { syscall } = thread;
    if (syscall !== undefined) {
      if (continueCall(thread, syscall)) continue;
      if (!thread.isResting) return Step.PARK;
      thread.isResting = false;
      return Step.YIELD;
    }
    if (thread.wantsYield) {
      thread.wantsYield = false;
      thread.hasGivenUp = true;
      return Step.YIELD;
    }
    if (thread.needsAttention) {
      thread.needsAttention = false;
      deliverSignals(thread);
      continue;
    }
    if (thread.wasPreempted) {
      thread.wasPreempted = false;
      abortSequence(thread);
      continue;
    }
    // Only this thread changes its process's address space while it runs.
    if (process.vm !== active) {
      active = thread.vm;
      active.space.activate();
    }
    const reason = userMode.execute(thread);
    if (reason === SYSCALL) beginCall(thread);
    else if (reason === EXCEPTION) timeFault(thread);
    else if (Task.shouldYield()) return Step.YIELD;
  }
}

function endThread(thread: Thread): Step {
  const { process } = thread;
  const status = process.isExiting ? process.exitStatus : thread.endStatus;
  traceThreadEnd(thread, status);
  thread.syscall = undefined;
  exitThread(thread, status);
  return Step.END;
}

/** The program executed `syscall`. */
function beginCall(thread: Thread): void {
  const number = thread.context.regInt(RAX);
  thread.syscallNumber = number;
  const { kernel } = thread;
  const call = kernel.syscalls.get(number);
  if (call === undefined) {
    refuseCall(thread, number);
    return;
  }
  if (kernel.strace !== undefined) traceEnter(thread, call);
  thread.syscall = call;
}

function refuseCall(thread: Thread, number: number): void {
  const { kernel } = thread;
  if (kernel.syscalls.isFirstMiss(number)) {
    const name = kernel.syscalls.nameOf(number);
    kernel.log.warn(`unimplemented system call ${number} (${name}) by ${thread.name}`);
  }
  thread.context.setRegNumber(Reg.RAX, -Errno.ENOSYS);
  if (kernel.strace !== undefined) traceUnknown(thread, number);
}

/** Makes the call, or makes it again after a wait; false when it has to wait (more). */
function continueCall(thread: Thread, call: Syscall): boolean {
  let result = timeCall(thread, call);
  if (result === BLOCKED) {
    thread.restart.entered = true;
    if (!isInterrupted(thread)) return false;
    thread.isResting = false;
    thread.task?.waiter.waker.removeFromAll();
    result = thread.restart.bytesDone > 0 ? thread.restart.bytesDone : thread.blockOnSignal;
    // A wait that only a deadly signal ends has no result: the thread ends.
    if (result === BLOCKED) result = -Errno.EINTR;
  }
  endCall(thread, call, result);
  return true;
}

function isInterrupted(thread: Thread): boolean {
  if (thread.blockOnSignal === BLOCKED) {
    return thread.process.isExiting || thread.isEnding || isDeadlySignalPending(thread);
  }
  return thread.isEnding || thread.signalPending();
}

function endCall(thread: Thread, call: Syscall, result: Result): void {
  const { signals, restart, kernel } = thread;
  thread.syscall = undefined;
  if (result < -ERRNO_MAX_USED && isRestart(result)) {
    if (kernel.strace !== undefined) traceExit(thread, call, result);
    thread.interruptedCall = result;
    thread.needsAttention = true;
    restart.keepForRestart(result, thread.syscallNumber);
    return;
  }
  if (result !== REGISTERS_SET) thread.context.setRegNumber(RAX, result);
  if (kernel.strace !== undefined) traceExit(thread, call, result);
  restart.clear();
  if (signals.hasSaved) {
    if (result === -Errno.EINTR) {
      // The handler that has ended the wait sees the temporary mask, and its return ends it.
      thread.needsAttention = true;
    } else {
      signals.hasSaved = false;
      thread.setBlocked(signals.saved.low, signals.saved.high);
    }
  }
}

function timeCall(thread: Thread, call: Syscall): Result {
  const { usage } = thread;
  const { isCostly } = call;
  if (--usage.untilSample > 0) {
    if (isCostly !== true) return callHandler(thread, call);
  } else {
    usage.untilSample = TIME_SAMPLE_EVERY;
  }
  const weight = isCostly === true ? 1 : TIME_SAMPLE_EVERY;
  const { clock } = thread.kernel;
  const before = clock.monotonicNs();
  const result = callHandler(thread, call);
  usage.sampledSystemNs += (clock.monotonicNs() - before) * weight;
  return result;
}

function timeFault(thread: Thread): void {
  const { usage } = thread;
  if (--usage.untilSample > 0) {
    handleException(thread);
    return;
  }
  usage.untilSample = TIME_SAMPLE_EVERY;
  const { clock } = thread.kernel;
  const before = clock.monotonicNs();
  handleException(thread);
  usage.sampledSystemNs += (clock.monotonicNs() - before) * TIME_SAMPLE_EVERY;
}
