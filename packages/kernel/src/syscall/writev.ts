// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { IoVector } from "../fs/io-vector.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, flags, int, offset, upperHalf } from "./args.ts";
import { countWrite } from "./count-io.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { fileToWrite } from "./positioned-file.ts";
import { callFlags, RWF, RwfNames, SUPPORTED_RWF } from "./rwf.ts";

function writeVector(
  thread: Thread,
  fileDescriptor: number,
  vectorAddress: number,
  count: number,
  position: number,
  rwf: number,
): Result {
  const file = fileToWrite(thread, fileDescriptor, position);
  if (typeof file === "number") {
    return file;
  }
  const vector = IoVector.read(thread, vectorAddress, count);
  if (typeof vector === "number") {
    return vector;
  }
  if (rwf === 0) return countWrite(thread, vector.writeTo(thread, file, position));
  const { statusFlags } = file;
  const during = callFlags(file, rwf);
  if (during < 0) return during;
  file.statusFlags = during;
  thread.wantsNoPipeSignal = (rwf & RWF.NOSIGNAL) !== 0;
  const result = vector.writeTo(thread, file, position);
  thread.wantsNoPipeSignal = false;
  file.statusFlags = statusFlags;
  return countWrite(thread, result);
}

/** writev(2). */
export const writev: Syscall = defineSyscall({
  name: "writev",
  number: { x86_64: 20 },
  args: [fd(), address("iov"), int("iovcnt")],
  support: "full",
  handler: (thread, fileDescriptor, iov, count) =>
    writeVector(thread, fileDescriptor, iov, count, -1, 0),
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
      : writeVector(thread, fileDescriptor, iov, count, position, 0),
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
  note: "RWF_NOWAIT is for pipes, sockets and their kin; RWF_ATOMIC is refused with EOPNOTSUPP.",
  handler(thread, fileDescriptor, iov, count, position, _high, rwf) {
    return position < -1
      ? fail(Errno.EINVAL)
      : writeVector(thread, fileDescriptor, iov, count, position, rwf);
  },
});
