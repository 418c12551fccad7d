// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MAX_RW_COUNT } from "../fs/io-vector.ts";
import { fail } from "../result.ts";
import { bufferOut, fd, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** read(2). */
export const read: Syscall = defineSyscall({
  name: "read",
  number: { x86_64: 0 },
  args: [fd(), bufferOut("buf", 2), size("count")],
  support: "full",
  handler(thread, fileDescriptor, address, count) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || !file.readable) {
      return fail(Errno.EBADF, "the descriptor is not open for reading");
    }
    const writer = thread.memory.writer(address, count > MAX_RW_COUNT ? MAX_RW_COUNT : count);
    return typeof writer === "string" ? fail(Errno.EFAULT) : file.read(thread, writer);
  },
});
