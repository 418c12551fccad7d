// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MAX_RW_COUNT } from "../fs/io-vector.ts";
import { fail } from "../result.ts";
import { bufferIn, fd, offset, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { fileToWrite } from "./positioned-file.ts";

/** pwrite(2). */
export const pwrite64: Syscall = defineSyscall({
  name: "pwrite64",
  number: { x86_64: 18 },
  args: [fd(), bufferIn("buf", 2), size("count"), offset("offset")],
  support: "full",
  handler(thread, fileDescriptor, address, count, position) {
    if (position < 0) {
      return fail(Errno.EINVAL, "the offset is negative");
    }
    const file = fileToWrite(thread, fileDescriptor, position);
    if (typeof file === "number") {
      return file;
    }
    const reader = thread.memory.reader(address, Math.min(count, MAX_RW_COUNT));
    return typeof reader === "string" ? fail(Errno.EFAULT) : file.writeAt(thread, reader, position);
  },
});
