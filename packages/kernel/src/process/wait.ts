// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import {
  CLD_CONTINUED,
  CLD_EXITED,
  CLD_KILLED,
  CLD_STOPPED,
  SIGCHLD,
  SIGCONT,
} from "../abi/signal.ts";
import { WALL, WCLONE, WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WSTOPPED } from "../abi/wait.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { CpuTime } from "./cpu-time.ts";
import { reap } from "./exit.ts";
import type { Process } from "./process.ts";
import type { Thread } from "./thread.ts";
import { CONTINUED_STATUS, exitCodeOf, stoppedStatus, termSignal } from "./wait-status.ts";

/** Which children a wait is for. Exactly one of `pid` and `pgid` is not 0, or none. */
export interface WaitTarget {
  readonly pid: number;
  readonly pgid: number;
}

/** What a wait learnt of a child. */
export interface ChildReport {
  readonly pid: number;
  readonly uid: number;
  /** The status word of wait(2). */
  readonly status: number;
  /** CLD_*, and its si_status. */
  readonly code: number;
  readonly codeStatus: number;
  readonly usage: CpuTime;
}

/**
 * Waits for a child to change (wait(2)): a report, 0 with WNOHANG when nothing has changed, an
 * error, or BLOCKED. Options are those of waitid(2): nothing is reported that they do not name.
 */
export function waitForChild(
  thread: Thread,
  target: WaitTarget,
  options: number,
): ChildReport | Result {
  const { process } = thread;
  let isAnyEligible = false;
  for (const child of process.children) {
    if (!isEligible(child, target, options)) continue;
    // One that has ended can be waited for by that alone.
    if (!child.isZombie || (options & WEXITED) !== 0) isAnyEligible = true;
    const report = reportOf(process, child, options);
    if (report !== undefined) return report;
  }
  if (!isAnyEligible) return fail(Errno.ECHILD, "there is no such child");
  if ((options & WNOHANG) !== 0) return 0;
  return thread.block(process.childQueue);
}

function isEligible(child: Process, target: WaitTarget, options: number): boolean {
  if (target.pid !== 0 && child.pid !== target.pid) return false;
  if (target.pgid !== 0 && child.group.pgid !== target.pgid) return false;
  if ((options & WALL) !== 0) return true;
  // "Clone" children are those that deliver no SIGCHLD.
  return ((options & WCLONE) !== 0) === (child.exitSignal !== SIGCHLD);
}

function reportOf(waiter: Process, child: Process, options: number): ChildReport | undefined {
  const keeps = (options & WNOWAIT) !== 0;
  if (child.isZombie) {
    if ((options & WEXITED) === 0) return undefined;
    const report = exitReport(child);
    if (!keeps) {
      waiter.childrenUsage.add(child.usage);
      waiter.childrenUsage.add(child.childrenUsage);
      reap(child);
    }
    return report;
  }
  if (child.isStopped && child.stopUnreported && (options & WSTOPPED) !== 0) {
    const { stopSignal } = child;
    if (!keeps) child.stopUnreported = false;
    return report(child, stoppedStatus(stopSignal), CLD_STOPPED, stopSignal);
  }
  if (child.continueUnreported && (options & WCONTINUED) !== 0) {
    if (!keeps) child.continueUnreported = false;
    return report(child, CONTINUED_STATUS, CLD_CONTINUED, SIGCONT);
  }
  return undefined;
}

function exitReport(child: Process): ChildReport {
  const status = child.exitStatus;
  const killed = termSignal(status);
  return killed !== 0
    ? report(child, status, CLD_KILLED, killed)
    : report(child, status, CLD_EXITED, exitCodeOf(status));
}

function report(child: Process, status: number, code: number, codeStatus: number): ChildReport {
  const usage = child.totalUsage();
  usage.add(child.childrenUsage);
  const uid = child.leader?.credentials.uid ?? 0;
  return { pid: child.pid, uid, status, code, codeStatus, usage };
}
