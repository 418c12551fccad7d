// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/fcntl.ts";
import { removeFile } from "../fs/remove.ts";
import { isAbstract, readName } from "../net/unix/address.ts";
import { SenderIds } from "../net/unix/envelope.ts";
import { Listener } from "../net/unix/listener.ts";
import { makeSocketFile } from "../net/unix/socket-names.ts";
import { SocketPlace } from "../net/unix/socket-place.ts";
import type { UnixSocket } from "../net/unix/socket.ts";
import type { Thread } from "../process/thread.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { giveName } from "./socket-address.ts";
import { socketAt } from "./socket.ts";

function bindTo(thread: Thread, socket: UnixSocket, name: string): Result {
  const { socketNames } = thread.kernel;
  if (isAbstract(name)) {
    if (socket.name !== "") return fail(Errno.EINVAL, "the socket has a name");
    if (socketNames.find(socket.type, name) !== undefined) return fail(Errno.EADDRINUSE);
    socketNames.add(name, socket);
    return 0;
  }
  if (socket.name !== "") return failToBindAgain(thread, name);
  const path = makeSocketFile(thread, name);
  if (typeof path === "number") return path;
  socket.name = name;
  socket.place = new SocketPlace(path, socket);
  return 0;
}

/** As Linux: what is wrong with the new name is told before that the socket has one. */
function failToBindAgain(thread: Thread, name: string): Result {
  const path = makeSocketFile(thread, name);
  if (typeof path === "number") return path;
  const removed = removeFile(thread.kernel.vfs, thread, AT_FDCWD, name);
  return removed < 0 || removed === BLOCKED ? removed : fail(Errno.EINVAL, "the socket has a name");
}

/** bind(2). */
export const bind: Syscall = defineSyscall({
  name: "bind",
  number: { x86_64: 49 },
  args: [fd("sockfd"), address("addr"), int("addrlen")],
  support: "full",
  handler(thread, fileDescriptor, from, length) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    const name = readName(thread, from, length);
    if (typeof name === "number") return name;
    if (name === undefined) return fail(Errno.EINVAL, "the address is none of AF_UNIX");
    return name === ""
      ? thread.kernel.socketNames.bindAutomatically(found)
      : bindTo(thread, found, name);
  },
});

/** listen(2). */
export const listen: Syscall = defineSyscall({
  name: "listen",
  number: { x86_64: 50 },
  args: [fd("sockfd"), int("backlog")],
  support: "full",
  handler(thread, fileDescriptor, backlog) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    if (!found.isConnectionType) return fail(Errno.EOPNOTSUPP, "datagrams need no connection");
    if (found.name === "") return fail(Errno.EINVAL, "the socket has no name");
    if (found.isEstablished) return fail(Errno.EINVAL, "the socket is connected");
    const ids = SenderIds.connecting(thread);
    found.listener ??= new Listener(found, ids);
    found.listener.ids = ids;
    found.peerIds = ids;
    found.listener.setBacklog(backlog);
    return 0;
  },
});

/** getsockname(2). */
export const getsockname: Syscall = defineSyscall({
  name: "getsockname",
  number: { x86_64: 51 },
  args: [fd("sockfd"), address("addr"), address("addrlen")],
  support: "full",
  handler(thread, fileDescriptor, to, lengthAddress) {
    const found = socketAt(thread, fileDescriptor);
    return typeof found === "number" ? found : giveName(thread, to, lengthAddress, found.name);
  },
});

/** getpeername(2). */
export const getpeername: Syscall = defineSyscall({
  name: "getpeername",
  number: { x86_64: 52 },
  args: [fd("sockfd"), address("addr"), address("addrlen")],
  support: "full",
  handler(thread, fileDescriptor, to, lengthAddress) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    if (!found.isConnected) return fail(Errno.ENOTCONN);
    return giveName(thread, to, lengthAddress, found.peerName);
  },
});
