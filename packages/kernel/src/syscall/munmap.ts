// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { PAGE_SIZE, pageCeil } from "../vm/mapping.ts";
import { address, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** munmap(2). */
export const munmap: Syscall = defineSyscall({
  name: "munmap",
  number: { x86_64: 11 },
  args: [address("addr"), size("length")],
  support: "full",
  handler(thread, addr, length) {
    if (addr % PAGE_SIZE !== 0) return fail(Errno.EINVAL, "the address is not page-aligned");
    if (length === 0) return fail(Errno.EINVAL, "the length is zero");
    if (addr + length > TASK_SIZE) return fail(Errno.EINVAL, "the range leaves user space");
    return thread.vm.unmap(addr, addr + pageCeil(length));
  },
});
