// SPDX-License-Identifier: MPL-2.0

import { WaitQueue } from "@aster/ostd";
import type { OpenFile } from "../fs/file.ts";
import type { Path } from "../fs/path.ts";
import { PollQueue } from "../fs/poll-queue.ts";
import type { Kernel } from "../kernel.ts";
import type { UndoList } from "../ipc/sysv/semaphores.ts";
import type { SignalInfo } from "../signal/signal-info.ts";
import { SignalHandlers } from "../signal/handlers.ts";
import { PendingSignals } from "../signal/pending.ts";
import { sendToProcess } from "../signal/send.ts";
import type { AddressSpace } from "../vm/address-space.ts";
import { CpuTime } from "./cpu-time.ts";
import type { ProcessGroup } from "./group.ts";
import type { ResourceLimits } from "./limits.ts";
import { ProcessTimers } from "./process-timers.ts";
import type { Session } from "./session.ts";
import type { Thread } from "./thread.ts";

/** A process: a thread group with its address space, its children and its place in a session. */
export class Process {
  readonly kernel: Kernel;
  readonly pid: number;
  /** The process that waits for this one; undefined for init. Changes when the parent exits. */
  parent: Process | undefined;
  readonly children: Set<Process> = new Set();
  /** Threads that have not exited. */
  readonly threads: Set<Thread> = new Set();
  /** The thread whose tid is the pid; it stays after its end, for /proc. */
  leader: Thread | undefined = undefined;
  group: ProcessGroup;

  /** Undefined once the process has exited. */
  vm: AddressSpace | undefined;
  /** The program file, held open: /proc/PID/exe. */
  executable: OpenFile | undefined = undefined;
  /** Whether execve(2) has succeeded since the fork; setpgid(2) asks. */
  hasExecuted = false;
  /** personality(2). */
  personality = 0;

  handlers: SignalHandlers;
  /** Signals sent to the process as a whole. */
  readonly pending: PendingSignals = new PendingSignals();
  limits: ResourceLimits;
  readonly timers: ProcessTimers;

  /** What the parent gets when the process ends; 0 for none (clone(2)). */
  exitSignal: number;
  /** The parent has become another program since, and gets SIGCHLD whatever `exitSignal` says. */
  parentHasExecuted = false;
  /** All threads are to end: exit_group(2) or a deadly signal. */
  isExiting = false;
  /** The status word of wait(2), once `isExiting` or the last thread has gone. */
  exitStatus = 0;
  /** All threads have ended; the parent has not waited yet. */
  isZombie = false;

  /** The signal that stopped it; 0 while it runs. */
  stopSignal = 0;
  /** A stop, or a continuation, that the parent has not waited for. */
  stopUnreported = false;
  continueUnreported = false;

  /** Parents wait here for changes of their children. */
  readonly childQueue: WaitQueue = new WaitQueue();
  /** The parent of a vfork(2) waits here until the child executes or exits. */
  readonly vforkQueue: WaitQueue = new WaitQueue();
  /** The space is lent by the parent, which waits (CLONE_VFORK). */
  isVforkChild = false;
  /** Woken when the process has ended, for those who asked by setting it (agent/). */
  endQueue: WaitQueue | undefined = undefined;
  /** The host's command that it descends from (agent/); 0 for none. */
  commandId = 0;
  /** signalfd(2) waits here for signals that are blocked. */
  readonly signalQueue: PollQueue = new PollQueue();
  /** execve(2) waits here for the other threads to end; so does exit of a thread group. */
  readonly threadQueue: WaitQueue = new WaitQueue();

  /** What its pidfds show as their inode; undefined until one was asked. */
  pidInode: Path | undefined = undefined;
  /** Pollers of pidfds wait here for threads to end, and for the process to end and go. */
  readonly pidfdQueue: PollQueue = new PollQueue();

  /** What is taken back when it ends (semop(2), SEM_UNDO); made when it is first needed. */
  semaphoreUndo: UndoList | undefined = undefined;

  /** PR_SET_CHILD_SUBREAPER. */
  isSubreaper = false;
  /** PR_MCE_KILL: 0 late, 1 early, 2 as the system has it. */
  machineCheckPolicy = 2;
  /** PR_SET_DUMPABLE. */
  dumpable = 1;
  /** /proc/PID/oom_score_adj. */
  oomScoreAdjust = 0;
  /** What `oomScoreAdjust` was last set to with CAP_SYS_RESOURCE: nobody without it sets it lower. */
  oomScoreAdjustFloor = 0;
  /** Since boot. */
  readonly startTimeNs: number;

  /** Times and counts of threads that have ended. */
  readonly usage: CpuTime = new CpuTime();
  /** Of children that have been waited for. */
  readonly childrenUsage: CpuTime = new CpuTime();

  constructor(
    kernel: Kernel,
    pid: number,
    parent: Process | undefined,
    group: ProcessGroup,
    vm: AddressSpace | undefined,
    handlers: SignalHandlers,
    limits: ResourceLimits,
    exitSignal: number,
  ) {
    this.kernel = kernel;
    this.pid = pid;
    this.parent = parent;
    this.group = group;
    this.vm = vm;
    this.handlers = handlers;
    this.limits = limits;
    this.exitSignal = exitSignal;
    this.startTimeNs = kernel.clock.monotonicNs();
    this.timers = new ProcessTimers(this);
  }

  get session(): Session {
    return this.group.session;
  }
  get isInit(): boolean {
    return this.pid === 1;
  }
  get isStopped(): boolean {
    return this.stopSignal !== 0;
  }
  /** The name in /proc/PID/comm, at most 15 bytes. */
  get name(): string {
    return this.leader?.name ?? "";
  }
  /** A thread that lives, the leader if it does. */
  get anyThread(): Thread | undefined {
    const leader = this.leader;
    if (leader !== undefined && !leader.hasExited) return leader;
    for (const thread of this.threads) return thread;
    return undefined;
  }
  /** The parent's pid; 0 for init. */
  get parentPid(): number {
    return this.parent?.pid ?? 0;
  }

  /** Sends a signal to the process: the one way for code of the kernel. Permissions are the caller's. */
  signal(info: SignalInfo): void {
    sendToProcess(this, info);
  }

  /** Times and counts so far, of all threads. */
  totalUsage(): CpuTime {
    const total = new CpuTime();
    total.add(this.usage);
    for (const thread of this.threads) total.add(thread.usage);
    return total;
  }
}
