// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import type { AddressSpace } from "../vm/address-space.ts";
import { TASK_SIZE } from "../vm/layout.ts";
import { PAGE_SIZE, pageCeil } from "../vm/mapping.ts";
import { address, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** mincore(2). */
export const mincore: Syscall = defineSyscall({
  name: "mincore",
  number: { x86_64: 27 },
  args: [address("addr"), size("length"), address("vec")],
  support: "full",
  handler(thread, addr, length, vector) {
    if (addr % PAGE_SIZE !== 0) return fail(Errno.EINVAL, "the address is not page-aligned");
    const { vm } = thread;
    if (addr + length > TASK_SIZE) return fail(Errno.ENOMEM, "the range leaves user space");
    const end = addr + pageCeil(length);
    if (vector + (end - addr) / PAGE_SIZE > TASK_SIZE) return fail(Errno.EFAULT);
    for (let at = addr, index = 0; at < end; at += PAGE_SIZE, index += 1) {
      if (vm.mappings.find(at) === undefined) {
        return fail(Errno.ENOMEM, "part of the range is not mapped");
      }
      if (!vm.space.writeU8(vector + index, isInMemory(vm, at) ? 1 : 0)) return fail(Errno.EFAULT);
    }
    return 0;
  },
});

function isInMemory(vm: AddressSpace, page: number): boolean {
  if (vm.space.queryPage(page) !== 0) return true;
  const mapping = vm.mappings.find(page);
  return mapping?.source?.cachedPage(mapping.sourcePageAt(page)) !== undefined;
}
