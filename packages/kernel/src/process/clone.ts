// SPDX-License-Identifier: MPL-2.0

import { isRealtime, SCHED_OTHER } from "../sched/policy.ts";
import { UserMode } from "@aster/ostd";
import { CLONE, CLONE_NAMESPACES } from "../abi/clone.ts";
import { Errno } from "../abi/errno.ts";
import { SIGCHLD } from "../abi/signal.ts";
import { O } from "../abi/fcntl.ts";
import { installOpened } from "../fs/descriptor.ts";
import { UndoList } from "../ipc/sysv/semaphores.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import type { AddressSpace } from "../vm/address-space.ts";
import { RLIMIT_NPROC } from "./limits.ts";
import { PidFile } from "./pidfd.ts";
import { LimitHit } from "./limit-hits.ts";
import { Process } from "./process.ts";
import { startThread } from "./task-loop.ts";
import { Thread } from "./thread.ts";

/** What clone(2), clone3(2), fork(2) and vfork(2) ask for. */
export interface CloneRequest {
  /** CLONE_*, without the exit signal. */
  readonly flags: number;
  /** The child gets no handlers (CLONE_CLEAR_SIGHAND). */
  readonly clearsHandlers: boolean;
  readonly exitSignal: number;
  /** The child's stack pointer; 0: the parent's. */
  readonly stackPointer: number;
  readonly parentTid: number;
  readonly childTid: number;
  /** Where the pidfd goes (CLONE_PIDFD). */
  readonly pidfd: number;
  readonly tls: number;
  /** The number that the child is to have (clone3(2), set_tid); 0: any. */
  readonly wantedTid?: number;
}

/** Makes a child process or another thread; its tid, an error, or BLOCKED while a vfork child runs. */
export function cloneThread(thread: Thread, request: CloneRequest): Result {
  const { restart } = thread;
  if (restart.data instanceof Process) return awaitVforkChild(thread, restart.data);
  const { flags } = request;
  const invalid = checkFlags(thread, request);
  if (invalid !== 0) return invalid;
  const tooMany = checkLimits(thread);
  if (tooMany !== 0) return tooMany;
  const wantsPidfd = (flags & CLONE.PIDFD) !== 0;
  const noPidfd = wantsPidfd ? checkPidfd(thread, request.pidfd) : 0;
  if (noPidfd !== 0) return noPidfd;
  const { processes, limitHits } = thread.kernel;
  const { wantedTid = 0 } = request;
  if (wantedTid !== 0 && !processes.isFree(wantedTid)) {
    return fail(Errno.EEXIST, "the number is in use");
  }
  const tid = wantedTid !== 0 ? wantedTid : processes.allocatePid();
  if (tid === undefined) {
    limitHits.record(thread.process, LimitHit.PROCESSES);
    return fail(Errno.EAGAIN, "no process number is free");
  }

  const process = (flags & CLONE.THREAD) !== 0 ? thread.process : makeProcess(thread, request, tid);
  if (process === undefined) {
    limitHits.record(thread.process, LimitHit.MEMORY);
    return fail(Errno.ENOMEM, "no memory for the address space");
  }
  const child = makeThread(thread, process, request, tid);
  if (wantsPidfd) givePidfd(thread, child, request);
  storeThreadIds(thread, child, request);
  startThread(child);
  if ((flags & CLONE.VFORK) === 0) return tid;
  process.isVforkChild = true;
  restart.data = process;
  return awaitVforkChild(thread, process);
}

/** Whether there is a descriptor to be had, and a place for its number: nothing can fail later. */
function checkPidfd(thread: Thread, address: number): Result {
  const probe = new PidFile(thread.process, undefined, 0);
  const fd = installOpened(thread, probe, 0);
  if (fd < 0) return fd;
  thread.files.close(thread, fd);
  return thread.memory.writeU32(address, fd) ? 0 : fail(Errno.EFAULT);
}

/** The parent's descriptor of the child, which the child has not inherited. */
function givePidfd(thread: Thread, child: Thread, request: CloneRequest): void {
  const single = (request.flags & CLONE.THREAD) === 0 ? undefined : child;
  const status = single === undefined ? 0 : O.EXCL;
  const fd = installOpened(thread, new PidFile(child.process, single, status), O.CLOEXEC);
  thread.memory.writeU32(request.pidfd, fd);
}

/** vfork(2): the parent goes on once the child has executed a program or exited. */
function awaitVforkChild(thread: Thread, child: Process): Result {
  if (child.isVforkChild) return thread.block(child.vforkQueue, Infinity, BLOCKED);
  return child.pid;
}

const PIDFD_AND_DETACHED = CLONE.PIDFD | CLONE.DETACHED;

function checkFlags(thread: Thread, { flags }: CloneRequest): Result {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (has(CLONE.SIGHAND) && !has(CLONE.VM)) {
    return fail(Errno.EINVAL, "shared handlers need a shared address space");
  }
  if (has(CLONE.THREAD) && !has(CLONE.SIGHAND)) {
    return fail(Errno.EINVAL, "a thread shares its process's handlers");
  }
  if (has(CLONE.FS) && (has(CLONE.NEWNS) || has(CLONE.NEWUSER))) {
    return fail(Errno.EINVAL, "what is shared can have no namespace of its own");
  }
  if (has(CLONE_NAMESPACES)) {
    const mayMake = has(CLONE.NEWUSER) || thread.credentials.has(Capability.SYS_ADMIN);
    if (!mayMake) return fail(Errno.EPERM, "namespaces are for who may administer");
    return fail(Errno.EINVAL, "namespaces are not supported");
  }
  if (has(CLONE.PARENT) && thread.process.isInit) {
    return fail(Errno.EINVAL, "init has no parent to share");
  }
  if ((flags & PIDFD_AND_DETACHED) === PIDFD_AND_DETACHED) {
    return fail(Errno.EINVAL, "CLONE_PIDFD has no use for CLONE_DETACHED");
  }
  return 0;
}

function checkLimits(thread: Thread): Result {
  const { processes, memory, limitHits } = thread.kernel;
  const { credentials } = thread;
  if (memory.isExhausted) {
    limitHits.record(thread.process, LimitHit.MEMORY);
    return fail(Errno.ENOMEM, "the kernel's objects take too much memory");
  }
  const limit = thread.process.limits.get(RLIMIT_NPROC);
  const isPrivileged =
    credentials.uid === 0 ||
    credentials.has(Capability.SYS_RESOURCE) ||
    credentials.has(Capability.SYS_ADMIN);
  if (!isPrivileged && processes.countOfUser(credentials.uid) >= limit) {
    limitHits.record(thread.process, LimitHit.PROCESSES);
    return fail(Errno.EAGAIN, "the limit on processes has been reached");
  }
  return 0;
}

function makeProcess(thread: Thread, request: CloneRequest, pid: number): Process | undefined {
  const parent = thread.process;
  const { kernel } = thread;
  const has = (flag: number): boolean => (request.flags & flag) !== 0;
  const vm: AddressSpace | undefined = has(CLONE.VM) ? thread.vm.retain() : thread.vm.fork();
  if (vm === undefined) return undefined;
  const handlers = has(CLONE.SIGHAND) ? parent.handlers.share() : parent.handlers.clone();
  if (request.clearsHandlers) handlers.clearHandlers();
  const isSibling = has(CLONE.PARENT);
  const child = new Process(
    kernel,
    pid,
    isSibling ? parent.parent : parent,
    parent.group,
    vm,
    handlers,
    parent.limits.clone(),
    isSibling ? parent.exitSignal : request.exitSignal,
  );
  child.parentHasExecuted = isSibling && parent.parentHasExecuted;
  child.executable = parent.executable?.retain();
  child.personality = parent.personality;
  if (has(CLONE.SYSVSEM)) {
    parent.semaphoreUndo ??= new UndoList();
    child.semaphoreUndo = parent.semaphoreUndo.share();
  }
  child.dumpable = parent.dumpable;
  child.machineCheckPolicy = parent.machineCheckPolicy;
  child.commandId = parent.commandId;
  child.oomScoreAdjust = parent.oomScoreAdjust;
  child.oomScoreAdjustFloor = parent.oomScoreAdjustFloor;
  child.parent?.children.add(child);
  parent.group.members.add(child);
  kernel.processes.processes.set(pid, child);
  return child;
}

function makeThread(thread: Thread, process: Process, request: CloneRequest, tid: number): Thread {
  const { kernel } = thread;
  const has = (flag: number): boolean => (request.flags & flag) !== 0;
  const child = new Thread(
    kernel,
    tid,
    process,
    new UserMode(thread.context.clone()),
    has(CLONE.FILES) ? thread.files.share() : thread.files.clone(),
    has(CLONE.FS) ? thread.fs.share() : thread.fs.clone(),
    thread.credentials.clone(),
    thread.name,
  );
  // A new stack makes the alternate signal stack another one's; vfork's child borrows all (sigaltstack(2)).
  child.signals.inherit(thread.signals, !has(CLONE.VM) || has(CLONE.VFORK));
  // A thread registers an area of its own; a copy of the memory has the one that is there.
  if (!has(CLONE.VM)) child.rseq = thread.rseq;
  child.nice = thread.nice;
  child.ioPriority = thread.ioPriority;
  child.timerSlackNs = thread.timerSlackNs;
  inheritPolicy(child, thread);
  const { context } = child;
  context.rax = 0;
  if (request.stackPointer !== 0) context.rsp = request.stackPointer;
  if (has(CLONE.SETTLS)) context.fsBase = request.tls;
  if (has(CLONE.CHILD_CLEARTID)) child.clearChildTid = request.childTid;
  process.threads.add(child);
  process.leader ??= child;
  kernel.processes.threads.set(tid, child);
  kernel.processes.forks++;
  return child;
}

/** CLONE_PARENT_SETTID and CLONE_CHILD_SETTID; memory that can not be written is passed over. */
function storeThreadIds(thread: Thread, child: Thread, { flags, ...request }: CloneRequest): void {
  const { kernel } = thread;
  if ((flags & CLONE.PARENT_SETTID) !== 0) thread.memory.writeU32(request.parentTid, child.tid);
  if ((flags & CLONE.CHILD_SETTID) === 0) return;
  kernel.foreignVm = child.vm;
  child.memory.writeU32(request.childTid, child.tid);
  kernel.foreignVm = undefined;
}

/** What fork(2) asks for; vfork(2) with its flags. */
export function forkRequest(flags: number): CloneRequest {
  return {
    flags,
    clearsHandlers: false,
    exitSignal: SIGCHLD,
    stackPointer: 0,
    parentTid: 0,
    childTid: 0,
    pidfd: 0,
    tls: 0,
  };
}

/** sched(7), "Resetting scheduling policy for child processes". */
function inheritPolicy(child: Thread, parent: Thread): void {
  if (!parent.resetsPolicyOnFork) {
    child.schedulingPolicy = parent.schedulingPolicy;
    child.schedulingPriority = parent.schedulingPriority;
    return;
  }
  child.schedulingPolicy = isRealtime(parent.schedulingPolicy)
    ? SCHED_OTHER
    : parent.schedulingPolicy;
  child.nice = Math.max(0, child.nice);
}
