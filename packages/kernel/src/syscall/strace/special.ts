// SPDX-License-Identifier: MPL-2.0

import { CSIGNAL, CLONE, CloneNames } from "../../abi/clone.ts";
import { O } from "../../abi/fcntl.ts";
import { RtSigframe, Ucontext, getI32 } from "../../abi/layout.ts";
import { PollNames } from "../../abi/poll.ts";
import * as requests from "../../abi/ioctl.ts";
import * as termios from "../../abi/termios.ts";
import { signalName } from "../../abi/signal.ts";
import { Errno } from "../../abi/errno.ts";
import type { Thread } from "../../process/thread.ts";
import type { Syscall } from "../define.ts";
import { isRestart } from "../../signal/restart.ts";
import { argument } from "../dispatch.ts";
import { renderArgument } from "./arguments.ts";
import { renderAddress, renderFlags, renderHex, renderSignalSet } from "./numbers.ts";
import { quoteString } from "./quote.ts";
import { structRenderer } from "./structs.ts";

/** Calls that strace prints otherwise than their declarations say. */
export interface SpecialCall {
  /** The arguments that are known when the call begins. */
  begin(thread: Thread, call: Syscall): string;
  /** The rest of them, once the call has ended. */
  end?(thread: Thread, call: Syscall, result: number): string;
  /** What stands behind the result, e.g. " ([{fd=3, revents=POLLIN}])". */
  suffix?(thread: Thread, call: Syscall, result: number): string;
}

/** Arguments `first` to `last` as declared. */
function plain(
  thread: Thread,
  call: Syscall,
  first: number,
  last: number,
  result?: number,
): string {
  const parts: string[] = [];
  for (let index = first; index <= last; index++) {
    parts.push(renderArgument(thread, call, index, result));
  }
  return parts.join(", ");
}

const value = (thread: Thread, call: Syscall, index: number): number =>
  argument(thread.context, call, index);

// --- clone(2): names, the exit signal among the flags, and only what the flags use

function renderClone(thread: Thread, call: Syscall): string {
  const flags = value(thread, call, 0) >>> 0;
  const signo = flags & CSIGNAL;
  const names = renderFlags((flags & ~CSIGNAL) >>> 0, CloneNames, "");
  const signal = signo === 0 ? "" : signalName(signo);
  const flagText = [names, signal].filter((part) => part !== "").join("|") || "0";
  const parts = [`child_stack=${renderAddress(value(thread, call, 1))}`, `flags=${flagText}`];
  if ((flags & CLONE.PARENT_SETTID) !== 0) {
    parts.push(`parent_tid=${renderAddress(value(thread, call, 2))}`);
  }
  if ((flags & CLONE.SETTLS) !== 0) parts.push(`tls=${renderAddress(value(thread, call, 4))}`);
  if ((flags & (CLONE.CHILD_SETTID | CLONE.CHILD_CLEARTID)) !== 0) {
    parts.push(`child_tidptr=${renderAddress(value(thread, call, 3))}`);
  }
  return parts.join(", ");
}

// --- futex(2): the operation with its flag in one name, and only the arguments that it has

const FUTEX_OPERATIONS: readonly string[] = [
  "FUTEX_WAIT",
  "FUTEX_WAKE",
  "FUTEX_FD",
  "FUTEX_REQUEUE",
  "FUTEX_CMP_REQUEUE",
  "FUTEX_WAKE_OP",
  "FUTEX_LOCK_PI",
  "FUTEX_UNLOCK_PI",
  "FUTEX_TRYLOCK_PI",
  "FUTEX_WAIT_BITSET",
  "FUTEX_WAKE_BITSET",
  "FUTEX_WAIT_REQUEUE_PI",
  "FUTEX_CMP_REQUEUE_PI",
  "FUTEX_LOCK_PI2",
];
const FUTEX_PRIVATE_FLAG = 128;
const FUTEX_CLOCK_REALTIME = 256;
const FUTEX_BITSET_MATCH_ANY = 0xffff_ffff;

function bitset(bits: number): string {
  return bits >>> 0 === FUTEX_BITSET_MATCH_ANY ? "FUTEX_BITSET_MATCH_ANY" : renderHex(bits >>> 0);
}

function renderFutex(thread: Thread, call: Syscall): string {
  const operation = value(thread, call, 1);
  const command = operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
  const name = FUTEX_OPERATIONS[command] ?? renderHex(command);
  const privacy = (operation & FUTEX_PRIVATE_FLAG) !== 0 ? "_PRIVATE" : "";
  const clock = (operation & FUTEX_CLOCK_REALTIME) !== 0 ? "|FUTEX_CLOCK_REALTIME" : "";
  const parts = [plain(thread, call, 0, 0), `${name}${privacy}${clock}`, plain(thread, call, 2, 2)];
  const count = (index: number): string => `${value(thread, call, index) | 0}`;
  switch (name) {
    case "FUTEX_WAIT":
      parts.push(plain(thread, call, 3, 3));
      break;
    case "FUTEX_WAIT_BITSET":
      parts.push(plain(thread, call, 3, 3), "NULL", bitset(value(thread, call, 5)));
      break;
    case "FUTEX_WAKE_BITSET":
      parts.push(bitset(value(thread, call, 5)));
      break;
    case "FUTEX_REQUEUE":
      parts.push(count(3), plain(thread, call, 4, 4));
      break;
    case "FUTEX_CMP_REQUEUE":
    case "FUTEX_WAKE_OP":
      parts.push(count(3), plain(thread, call, 4, 5));
      break;
    default:
  }
  return parts.join(", ");
}

// --- poll(2), ppoll(2): the array, and what is ready behind the result

const POLLFD_BYTES = 8;
const POLLFD_MAX = 32;

function renderPollFds(thread: Thread, call: Syscall, isResult: boolean): string {
  const address = value(thread, call, 0);
  const count = value(thread, call, 1);
  if (address === 0) return "NULL";
  const shown = Math.min(count, POLLFD_MAX);
  const bytes = new Uint8Array(shown * POLLFD_BYTES);
  if (thread.memory.readBytes(address, bytes, 0, bytes.length) !== bytes.length) {
    return renderAddress(address);
  }
  const view = new DataView(bytes.buffer);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += POLLFD_BYTES) {
    const fd = getI32(view, at);
    const bits = view.getUint16(at + (isResult ? 6 : 4), true);
    if (isResult && bits === 0) continue;
    const name = isResult ? "revents" : "events";
    parts.push(fd < 0 ? `{fd=${fd}}` : `{fd=${fd}, ${name}=${renderFlags(bits, PollNames)}}`);
  }
  if (shown < count) parts.push("...");
  return `[${parts.join(", ")}]`;
}

function pollCall(last: number): SpecialCall {
  return {
    begin: (thread, call) =>
      `${renderPollFds(thread, call, false)}, ${plain(thread, call, 1, last)}`,
    suffix: (thread, call, result) =>
      result === 0 ? " (Timeout)" : result > 0 ? ` (${renderPollFds(thread, call, true)})` : "",
  };
}

// --- pipe(2): the two descriptors

function renderPipe(thread: Thread, call: Syscall, result: number): string {
  const address = value(thread, call, 0);
  const first = thread.memory.readU32(address);
  const second = thread.memory.readU32(address + 4);
  const pair =
    result < 0 || first < 0 || second < 0 ? renderAddress(address) : `[${first}, ${second}]`;
  return call.args.length > 1 ? `${pair}, ${plain(thread, call, 1, 1)}` : pair;
}

// --- ioctl(2): names of requests, and what the commonest take

const IOCTL_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(requests).map(([name, number]): [number, string] => [number, name]),
  ...Object.entries(termios).flatMap(([name, number]): [number, string][] =>
    /^(TC[GSXF]|TIOC)/.test(name) && typeof number === "number" && number >= 0x5401
      ? [[number, name]]
      : [],
  ),
]);

/** Layouts (abi/) of what a request points to; of the others the address is told. */
const IOCTL_LAYOUTS: ReadonlyMap<number, "i32" | "winsize"> = new Map([
  [termios.TIOCGWINSZ, "winsize"],
  [termios.TIOCSWINSZ, "winsize"],
  [termios.TIOCGPGRP, "i32"],
  [termios.TIOCSPGRP, "i32"],
  [requests.FIONREAD, "i32"],
  [requests.FIONBIO, "i32"],
  [requests.FIOASYNC, "i32"],
]);

function renderIoctlArgument(thread: Thread, call: Syscall, result: number): string {
  const request = value(thread, call, 1);
  const address = value(thread, call, 2);
  const layout = IOCTL_LAYOUTS.get(request);
  const renderer = layout === undefined ? undefined : structRenderer(layout);
  if (renderer === undefined || result < 0 || address === 0) {
    return address === 0 ? "0" : renderHex(address);
  }
  const bytes = new Uint8Array(renderer.size);
  const isRead = thread.memory.readBytes(address, bytes, 0, bytes.length) === bytes.length;
  return isRead ? renderer.render(new DataView(bytes.buffer)) : renderHex(address);
}

// --- open(2): a mode only where a file may be made

function openCall(flagsIndex: number): SpecialCall {
  return {
    begin: (thread, call) => {
      const makes = (value(thread, call, flagsIndex) & O.CREAT) !== 0;
      return plain(thread, call, 0, makes ? flagsIndex + 1 : flagsIndex);
    },
  };
}

// --- nanosleep(2): what is left is written only when a signal came

function sleepCall(last: number): SpecialCall {
  return {
    begin: (thread, call) => `${plain(thread, call, 0, last - 1)}, `,
    end: (thread, call, result) => {
      return isRestart(result) || result === -Errno.EINTR
        ? plain(thread, call, last, last, 0)
        : renderAddress(value(thread, call, last));
    },
  };
}

/** fcntl(2) commands that take no argument. */
const FCNTL_WITHOUT_ARGUMENT: readonly number[] = [1, 3, 9, 11, 1025, 1032, 1034];

export const SPECIAL_CALLS: ReadonlyMap<string, SpecialCall> = new Map<string, SpecialCall>([
  ["clone", { begin: renderClone }],
  ["futex", { begin: renderFutex }],
  ["poll", pollCall(2)],
  ["ppoll", pollCall(4)],
  ["pipe", { begin: () => "", end: renderPipe }],
  ["pipe2", { begin: () => "", end: renderPipe }],
  [
    "ioctl",
    {
      begin: (thread, call) => {
        const request = value(thread, call, 1);
        return `${plain(thread, call, 0, 0)}, ${IOCTL_NAMES.get(request) ?? renderHex(request)}, `;
      },
      end: renderIoctlArgument,
    },
  ],
  ["open", openCall(1)],
  ["openat", openCall(2)],
  ["nanosleep", sleepCall(1)],
  ["clock_nanosleep", sleepCall(3)],
  [
    "fcntl",
    {
      begin: (thread, call) => {
        const command = value(thread, call, 1);
        const last = FCNTL_WITHOUT_ARGUMENT.includes(command) ? 1 : 2;
        if (command !== 2) {
          const head = plain(thread, call, 0, 1);
          const number = value(thread, call, 2);
          const isDescriptor = command === 0 || command === 1030;
          return last === 1 ? head : `${head}, ${isDescriptor ? number : renderHex(number)}`;
        }
        const flag =
          value(thread, call, 2) === 1 ? "FD_CLOEXEC" : renderHex(value(thread, call, 2));
        return `${plain(thread, call, 0, 1)}, ${flag}`;
      },
    },
  ],
  [
    "mremap",
    {
      begin: (thread, call) => plain(thread, call, 0, (value(thread, call, 3) & 2) !== 0 ? 4 : 3),
    },
  ],
  [
    "getcwd",
    {
      begin: () => "",
      end: (thread, call, result) => {
        const name =
          result < 0 ? undefined : thread.memory.readCString(value(thread, call, 0), result);
        const text =
          name === undefined || typeof name === "string"
            ? renderAddress(value(thread, call, 0))
            : quoteString(name.bytes);
        return `${text}, ${plain(thread, call, 1, 1)}`;
      },
    },
  ],
  ["prctl", { begin: beginPrctl, end: endPrctl }],
  [
    "getrandom",
    {
      begin: () => "",
      end: (thread, call, result) =>
        `${renderRandom(thread, call, result)}, ${plain(thread, call, 1, 2)}`,
    },
  ],
  [
    "getdents64",
    {
      begin: (thread, call) => `${plain(thread, call, 0, 0)}, `,
      end: (thread, call, result) => {
        const entries = result < 0 ? "" : ` /* ${countEntries(thread, call, result)} entries */`;
        return `${renderAddress(value(thread, call, 1))}${entries}, ${plain(thread, call, 2, 2)}`;
      },
    },
  ],
  ["rt_sigreturn", { begin: renderSigreturn }],
]);

// --- prctl(2): names as strings, and no argument that the option does not have

const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const THREAD_NAME_BYTES = 16;

function threadName(thread: Thread, call: Syscall): string {
  const at = value(thread, call, 1);
  const name = thread.memory.readCString(at, THREAD_NAME_BYTES);
  return typeof name === "string" ? renderAddress(at) : quoteString(name.bytes);
}

function beginPrctl(thread: Thread, call: Syscall): string {
  const option = value(thread, call, 0);
  if (option === PR_GET_NAME) return `${plain(thread, call, 0, 0)}, `;
  if (option === PR_SET_NAME) return `${plain(thread, call, 0, 0)}, ${threadName(thread, call)}`;
  return plain(thread, call, 0, 4);
}

function endPrctl(thread: Thread, call: Syscall): string {
  return value(thread, call, 0) === PR_GET_NAME ? threadName(thread, call) : "";
}

// --- getrandom(2): bytes in hexadecimal

const RANDOM_BYTES_SHOWN = 32;

function renderRandom(thread: Thread, call: Syscall, result: number): string {
  const at = value(thread, call, 0);
  if (result < 0) return renderAddress(at);
  const bytes = new Uint8Array(Math.min(result, RANDOM_BYTES_SHOWN));
  thread.memory.readBytes(at, bytes, 0, bytes.length);
  const digits = Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`);
  return `"${digits.join("")}"${result > RANDOM_BYTES_SHOWN ? "..." : ""}`;
}

/** Entries in the `result` bytes that getdents64 wrote; d_reclen stands at 16. */
function countEntries(thread: Thread, call: Syscall, result: number): number {
  const start = value(thread, call, 1);
  let count = 0;
  for (let at = 0; at < result; count++) {
    const length = thread.memory.readU16(start + at + 16);
    if (length <= 0) break;
    at += length;
  }
  return count;
}

/** The mask that rt_sigreturn restores stands in the frame, whose return address has been popped. */
function renderSigreturn(thread: Thread): string {
  const at = thread.context.rsp - 8 + RtSigframe.ucontext + Ucontext.sigmask;
  const low = thread.memory.readU32(at);
  const high = thread.memory.readU32(at + 4);
  return low < 0 || high < 0 ? "" : `{mask=${renderSignalSet(low, high)}}`;
}
