// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { mayInspect } from "../fs/procfs/symlink.ts";
import { fail } from "../result.ts";
import { address, int, size, structOut } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** struct robust_list_head is 24 bytes; other sizes are refused. */
const ROBUST_LIST_HEAD_SIZE = 24;

export const set_robust_list: Syscall = defineSyscall({
  name: "set_robust_list",
  number: { x86_64: 273 },
  args: [address("head"), size("len")],
  support: "full",
  handler: (thread, head, length) => {
    if (length !== ROBUST_LIST_HEAD_SIZE) return fail(Errno.EINVAL);
    thread.robustList = head;
    return 0;
  },
});

export const get_robust_list: Syscall = defineSyscall({
  name: "get_robust_list",
  number: { x86_64: 274 },
  args: [int("pid"), structOut("head_ptr", "address"), structOut("sizep", "address")],
  support: "full",
  handler: (thread, tid, headAddress, sizeAddress) => {
    const target = tid === 0 ? thread : thread.kernel.processes.getThread(tid);
    if (target === undefined) return fail(Errno.ESRCH);
    if (!mayInspect(thread, target.process)) return fail(Errno.EPERM);
    const isWritten =
      thread.memory.writeNumber64(sizeAddress, ROBUST_LIST_HEAD_SIZE) &&
      thread.memory.writeNumber64(headAddress, target.robustList);
    return isWritten ? 0 : fail(Errno.EFAULT);
  },
});
