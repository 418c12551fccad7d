// SPDX-License-Identifier: MPL-2.0

import { Siginfo, getI32, getU32, set32, set64 } from "../abi/layout.ts";
import {
  CLD_CONTINUED,
  SIGBUS,
  SIGCHLD,
  SIGFPE,
  SIGILL,
  SIGSEGV,
  SIGSYS,
  SIGTRAP,
  SI_KERNEL,
  SI_QUEUE,
  SI_SIGIO,
  SI_TIMER,
  SI_TKILL,
  SI_USER,
} from "../abi/signal.ts";

/** Which member of siginfo's union is meant. */
export type SignalInfoKind = "kill" | "value" | "timer" | "child" | "fault" | "poll" | "system";

/** A timer whose signals count what they stand for. */
export interface SignalSource {
  /** The signal leaves the queue; false where it was of a timer that has been set anew: then nobody gets it. */
  signalTaken(info: SignalInfo): boolean;
}

/** One occurrence of a signal: what siginfo_t tells of it (sigaction(2)). Immutable once sent. */
export class SignalInfo {
  readonly signo: number;
  readonly code: number;
  readonly kind: SignalInfoKind;
  errno = 0;
  /** Sender, or the child of SIGCHLD. */
  pid = 0;
  uid = 0;
  /** SIGCHLD: exit code or signal; times in clock ticks. */
  status = 0;
  utime = 0;
  stime = 0;
  /** Opaque sigval. */
  valueLow = 0;
  valueHigh = 0;
  timerId = 0;
  overrun = 0;
  /** Fault address; SIGSYS's instruction. */
  address = 0;
  /** SIGPOLL. */
  band = 0;
  fd = 0;
  /** The bytes that a program has handed over. */
  private raw: Uint8Array | undefined = undefined;
  /** Who has to be told when it is taken. */
  source: SignalSource | undefined = undefined;
  /** Raised by the thread's own fault: it ends even init. */
  isForced = false;

  constructor(signo: number, code: number, kind: SignalInfoKind) {
    this.signo = signo;
    this.code = code;
    this.kind = kind;
  }

  /** kill(2) by a process. */
  static user(signo: number, pid: number, uid: number): SignalInfo {
    const info = new SignalInfo(signo, SI_USER, "kill");
    info.pid = pid;
    info.uid = uid;
    return info;
  }
  /** tkill(2), tgkill(2). */
  static thread(signo: number, pid: number, uid: number): SignalInfo {
    const info = new SignalInfo(signo, SI_TKILL, "kill");
    info.pid = pid;
    info.uid = uid;
    return info;
  }
  /** By the kernel itself: a terminal, a limit, a broken pipe. */
  static kernel(signo: number): SignalInfo {
    return new SignalInfo(signo, SI_KERNEL, "kill");
  }
  static fault(signo: number, code: number, address: number): SignalInfo {
    const info = new SignalInfo(signo, code, "fault");
    info.address = address;
    return info;
  }
  static child(code: number, pid: number, uid: number, status: number): SignalInfo {
    const info = new SignalInfo(SIGCHLD, code, "child");
    info.pid = pid;
    info.uid = uid;
    info.status = status;
    return info;
  }
  /** A descriptor became ready (fcntl(2), F_SETSIG). */
  static ready(signo: number, code: number, band: number, fd: number): SignalInfo {
    const info = new SignalInfo(signo, code, "poll");
    info.band = band;
    info.fd = fd;
    return info;
  }
  static timer(signo: number, timerId: number, low: number, high: number): SignalInfo {
    const info = new SignalInfo(signo, SI_TIMER, "timer");
    info.timerId = timerId;
    info.valueLow = low;
    info.valueHigh = high;
    return info;
  }
  /** What rt_sigqueueinfo(2) hands over: a handler gets it as it was, signalfd what its code says it means. */
  static queued(signo: number, view: DataView): SignalInfo {
    const code = getI32(view, Siginfo.code);
    const info = new SignalInfo(signo, code, layoutOf(signo, code));
    info.errno = getI32(view, Siginfo.errno);
    info.raw = new Uint8Array(view.buffer, view.byteOffset, Siginfo.kernelSize).slice();
    switch (info.kind) {
      case "timer":
        info.timerId = getI32(view, Siginfo.timerId);
        info.overrun = getI32(view, Siginfo.overrun);
        break;
      case "poll":
        info.band = getI32(view, Siginfo.band);
        info.fd = getI32(view, Siginfo.fd);
        return info;
      case "fault":
        info.address = getU32(view, Siginfo.address) + getU32(view, Siginfo.address + 4) * 2 ** 32;
        return info;
      default:
        info.pid = getI32(view, Siginfo.pid);
        info.uid = getU32(view, Siginfo.uid);
    }
    if (info.kind === "child") info.status = getI32(view, Siginfo.status);
    if (info.kind === "value" || info.kind === "timer") {
      info.valueLow = getI32(view, Siginfo.value);
      info.valueHigh = getI32(view, Siginfo.value + 4);
    }
    return info;
  }

  /** Whether every occurrence is queued even where a standard signal is pending already. */
  get isQueued(): boolean {
    return this.code === SI_QUEUE || this.code === SI_TIMER;
  }

  /** Writes siginfo_t, all 128 bytes. */
  write(view: DataView, at: number): void {
    for (let offset = 0; offset < Siginfo.size; offset += 4) set32(view, at + offset, 0);
    if (this.raw !== undefined) {
      new Uint8Array(view.buffer, view.byteOffset + at).set(this.raw);
      set32(view, at + Siginfo.signo, this.signo);
      return;
    }
    set32(view, at + Siginfo.signo, this.signo);
    set32(view, at + Siginfo.errno, this.errno);
    set32(view, at + Siginfo.code, this.code);
    switch (this.kind) {
      case "kill":
        set32(view, at + Siginfo.pid, this.pid);
        set32(view, at + Siginfo.uid, this.uid);
        return;
      case "value":
        set32(view, at + Siginfo.pid, this.pid);
        set32(view, at + Siginfo.uid, this.uid);
        set32(view, at + Siginfo.value, this.valueLow);
        set32(view, at + Siginfo.value + 4, this.valueHigh);
        return;
      case "timer":
        set32(view, at + Siginfo.timerId, this.timerId);
        set32(view, at + Siginfo.overrun, this.overrun);
        set32(view, at + Siginfo.value, this.valueLow);
        set32(view, at + Siginfo.value + 4, this.valueHigh);
        return;
      case "child":
        set32(view, at + Siginfo.pid, this.pid);
        set32(view, at + Siginfo.uid, this.uid);
        set32(view, at + Siginfo.status, this.status);
        set64(view, at + Siginfo.utime, this.utime);
        set64(view, at + Siginfo.stime, this.stime);
        return;
      case "fault":
        set64(view, at + Siginfo.address, this.address);
        return;
      case "poll":
        set64(view, at + Siginfo.band, this.band);
        set32(view, at + Siginfo.fd, this.fd);
        return;
      case "system":
        set64(view, at + Siginfo.callAddress, this.address);
        set32(view, at + Siginfo.syscall, this.status);
        return;
    }
  }
}

/** Signals that have codes of the kernel's own, the highest of them, and what those tell. */
const OWN_CODES: ReadonlyMap<number, readonly [number, SignalInfoKind]> = new Map([
  [SIGILL, [11, "fault"]],
  [SIGFPE, [15, "fault"]],
  [SIGSEGV, [10, "fault"]],
  [SIGBUS, [5, "fault"]],
  [SIGTRAP, [6, "fault"]],
  [SIGCHLD, [6, "child"]],
  [SIGSYS, [2, "system"]],
]);
/** Codes of SIGPOLL, which any other signal may have too (fcntl(2), F_SETSIG). */
const POLL_CODES = 6;

/** Which member of the union a code stands for (siginfo_layout of Linux). */
function layoutOf(signo: number, code: number): SignalInfoKind {
  if (code === SI_TIMER) return "timer";
  if (code === SI_SIGIO) return "poll";
  if (code < 0) return "value";
  if (code === SI_USER || code >= SI_KERNEL) return "kill";
  const own = OWN_CODES.get(signo);
  if (own !== undefined && code <= own[0]) return own[1];
  return code <= POLL_CODES ? "poll" : "kill";
}

/** Whether SIGCHLD tells of a stop or a continuation and not of an end. */
export function isStopCode(code: number): boolean {
  return code > 3 && code <= CLD_CONTINUED;
}
