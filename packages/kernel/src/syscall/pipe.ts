// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { descriptorLimit } from "../fs/descriptor.ts";
import { createPipe } from "../fs/pipe/create.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, flags } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const FLAG_NAMES = { O_CLOEXEC: O.CLOEXEC, O_NONBLOCK: O.NONBLOCK, O_DIRECT: O.DIRECT } as const;

/** pipe2(2): a flag for what Linux can be built without. */
const O_NOTIFICATION_PIPE: number = O.EXCL;
const ALL_FLAGS = O.CLOEXEC | O.NONBLOCK | O.DIRECT | O_NOTIFICATION_PIPE;

function makePipe(thread: Thread, fdsAddress: number, pipeFlags: number): Result {
  if ((pipeFlags & ~ALL_FLAGS) === 0 && (pipeFlags & O_NOTIFICATION_PIPE) !== 0) {
    return fail(Errno.ENOPKG, "the kernel has no notifications by pipe");
  }
  if ((pipeFlags & ~(O.CLOEXEC | O.NONBLOCK | O.DIRECT)) !== 0) {
    return fail(Errno.EINVAL, "the flags are unknown");
  }
  const { files, memory } = thread;
  const [readEnd, writeEnd] = createPipe(thread, pipeFlags);
  const closeOnExec = (pipeFlags & O.CLOEXEC) !== 0;
  const limit = descriptorLimit(thread);
  const readFd = files.install(readEnd, closeOnExec, limit);
  if (readFd < 0) {
    readEnd.release();
    writeEnd.release();
    return readFd;
  }
  const writeFd = files.install(writeEnd, closeOnExec, limit);
  if (writeFd < 0) {
    writeEnd.release();
    files.close(thread, readFd);
    return writeFd;
  }
  if (!memory.writeU64(fdsAddress, readFd, writeFd)) {
    files.close(thread, readFd);
    files.close(thread, writeFd);
    return fail(Errno.EFAULT);
  }
  return 0;
}

/** pipe(2). */
export const pipe: Syscall = defineSyscall({
  name: "pipe",
  number: { x86_64: 22 },
  args: [address("pipefd")],
  support: "full",
  handler: (thread, fdsAddress) => makePipe(thread, fdsAddress, 0),
});

/** pipe2(2). */
export const pipe2: Syscall = defineSyscall({
  name: "pipe2",
  number: { x86_64: 293 },
  args: [address("pipefd"), flags("flags", FLAG_NAMES)],
  support: "full",
  handler: makePipe,
});
