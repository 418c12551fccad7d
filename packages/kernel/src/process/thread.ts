// SPDX-License-Identifier: MPL-2.0

import type { Task, UserContext, UserMode, UserModeHooks, VmSpace, WaitQueue } from "@aster/ostd";
import type { FileTable } from "../fs/file-table.ts";
import type { FsContext } from "../fs/fs-context.ts";
import type { PiLock } from "../ipc/pi-lock.ts";
import type { Kernel } from "../kernel.ts";
import { SIGPIPE } from "../abi/signal.ts";
import { BLOCKED, ERESTARTSYS } from "../result.ts";
import type { Result } from "../result.ts";
import { actionIgnores } from "../signal/default-action.ts";
import { forceSignal, hasDeliverable, sendToThread } from "../signal/send.ts";
import { SignalInfo } from "../signal/signal-info.ts";
import { SignalState } from "../signal/signal-state.ts";
import type { Syscall } from "../syscall/define.ts";
import type { AddressSpace } from "../vm/address-space.ts";
import { CpuTime } from "./cpu-time.ts";
import type { Credentials } from "./credentials.ts";
import type { Process } from "./process.ts";
import { ZERO_TIME } from "../time/zero-time.ts";
import { RestartBlock } from "./restart-block.ts";
import type { RseqArea } from "./rseq.ts";

/** Longest name of a thread in bytes (TASK_COMM_LEN less its zero). */
export const THREAD_NAME_MAX = 15;

/** What a thread starts with that inherits no other (PR_SET_TIMERSLACK). */
export const DEFAULT_TIMER_SLACK_NS = 50_000;

/** A thread of a user process: what Linux calls a task. */
export class Thread implements UserModeHooks {
  readonly kernel: Kernel;
  /** Changes only when execve(2) makes another thread the leader. */
  tid: number;
  readonly process: Process;
  /** The registers. */
  readonly context: UserContext;
  readonly userMode: UserMode;
  /** OSTD's task that runs the thread; set when it starts. */
  task: Task | undefined = undefined;

  /** Shared with other threads by CLONE_FILES and CLONE_FS. */
  files: FileTable;
  fs: FsContext;
  credentials: Credentials;
  readonly signals: SignalState = new SignalState();
  /** prctl(PR_SET_NAME), /proc/PID/comm: a byte string. */
  name: string;

  private readonly restartBlock: RestartBlock = new RestartBlock();
  /** Somebody has looked at `restart` since it was cleared: there may be something in it. */
  hasRestart = false;
  /** The system call that was not over when its handler returned; it goes on after a wait. */
  syscall: Syscall | undefined = undefined;
  /** Its number, as the program gave it. */
  syscallNumber = 0;

  /** The trace has shown the beginning of the call in progress. */
  isTraced = false;

  /** Where the wait that BLOCKED announced ends by itself, on the monotonic clock. */
  blockDeadlineNs: number = Infinity;
  /** What the call becomes when a signal ends the wait; BLOCKED: only a deadly one ends it. */
  blockOnSignal: Result = ERESTARTSYS;

  /** Something to do before user mode: signals, a stop, the end. Asked before each entry. */
  needsAttention = false;
  /** Others are to run before the thread goes on; `giveWay` sets it. */
  wantsYield = false;
  /** The call that is being made has not been blocked: it lets others run. */
  isResting = false;
  /** It leaves the CPU to others of its rank, and not only to those above. For the scheduler. */
  hasGivenUp = false;
  /** This thread alone is to end (exit(2), execve(2) by another), with `endStatus`. */
  isEnding = false;
  endStatus = 0;
  hasExited = false;
  /** ERESTART*: the call that a signal has interrupted, to be settled before user mode; or 0. */
  interruptedCall: Result = 0;
  readonly usage: CpuTime = new CpuTime();

  /** set_tid_address(2), CLONE_CHILD_CLEARTID: zeroed and woken when the thread ends; 0: none. */
  clearChildTid = 0;
  /** set_robust_list(2). */
  robustList = 0;
  /** Priority-inheritance futexes that the thread holds and others wait for. */
  readonly piLocks: Set<PiLock> = new Set();
  /** rseq(2): the registered area, its length and signature; undefined without one. */
  rseq: RseqArea | undefined = undefined;
  /** Others ran where user code was interrupted: a restartable sequence there is to be aborted. */
  wasPreempted = false;
  /** prctl(PR_SET_PDEATHSIG). */
  parentDeathSignal = 0;
  /** setpriority(2), -20…19. */
  nice = 0;
  /** ioprio_set(2): class << 13 | level; 0: none was set. */
  ioPriority = 0;
  /** prctl(PR_SET_TIMERSLACK), in nanoseconds. */
  timerSlackNs: number = DEFAULT_TIMER_SLACK_NS;
  /** prctl(PR_SET_IO_FLUSHER). */
  isFlusher = false;
  /** SCHED_* and the real-time priority, 0 for fair policies: sched/. */
  schedulingPolicy = 0;
  schedulingPriority = 0;
  /** SCHED_RESET_ON_FORK. */
  resetsPolicyOnFork = false;
  /** The fault that a signal tells of: uc_mcontext's trapno, err and cr2. */
  lastTrap = 0;
  lastErrorCode = 0;
  lastFaultAddress = 0;

  constructor(
    kernel: Kernel,
    tid: number,
    process: Process,
    userMode: UserMode,
    files: FileTable,
    fs: FsContext,
    credentials: Credentials,
    name: string,
  ) {
    this.kernel = kernel;
    this.tid = tid;
    this.process = process;
    this.userMode = userMode;
    this.context = userMode.context;
    this.files = files;
    this.fs = fs;
    this.credentials = credentials;
    this.name = name;
  }

  /** The address space of the process. A thread that runs has one. */
  get vm(): AddressSpace {
    const { vm } = this.process;
    if (vm === undefined) throw new Error(`thread ${this.tid} has no address space`);
    return vm;
  }
  /** User memory: `readU32`, `writeBytes`, `readCString`, `reader`, ... */
  get memory(): VmSpace {
    return this.vm.space;
  }

  /** What the system call in progress keeps between the calls of its handler. */
  get restart(): RestartBlock {
    this.hasRestart = true;
    return this.restartBlock;
  }
  /** The system call has ended. */
  clearRestart(): void {
    this.restartBlock.clear();
    this.hasRestart = false;
  }

  /** For `UserMode.execute`. */
  hasKernelEvent(): boolean {
    return this.needsAttention;
  }

  // --- Time

  /** When the current stretch on the CPU was last accounted. */
  private runningSinceNs: number = ZERO_TIME;

  /** The thread gets the CPU. */
  startRun(nowNs: number): void {
    this.runningSinceNs = nowNs;
  }
  /** Counts the time since `startRun` or the last account. */
  accountRun(nowNs: number): void {
    this.usage.totalNs += nowNs - this.runningSinceNs;
    this.runningSinceNs = nowNs;
  }

  // --- Waiting

  /**
   * Announces what the call waits for, and returns BLOCKED for the handler to return. The handler
   * is called again from its start once a queue has woken the thread, or the deadline (monotonic)
   * has passed: `restart.timedOut` is set then. When a signal comes instead, the call's result is
   * `onSignal`; with BLOCKED as `onSignal` only a deadly signal ends the wait.
   */
  block(queue?: WaitQueue, deadlineNs: number = Infinity, onSignal: Result = ERESTARTSYS): Result {
    if (queue !== undefined) this.blockMore(queue);
    this.blockDeadlineNs = deadlineNs;
    this.blockOnSignal = onSignal;
    return BLOCKED;
  }

  /**
   * For a call that does very much: others have their turn before the handler is called again. Only
   * a deadly signal ends the call instead.
   */
  rest(): Result {
    this.isResting = true;
    this.blockOnSignal = BLOCKED;
    return BLOCKED;
  }

  /** One more queue whose wake-up ends the wait. */
  blockMore(queue: WaitQueue): void {
    const { task } = this;
    if (task !== undefined) queue.enqueue(task.waiter.waker);
  }

  /** Others are to run before the thread goes on: sched_yield(2), a wait for memory. */
  giveWay(): void {
    this.wantsYield = true;
    this.needsAttention = true;
  }

  /** Wakes the thread from a wait: it looks again at what it waits for. */
  wake(): void {
    this.task?.waiter.waker.wakeUp();
  }

  /**
   * Whether the thread should stop waiting: a signal that it does not block is to be delivered,
   * or the process is to end.
   */
  signalPending(): boolean {
    return this.process.isExiting || hasDeliverable(this);
  }

  /**
   * Blocks other signals for the duration of this call (ppoll, pselect, epoll_pwait, sigsuspend).
   * May be called again by the same call. The end of the call restores the mask, after the handler
   * of the signal that ended it.
   */
  setTemporaryMask(low: number, high: number): void {
    const { signals } = this;
    if (!signals.hasSaved) {
      signals.saved.copyFrom(signals.blocked);
      signals.hasSaved = true;
    }
    this.setBlocked(low, high);
  }

  /** Sets the mask of blocked signals; SIGKILL and SIGSTOP stay unblocked. */
  setBlocked(low: number, high: number): void {
    this.signals.blocked.set(low & ~UNBLOCKABLE_LOW, high);
    this.needsAttention = true;
  }

  // --- Signals

  /** Sends a signal to this thread alone. Permissions are the caller's. */
  signal(info: SignalInfo): void {
    sendToThread(this, info);
  }

  /** Sends what the thread's own call has raised: as if the thread had sent it. */
  sendSignal(signo: number): void {
    sendToThread(this, SignalInfo.user(signo, this.process.pid, this.credentials.uid));
  }

  /** The call in progress asks for no SIGPIPE (RWF_NOSIGNAL). */
  wantsNoPipeSignal = false;
  /** It writes to what nobody reads any more. */
  sendPipeSignal(): void {
    if (!this.wantsNoPipeSignal) this.sendSignal(SIGPIPE);
  }

  /** A signal for what the thread's own instruction did; blocking or ignoring it does not help. */
  raiseFault(signo: number, code: number, address: number): void {
    forceSignal(this, SignalInfo.fault(signo, code, address));
  }

  /** Whether `signo` would do nothing now: blocked or ignored. Job control asks (SIGTTIN, SIGTTOU). */
  isSignalBlockedOrIgnored(signo: number): boolean {
    return this.signals.blocked.has(signo) || actionIgnores(this.process.handlers.of(signo), signo);
  }
}

/** SIGKILL and SIGSTOP in the low half of a set. */
const UNBLOCKABLE_LOW = (1 << 8) | (1 << 18);
