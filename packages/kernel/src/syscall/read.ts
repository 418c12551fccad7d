// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MAX_RW_COUNT } from "../fs/io-vector.ts";
import { BLOCKED, fail } from "../result.ts";
import { bufferOut, fd, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { endStretch, nextStretch } from "./stretch.ts";

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
    const done = thread.restart.bytesDone;
    const left = (count > MAX_RW_COUNT ? MAX_RW_COUNT : count) - done;
    const wanted = nextStretch(file, left);
    const writer = thread.memory.writer(address + done, wanted);
    if (typeof writer === "string") return fail(Errno.EFAULT);
    const moved = endStretch(thread, file.read(thread, writer), wanted, left);
    // As `countRead`, of which this call is too short to make another.
    if (moved !== BLOCKED) {
      const { usage } = thread;
      usage.readCalls++;
      if (moved > 0) usage.readChars += moved;
    }
    return moved;
  },
});
