// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import { IoVector } from "../fs/io-vector.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, flags, int, offset, upperHalf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { fileToWrite } from "./positioned-file.ts";
import { checkRwf, RWF, RwfNames, SUPPORTED_RWF } from "./rwf.ts";

function writeVector(
  thread: Thread,
  fileDescriptor: number,
  vectorAddress: number,
  count: number,
  position: number,
  appends: boolean,
): Result {
  const file = fileToWrite(thread, fileDescriptor, position);
  if (typeof file === "number") {
    return file;
  }
  const vector = IoVector.read(thread, vectorAddress, count);
  if (typeof vector === "number") {
    return vector;
  }
  if (!appends || (file.statusFlags & O.APPEND) !== 0) {
    return vector.writeTo(thread, file, position);
  }
  file.statusFlags |= O.APPEND;
  const result = vector.writeTo(thread, file, position);
  file.statusFlags &= ~O.APPEND;
  return result;
}

/** writev(2). */
export const writev: Syscall = defineSyscall({
  name: "writev",
  number: { x86_64: 20 },
  args: [fd(), address("iov"), int("iovcnt")],
  support: "full",
  handler: (thread, fileDescriptor, iov, count) =>
    writeVector(thread, fileDescriptor, iov, count, -1, false),
});

/** pwritev(2). */
export const pwritev: Syscall = defineSyscall({
  name: "pwritev",
  number: { x86_64: 296 },
  args: [fd(), address("iov"), int("iovcnt"), offset("offset"), upperHalf("offset_high")],
  support: "full",
  handler: (thread, fileDescriptor, iov, count, position) =>
    position < 0
      ? fail(Errno.EINVAL)
      : writeVector(thread, fileDescriptor, iov, count, position, false),
});

/** pwritev2(2). */
export const pwritev2: Syscall = defineSyscall({
  name: "pwritev2",
  number: { x86_64: 328 },
  args: [
    fd(),
    address("iov"),
    int("iovcnt"),
    offset("offset"),
    upperHalf("offset_high"),
    flags("flags", RwfNames),
  ],
  scml: [{ flags: SUPPORTED_RWF }],
  support: "partial",
  note: "RWF_NOWAIT, RWF_NOAPPEND and RWF_ATOMIC are refused.",
  handler(thread, fileDescriptor, iov, count, position, _high, rwf) {
    const checked = checkRwf(rwf);
    if (checked < 0 || position < -1) {
      return checked < 0 ? checked : fail(Errno.EINVAL);
    }
    const appends = (rwf & RWF.APPEND) !== 0;
    return writeVector(thread, fileDescriptor, iov, count, position, appends);
  },
});
