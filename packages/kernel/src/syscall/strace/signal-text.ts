// SPDX-License-Identifier: MPL-2.0

import {
  SIGBUS,
  SIGCHLD,
  SIGFPE,
  SIGILL,
  SIGSEGV,
  SIGTRAP,
  SI_KERNEL,
  SI_QUEUE,
  SI_TIMER,
  SI_TKILL,
  SI_USER,
  signalName,
} from "../../abi/signal.ts";
import type { SignalInfo } from "../../signal/signal-info.ts";
import { renderAddress } from "./numbers.ts";

const GENERAL_CODES: ReadonlyMap<number, string> = new Map([
  [SI_USER, "SI_USER"],
  [SI_KERNEL, "SI_KERNEL"],
  [SI_QUEUE, "SI_QUEUE"],
  [SI_TIMER, "SI_TIMER"],
  [SI_TKILL, "SI_TKILL"],
]);

/** Names of the codes 1, 2, … of the signals that have their own. */
const CODES: ReadonlyMap<number, readonly string[]> = new Map([
  [SIGILL, ["ILL_ILLOPC", "ILL_ILLOPN", "ILL_ILLADR", "ILL_ILLTRP", "ILL_PRVOPC"]],
  [
    SIGFPE,
    [
      "FPE_INTDIV",
      "FPE_INTOVF",
      "FPE_FLTDIV",
      "FPE_FLTOVF",
      "FPE_FLTUND",
      "FPE_FLTRES",
      "FPE_FLTINV",
    ],
  ],
  [SIGSEGV, ["SEGV_MAPERR", "SEGV_ACCERR"]],
  [SIGBUS, ["BUS_ADRALN", "BUS_ADRERR", "BUS_OBJERR"]],
  [SIGTRAP, ["TRAP_BRKPT", "TRAP_TRACE"]],
  [
    SIGCHLD,
    ["CLD_EXITED", "CLD_KILLED", "CLD_DUMPED", "CLD_TRAPPED", "CLD_STOPPED", "CLD_CONTINUED"],
  ],
]);

function codeName(info: SignalInfo): string {
  const general = GENERAL_CODES.get(info.code);
  return general ?? CODES.get(info.signo)?.[info.code - 1] ?? `${info.code}`;
}

/** A signal as strace prints it: "{si_signo=SIGINT, si_code=SI_USER, si_pid=7, si_uid=0}". */
export function renderSignalInfo(info: SignalInfo): string {
  const head = `si_signo=${signalName(info.signo)}, si_code=${codeName(info)}`;
  switch (info.kind) {
    case "child": {
      const status = info.code === 1 ? `${info.status}` : signalName(info.status);
      return (
        `{${head}, si_pid=${info.pid}, si_uid=${info.uid}, si_status=${status}, ` +
        `si_utime=${info.utime}, si_stime=${info.stime}}`
      );
    }
    case "fault":
      return `{${head}, si_addr=${renderAddress(info.address)}}`;
    case "timer":
      return `{${head}, si_timerid=${info.timerId}, si_overrun=${info.overrun}, si_int=${info.valueLow}}`;
    case "value":
      return `{${head}, si_pid=${info.pid}, si_uid=${info.uid}, si_int=${info.valueLow}}`;
    default:
      return info.code === SI_KERNEL
        ? `{${head}}`
        : `{${head}, si_pid=${info.pid}, si_uid=${info.uid}}`;
  }
}
