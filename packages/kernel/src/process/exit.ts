// SPDX-License-Identifier: MPL-2.0

import {
  CLD_EXITED,
  CLD_KILLED,
  SA_NOCLDWAIT,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIG_IGN,
  SIGNAL_COUNT,
} from "../abi/signal.ts";
import { BLOCKED } from "../result.ts";
import type { Result } from "../result.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { panicOfInit } from "./init-exit.ts";
import type { ProcessGroup } from "./group.ts";
import { leaveGroup } from "./membership.ts";
import type { Process } from "./process.ts";
import { releaseAddressSpace } from "./release-vm.ts";
import type { Thread } from "./thread.ts";
import { exitCodeOf, termSignal } from "./wait-status.ts";

const NS_PER_CLOCK_TICK = 10_000_000;

/** exit_group(2), or a deadly signal: all threads of the process are to end, with this status word. */
export function exitProcess(thread: Thread, status: number): void {
  const { process } = thread;
  thread.needsAttention = true;
  if (process.isExiting) return;
  process.isExiting = true;
  process.exitStatus = status;
  process.stopSignal = 0;
  for (const other of process.threads) {
    other.needsAttention = true;
    if (other !== thread) other.wake();
  }
}

/**
 * execve(2): ends the other threads. 0 once the caller is alone and has taken over the process's
 * number; BLOCKED until then.
 */
export function endOtherThreads(thread: Thread): Result {
  const { process, kernel } = thread;
  if (process.threads.size > 1) {
    for (const other of process.threads) {
      if (other === thread || other.isEnding) continue;
      other.isEnding = true;
      other.needsAttention = true;
      other.wake();
    }
    return thread.block(process.threadQueue, Infinity, BLOCKED);
  }
  if (process.leader !== thread) {
    kernel.processes.threads.delete(thread.tid);
    thread.tid = process.pid;
    kernel.processes.threads.set(thread.tid, thread);
    process.leader = thread;
  }
  return 0;
}

/**
 * Ends a thread that will not run any more, and with the last one its process. `status` becomes
 * the process's when nothing else has decided it.
 */
export function exitThread(thread: Thread, status: number): void {
  const { process, kernel } = thread;
  thread.hasExited = true;
  const isLast = process.threads.size <= 1;
  if (isLast) {
    if (!process.isExiting) process.exitStatus = status;
    process.isExiting = true;
    process.timers.cancelAll();
  }
  thread.restart.clear();
  releaseAddressSpace(thread);
  thread.files.release(thread);
  thread.fs.release();
  process.threads.delete(thread);
  kernel.processes.threads.delete(thread.tid);
  process.usage.add(thread.usage);
  thread.context.drop();
  if (!isLast) {
    process.threadQueue.wakeAll();
    process.pidfdQueue.wakeAll();
    return;
  }
  process.executable?.release();
  process.executable = undefined;
  if (process.isInit) panicOfInit(kernel, process.exitStatus);
  finishProcess(process);
}

/** The last thread has gone: children find a new parent, and the old parent is told. */
function finishProcess(process: Process): void {
  const { kernel, session } = process;
  if (session.leader === process) {
    session.controllingTty?.dissociate(true);
    session.leader = undefined;
  }
  reparentChildren(process);
  const { parent } = process;
  if (parent !== undefined) {
    signalOrphanedGroup(process.group, process.session, parent, process);
  }
  process.semaphoreUndo?.release(process.pid);
  process.semaphoreUndo = undefined;
  process.isZombie = true;
  process.pidfdQueue.wakeAll();
  process.stopSignal = 0;
  process.handlers.release();
  kernel.processes.zombieCount++;
  process.endQueue?.wakeAll();
  if (parent === undefined || !tellParent(process, parent)) reap(process);
}

/** Sends the exit signal and wakes waiters; false when the parent does not care for the status. */
function tellParent(process: Process, parent: Process): boolean {
  const { exitStatus } = process;
  const exitSignal = process.parentHasExecuted ? SIGCHLD : process.exitSignal;
  const action = exitSignal === SIGCHLD ? parent.handlers.of(SIGCHLD) : undefined;
  const isDisowned =
    action !== undefined && (action.handler === SIG_IGN || (action.flags & SA_NOCLDWAIT) !== 0);
  if (exitSignal !== 0 && exitSignal <= SIGNAL_COUNT && action?.handler !== SIG_IGN) {
    const killed = termSignal(exitStatus);
    const info = new SignalInfo(exitSignal, killed !== 0 ? CLD_KILLED : CLD_EXITED, "child");
    info.pid = process.pid;
    info.uid = process.leader?.credentials.uid ?? 0;
    info.status = killed !== 0 ? killed : exitCodeOf(exitStatus);
    info.utime = Math.floor(process.usage.userNs / NS_PER_CLOCK_TICK);
    info.stime = Math.floor(process.usage.systemNs / NS_PER_CLOCK_TICK);
    parent.signal(info);
  }
  parent.childQueue.wakeAll();
  return !isDisowned;
}

/** Takes a zombie out of the tables; its number is free again. */
export function reap(process: Process): void {
  const { kernel, parent } = process;
  kernel.processes.processes.delete(process.pid);
  kernel.processes.zombieCount--;
  parent?.children.delete(process);
  leaveGroup(process);
  process.pidfdQueue.wakeAll();
}

/** The nearest subreaper above (prctl(2)), or init. */
function findReaper(process: Process): Process | undefined {
  for (let above = process.parent; above !== undefined; above = above.parent) {
    if (above.isSubreaper && !above.isZombie && !above.isExiting) return above;
  }
  return process.kernel.processes.init;
}

function reparentChildren(process: Process): void {
  if (process.children.size === 0) return;
  const reaper = findReaper(process);
  for (const child of [...process.children]) {
    process.children.delete(child);
    child.parent = reaper;
    reaper?.children.add(child);
    child.exitSignal = SIGCHLD;
    for (const thread of child.threads) {
      const signo = thread.parentDeathSignal;
      if (signo === 0) continue;
      // As if the one who ends had sent it to the whole process.
      child.signal(SignalInfo.user(signo, process.pid, process.leader?.credentials.uid ?? 0));
    }
    if (child.isZombie && reaper !== undefined && !tellParent(child, reaper)) reap(child);
    signalOrphanedGroup(child.group, child.session, process, undefined);
  }
}

/**
 * A group of stopped processes that nobody in the session can continue any more gets SIGHUP and
 * SIGCONT (POSIX, exit). `link` is the parent whose going, or whose child's going, orphans it.
 */
function signalOrphanedGroup(
  group: ProcessGroup,
  session: Process["session"],
  link: Process,
  leaving: Process | undefined,
): void {
  if (link.group === group || link.session !== session) return;
  if (!group.isOrphaned(leaving) || !group.hasStoppedMember()) return;
  group.signal(SignalInfo.kernel(SIGHUP));
  group.signal(SignalInfo.kernel(SIGCONT));
}
