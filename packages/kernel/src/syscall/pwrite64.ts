// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MAX_RW_COUNT } from "../fs/io-vector.ts";
import { fail } from "../result.ts";
import { bufferIn, fd, offset, size } from "./args.ts";
import { countWrite } from "./count-io.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { endStretch, nextStretch } from "./stretch.ts";
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
    const done = thread.restart.bytesDone;
    const left = Math.min(count, MAX_RW_COUNT) - done;
    const wanted = nextStretch(file, left);
    const reader = thread.memory.reader(address + done, wanted);
    if (typeof reader === "string") return fail(Errno.EFAULT);
    return countWrite(
      thread,
      endStretch(thread, file.writeAt(thread, reader, position + done), wanted, left),
    );
  },
});
