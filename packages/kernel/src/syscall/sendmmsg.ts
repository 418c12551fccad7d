// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { MSG_DONTWAIT, MSG_WAITFORONE, MessageNames } from "../abi/socket.ts";
import type { Thread } from "../process/thread.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, flags, structIn, uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { FLAGS, receiveMessage, sendMessage } from "./send-recv.ts";
import { readTimespec } from "./user-struct.ts";

/** struct mmsghdr: a msghdr, and how many bytes were moved. */
const MMSGHDR_BYTES = 64;
const LENGTH_OFFSET = 56;
/** More are left for the next call (UIO_MAXIOV). */
const MESSAGES_MAX = 1024;

type MoveOne = (thread: Thread, fileDescriptor: number, header: number, flags: number) => Result;

/**
 * Moves one message after the other; how many, where there was one at least. `restart.stage`
 * counts them while the call waits for the next one.
 */
function moveAll(
  thread: Thread,
  moveOne: MoveOne,
  fileDescriptor: number,
  headers: number,
  count: number,
  callFlags: number,
  waitsForOne: boolean,
): Result {
  const { restart } = thread;
  const most = Math.min(count, MESSAGES_MAX);
  while (restart.stage < most) {
    const header = headers + restart.stage * MMSGHDR_BYTES;
    const isFirst = restart.stage === 0;
    const oneFlags = waitsForOne && !isFirst ? callFlags | MSG_DONTWAIT : callFlags;
    const moved = moveOne(thread, fileDescriptor, header, oneFlags);
    if (moved === BLOCKED) {
      if (!isFirst) thread.blockOnSignal = restart.stage;
      return BLOCKED;
    }
    if (moved < 0) return isFirst ? moved : restart.stage;
    restart.bytesDone = 0;
    if (!thread.memory.writeU32(header + LENGTH_OFFSET, moved)) {
      return isFirst ? fail(Errno.EFAULT) : restart.stage;
    }
    restart.stage++;
    if (thread.kernel.clock.monotonicNs() >= restart.deadlineNs) break;
  }
  return restart.stage;
}

/** sendmmsg(2). */
export const sendmmsg: Syscall = defineSyscall({
  name: "sendmmsg",
  number: { x86_64: 307 },
  args: [fd("sockfd"), address("msgvec"), uint("vlen"), flags("flags", MessageNames)],
  scml: [{ flags: FLAGS }],
  support: "partial",
  note: "As sendmsg.",
  handler: (thread, fileDescriptor, headers, count, sendFlags) =>
    moveAll(thread, sendMessage, fileDescriptor, headers, count, sendFlags, false),
});

/** recvmmsg(2). The timeout is looked at between messages only, as on Linux. */
export const recvmmsg: Syscall = defineSyscall({
  name: "recvmmsg",
  number: { x86_64: 299 },
  args: [
    fd("sockfd"),
    address("msgvec"),
    uint("vlen"),
    flags("flags", MessageNames),
    structIn("timeout", "timespec"),
  ],
  scml: [{ flags: FLAGS }],
  support: "partial",
  note: "As recvmsg.",
  handler(thread, fileDescriptor, headers, count, receiveFlags, timeoutAddress) {
    const { restart } = thread;
    if (!restart.entered && timeoutAddress !== 0) {
      const timeout = readTimespec(thread, timeoutAddress);
      if (timeout < 0) return timeout;
      restart.deadlineNs = thread.kernel.clock.monotonicNs() + timeout;
    }
    const waitsForOne = (receiveFlags & MSG_WAITFORONE) !== 0;
    const plain = receiveFlags & ~MSG_WAITFORONE;
    return moveAll(thread, receiveMessage, fileDescriptor, headers, count, plain, waitsForOne);
  },
});
