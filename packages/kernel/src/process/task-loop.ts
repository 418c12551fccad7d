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
  /** To be looked at: a signal, the end of its process, a call that goes on. */
  LOOK: 3,
  /** User mode. */
  GO_ON: 4,
} as const;
type Step = (typeof Step)[keyof typeof Step];
const { GO_ON } = Step;

/** One system call in so many is timed, and stands for all of them in the system time. */
const TIME_SAMPLE_EVERY = 32;
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
  const { process } = thread;
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
      if (settleCall(thread, syscall, continueCall(thread, syscall))) continue;
      return waitStep(thread);
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
    const step = runUntilEvent(thread);
    if (step !== Step.LOOK) return step;
  }
}

/**
 * Runs the thread in user mode, and answers what it asks for, until something else is to be done:
 * it wants attention, or waits. Nearly every system call begins and ends here, so that what is
 * looked at here costs all of them.
 */
function runUntilEvent(thread: Thread): Step {
  const { userMode } = thread;
  for (;;) {
    const reason = userMode.execute(thread);
    if (reason === SYSCALL) {
      const step = makeCall(thread);
      if (step !== GO_ON) return step;
    } else if (reason === EXCEPTION) {
      timeFault(thread);
    } else {
      return Task.shouldYield() ? Step.YIELD : Step.LOOK;
    }
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

/** The program executed `syscall`. `Step.GO_ON` when the call is over, and nothing else came up. */
function makeCall(thread: Thread): Step {
  const { context, kernel } = thread;
  const number = context.regInt(RAX);
  thread.syscallNumber = number;
  const { byNumber } = kernel.syscalls;
  const call = number >= 0 && number < byNumber.length ? byNumber[number] : undefined;
  if (call === undefined) {
    refuseCall(thread, number);
    return Step.GO_ON;
  }
  if (kernel.strace !== undefined) {
    traceEnter(thread, call);
    thread.syscall = call;
    return Step.LOOK;
  }
  const { usage } = thread;
  let result: Result;
  if (!call.isCostly && --usage.untilSample > 0) result = callHandler(thread, call);
  else result = timeCall(thread, call);
  // What nearly all calls end with. A temporary mask has asked for attention, too.
  if (result >= -ERRNO_MAX_USED && !thread.needsAttention) {
    context.setRegNumber(RAX, result);
    if (thread.hasRestart) thread.clearRestart();
    return Step.GO_ON;
  }
  thread.syscall = call;
  return settleCall(thread, call, result) ? Step.LOOK : waitStep(thread);
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

/** How a call that is blocked waits. */
function waitStep(thread: Thread): Step {
  if (!thread.isResting) return Step.PARK;
  thread.isResting = false;
  return Step.YIELD;
}

/** Ends the call that its handler gave `made` for; false when it has to wait (more). */
function settleCall(thread: Thread, call: Syscall, made: Result): boolean {
  let result = made;
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
  const { signals, kernel } = thread;
  thread.syscall = undefined;
  if (result < -ERRNO_MAX_USED && isRestart(result)) {
    if (kernel.strace !== undefined) traceExit(thread, call, result);
    thread.interruptedCall = result;
    thread.needsAttention = true;
    thread.restart.keepForRestart(result, thread.syscallNumber);
    return;
  }
  if (result !== REGISTERS_SET) thread.context.setRegNumber(RAX, result);
  if (kernel.strace !== undefined) traceExit(thread, call, result);
  if (thread.hasRestart) thread.clearRestart();
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

/**
 * Who waited and is about to die takes nothing any more, although Linux leaves that to chance: what
 * is typed behind Ctrl-C is for who reads next.
 */
function continueCall(thread: Thread, call: Syscall): Result {
  const isOver = thread.restart.entered && isDeadlySignalPending(thread);
  return isOver ? BLOCKED : sampleCall(thread, call);
}

function sampleCall(thread: Thread, call: Syscall): Result {
  const isUntimed = !call.isCostly && --thread.usage.untilSample > 0;
  return isUntimed ? callHandler(thread, call) : timeCall(thread, call);
}

/** Calls the handler, and counts its time as the kernel's: as its own, or for those not timed. */
function timeCall(thread: Thread, call: Syscall): Result {
  const { usage } = thread;
  const { clock } = thread.kernel;
  if (!call.isCostly) usage.untilSample = TIME_SAMPLE_EVERY;
  const weight = call.isCostly ? 1 : TIME_SAMPLE_EVERY;
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
