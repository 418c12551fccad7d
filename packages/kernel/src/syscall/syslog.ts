// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { address, int, oneOf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { among } from "./scml.ts";

const SYSLOG_ACTION_CLOSE = 0;
const SYSLOG_ACTION_OPEN = 1;
const SYSLOG_ACTION_READ = 2;
const SYSLOG_ACTION_READ_ALL = 3;
const SYSLOG_ACTION_READ_CLEAR = 4;
const SYSLOG_ACTION_CLEAR = 5;
const SYSLOG_ACTION_CONSOLE_OFF = 6;
const SYSLOG_ACTION_CONSOLE_ON = 7;
const SYSLOG_ACTION_CONSOLE_LEVEL = 8;
const SYSLOG_ACTION_SIZE_UNREAD = 9;
const SYSLOG_ACTION_SIZE_BUFFER = 10;

const SyslogNames = {
  SYSLOG_ACTION_CLOSE,
  SYSLOG_ACTION_OPEN,
  SYSLOG_ACTION_READ,
  SYSLOG_ACTION_READ_ALL,
  SYSLOG_ACTION_READ_CLEAR,
  SYSLOG_ACTION_CLEAR,
  SYSLOG_ACTION_CONSOLE_OFF,
  SYSLOG_ACTION_CONSOLE_ON,
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

/** What nobody has read yet, which it takes; waits for something. */
function readUnread(thread: Thread, to: number, length: number): Result {
  const { log } = thread.kernel;
  const text = log.unread().slice(0, length);
  if (text === "") return thread.block(log.readQueue);
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);
  if (thread.memory.writeBytes(to, bytes, 0, bytes.length) < bytes.length) {
    return fail(Errno.EFAULT);
  }
  log.consume(bytes.length);
  return bytes.length;
}

export const syslog: Syscall = defineSyscall({
  name: "syslog",
  number: { x86_64: 103 },
  args: [oneOf("type", SyslogNames), address("bufp"), int("len")],
  scml: [{ type: among(SyslogNames) }],
  support: "full",
  handler: (thread, action, bufferAddress, length) => {
    const { log } = thread.kernel;
    const isFree = action === SYSLOG_ACTION_READ_ALL || action === SYSLOG_ACTION_SIZE_BUFFER;
    if ((!isFree || log.isRestricted) && !thread.credentials.has(Capability.SYSLOG)) {
      return fail(Errno.EPERM);
    }
    switch (action) {
      // "Currently a NOP" (syslog(2)).
      case SYSLOG_ACTION_CLOSE:
      case SYSLOG_ACTION_OPEN:
        return 0;
      case SYSLOG_ACTION_READ:
      case SYSLOG_ACTION_READ_ALL:
      case SYSLOG_ACTION_READ_CLEAR:
        if (bufferAddress === 0 || length < 0) return fail(Errno.EINVAL);
        if (length === 0) return 0;
        if (bufferAddress + length > TASK_SIZE) return fail(Errno.EFAULT);
        if (action === SYSLOG_ACTION_READ) return readUnread(thread, bufferAddress, length);
        return readLog(thread, bufferAddress, length, action === SYSLOG_ACTION_READ_CLEAR);
      case SYSLOG_ACTION_CLEAR:
        log.clear();
        return 0;
      case SYSLOG_ACTION_CONSOLE_LEVEL:
        if (length < 1 || length > 8) return fail(Errno.EINVAL);
        log.setConsoleLevel(length);
        return 0;
      case SYSLOG_ACTION_CONSOLE_OFF:
      case SYSLOG_ACTION_CONSOLE_ON:
        log.switchConsole(action === SYSLOG_ACTION_CONSOLE_ON);
        return 0;
      case SYSLOG_ACTION_SIZE_UNREAD:
        return log.unread().length;
      case SYSLOG_ACTION_SIZE_BUFFER:
        return log.capacity;
      default:
        return fail(Errno.EINVAL, "the action is unknown");
    }
  },
});
