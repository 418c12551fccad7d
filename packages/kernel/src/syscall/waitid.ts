// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { Rusage, set32, Siginfo, StructBuffer } from "../abi/layout.ts";
import { SIGCHLD } from "../abi/signal.ts";
import {
  P_ALL,
  P_PGID,
  P_PID,
  P_PIDFD,
  WaitIdTypes,
  WaitOptionNames,
  WALL,
  WCLONE,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOTHREAD,
  WNOWAIT,
  WSTOPPED,
} from "../abi/wait.ts";
import { PidFile } from "../process/pidfd.ts";
import { writeRusage } from "../process/rusage.ts";
import type { Thread } from "../process/thread.ts";
import { waitForChild } from "../process/wait.ts";
import type { WaitTarget } from "../process/wait.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { flags, int, oneOf, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const WAITID_OPTIONS =
  WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | WNOTHREAD | WCLONE | WALL;

function targetOf(thread: Thread, idType: number, id: number): WaitTarget | Result {
  switch (idType) {
    case P_ALL:
      return { pid: 0, pgid: 0 };
    case P_PID:
      return id > 0 ? { pid: id, pgid: 0 } : fail(Errno.EINVAL);
    case P_PGID:
      if (id < 0) return fail(Errno.EINVAL);
      return { pid: 0, pgid: id === 0 ? thread.process.group.pgid : id };
    case P_PIDFD: {
      if (id < 0) return fail(Errno.EINVAL);
      const file = thread.files.get(id);
      if (!(file instanceof PidFile)) return fail(Errno.EBADF, "the descriptor is no pidfd");
      const process = file.living;
      if (process === undefined) return fail(Errno.ECHILD);
      return { pid: process.pid, pgid: 0 };
    }
    default:
      return fail(Errno.EINVAL, "the kind of id is unknown");
  }
}

function doWaitid(
  thread: Thread,
  idType: number,
  id: number,
  infoAddress: number,
  options: number,
  rusageAddress: number,
): Result {
  const report = waitForReport(thread, idType, id, options);
  if (report === BLOCKED) return BLOCKED;
  if (typeof report !== "number" && rusageAddress !== 0) {
    const usage = new StructBuffer(Rusage.size);
    writeRusage(usage.view, report.usage);
    if (thread.memory.writeBytes(rusageAddress, usage.bytes, 0, Rusage.size) !== Rusage.size) {
      return fail(Errno.EFAULT);
    }
  }
  const result = typeof report === "number" ? report : 0;
  if (infoAddress === 0) return result;
  // Only these fields are written, as Linux does; without news, and with an error, they are zero.
  const info = new StructBuffer(Siginfo.status + 4);
  if (typeof report !== "number") {
    set32(info.view, Siginfo.signo, SIGCHLD);
    set32(info.view, Siginfo.code, report.code);
    set32(info.view, Siginfo.pid, report.pid);
    set32(info.view, Siginfo.uid, report.uid);
    set32(info.view, Siginfo.status, report.codeStatus);
  }
  const { bytes } = info;
  const isWritten = thread.memory.writeBytes(infoAddress, bytes, 0, bytes.length) === bytes.length;
  return isWritten ? result : fail(Errno.EFAULT);
}

/** What has become of a child; 0 where nothing has, or an error, or BLOCKED. */
function waitForReport(
  thread: Thread,
  idType: number,
  id: number,
  options: number,
): ReturnType<typeof waitForChild> {
  if ((options & ~WAITID_OPTIONS) !== 0) return fail(Errno.EINVAL, "unknown options");
  if ((options & (WEXITED | WSTOPPED | WCONTINUED)) === 0) {
    return fail(Errno.EINVAL, "the options name nothing to wait for");
  }
  const target = targetOf(thread, idType, id);
  if (typeof target === "number") return target;
  const mustNotWait = idType === P_PIDFD && thread.files.get(id)?.nonBlocking === true;
  const report = waitForChild(thread, target, mustNotWait ? options | WNOHANG : options);
  if (report === 0 && mustNotWait && (options & WNOHANG) === 0) return -Errno.EAGAIN;
  return report;
}

export const waitid: Syscall = defineSyscall({
  name: "waitid",
  number: { x86_64: 247 },
  args: [
    oneOf("idtype", WaitIdTypes),
    int("id"),
    structOut("infop", "siginfo"),
    flags("options", WaitOptionNames),
    structOut("rusage", "rusage"),
  ],
  support: "full",
  handler: doWaitid,
});
