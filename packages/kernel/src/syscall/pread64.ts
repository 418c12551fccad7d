// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MAX_RW_COUNT } from "../fs/io-vector.ts";
import { fail } from "../result.ts";
import { bufferOut, fd, offset, size } from "./args.ts";
import { countRead } from "./count-io.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { endStretch, nextStretch } from "./stretch.ts";
import { fileToRead } from "./positioned-file.ts";

/** pread(2). */
export const pread64: Syscall = defineSyscall({
  name: "pread64",
  number: { x86_64: 17 },
  args: [fd(), bufferOut("buf", 2), size("count"), offset("offset")],
  support: "full",
  handler(thread, fileDescriptor, address, count, position) {
    if (position < 0) {
      return fail(Errno.EINVAL, "the offset is negative");
    }
    const file = fileToRead(thread, fileDescriptor, position);
    if (typeof file === "number") {
      return file;
    }
    const done = thread.restart.bytesDone;
    const left = Math.min(count, MAX_RW_COUNT) - done;
    const wanted = nextStretch(file, left);
    const writer = thread.memory.writer(address + done, wanted);
    if (typeof writer === "string") return fail(Errno.EFAULT);
    return countRead(
      thread,
      endStretch(thread, file.readAt(thread, writer, position + done), wanted, left),
    );
  },
});
