// SPDX-License-Identifier: MPL-2.0

import { Reg } from "@aster/ostd";
import type { UserContext } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import {
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_THREAD_CPUTIME_ID,
  SIGEV_NONE,
  SIGEV_SIGNAL,
  SIGEV_THREAD_ID,
} from "../../abi/time.ts";
import { CpuTime } from "../../process/cpu-time.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";
import { DEFAULT_TIMER_SLACK_NS } from "../../process/thread.ts";
import type { ProcContext, ProcEntry } from "./text.ts";

/** /proc/PID/io (proc_pid_io(5)): of the process and of the children that it has waited for; of one thread. */
function renderIo({ process, target, isOfLeader }: ProcContext): string {
  const usage = new CpuTime();
  if (isOfLeader) {
    usage.add(process.totalUsage());
    usage.add(process.childrenUsage);
  } else if (target !== undefined) {
    usage.add(target.usage);
  }
  // Changes that are dropped before the disk gets them are not told from those that it gets.
  return (
    `rchar: ${usage.readChars}\nwchar: ${usage.writtenChars}\n` +
    `syscr: ${usage.readCalls}\nsyscw: ${usage.writeCalls}\n` +
    `read_bytes: ${usage.diskReadBytes}\nwrite_bytes: ${usage.diskWrittenBytes}\n` +
    "cancelled_write_bytes: 0\n"
  );
}

const ARGUMENT_REGISTERS = [Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9] as const;

function hex(context: UserContext, register: number): string {
  const high = context.regHi(register);
  const low = context.regLo(register).toString(16);
  return `0x${high === 0 ? low : high.toString(16) + low.padStart(8, "0")}`;
}

/** /proc/PID/syscall (proc_pid_syscall(5)): the call that the thread is in, its arguments, stack and place. */
function renderCall({ reader, target }: ProcContext): string {
  if (target === undefined || target.hasExited) return "-1 0x0 0x0\n";
  const { context } = target;
  const place = `${hex(context, Reg.RSP)} 0x${context.rip.toString(16)}\n`;
  const isInCall = target === reader || target.syscall !== undefined;
  if (isInCall) {
    const values = ARGUMENT_REGISTERS.map((register) => hex(context, register));
    return `${target.syscallNumber} ${values.join(" ")} ${place}`;
  }
  return target.process.isStopped ? `-1 ${place}` : "running\n";
}

/** Clocks of the caller's own CPU time are shown by the numbers that they have within Linux. */
function shownClock(clockId: number): number {
  if (clockId === CLOCK_PROCESS_CPUTIME_ID) return -6;
  return clockId === CLOCK_THREAD_CPUTIME_ID ? -2 : clockId;
}

/** /proc/PID/timers (proc_pid_timers(5)). */
function renderTimers({ process }: ProcContext): string {
  let text = "";
  for (const { id, clockId, notification } of process.timers.posix.newestFirst()) {
    const { kind, signo, tid, valueLow, valueHigh } = notification;
    const words = [valueHigh, valueLow].map((word) => (word >>> 0).toString(16).padStart(8, "0"));
    const isOfThread = (kind & SIGEV_THREAD_ID) !== 0;
    const how = kind & ~SIGEV_THREAD_ID;
    const told = how === SIGEV_SIGNAL ? "signal" : how === SIGEV_NONE ? "none" : "thread";
    text +=
      `ID: ${id}\nsignal: ${signo}/${words.join("")}\n` +
      `notify: ${told}/${isOfThread ? "tid" : "pid"}.${isOfThread ? tid : process.pid}\n` +
      `ClockID: ${shownClock(clockId)}\n`;
  }
  return text;
}

/** /proc/PID/clear_refs: accesses are not noted, so that they can not be forgotten either. */
function clearReferences({ process }: ProcContext, text: string): Result {
  switch (text.trim()) {
    case "4":
      // No page is marked as changed since: as in a Linux without soft-dirty bits.
      return 0;
    case "5":
      process.vm?.resetPeak();
      return 0;
    default:
      return fail(Errno.EINVAL, "only 4 and 5 can be asked for");
  }
}

/** /proc/PID/task/TID/children. */
function renderChildren({ process, target }: ProcContext): string {
  if (target !== undefined && target !== (process.anyThread ?? process.leader)) return "";
  const numbers = [...process.children].map(({ pid }) => pid).toSorted((a, b) => a - b);
  return numbers.map((pid) => `${pid} `).join("");
}

/** Another's slack is for who may set its priority, too. */
function maySetSlack({ reader, process }: ProcContext): boolean {
  return process === reader.process || reader.credentials.has(Capability.SYS_NICE);
}

function renderSlack(context: ProcContext): string | Result {
  return maySetSlack(context)
    ? `${context.target?.timerSlackNs ?? 0}\n`
    : fail(Errno.EPERM, "the process is another's");
}

function storeSlack(context: ProcContext, text: string): Result {
  const digits = /^\s*(\d{1,19})\s*$/.exec(text)?.[1];
  if (digits === undefined) return fail(Errno.EINVAL, "no number of nanoseconds");
  if (!maySetSlack(context)) return fail(Errno.EPERM, "the process is another's");
  const { target } = context;
  if (target !== undefined) target.timerSlackNs = Number(digits) || DEFAULT_TIMER_SLACK_NS;
  return 0;
}

/** Files of /proc/PID that tell of its inside, most of them to who may look into it alone. */
export const INNER_ENTRIES: readonly ProcEntry[] = [
  { name: "children", level: "thread", render: renderChildren },
  {
    name: "clear_refs",
    mode: 0o200,
    isPrivate: true,
    render: () => fail(Errno.EINVAL, "the file can only be written"),
    store: clearReferences,
  },
  { name: "io", mode: 0o400, isPrivate: true, render: renderIo },
  { name: "syscall", mode: 0o400, isPrivate: true, render: renderCall },
  { name: "timers", level: "process", isPrivate: true, render: renderTimers },
  {
    name: "timerslack_ns",
    level: "process",
    mode: 0o666,
    render: renderSlack,
    store: storeSlack,
  },
];
