// SPDX-License-Identifier: MPL-2.0

import { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { getI32, getU64 } from "../abi/layout.ts";
import {
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_MORE,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  MessageNames,
  SOCK_STREAM,
} from "../abi/socket.ts";
import { IoVector, finishTransfer, MAX_RW_COUNT } from "../fs/io-vector.ts";
import type { OpenFile } from "../fs/file.ts";
import { PacketQueue } from "../net/unix/packet-queue.ts";
import { Delivery } from "../net/unix/passed-files.ts";
import type { UnixSocket } from "../net/unix/socket.ts";
import type { Thread } from "../process/thread.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, bufferIn, bufferOut, fd, flags, int, size } from "./args.ts";
import { readControl, writeFiles } from "./control-data.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { socketAt } from "./socket.ts";
import { readStruct } from "./user-struct.ts";

/** struct msghdr. */
const MSGHDR_BYTES = 56;
const Msghdr = {
  name: 0,
  nameLength: 8,
  iov: 16,
  iovLength: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
} as const;

const NO_FILES: readonly never[] = [];
const SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_EOR | MSG_MORE;
const RECEIVE_FLAGS =
  MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC | MSG_WAITALL | MSG_CMSG_CLOEXEC | MSG_NOSIGNAL;
/** The most that a vectored send or receive moves at once; a message is never longer. */
const MAX_MESSAGE_BYTES = 0x4_0000;

export const SEND = "MSG_DONTWAIT | MSG_NOSIGNAL | MSG_EOR | MSG_MORE";
export const RECEIVE =
  "MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC | MSG_WAITALL | MSG_CMSG_CLOEXEC | MSG_NOSIGNAL";

function checkFlags(given: number, known: number): Result {
  if ((given & MSG_OOB) !== 0) return fail(Errno.EOPNOTSUPP, "there is no out-of-band data");
  return (given & ~known) === 0 ? 0 : fail(Errno.EOPNOTSUPP, "a flag is not supported");
}

/** Receiving, a stream that could have out-of-band data has none (EINVAL). */
function checkReceiveFlags(found: UnixSocket, given: number): Result {
  if ((given & MSG_OOB) !== 0 && found.type === SOCK_STREAM) return fail(Errno.EINVAL);
  return checkFlags(given, RECEIVE_FLAGS);
}

/** sendto(2), and send(2) in the C library. */
export const sendto: Syscall = defineSyscall({
  name: "sendto",
  number: { x86_64: 44 },
  args: [
    fd("sockfd"),
    bufferIn("buf", 2),
    size("len"),
    flags("flags", MessageNames),
    address("dest_addr"),
    int("addrlen"),
  ],
  scml: [{ flags: SEND }],
  support: "partial",
  note: "Sockets of socketpair only.",
  handler(thread, fileDescriptor, from, length, sendFlags, destination) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    const checked = checkFlags(sendFlags, SEND_FLAGS);
    if (checked < 0) return checked;
    if (destination !== 0) return fail(Errno.EISCONN, "the socket is connected");
    const done = thread.restart.bytesDone;
    const reader = thread.memory.reader(from + done, Math.min(length, MAX_RW_COUNT) - done);
    if (typeof reader === "string") return fail(Errno.EFAULT);
    return finishTransfer(thread, found.send(thread, reader, sendFlags, NO_FILES));
  },
});

/** recvfrom(2), and recv(2) in the C library. */
export const recvfrom: Syscall = defineSyscall({
  name: "recvfrom",
  number: { x86_64: 45 },
  args: [
    fd("sockfd"),
    bufferOut("buf", 2),
    size("len"),
    flags("flags", MessageNames),
    address("src_addr"),
    address("addrlen"),
  ],
  scml: [{ flags: RECEIVE }],
  support: "partial",
  note: "Sockets of socketpair only; MSG_WAITALL returns what there is.",
  handler(thread, fileDescriptor, to, length, receiveFlags, sourceAddress, lengthAddress) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    const checked = checkReceiveFlags(found, receiveFlags);
    if (checked < 0) return checked;
    const writer = thread.memory.writer(to, Math.min(length, MAX_RW_COUNT));
    if (typeof writer === "string") return fail(Errno.EFAULT);
    const moved = found.receive(thread, writer, receiveFlags, undefined);
    if (moved < 0) return moved;
    // A socket without a name has sent it.
    if (sourceAddress !== 0 && !thread.memory.writeU32(lengthAddress, 0)) return fail(Errno.EFAULT);
    return (receiveFlags & MSG_TRUNC) === 0 ? moved : wholeLength(found, moved);
  },
});

/** How long the message was of which `moved` bytes were received; 0 where there was none. */
function wholeLength(found: UnixSocket, moved: number): number {
  return found.incoming instanceof PacketQueue ? found.incoming.lastLength : moved;
}

/** sendmsg(2). */
export const sendmsg: Syscall = defineSyscall({
  name: "sendmsg",
  number: { x86_64: 46 },
  args: [fd("sockfd"), address("msg"), flags("flags", MessageNames)],
  scml: [{ flags: SEND }],
  support: "partial",
  note: "Sockets of socketpair only; at most 256 KiB at once.",
  handler: sendMessage,
});

/** Sends one message; BLOCKED may have sent a part, which `restart.bytesDone` tells. */
export function sendMessage(
  thread: Thread,
  fileDescriptor: number,
  headerAddress: number,
  sendFlags: number,
): Result {
  const found = socketAt(thread, fileDescriptor);
  if (typeof found === "number") return found;
  const checked = checkFlags(sendFlags, SEND_FLAGS);
  if (checked < 0) return checked;
  const header = readStruct(thread, headerAddress, MSGHDR_BYTES);
  if (header === undefined) return fail(Errno.EFAULT);
  if (getU64(header, Msghdr.name) !== 0) return fail(Errno.EISCONN);
  const controlLength = getU64(header, Msghdr.controlLength);
  const files = readControl(thread, getU64(header, Msghdr.control), controlLength);
  if (typeof files === "number") return files;
  const vector = vectorOf(thread, header);
  if (typeof vector === "number") return vector;
  const { restart } = thread;
  const left = Math.min(vector.total, MAX_MESSAGE_BYTES) - restart.bytesDone;
  if (found.type !== SOCK_STREAM && vector.total > MAX_MESSAGE_BYTES) return fail(Errno.EMSGSIZE);
  const bytes = new Uint8Array(left);
  if (vector.gather(thread, restart.bytesDone, bytes) < left) return fail(Errno.EFAULT);
  // They go with the first bytes: a call that goes on after a wait has passed them.
  const rest = restart.bytesDone > 0 ? NO_FILES : files;
  return finishTransfer(thread, found.send(thread, VmReader.from(bytes), sendFlags, rest));
}

function vectorOf(thread: Thread, header: DataView): IoVector | Result {
  const count = getU64(header, Msghdr.iovLength);
  if (count > 1024) return fail(Errno.EMSGSIZE, "more than 1024 segments");
  return IoVector.read(thread, getU64(header, Msghdr.iov), count);
}

/** recvmsg(2). */
export const recvmsg: Syscall = defineSyscall({
  name: "recvmsg",
  number: { x86_64: 47 },
  args: [fd("sockfd"), address("msg"), flags("flags", MessageNames)],
  scml: [{ flags: RECEIVE }],
  support: "partial",
  note: "Sockets of socketpair only; at most 256 KiB at once, and no credentials.",
  handler: receiveMessage,
});

/** Receives one message and tells of it in its header. */
export function receiveMessage(
  thread: Thread,
  fileDescriptor: number,
  headerAddress: number,
  receiveFlags: number,
): Result {
  const found = socketAt(thread, fileDescriptor);
  if (typeof found === "number") return found;
  const checked = checkReceiveFlags(found, receiveFlags);
  if (checked < 0) return checked;
  const header = readStruct(thread, headerAddress, MSGHDR_BYTES);
  if (header === undefined) return fail(Errno.EFAULT);
  const vector = vectorOf(thread, header);
  if (typeof vector === "number") return vector;
  // Looked at first, so that a bad address loses nothing.
  const bytes = new Uint8Array(Math.min(vector.total, MAX_MESSAGE_BYTES));
  const delivery = new Delivery();
  const look = VmWriter.from(bytes);
  const peeked = found.receive(thread, look, receiveFlags | MSG_PEEK, delivery);
  if (peeked < 0 || peeked === BLOCKED) return peeked;
  if (vector.scatter(thread, bytes, peeked) < peeked) return fail(Errno.EFAULT);
  const whole = wholeLength(found, peeked);
  const { passed } = delivery;
  if ((receiveFlags & MSG_PEEK) !== 0) {
    for (const file of passed?.files ?? NO_FILES) file.retain();
  } else if (!found.incoming.isEmpty) {
    found.receive(thread, VmWriter.from(bytes, 0, peeked), receiveFlags, delivery);
    if (passed !== undefined) thread.kernel.filesInFlight.arrive(passed);
  }
  const told = tellHeader(thread, headerAddress, header, {
    isCut: whole > peeked,
    files: passed?.files ?? NO_FILES,
    receiveFlags,
  });
  if (told < 0) return told;
  return (receiveFlags & MSG_TRUNC) === 0 ? peeked : whole;
}

/** What the header is told of. */
interface Received {
  /** Whether the message was longer than the room for it. */
  readonly isCut: boolean;
  /** Held for the receiver. */
  readonly files: readonly OpenFile[];
  readonly receiveFlags: number;
}

function tellHeader(
  thread: Thread,
  headerAddress: number,
  header: DataView,
  { isCut, files, receiveFlags }: Received,
): Result {
  const { memory } = thread;
  const room = getU64(header, Msghdr.controlLength);
  const control = writeFiles(thread, getU64(header, Msghdr.control), room, files, receiveFlags);
  const told =
    (receiveFlags & MSG_CMSG_CLOEXEC) | (isCut ? MSG_TRUNC : 0) | (control.isCut ? MSG_CTRUNC : 0);
  const hasName = getU64(header, Msghdr.name) !== 0 && getI32(header, Msghdr.nameLength) !== 0;
  const isTold =
    (!hasName || memory.writeU32(headerAddress + Msghdr.nameLength, 0)) &&
    memory.writeU64(headerAddress + Msghdr.controlLength, control.bytes, 0) &&
    memory.writeU32(headerAddress + Msghdr.flags, told);
  return isTold ? 0 : fail(Errno.EFAULT);
}
