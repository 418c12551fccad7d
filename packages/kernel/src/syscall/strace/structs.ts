// SPDX-License-Identifier: MPL-2.0

import {
  Itimerval,
  Rlimit,
  Rusage,
  Sigaction,
  Siginfo,
  Sigset,
  StackT,
  Sysinfo,
  Timespec,
  Timeval,
  Tms,
  Utsname,
  getI32,
  getI64,
  getU32,
  getU64,
} from "../../abi/layout.ts";
import {
  SA_NOCLDSTOP,
  SA_NOCLDWAIT,
  SA_NODEFER,
  SA_ONSTACK,
  SA_RESETHAND,
  SA_RESTART,
  SA_RESTORER,
  SA_SIGINFO,
  SS_DISABLE,
  SS_ONSTACK,
  signalName,
} from "../../abi/signal.ts";
import { renderAddress, renderFlags, renderHex, renderOctal, renderSignalSet } from "./numbers.ts";
import { quoteBytes } from "./quote.ts";

/** How one structure is printed, and how many bytes of it are needed for that. */
interface StructRenderer {
  readonly size: number;
  render(view: DataView): string;
}

function timespec(view: DataView, at = 0): string {
  return `{tv_sec=${getI64(view, at + Timespec.sec)}, tv_nsec=${getI64(view, at + Timespec.nsec)}}`;
}

function timeval(view: DataView, at = 0): string {
  return `{tv_sec=${getI64(view, at + Timeval.sec)}, tv_usec=${getI64(view, at + Timeval.usec)}}`;
}

function limit(view: DataView, at: number): string {
  if (getU32(view, at) === 0xffff_ffff && getU32(view, at + 4) === 0xffff_ffff) {
    return "RLIM64_INFINITY";
  }
  const value = getU64(view, at);
  return value > 1024 && value % 1024 === 0 ? `${value / 1024}*1024` : `${value}`;
}

function text(view: DataView, at: number, size: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
  const end = bytes.indexOf(0);
  return quoteBytes(bytes.subarray(0, end < 0 ? size : end));
}

/** A status word of wait(2). */
export function renderWaitStatus(status: number): string {
  if (status === 0xffff) return "{WIFCONTINUED(s)}";
  const low = status & 0x7f;
  if (low === 0x7f) {
    return `{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalName((status >> 8) & 0xff)}}`;
  }
  return low === 0
    ? `{WIFEXITED(s) && WEXITSTATUS(s) == ${(status >> 8) & 0xff}}`
    : `{WIFSIGNALED(s) && WTERMSIG(s) == ${signalName(low)}}`;
}

function sigaction(view: DataView): string {
  const handler = getU64(view, Sigaction.handler);
  const flags = getU32(view, Sigaction.flags);
  const name = handler === 0 ? "SIG_DFL" : handler === 1 ? "SIG_IGN" : renderHex(handler);
  const mask = renderSignalSet(getI32(view, Sigaction.mask), getI32(view, Sigaction.mask + 4));
  const flagText = renderFlags(flags, {
    SA_RESTORER,
    SA_ONSTACK,
    SA_RESTART,
    SA_NODEFER,
    SA_RESETHAND,
    SA_SIGINFO,
    SA_NOCLDSTOP,
    SA_NOCLDWAIT,
  });
  const restorer =
    (flags & SA_RESTORER) === 0
      ? ""
      : `, sa_restorer=${renderAddress(getU64(view, Sigaction.restorer))}`;
  return `{sa_handler=${name}, sa_mask=${mask}, sa_flags=${flagText}${restorer}}`;
}

function stack(view: DataView): string {
  const flags = renderFlags(getU32(view, StackT.flags), { SS_ONSTACK, SS_DISABLE });
  const sp = renderAddress(getU64(view, StackT.sp));
  return `{ss_sp=${sp}, ss_flags=${flags}, ss_size=${getU64(view, StackT.stackSize)}}`;
}

const FILE_TYPES: ReadonlyMap<number, string> = new Map([
  [0o010000, "S_IFIFO"],
  [0o020000, "S_IFCHR"],
  [0o040000, "S_IFDIR"],
  [0o060000, "S_IFBLK"],
  [0o100000, "S_IFREG"],
  [0o120000, "S_IFLNK"],
  [0o140000, "S_IFSOCK"],
]);

/** st_mode stands at 24, st_rdev at 40 and st_size at 48 of struct stat on x86-64. */
function stat(view: DataView): string {
  const mode = getU32(view, 24);
  const type = mode & 0o170000;
  const modeText = `${FILE_TYPES.get(type) ?? renderOctal(type)}|${renderOctal(mode & 0o7777)}`;
  if (type === 0o020000 || type === 0o060000) {
    const device = getU32(view, 40);
    const major = (device >>> 8) & 0xfff;
    const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
    return `{st_mode=${modeText}, st_rdev=makedev(${renderHex(major)}, ${renderHex(minor)}), ...}`;
  }
  return `{st_mode=${modeText}, st_size=${getI64(view, 48)}, ...}`;
}

function rusage(view: DataView): string {
  return `{ru_utime=${timeval(view, Rusage.utime)}, ru_stime=${timeval(view, Rusage.stime)}, ...}`;
}

function utsname(view: DataView): string {
  const sysname = text(view, Utsname.sysname, Utsname.stringSize);
  return `{sysname=${sysname}, nodename=${text(view, Utsname.nodename, Utsname.stringSize)}, ...}`;
}

function sysinfo(view: DataView): string {
  const loads = [0, 8, 16].map((at) => getU64(view, Sysinfo.loads + at)).join(", ");
  return (
    `{uptime=${getI64(view, Sysinfo.uptime)}, loads=[${loads}], ` +
    `totalram=${getU64(view, Sysinfo.totalram)}, freeram=${getU64(view, Sysinfo.freeram)}, ` +
    `sharedram=${getU64(view, Sysinfo.sharedram)}, bufferram=${getU64(view, Sysinfo.bufferram)}, ` +
    `totalswap=${getU64(view, Sysinfo.totalswap)}, freeswap=${getU64(view, Sysinfo.freeswap)}, ` +
    `procs=${view.getUint16(Sysinfo.procs, true)}, totalhigh=${getU64(view, Sysinfo.totalhigh)}, ` +
    `freehigh=${getU64(view, Sysinfo.freehigh)}, mem_unit=${getU32(view, Sysinfo.memUnit)}}`
  );
}

function interval(render: (view: DataView, at: number) => string): (view: DataView) => string {
  return (view) =>
    `{it_interval=${render(view, Itimerval.interval)}, it_value=${render(view, Itimerval.value)}}`;
}

function siginfo(view: DataView): string {
  return `{si_signo=${signalName(getI32(view, Siginfo.signo))}, si_code=${getI32(view, Siginfo.code)}, ...}`;
}

const RENDERERS: ReadonlyMap<string, StructRenderer> = new Map([
  ["timespec", { size: 16, render: timespec }],
  ["timespec[2]", { size: 32, render: (view) => `[${timespec(view, 0)}, ${timespec(view, 16)}]` }],
  ["timeval", { size: 16, render: timeval }],
  ["timeval[2]", { size: 32, render: (view) => `[${timeval(view, 0)}, ${timeval(view, 16)}]` }],
  [
    "timezone",
    {
      size: 8,
      render: (view) => `{tz_minuteswest=${getI32(view, 0)}, tz_dsttime=${getI32(view, 4)}}`,
    },
  ],
  ["itimerval", { size: 32, render: interval(timeval) }],
  ["itimerspec", { size: 32, render: interval(timespec) }],
  [
    "tms",
    {
      size: 32,
      render: (view) =>
        `{tms_utime=${getI64(view, Tms.utime)}, tms_stime=${getI64(view, Tms.stime)}, ` +
        `tms_cutime=${getI64(view, Tms.cutime)}, tms_cstime=${getI64(view, Tms.cstime)}}`,
    },
  ],
  [
    "rlimit",
    {
      size: 16,
      render: (view) =>
        `{rlim_cur=${limit(view, Rlimit.cur)}, rlim_max=${limit(view, Rlimit.max)}}`,
    },
  ],
  ["rusage", { size: 144, render: rusage }],
  ["utsname", { size: 390, render: utsname }],
  ["sysinfo", { size: 112, render: sysinfo }],
  ["sigaction", { size: 32, render: sigaction }],
  [
    "sigset",
    {
      size: 8,
      render: (view) => renderSignalSet(getI32(view, Sigset.low), getI32(view, Sigset.high)),
    },
  ],
  ["stack_t", { size: 24, render: stack }],
  ["siginfo", { size: 24, render: siginfo }],
  ["stat", { size: 144, render: stat }],
  ["wait-status", { size: 4, render: (view) => `[${renderWaitStatus(getI32(view, 0))}]` }],
  ["i32", { size: 4, render: (view) => `[${getI32(view, 0)}]` }],
  ["i32[2]", { size: 8, render: (view) => `[${getI32(view, 0)}, ${getI32(view, 4)}]` }],
  ["u32", { size: 4, render: (view) => `[${getU32(view, 0)}]` }],
  ["address", { size: 8, render: (view) => `[${renderAddress(getU64(view, 0))}]` }],
  [
    "winsize",
    {
      size: 8,
      render: (view) =>
        `{ws_row=${view.getUint16(0, true)}, ws_col=${view.getUint16(2, true)}, ` +
        `ws_xpixel=${view.getUint16(4, true)}, ws_ypixel=${view.getUint16(6, true)}}`,
    },
  ],
]);

/** How the structure called `layout` is printed; undefined where only its address is. */
export function structRenderer(layout: string): StructRenderer | undefined {
  return RENDERERS.get(layout);
}
