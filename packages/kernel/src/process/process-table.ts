// SPDX-License-Identifier: MPL-2.0

import type { ProcessGroup } from "./group.ts";
import type { Process } from "./process.ts";
import type { Session } from "./session.ts";
import type { Thread } from "./thread.ts";

/** Where numbers start again after the highest (RESERVED_PIDS of Linux). */
const RESERVED_PIDS = 300;
/** kernel.pid_max: one more than the highest pid. */
export const PID_MAX = 32768;

/** All processes, threads, groups and sessions of one system, by number. */
export class ProcessTable {
  /** Processes, zombies too, by pid. */
  readonly processes: Map<number, Process> = new Map();
  /** Threads that have not exited, by tid. */
  readonly threads: Map<number, Thread> = new Map();
  readonly groups: Map<number, ProcessGroup> = new Map();
  readonly sessions: Map<number, Session> = new Map();
  /** Most threads and zombies at a time (kernel.threads-max). */
  readonly maxThreads: number;
  /** The pid given last. */
  lastPid = 0;
  /** Threads and processes made since boot ("processes" of /proc/stat). */
  forks = 0;

  constructor(maxThreads: number) {
    this.maxThreads = maxThreads;
  }

  get(pid: number): Process | undefined {
    return this.processes.get(pid);
  }
  getThread(tid: number): Thread | undefined {
    return this.threads.get(tid);
  }
  getGroup(pgid: number): ProcessGroup | undefined {
    return this.groups.get(pgid);
  }
  get init(): Process | undefined {
    return this.processes.get(1);
  }

  /** Threads that live, and zombies. */
  get count(): number {
    return this.threads.size + this.zombieCount;
  }
  /** Of `maxThreads`, so many that no program of the guest can take. */
  keptForHost = 0;
  /** Kept by exit and wait. */
  zombieCount = 0;

  /** How many threads processes of the real user `uid` have (RLIMIT_NPROC). */
  countOfUser(uid: number): number {
    let count = 0;
    for (const process of this.processes.values()) {
      if (process.leader?.credentials.uid === uid) count += Math.max(1, process.threads.size);
    }
    return count;
  }

  /**
   * A number that no process, thread, group or session has; undefined when all are taken.
   * `isForHost`: may be one of those that are kept for the host's commands.
   */
  allocatePid(isForHost: boolean = false): number | undefined {
    if (this.count >= this.maxThreads - (isForHost ? 0 : this.keptForHost)) return undefined;
    let pid = this.lastPid;
    for (let tries = 0; tries < PID_MAX; tries++) {
      pid++;
      if (pid >= PID_MAX) pid = RESERVED_PIDS;
      if (this.isFree(pid)) {
        this.lastPid = pid;
        return pid;
      }
    }
    return undefined;
  }

  /** Whether no process, thread, group or session has the number. */
  isFree(pid: number): boolean {
    return (
      !this.processes.has(pid) &&
      !this.threads.has(pid) &&
      !this.groups.has(pid) &&
      !this.sessions.has(pid)
    );
  }
}
