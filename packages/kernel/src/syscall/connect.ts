// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from "../abi/socket.ts";
import { descriptorLimit } from "../fs/descriptor.ts";
import { readName } from "../net/unix/address.ts";
import { SenderIds } from "../net/unix/envelope.ts";
import { findSocket } from "../net/unix/socket-names.ts";
import { UnixSocket } from "../net/unix/socket.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, flags, int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { giveName } from "./socket-address.ts";
import { socketAt } from "./socket.ts";

/** A connection to who listens at `name`; the other side may accept it later. */
function connectStream(thread: Thread, socket: UnixSocket, name: string): Result {
  const found = findSocket(thread, socket.type, name);
  if (typeof found === "number") return found;
  const { listener } = found;
  if (listener === undefined || found.hasShutReads) {
    return fail(Errno.ECONNREFUSED, "nobody listens there");
  }
  if (listener.isFull) {
    return socket.nonBlocking
      ? fail(Errno.EAGAIN, "too many wait to be accepted")
      : thread.block(listener.roomQueue);
  }
  if (socket.isEstablished) return fail(Errno.EISCONN);
  if (socket.listener !== undefined) return fail(Errno.EINVAL, "the socket listens");
  const end = new UnixSocket(thread.kernel, socket.type, 0);
  // As Linux, it has its listener's address, and the buffers and wishes that were set there.
  end.name = found.name;
  end.options.passesIds = found.options.passesIds;
  UnixSocket.connect(socket, end);
  end.peerIds = SenderIds.connecting(thread);
  socket.peerIds = listener.ids;
  listener.add(end);
  return 0;
}

/** Whom datagrams go to that are not addressed, and whose alone are taken. */
function connectDatagrams(thread: Thread, socket: UnixSocket, name: string | undefined): Result {
  if (name === undefined) {
    socket.setPeer(undefined);
    return 0;
  }
  const found = findSocket(thread, socket.type, name);
  if (typeof found === "number") return found;
  if (!found.takesFrom(socket)) return fail(Errno.EPERM, "the socket has another peer");
  socket.setPeer(found);
  return 0;
}

/** connect(2). */
export const connect: Syscall = defineSyscall({
  name: "connect",
  number: { x86_64: 42 },
  args: [fd("sockfd"), address("addr"), int("addrlen")],
  support: "full",
  handler(thread, fileDescriptor, from, length) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    const name = readName(thread, from, length);
    if (typeof name === "number") return name;
    const isEnd = name === undefined && !found.isConnectionType;
    if ((name === undefined && !isEnd) || name === "") {
      return fail(Errno.EINVAL, "the address is none of AF_UNIX");
    }
    const wantsName = found.options.passesIds && !isEnd;
    const bound = wantsName ? thread.kernel.socketNames.bindAutomatically(found) : 0;
    if (bound < 0) return bound;
    return name !== undefined && found.isConnectionType
      ? connectStream(thread, found, name)
      : connectDatagrams(thread, found, name);
  },
});

function acceptNext(
  thread: Thread,
  fileDescriptor: number,
  to: number,
  lengthAddress: number,
  acceptFlags: number,
): Result {
  if ((acceptFlags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) !== 0) return fail(Errno.EINVAL);
  const found = socketAt(thread, fileDescriptor);
  if (typeof found === "number") return found;
  if (!found.isConnectionType) return fail(Errno.EOPNOTSUPP, "datagrams need no connection");
  const { listener } = found;
  if (listener === undefined) return fail(Errno.EINVAL, "the socket does not listen");
  const end = listener.first;
  if (end === undefined) {
    if (found.nonBlocking) return fail(Errno.EAGAIN);
    if (found.hasShutReads) return fail(Errno.EINVAL, "nobody can connect any more");
    return thread.block(found.readQueue);
  }
  const closeOnExec = (acceptFlags & SOCK_CLOEXEC) !== 0;
  const accepted = thread.files.install(end, closeOnExec, descriptorLimit(thread));
  if (accepted < 0) return accepted;
  listener.take();
  end.statusFlags |= acceptFlags & SOCK_NONBLOCK;
  const told = to === 0 ? 0 : giveName(thread, to, lengthAddress, end.peerName);
  if (told < 0) {
    thread.files.close(thread, accepted);
    return told;
  }
  return accepted;
}

/** accept(2). */
export const accept: Syscall = defineSyscall({
  name: "accept",
  number: { x86_64: 43 },
  args: [fd("sockfd"), address("addr"), address("addrlen")],
  support: "full",
  handler: (thread, fileDescriptor, to, lengthAddress) =>
    acceptNext(thread, fileDescriptor, to, lengthAddress, 0),
});

/** accept4(2). */
export const accept4: Syscall = defineSyscall({
  name: "accept4",
  number: { x86_64: 288 },
  args: [
    fd("sockfd"),
    address("addr"),
    address("addrlen"),
    flags("flags", { SOCK_CLOEXEC, SOCK_NONBLOCK }),
  ],
  support: "full",
  handler: acceptNext,
});
