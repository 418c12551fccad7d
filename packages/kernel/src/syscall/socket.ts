// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import {
  AF_UNIX,
  DomainNames,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_SNDBUF,
  SO_TYPE,
  ShutdownNames,
} from "../abi/socket.ts";
import { descriptorLimit } from "../fs/descriptor.ts";
import { SOCKET_BUFFER_BYTES } from "../net/unix/receive-queue.ts";
import { UnixSocket } from "../net/unix/socket.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { address, fd, hex32, int, oneOf } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";

/** The socket at a descriptor: -EBADF for none, -ENOTSOCK for another file. */
export function socketAt(thread: Thread, fileDescriptor: number): UnixSocket | Result {
  const file = thread.files.get(fileDescriptor);
  if (file === undefined || file.isPathOnly) return fail(Errno.EBADF);
  return file instanceof UnixSocket ? file : fail(Errno.ENOTSOCK);
}

/** socket(2). */
export const socket: Syscall = defineSyscall({
  name: "socket",
  number: { x86_64: 41 },
  args: [oneOf("domain", DomainNames), hex32("type"), int("protocol")],
  scml: [],
  support: "partial",
  note: "No domain is supported: EAFNOSUPPORT. Sockets come from socketpair alone.",
  handler: () => fail(Errno.EAFNOSUPPORT, "the kernel has no networks and no named sockets"),
});

/** Domains and types that Linux has numbers for: AF_MAX, SOCK_MAX. */
const DOMAIN_COUNT = 46;
const TYPE_COUNT = 11;

function makePair(
  thread: Thread,
  domain: number,
  typeAndFlags: number,
  protocol: number,
  fdsAddress: number,
): Result {
  const given = typeAndFlags & SOCK_TYPE_MASK;
  const type = given === SOCK_RAW ? SOCK_DGRAM : given;
  const known = SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC;
  if ((typeAndFlags & ~known) !== 0) return fail(Errno.EINVAL, "the type has unknown flags");
  // Linux tells of the descriptors before it makes the sockets.
  if (!thread.memory.writeU64(fdsAddress, 0, 0)) return fail(Errno.EFAULT);
  if (domain < 0 || domain >= DOMAIN_COUNT) return fail(Errno.EAFNOSUPPORT);
  if (type >= TYPE_COUNT) return fail(Errno.EINVAL, "the type is unknown");
  if (domain !== AF_UNIX) return fail(Errno.EAFNOSUPPORT);
  if (protocol !== 0 && protocol !== AF_UNIX) return fail(Errno.EPROTONOSUPPORT);
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM && type !== SOCK_SEQPACKET) {
    return fail(Errno.ESOCKTNOSUPPORT);
  }
  const { files, kernel, memory } = thread;
  const closeOnExec = (typeAndFlags & SOCK_CLOEXEC) !== 0;
  const [first, second] = UnixSocket.createPair(kernel, type, typeAndFlags & SOCK_NONBLOCK);
  const limit = descriptorLimit(thread);
  const firstFd = files.install(first, closeOnExec, limit);
  if (firstFd < 0) {
    first.release();
    second.release();
    return firstFd;
  }
  const secondFd = files.install(second, closeOnExec, limit);
  const isTold = secondFd >= 0 && memory.writeU64(fdsAddress, firstFd, secondFd);
  if (isTold) return 0;
  files.close(thread, firstFd);
  if (secondFd < 0) {
    second.release();
    return secondFd;
  }
  files.close(thread, secondFd);
  return fail(Errno.EFAULT);
}

/** socketpair(2). */
export const socketpair: Syscall = defineSyscall({
  name: "socketpair",
  number: { x86_64: 53 },
  args: [oneOf("domain", DomainNames), hex32("type"), int("protocol"), address("sv")],
  scml: [
    {
      domain: "AF_UNIX",
      type: "SOCK_STREAM | SOCK_DGRAM | SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK",
      protocol: "0 | 1",
    },
  ],
  support: "partial",
  note: "AF_UNIX: streams, datagrams and sequenced packets.",
  handler: makePair,
});

/** shutdown(2). */
export const shutdown: Syscall = defineSyscall({
  name: "shutdown",
  number: { x86_64: 48 },
  args: [fd("sockfd"), oneOf("how", ShutdownNames)],
  support: "full",
  handler(thread, fileDescriptor, how) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return fail(Errno.EINVAL);
    found.shutDown(how !== SHUT_WR, how !== SHUT_RD);
    return 0;
  },
});

/** Writes `bytes`, cut to the length at `lengthAddress`, which gets the whole length. */
function giveBytes(
  thread: Thread,
  to: number,
  lengthAddress: number,
  bytes: Uint8Array,
  tellsWhole: boolean,
): Result {
  const { memory } = thread;
  const room = memory.readU32(lengthAddress);
  if (room < 0) return fail(Errno.EFAULT);
  if ((room | 0) < 0) return fail(Errno.EINVAL);
  const count = Math.min(room, bytes.length);
  if (memory.writeBytes(to, bytes, 0, count) < count) return fail(Errno.EFAULT);
  const told = tellsWhole ? bytes.length : count;
  return memory.writeU32(lengthAddress, told) ? 0 : fail(Errno.EFAULT);
}

/** struct sockaddr_un of a socket without a name: the family alone. */
const UNNAMED: readonly number[] = [AF_UNIX, 0];

function giveUnnamed(
  thread: Thread,
  fileDescriptor: number,
  to: number,
  lengthAddress: number,
): Result {
  const found = socketAt(thread, fileDescriptor);
  if (typeof found === "number") return found;
  return giveBytes(thread, to, lengthAddress, Uint8Array.from(UNNAMED), true);
}

/** getsockname(2). */
export const getsockname: Syscall = defineSyscall({
  name: "getsockname",
  number: { x86_64: 51 },
  args: [fd("sockfd"), address("addr"), address("addrlen")],
  support: "full",
  handler: giveUnnamed,
});

/** getpeername(2). */
export const getpeername: Syscall = defineSyscall({
  name: "getpeername",
  number: { x86_64: 52 },
  args: [fd("sockfd"), address("addr"), address("addrlen")],
  support: "full",
  handler(thread, fileDescriptor, to, lengthAddress) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found !== "number" && !found.isConnected) return fail(Errno.ENOTCONN);
    return giveUnnamed(thread, fileDescriptor, to, lengthAddress);
  },
});

function optionOf(found: UnixSocket, option: number): number | undefined {
  switch (option) {
    case SO_TYPE:
      return found.type;
    case SO_DOMAIN:
      return AF_UNIX;
    case SO_ERROR:
    case SO_PROTOCOL:
    case SO_ACCEPTCONN:
      return 0;
    case SO_SNDBUF:
    case SO_RCVBUF:
      return SOCKET_BUFFER_BYTES;
    default:
      return undefined;
  }
}

/** getsockopt(2). */
export const getsockopt: Syscall = defineSyscall({
  name: "getsockopt",
  number: { x86_64: 55 },
  args: [fd("sockfd"), int("level"), int("optname"), address("optval"), address("optlen")],
  scml: [
    {
      level: "SOL_SOCKET",
      optname:
        "SO_TYPE | SO_DOMAIN | SO_ERROR | SO_PROTOCOL | SO_ACCEPTCONN | SO_SNDBUF | SO_RCVBUF",
    },
  ],
  support: "partial",
  note: "Type, domain, protocol, error and buffer sizes.",
  handler(thread, fileDescriptor, level, option, to, lengthAddress) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    if (level !== SOL_SOCKET) return fail(Errno.EOPNOTSUPP);
    const value = optionOf(found, option);
    if (value === undefined) return fail(Errno.ENOPROTOOPT);
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    return giveBytes(thread, to, lengthAddress, bytes, false);
  },
});

/** setsockopt(2). */
export const setsockopt: Syscall = defineSyscall({
  name: "setsockopt",
  number: { x86_64: 54 },
  args: [fd("sockfd"), int("level"), int("optname"), address("optval"), int("optlen")],
  scml: [],
  support: "partial",
  note: "No option can be set.",
  handler(thread, fileDescriptor, level) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    return fail(level === SOL_SOCKET ? Errno.ENOPROTOOPT : Errno.EOPNOTSUPP);
  },
});

function refuse(thread: Thread, fileDescriptor: number, errno: Errno): Result {
  const found = socketAt(thread, fileDescriptor);
  return typeof found === "number" ? found : fail(errno);
}

/** bind(2): the sockets of a pair have no names and get none. */
export const bind: Syscall = defineSyscall({
  name: "bind",
  number: { x86_64: 49 },
  args: [fd("sockfd"), address("addr"), int("addrlen")],
  scml: [],
  support: "partial",
  note: "Refused: the only sockets are pairs.",
  handler: (thread, fileDescriptor) => refuse(thread, fileDescriptor, Errno.EOPNOTSUPP),
});

/** connect(2). */
export const connect: Syscall = defineSyscall({
  name: "connect",
  number: { x86_64: 42 },
  args: [fd("sockfd"), address("addr"), int("addrlen")],
  scml: [],
  support: "partial",
  note: "Refused: the only sockets are pairs, which are connected.",
  handler: (thread, fileDescriptor) => refuse(thread, fileDescriptor, Errno.EISCONN),
});

/** listen(2). */
export const listen: Syscall = defineSyscall({
  name: "listen",
  number: { x86_64: 50 },
  args: [fd("sockfd"), int("backlog")],
  scml: [],
  support: "partial",
  note: "Refused: the only sockets are pairs.",
  handler: (thread, fileDescriptor) => refuse(thread, fileDescriptor, Errno.EINVAL),
});

/** accept(2). */
export const accept: Syscall = defineSyscall({
  name: "accept",
  number: { x86_64: 43 },
  args: [fd("sockfd"), address("addr"), address("addrlen")],
  scml: [],
  support: "partial",
  note: "Refused: the only sockets are pairs.",
  handler: (thread, fileDescriptor) => refuse(thread, fileDescriptor, Errno.EINVAL),
});

/** accept4(2). */
export const accept4: Syscall = defineSyscall({
  name: "accept4",
  number: { x86_64: 288 },
  args: [fd("sockfd"), address("addr"), address("addrlen"), hex32("flags")],
  scml: [],
  support: "partial",
  note: "Refused: the only sockets are pairs.",
  handler: (thread, fileDescriptor) => refuse(thread, fileDescriptor, Errno.EINVAL),
});
