// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { flags, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const UNSHARE = 2;
const CLOEXEC = 4;

/** close_range(2). */
export const close_range: Syscall = defineSyscall({
  name: "close_range",
  number: { x86_64: 436 },
  args: [
    uint("first"),
    uint("last"),
    flags("flags", { CLOSE_RANGE_UNSHARE: UNSHARE, CLOSE_RANGE_CLOEXEC: CLOEXEC }),
  ],
  support: "full",
  handler(thread, first, last, rangeFlags) {
    if ((rangeFlags & ~(UNSHARE | CLOEXEC)) !== 0 || first > last) {
      return fail(Errno.EINVAL);
    }
    if ((rangeFlags & UNSHARE) !== 0 && thread.files.isShared) {
      const own = thread.files.clone();
      thread.files.release(thread);
      thread.files = own;
    }
    const { files } = thread;
    const end = Math.min(last + 1, files.length);
    for (let fd = first; fd < end; fd++) {
      if ((rangeFlags & CLOEXEC) !== 0) {
        files.setCloseOnExec(fd, true);
      } else {
        files.close(thread, fd);
      }
    }
    return 0;
  },
});
