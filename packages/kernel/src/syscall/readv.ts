// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { IoVector } from "../fs/io-vector.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, flags, int, offset, upperHalf } from "./args.ts";
import { countRead } from "./count-io.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { fileToRead } from "./positioned-file.ts";
import { callFlags, RwfNames, SUPPORTED_RWF } from "./rwf.ts";

function readVector(
  thread: Thread,
  fileDescriptor: number,
  vectorAddress: number,
  count: number,
  position: number,
  rwf = 0,
): Result {
  const file = fileToRead(thread, fileDescriptor, position);
  if (typeof file === "number") {
    return file;
  }
  const vector = IoVector.read(thread, vectorAddress, count);
  if (typeof vector === "number") return vector;
  if (rwf === 0) return countRead(thread, vector.readFrom(thread, file, position));
  const { statusFlags } = file;
  const during = callFlags(file, rwf);
  if (during < 0) return during;
  file.statusFlags = during;
  const result = vector.readFrom(thread, file, position);
  file.statusFlags = statusFlags;
  return countRead(thread, result);
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
  note: "RWF_NOWAIT is for pipes, sockets and their kin; RWF_ATOMIC is refused with EOPNOTSUPP.",
  handler(thread, fileDescriptor, iov, count, position, _high, rwf) {
    return position < -1
      ? fail(Errno.EINVAL)
      : readVector(thread, fileDescriptor, iov, count, position, rwf);
  },
});
