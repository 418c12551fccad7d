// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { S } from "../abi/stat.ts";
import { fail } from "../result.ts";
import { fd, offset, oneOf, size } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

const AdviceNames = {
  POSIX_FADV_NORMAL: 0,
  POSIX_FADV_RANDOM: 1,
  POSIX_FADV_SEQUENTIAL: 2,
  POSIX_FADV_WILLNEED: 3,
  POSIX_FADV_DONTNEED: 4,
  POSIX_FADV_NOREUSE: 5,
} as const;

/** posix_fadvise(2). Files are in memory already: good advice changes nothing. */
export const fadvise64: Syscall = defineSyscall({
  name: "fadvise64",
  number: { x86_64: 221 },
  args: [fd(), offset("offset"), offset("len"), oneOf("advice", AdviceNames)],
  support: "full",
  handler(thread, fileDescriptor, _start, length, advice) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || file.isPathOnly) {
      return fail(Errno.EBADF);
    }
    if (file.inode?.type === S.IFIFO) {
      return fail(Errno.ESPIPE);
    }
    return length < 0 || advice < 0 || advice > 5 ? fail(Errno.EINVAL) : 0;
  },
});

/** readahead(2). */
export const readahead: Syscall = defineSyscall({
  name: "readahead",
  number: { x86_64: 187 },
  args: [fd(), offset("offset"), size("count")],
  support: "full",
  handler(thread, fileDescriptor, _offset, count) {
    const file = thread.files.get(fileDescriptor);
    if (file === undefined || !file.readable) {
      return fail(Errno.EBADF);
    }
    return file.inode?.isRegular === true && count < 2 ** 63 ? 0 : fail(Errno.EINVAL);
  },
});
