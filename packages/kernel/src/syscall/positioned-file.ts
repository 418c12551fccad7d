// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { OpenFile } from "../fs/file.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";

/** The file to read at `position` bytes, or as it stands where that is negative (pread(2), readv(2)). */
export function fileToRead(thread: Thread, fd: number, position: number): OpenFile | Result {
  const file = fileAt(thread, fd, position);
  return typeof file === "number" || file.readable
    ? file
    : fail(Errno.EBADF, "the descriptor is not open for reading");
}

/** The file to write at `position` bytes, or as it stands where that is negative (pwrite(2), writev(2)). */
export function fileToWrite(thread: Thread, fd: number, position: number): OpenFile | Result {
  const file = fileAt(thread, fd, position);
  return typeof file === "number" || file.writable
    ? file
    : fail(Errno.EBADF, "the descriptor is not open for writing");
}

/** Linux asks whether a file has positions before it asks what it is open for. */
function fileAt(thread: Thread, fd: number, position: number): OpenFile | Result {
  const file = thread.files.get(fd);
  if (file === undefined || file.isPathOnly) return fail(Errno.EBADF);
  return position >= 0 && !file.seekable ? fail(Errno.ESPIPE) : file;
}
