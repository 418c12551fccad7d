// SPDX-License-Identifier: MPL-2.0

import { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { getI32, getU64 } from "../abi/layout.ts";
import {
  MSG_CMSG_CLOEXEC,
  MSG_CMSG_COMPAT,
  MSG_CTRUNC,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  MessageNames,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../abi/socket.ts";
import { IoVector, finishTransfer, MAX_RW_COUNT } from "../fs/io-vector.ts";
import type { OpenFile } from "../fs/file.ts";
import { PacketQueue } from "../net/unix/packet-queue.ts";
import { readName } from "../net/unix/address.ts";
import type { UnixName } from "../net/unix/address.ts";
import { Delivery, SenderIds } from "../net/unix/envelope.ts";
import { findSocket } from "../net/unix/socket-names.ts";
import type { UnixSocket } from "../net/unix/socket.ts";
import type { Thread } from "../process/thread.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, bufferIn, bufferOut, fd, flags, int, size } from "./args.ts";
import { ControlWriter, readControl } from "./control-data.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { giveName } from "./socket-address.ts";
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
/** The most that a vectored send or receive moves at once; a message is never longer. */
const MAX_MESSAGE_BYTES = 0x4_0000;

/** All flags but MSG_OOB are taken, with or without a meaning here. */
const PLAIN = Object.keys(MessageNames)
  .filter((name) => name !== "MSG_OOB")
  .join(" | ");
/** Those of the calls with a header. */
export const FLAGS: string = PLAIN.replace(" | MSG_CMSG_COMPAT", "");

/** Other flags mean nothing to AF_UNIX, and are taken as on Linux. */
function checkSendFlags(given: number): Result {
  return (given & MSG_OOB) === 0 ? 0 : fail(Errno.EOPNOTSUPP, "there is no out-of-band data");
}

/** Receiving, a stream that could have out-of-band data has none (EINVAL). */
function checkReceiveFlags(found: UnixSocket, given: number): Result {
  const connected = found.checkConnected();
  if (connected < 0 || (given & MSG_OOB) === 0) return connected;
  return fail(found.type === SOCK_STREAM ? Errno.EINVAL : Errno.EOPNOTSUPP);
}

/** Whom a message goes to that is addressed; undefined: to the peer. */
function targetOf(
  thread: Thread,
  found: UnixSocket,
  nameAddress: number,
  nameLength: number,
): UnixSocket | undefined | Result {
  if (nameAddress === 0 || nameLength === 0 || found.type === SOCK_SEQPACKET) {
    // A sequenced packet's address is not looked at.
    return undefined;
  }
  const name = readName(thread, nameAddress, nameLength);
  if (found.type === SOCK_STREAM) {
    if (name === -Errno.EFAULT) return name;
    return fail(found.isEstablished ? Errno.EISCONN : Errno.EOPNOTSUPP);
  }
  if (typeof name === "number") return name;
  if (name === undefined || name === "") return fail(Errno.EINVAL, "the address has no name");
  if (found.hasShutWrites) return fail(Errno.EPIPE, "the socket is shut");
  if (found.options.passesIds) {
    const bound = thread.kernel.socketNames.bindAutomatically(found);
    if (bound < 0) return bound;
  }
  const target = findSocket(thread, found.type, name);
  if (typeof target === "number" || target.takesFrom(found)) return target;
  return fail(Errno.EPERM, "the socket has another peer");
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
  scml: [{ flags: PLAIN }],
  support: "partial",
  note: "No out-of-band data, which AF_UNIX has on streams.",
  handler(thread, fileDescriptor, from, length, sendFlags, destination, nameLength) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    const connected = found.checkSender();
    if (connected < 0) return connected;
    const checked = checkSendFlags(sendFlags);
    if (checked < 0) return checked;
    const target = targetOf(thread, found, destination, destination === 0 ? 0 : nameLength);
    if (typeof target === "number") return target;
    const done = thread.restart.bytesDone;
    const reader = thread.memory.reader(from + done, Math.min(length, MAX_RW_COUNT) - done);
    if (typeof reader === "string") return fail(Errno.EFAULT);
    const request = { flags: sendFlags, files: NO_FILES, target };
    return finishTransfer(thread, found.send(thread, reader, request));
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
  scml: [{ flags: PLAIN }],
  support: "partial",
  note: "No out-of-band data.",
  handler(thread, fileDescriptor, to, length, receiveFlags, sourceAddress, lengthAddress) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    const checked = checkReceiveFlags(found, receiveFlags);
    if (checked < 0) return checked;
    const { restart } = thread;
    const wanted = Math.min(length, MAX_RW_COUNT);
    const waitsForAll =
      (receiveFlags & (MSG_WAITALL | MSG_PEEK)) === MSG_WAITALL && found.type === SOCK_STREAM;
    const delivery = new Delivery(found.options.passesIds);
    let moved: Result;
    for (;;) {
      const done = restart.bytesDone;
      const writer = thread.memory.writer(to + done, wanted - done);
      if (typeof writer === "string") return fail(Errno.EFAULT);
      moved = found.receive(thread, writer, receiveFlags, delivery);
      giveUpFiles(thread, delivery, receiveFlags);
      if (!waitsForAll || moved <= 0 || moved === BLOCKED || done + moved >= wanted) break;
      restart.bytesDone += moved;
    }
    moved = finishTransfer(thread, moved);
    if (moved < 0 || moved === BLOCKED) return moved;
    const told = tellSender(thread, delivery.sender, sourceAddress, lengthAddress);
    if (told < 0) return told;
    return (receiveFlags & MSG_TRUNC) === 0 ? moved : wholeLength(found, moved);
  },
});

/** Nobody asked for what came with the bytes. */
function giveUpFiles(thread: Thread, delivery: Delivery, receiveFlags: number): void {
  const { passed } = delivery;
  if (passed !== undefined && (receiveFlags & MSG_PEEK) === 0) {
    thread.kernel.filesInFlight.drop(passed);
  }
  delivery.passed = undefined;
}

function tellSender(thread: Thread, name: UnixName, to: number, lengthAddress: number): Result {
  if (to === 0) return 0;
  if (name !== "") return giveName(thread, to, lengthAddress, name);
  return thread.memory.writeU32(lengthAddress, 0) ? 0 : fail(Errno.EFAULT);
}

/** How long the message was of which `moved` bytes were received; 0 where there was none. */
function wholeLength(found: UnixSocket, moved: number): number {
  return found.incoming instanceof PacketQueue ? found.incoming.lastLength : moved;
}

/** sendmsg(2). */
export const sendmsg: Syscall = defineSyscall({
  name: "sendmsg",
  number: { x86_64: 46 },
  args: [fd("sockfd"), address("msg"), flags("flags", MessageNames)],
  scml: [{ flags: FLAGS }],
  support: "partial",
  note: "At most 256 KiB at once; no out-of-band data.",
  handler: sendMessage,
});

/** Sends one message; BLOCKED may have sent a part, which `restart.bytesDone` tells. */
export function sendMessage(
  thread: Thread,
  fileDescriptor: number,
  headerAddress: number,
  sendFlags: number,
): Result {
  if ((sendFlags & MSG_CMSG_COMPAT) !== 0) return fail(Errno.EINVAL);
  const found = socketAt(thread, fileDescriptor);
  if (typeof found === "number") return found;
  const header = readStruct(thread, headerAddress, MSGHDR_BYTES);
  if (header === undefined) return fail(Errno.EFAULT);
  const vector = vectorOf(thread, header);
  if (typeof vector === "number") return vector;
  const connected = found.checkSender();
  if (connected < 0) return connected;
  const controlLength = getU64(header, Msghdr.controlLength);
  const control = readControl(thread, getU64(header, Msghdr.control), controlLength);
  if (typeof control === "number") return control;
  const checked = checkSendFlags(sendFlags);
  if (checked < 0) return checked;
  const nameLength = getI32(header, Msghdr.nameLength);
  const target = targetOf(thread, found, getU64(header, Msghdr.name), nameLength);
  if (typeof target === "number") return target;
  const { restart } = thread;
  const left = Math.min(vector.total, MAX_MESSAGE_BYTES) - restart.bytesDone;
  if (found.type !== SOCK_STREAM && vector.total > MAX_MESSAGE_BYTES) return fail(Errno.EMSGSIZE);
  const bytes = new Uint8Array(left);
  if (vector.gather(thread, restart.bytesDone, bytes) < left) return fail(Errno.EFAULT);
  // They go with the first bytes: a call that goes on after a wait has passed them.
  const files = restart.bytesDone > 0 ? NO_FILES : control.files;
  const request = { flags: sendFlags, files, ids: control.ids, target };
  return finishTransfer(thread, found.send(thread, VmReader.from(bytes), request));
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
  scml: [{ flags: FLAGS }],
  support: "partial",
  note: "At most 256 KiB at once; MSG_WAITALL returns what there is, and no out-of-band data.",
  handler: receiveMessage,
});

/** Receives one message and tells of it in its header. */
export function receiveMessage(
  thread: Thread,
  fileDescriptor: number,
  headerAddress: number,
  receiveFlags: number,
): Result {
  if ((receiveFlags & MSG_CMSG_COMPAT) !== 0) return fail(Errno.EINVAL);
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
  const delivery = new Delivery(found.options.passesIds);
  const look = VmWriter.from(bytes);
  const peeked = found.receive(thread, look, receiveFlags | MSG_PEEK, delivery);
  if (peeked < 0 || peeked === BLOCKED) return peeked;
  if (vector.scatter(thread, bytes, peeked) < peeked) return fail(Errno.EFAULT);
  const isEnd = found.incoming.isEmpty;
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
    ids: found.options.passesIds ? idsToTell(found, delivery, isEnd) : undefined,
    sender: delivery.sender,
    receiveFlags,
  });
  if (told < 0) return told;
  return (receiveFlags & MSG_TRUNC) === 0 ? peeked : whole;
}

/** Whom SO_PASSCRED tells of; undefined: of nobody. */
function idsToTell(found: UnixSocket, delivery: Delivery, isEnd: boolean): SenderIds | undefined {
  if (!isEnd) return delivery.ids ?? SenderIds.UNKNOWN;
  return found.type === SOCK_STREAM ? SenderIds.END : undefined;
}

/** What the header is told of. */
interface Received {
  /** Whether the message was longer than the room for it. */
  readonly isCut: boolean;
  /** Held for the receiver. */
  readonly files: readonly OpenFile[];
  /** Told where the receiver has asked for them. */
  readonly ids: SenderIds | undefined;
  readonly sender: UnixName;
  readonly receiveFlags: number;
}

function tellHeader(
  thread: Thread,
  headerAddress: number,
  header: DataView,
  { isCut, files, ids, sender, receiveFlags }: Received,
): Result {
  const { memory } = thread;
  const room = getU64(header, Msghdr.controlLength);
  const control = new ControlWriter(thread, getU64(header, Msghdr.control), room);
  if (ids !== undefined) control.writeIds(ids);
  control.writeFiles(files, receiveFlags);
  const told =
    (receiveFlags & MSG_CMSG_CLOEXEC) | (isCut ? MSG_TRUNC : 0) | (control.isCut ? MSG_CTRUNC : 0);
  const named = tellSender(
    thread,
    sender,
    getU64(header, Msghdr.name),
    headerAddress + Msghdr.nameLength,
  );
  if (named < 0) return named;
  const isTold =
    memory.writeU64(headerAddress + Msghdr.controlLength, control.bytes, 0) &&
    memory.writeU32(headerAddress + Msghdr.flags, told);
  return isTold ? 0 : fail(Errno.EFAULT);
}
