// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics, TaskState } from "@aster/ostd";
import { systemCounts } from "@aster/ostd/testing";
import { DiskDevice } from "../device/block/disk-device.ts";
import type { Kernel } from "../kernel.ts";
import { exitThread, reap } from "../process/exit.ts";
import { releaseAddressSpace } from "../process/release-vm.ts";
import type { Process } from "../process/process.ts";
import type { Thread } from "../process/thread.ts";

const SIGKILL_STATUS = 9;

/** What is left of a system once all processes have ended and all file systems have gone. */
export interface Remains {
  /** Frames in use, page tables among them, less those that cache blocks of disks. */
  readonly frames: number;
  readonly pageTables: number;
  /** Bytes charged for inodes, names, open files and so on. */
  readonly objectBytes: number;
  readonly openFiles: number;
  readonly processes: number;
  readonly threads: number;
  readonly groups: number;
  readonly sessions: number;
  readonly futexes: number;
  readonly watches: number;
  readonly ipcObjects: number;
  readonly ptys: number;
  /** Timers that are set, less those of threads that slept and the one that watches CPU time. */
  readonly timers: number;
  /** Tasks that live, less those of the threads there were. */
  readonly kernelTasks: number;
}

/**
 * Ends every process, removes System V objects, unmounts everything, and counts what is left. On
 * equal machines the counts are equal, whatever ran before: what is more has leaked. Nothing can
 * run in the system afterwards.
 */
export function tearDown(kernel: Kernel): Remains {
  const { processes, vfs, sysvIpc } = kernel;
  const tasksOfThreads = processes.threads.size;
  const sleepers = countSleepers(kernel);
  endProcesses(kernel);
  for (const segment of [...sysvIpc.segments.objects]) segment.doom();
  for (const set of [...sysvIpc.semaphores.objects]) sysvIpc.semaphores.remove(set);
  for (const queue of [...sysvIpc.queues.objects]) {
    sysvIpc.queues.remove(queue);
    queue.dissolve();
  }
  vfs.mounts.detachTree(vfs.rootMount);
  vfs.deviceMount.unmounted();
  const { used, pageTables } = memoryStatistics();
  const counts = systemCounts();
  return {
    frames: used - cachedBlocks(kernel),
    pageTables,
    objectBytes: kernel.memory.used,
    openFiles: kernel.memory.openFiles,
    processes: processes.processes.size,
    threads: processes.threads.size,
    groups: processes.groups.size,
    sessions: processes.sessions.size,
    futexes: kernel.futexes.size,
    watches: vfs.watchCount,
    ipcObjects: sysvIpc.segments.count + sysvIpc.semaphores.count + sysvIpc.queues.count,
    ptys: ptysOf(kernel),
    timers: counts.timers - sleepers - (kernel.watchesCpuTime ? 1 : 0),
    kernelTasks: counts.tasks - tasksOfThreads,
  };
}

function cachedBlocks({ devices }: Kernel): number {
  let count = 0;
  for (const device of devices.list("block")) {
    if (device instanceof DiskDevice) count += device.cache.blockCount;
  }
  return count;
}

function ptysOf({ devices }: Kernel): number {
  let count = 0;
  for (let index = 0; index < devices.ptys.length; index++) {
    if (devices.ptys.get(index) !== undefined) count++;
  }
  return count;
}

/** What of `remains` is more than in `baseline`, as lines of text; none when nothing leaked. */
export function leaksOf(remains: Remains, baseline: Remains): string[] {
  const leaks: string[] = [];
  for (const key of keysOf(baseline)) {
    if (remains[key] !== baseline[key]) {
      leaks.push(`${key}: ${remains[key]} left, ${baseline[key]} expected`);
    }
  }
  return leaks;
}

function keysOf(remains: Remains): (keyof Remains)[] {
  return Object.keys(remains).filter((key): key is keyof Remains => key in remains);
}

/** Threads that wait until some time: OSTD keeps a timer for each, which nobody stops here. */
function countSleepers({ processes }: Kernel): number {
  let count = 0;
  for (const { task, blockDeadlineNs } of processes.threads.values()) {
    if (task?.state === TaskState.PARKED && blockDeadlineNs !== Infinity) count++;
  }
  return count;
}

function endProcesses(kernel: Kernel): void {
  const { processes } = kernel;
  const { init } = processes;
  for (const process of [...processes.processes.values()].toReversed()) {
    if (process === init) continue;
    for (const thread of [...process.threads]) {
      leaveQueues(thread);
      exitThread(thread, SIGKILL_STATUS);
    }
  }
  if (init !== undefined) endInit(init);
  for (const process of [...processes.processes.values()]) reap(process);
}

/** Whatever the thread waits for, it waits no longer. */
function leaveQueues(thread: Thread): void {
  thread.task?.waiter.waker.removeFromAll();
  // Nobody waits for an ending thread: its task stays parked.
  thread.process.isExiting = true;
}

/** As `exitThread`, but without the panic that follows the end of init. */
function endInit(init: Process): void {
  for (const thread of [...init.threads]) {
    leaveQueues(thread);
    init.timers.cancelAll();
    thread.restart.clear();
    releaseAddressSpace(thread);
    thread.files.release(thread);
    thread.fs.release();
    init.threads.delete(thread);
    init.kernel.processes.threads.delete(thread.tid);
    thread.context.drop();
  }
  init.semaphoreUndo?.release(init.pid);
  init.handlers.release();
  init.executable?.release();
  init.executable = undefined;
  init.isZombie = true;
  init.kernel.processes.zombieCount++;
}
