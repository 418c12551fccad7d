// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { RLIMIT_NOFILE } from "../process/limits.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { OpenFile } from "./file.ts";
import type { Path } from "./path.ts";

/** One more than the highest descriptor that the thread may get. */
export function descriptorLimit(thread: Thread): number {
  return thread.process.limits.get(RLIMIT_NOFILE);
}

/**
 * Gives a file that was just opened a descriptor; an error (or BLOCKED) in its place passes
 * through. O_CLOEXEC in `openFlags` counts.
 */
export function installOpened(thread: Thread, file: OpenFile | Result, openFlags: number): Result {
  if (typeof file === "number") {
    return file;
  }
  const closeOnExec = (openFlags & O.CLOEXEC) !== 0;
  const fd = thread.files.install(file, closeOnExec, descriptorLimit(thread));
  if (fd < 0) {
    file.release();
  }
  return fd;
}

/** The place behind a descriptor: fchmod(2) and the like. -EBADF, also for O_PATH unless allowed. */
export function placeOf(thread: Thread, fd: number, allowPathOnly = false): Path | Result {
  const file = thread.files.get(fd);
  if (file === undefined || (file.isPathOnly && !allowPathOnly)) {
    return fail(Errno.EBADF);
  }
  return file.location ?? fail(Errno.EOPNOTSUPP, "all files of the kind share an inode");
}
