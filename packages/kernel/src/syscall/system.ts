// SPDX-License-Identifier: MPL-2.0

import { ExitCode, fillRandom, poweroff, restart } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { LogLevel } from "../log.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { address, bufferOut, flags, hex, int, oneOf, size, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

// --- reboot(2)

const MAGIC_1 = 0xfee1_dead;
const MAGIC_2: readonly number[] = [672_274_793, 85_072_278, 369_367_448, 537_993_216];
const LINUX_REBOOT_CMD_RESTART = 0x0123_4567;
const LINUX_REBOOT_CMD_HALT = 0xcdef_0123;
const LINUX_REBOOT_CMD_CAD_ON = 0x89ab_cdef;
const LINUX_REBOOT_CMD_CAD_OFF = 0;
const LINUX_REBOOT_CMD_POWER_OFF = 0x4321_fedc;
const LINUX_REBOOT_CMD_RESTART2 = 0xa1b2_c3d4;

export const reboot: Syscall = defineSyscall({
  name: "reboot",
  number: { x86_64: 169 },
  args: [hex("magic"), hex("magic2"), hex("op"), address("arg")],
  support: "partial",
  note: "no kexec, no suspend",
  handler: (thread, magic1, magic2, operation) => {
    if (!thread.credentials.has(Capability.SYS_BOOT)) return fail(Errno.EPERM);
    if (magic1 % 0x1_0000_0000 !== MAGIC_1 || !MAGIC_2.includes(magic2 % 0x1_0000_0000)) {
      return fail(Errno.EINVAL, "the magic numbers are wrong");
    }
    const { log } = thread.kernel;
    switch (operation % 0x1_0000_0000) {
      case LINUX_REBOOT_CMD_CAD_ON:
      case LINUX_REBOOT_CMD_CAD_OFF:
        return 0;
      case LINUX_REBOOT_CMD_RESTART:
      case LINUX_REBOOT_CMD_RESTART2:
        log.write(LogLevel.NOTICE, "reboot: Restarting system");
        return restart();
      case LINUX_REBOOT_CMD_HALT:
        log.write(LogLevel.NOTICE, "reboot: System halted");
        return poweroff(ExitCode.SUCCESS);
      case LINUX_REBOOT_CMD_POWER_OFF:
        log.write(LogLevel.NOTICE, "reboot: Power down");
        return poweroff(thread.kernel.powerOffCode);
      default:
        return fail(Errno.EINVAL, "the operation is unknown");
    }
  },
});

// --- getrandom(2)

const GRND_NONBLOCK = 1;
const GRND_RANDOM = 2;
const GRND_INSECURE = 4;
const GRND_ALL = GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE;
/** Bytes made at a time. */
const RANDOM_CHUNK = 4096;
/** Most bytes of one call, so that it stays short; getrandom(2) lets callers go on. */
const RANDOM_MAX = 1024 * 1024;

export const getrandom: Syscall = defineSyscall({
  name: "getrandom",
  number: { x86_64: 318 },
  args: [
    bufferOut("buf", 1),
    size("buflen"),
    flags("flags", { GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE }),
  ],
  support: "full",
  handler: (thread, bufferAddress, length, randomFlags) => {
    const isContradictory =
      (randomFlags & (GRND_RANDOM | GRND_INSECURE)) === (GRND_RANDOM | GRND_INSECURE);
    if ((randomFlags & ~GRND_ALL) !== 0 || isContradictory) return fail(Errno.EINVAL);
    const wanted = Math.min(length, RANDOM_MAX);
    const chunk = new Uint8Array(Math.min(wanted, RANDOM_CHUNK));
    let done = 0;
    while (done < wanted) {
      const count = Math.min(chunk.length, wanted - done);
      fillRandom(chunk);
      const written = thread.memory.writeBytes(bufferAddress + done, chunk, 0, count);
      done += written;
      if (written < count) break;
    }
    return done === 0 && wanted > 0 ? fail(Errno.EFAULT) : done;
  },
});

// --- syslog(2)

const SYSLOG_ACTION_READ_ALL = 3;
const SYSLOG_ACTION_READ_CLEAR = 4;
const SYSLOG_ACTION_CLEAR = 5;
const SYSLOG_ACTION_CONSOLE_LEVEL = 8;
const SYSLOG_ACTION_SIZE_UNREAD = 9;
const SYSLOG_ACTION_SIZE_BUFFER = 10;
const SYSLOG_ACTION_LAST = 10;
const SyslogNames = {
  SYSLOG_ACTION_CLOSE: 0,
  SYSLOG_ACTION_OPEN: 1,
  SYSLOG_ACTION_READ: 2,
  SYSLOG_ACTION_READ_ALL,
  SYSLOG_ACTION_READ_CLEAR,
  SYSLOG_ACTION_CLEAR,
  SYSLOG_ACTION_CONSOLE_OFF: 6,
  SYSLOG_ACTION_CONSOLE_ON: 7,
  SYSLOG_ACTION_CONSOLE_LEVEL,
  SYSLOG_ACTION_SIZE_UNREAD,
  SYSLOG_ACTION_SIZE_BUFFER,
} as const;

/** The newest records since the last clear that fit in `length` bytes, to the user's buffer. */
function readLog(thread: Thread, to: number, length: number, clears: boolean): Result {
  const { log, memory } = { log: thread.kernel.log, memory: thread.memory };
  const lines = log.linesSinceClear();
  let total = 0;
  let first = lines.length;
  while (first > 0) {
    const size = lines[first - 1]?.length ?? 0;
    if (total + size > length) break;
    total += size;
    first--;
  }
  const bytes = Uint8Array.from(lines.slice(first).join(""), (c) => c.charCodeAt(0) & 0xff);
  if (memory.writeBytes(to, bytes, 0, bytes.length) !== bytes.length) return fail(Errno.EFAULT);
  if (clears) log.clear();
  return bytes.length;
}

export const syslog: Syscall = defineSyscall({
  name: "syslog",
  number: { x86_64: 103 },
  args: [oneOf("type", SyslogNames), address("bufp"), int("len")],
  support: "partial",
  note: "no blocking SYSLOG_ACTION_READ; the console's level is that of the command line",
  handler: (thread, action, bufferAddress, length) => {
    if (action < 0 || action > SYSLOG_ACTION_LAST) return fail(Errno.EINVAL);
    const { log } = thread.kernel;
    const isFree = action === SYSLOG_ACTION_READ_ALL || action === SYSLOG_ACTION_SIZE_BUFFER;
    if (!isFree && !thread.credentials.has(Capability.SYSLOG)) return fail(Errno.EPERM);
    switch (action) {
      case SYSLOG_ACTION_READ_ALL:
      case SYSLOG_ACTION_READ_CLEAR:
        if (bufferAddress === 0 || length < 0) return fail(Errno.EINVAL);
        return readLog(thread, bufferAddress, length, action === SYSLOG_ACTION_READ_CLEAR);
      case SYSLOG_ACTION_CLEAR:
        log.clear();
        return 0;
      case SYSLOG_ACTION_CONSOLE_LEVEL:
        if (length < 1 || length > 8) return fail(Errno.EINVAL);
        log.consoleLevel = length;
        return 0;
      case SYSLOG_ACTION_SIZE_UNREAD:
        return log.linesSinceClear().join("").length;
      case SYSLOG_ACTION_SIZE_BUFFER:
        return log.capacity;
      default:
        return fail(Errno.ENOSYS);
    }
  },
});

// --- personality(2), membarrier(2)

const PERSONALITY_QUERY = 0xffff_ffff;

export const personality: Syscall = defineSyscall({
  name: "personality",
  number: { x86_64: 135 },
  args: [uint("persona")],
  support: "partial",
  note: "told, and obeyed only for UNAME26",
  handler: (thread, persona) => {
    const { process } = thread;
    const old = process.personality;
    if (persona !== PERSONALITY_QUERY) process.personality = persona;
    return old;
  },
});

const MEMBARRIER_CMD_QUERY = 0;
const MEMBARRIER_CMD_GLOBAL = 1;

export const membarrier: Syscall = defineSyscall({
  name: "membarrier",
  number: { x86_64: 324 },
  args: [
    oneOf("cmd", { MEMBARRIER_CMD_QUERY, MEMBARRIER_CMD_GLOBAL }),
    uint("flags"),
    int("cpu_id"),
  ],
  support: "partial",
  note: "MEMBARRIER_CMD_GLOBAL only; with one CPU every call is a barrier",
  handler: (_thread, command, commandFlags) => {
    if (commandFlags !== 0) return fail(Errno.EINVAL);
    if (command === MEMBARRIER_CMD_QUERY) return MEMBARRIER_CMD_GLOBAL;
    return command === MEMBARRIER_CMD_GLOBAL ? 0 : fail(Errno.EINVAL);
  },
});
