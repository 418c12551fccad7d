// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { IoVector } from "../fs/io-vector.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, flags, int, offset, upperHalf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { fileToRead } from "./positioned-file.ts";
import { checkRwf, RwfNames, SUPPORTED_RWF } from "./rwf.ts";

function readVector(
  thread: Thread,
  fileDescriptor: number,
  vectorAddress: number,
  count: number,
  position: number,
): Result {
  const file = fileToRead(thread, fileDescriptor, position);
  if (typeof file === "number") {
    return file;
  }
  const vector = IoVector.read(thread, vectorAddress, count);
  return typeof vector === "number" ? vector : vector.readFrom(thread, file, position);
}

/** readv(2). */
export const readv: Syscall = defineSyscall({
  name: "readv",
  number: { x86_64: 19 },
  args: [fd(), address("iov"), int("iovcnt")],
  support: "full",
  handler: (thread, fileDescriptor, iov, count) =>
    readVector(thread, fileDescriptor, iov, count, -1),
});

/** preadv(2). On x86-64 the offset is whole in its first register. */
export const preadv: Syscall = defineSyscall({
  name: "preadv",
  number: { x86_64: 295 },
  args: [fd(), address("iov"), int("iovcnt"), offset("offset"), upperHalf("offset_high")],
  support: "full",
  handler: (thread, fileDescriptor, iov, count, position) =>
    position < 0 ? fail(Errno.EINVAL) : readVector(thread, fileDescriptor, iov, count, position),
});

/** preadv2(2). */
export const preadv2: Syscall = defineSyscall({
  name: "preadv2",
  number: { x86_64: 327 },
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
    return readVector(thread, fileDescriptor, iov, count, position);
  },
});
