// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
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
  ShutdownNames,
} from "../abi/socket.ts";
import { descriptorLimit, installOpened } from "../fs/descriptor.ts";
import { SenderIds } from "../net/unix/envelope.ts";
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

/** Domains and types that Linux has numbers for: AF_MAX, SOCK_MAX. */
const DOMAIN_COUNT = 46;
const TYPE_COUNT = 11;

const KNOWN_FLAGS = SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC;

/** The type of socket that is asked for, or why there is none; the flags are looked at before. */
function checkKind(domain: number, typeAndFlags: number, protocol: number): Result {
  const given = typeAndFlags & SOCK_TYPE_MASK;
  const type = given === SOCK_RAW ? SOCK_DGRAM : given;
  if (domain < 0 || domain >= DOMAIN_COUNT) return fail(Errno.EAFNOSUPPORT);
  if (type >= TYPE_COUNT) return fail(Errno.EINVAL, "the type is unknown");
  if (domain !== AF_UNIX) return fail(Errno.EAFNOSUPPORT, "the kernel has no networks");
  if (protocol !== 0 && protocol !== AF_UNIX) return fail(Errno.EPROTONOSUPPORT);
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM && type !== SOCK_SEQPACKET) {
    return fail(Errno.ESOCKTNOSUPPORT);
  }
  return type;
}

/** socket(2). */
export const socket: Syscall = defineSyscall({
  name: "socket",
  number: { x86_64: 41 },
  args: [oneOf("domain", DomainNames), hex32("type"), int("protocol")],
  scml: [
    {
      domain: "AF_UNIX",
      type: "SOCK_STREAM | SOCK_DGRAM | SOCK_RAW | SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK",
      protocol: "0 | 1",
    },
  ],
  support: "partial",
  note: "AF_UNIX: streams, datagrams and sequenced packets. There is no network: EAFNOSUPPORT.",
  handler(thread, domain, typeAndFlags, protocol) {
    if ((typeAndFlags & ~KNOWN_FLAGS) !== 0) {
      return fail(Errno.EINVAL, "the type has unknown flags");
    }
    const type = checkKind(domain, typeAndFlags, protocol);
    if (type < 0) return type;
    const made = new UnixSocket(thread.kernel, type, typeAndFlags & SOCK_NONBLOCK);
    return installOpened(thread, made, (typeAndFlags & SOCK_CLOEXEC) === 0 ? 0 : O.CLOEXEC);
  },
});

function makePair(
  thread: Thread,
  domain: number,
  typeAndFlags: number,
  protocol: number,
  fdsAddress: number,
): Result {
  if ((typeAndFlags & ~KNOWN_FLAGS) !== 0) return fail(Errno.EINVAL, "the type has unknown flags");
  // Linux tells of the descriptors before it makes the sockets.
  if (!thread.memory.writeU64(fdsAddress, 0, 0)) return fail(Errno.EFAULT);
  const type = checkKind(domain, typeAndFlags, protocol);
  if (type < 0) return type;
  const { files, kernel, memory } = thread;
  const closeOnExec = (typeAndFlags & SOCK_CLOEXEC) !== 0;
  const statusFlags = typeAndFlags & SOCK_NONBLOCK;
  const first = new UnixSocket(kernel, type, statusFlags);
  const second = new UnixSocket(kernel, type, statusFlags);
  UnixSocket.connect(first, second);
  first.peerIds = SenderIds.connecting(thread);
  second.peerIds = first.peerIds;
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
      type: "SOCK_STREAM | SOCK_DGRAM | SOCK_RAW | SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK",
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
