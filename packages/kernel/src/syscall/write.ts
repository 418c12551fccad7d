// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MAX_RW_COUNT } from "../fs/io-vector.ts";
import { BLOCKED, fail } from "../result.ts";
import { bufferIn, fd, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { endStretch, nextStretch } from "./stretch.ts";

/** write(2). */
export const write: Syscall = defineSyscall({
  name: "write",
  number: { x86_64: 1 },
  args: [fd(), bufferIn("buf", 2), size("count")],
  support: "full",
  handler(thread, fileDescriptor, address, count) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || !file.writable) {
      return fail(Errno.EBADF, "the descriptor is not open for writing");
    }
    const done = thread.restart.bytesDone;
    const left = (count > MAX_RW_COUNT ? MAX_RW_COUNT : count) - done;
    const wanted = nextStretch(file, left);
    const reader = thread.memory.reader(address + done, wanted);
    if (typeof reader === "string") return fail(Errno.EFAULT);
    const moved = endStretch(thread, file.write(thread, reader), wanted, left);
    // As `countWrite`, of which this call is too short to make another.
    if (moved !== BLOCKED) {
      const { usage } = thread;
      usage.writeCalls++;
      if (moved > 0) usage.writtenChars += moved;
    }
    return moved;
  },
});
