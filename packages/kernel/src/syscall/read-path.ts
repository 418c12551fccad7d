// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";

/** PATH_MAX: bytes of a path name with its NUL. */
const PATH_MAX = 4096;

/** Reads the path name at `address`; an empty one is -ENOENT unless it is allowed. */
export function readPath(thread: Thread, address: number, allowEmpty = false): string | Result {
  const read = thread.memory.readCString(address, PATH_MAX);
  if (read === "PageFault") return fail(Errno.EFAULT, "the path name is not readable");
  if (read === "TooLong") return fail(Errno.ENAMETOOLONG, "the path name exceeds 4095 bytes");
  if (read.bytes === "" && !allowEmpty) return fail(Errno.ENOENT, "the path name is empty");
  return read.bytes;
}
