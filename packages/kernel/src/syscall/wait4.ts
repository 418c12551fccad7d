// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { Rusage, StructBuffer } from "../abi/layout.ts";
import {
  Wait4OptionNames,
  WALL,
  WCLONE,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOTHREAD,
  WUNTRACED,
} from "../abi/wait.ts";
import { writeRusage } from "../process/rusage.ts";
import type { Thread } from "../process/thread.ts";
import { waitForChild } from "../process/wait.ts";
import type { WaitTarget } from "../process/wait.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { flags, int, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const WAIT4_OPTIONS = WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WCLONE | WALL;
const INT_MIN = -0x8000_0000;

function doWait4(
  thread: Thread,
  pid: number,
  statusAddress: number,
  options: number,
  rusageAddress: number,
): Result {
  if ((options & ~WAIT4_OPTIONS) !== 0) return fail(Errno.EINVAL, "unknown options");
  if (pid === INT_MIN) return fail(Errno.ESRCH);
  const target: WaitTarget = {
    pid: pid > 0 ? pid : 0,
    pgid: pid === 0 ? thread.process.group.pgid : pid < -1 ? -pid : 0,
  };
  const report = waitForChild(thread, target, options | WEXITED);
  if (typeof report === "number") return report;
  if (statusAddress !== 0 && !thread.memory.writeU32(statusAddress, report.status)) {
    return fail(Errno.EFAULT);
  }
  if (rusageAddress !== 0) {
    const buffer = new StructBuffer(Rusage.size);
    writeRusage(buffer.view, report.usage);
    if (thread.memory.writeBytes(rusageAddress, buffer.bytes, 0, Rusage.size) !== Rusage.size) {
      return fail(Errno.EFAULT);
    }
  }
  return report.pid;
}

export const wait4: Syscall = defineSyscall({
  name: "wait4",
  number: { x86_64: 61 },
  args: [
    int("pid"),
    structOut("wstatus", "wait-status"),
    flags("options", Wait4OptionNames),
    structOut("rusage", "rusage"),
  ],
  support: "full",
  handler: doWait4,
});
