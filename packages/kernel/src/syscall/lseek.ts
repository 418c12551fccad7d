// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { fd, offset, oneOf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const WHENCE = { SEEK_SET: 0, SEEK_CUR: 1, SEEK_END: 2, SEEK_DATA: 3, SEEK_HOLE: 4 } as const;

/** lseek(2). */
export const lseek: Syscall = defineSyscall({
  name: "lseek",
  number: { x86_64: 8 },
  args: [fd(), offset("offset"), oneOf("whence", WHENCE)],
  support: "full",
  handler(thread, fileDescriptor, position, whence) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) {
      return fail(Errno.EBADF);
    }
    if (whence < 0 || whence > 4) {
      return fail(Errno.EINVAL, "the whence argument is unknown");
    }
    return file.seek(position, whence);
  },
});
