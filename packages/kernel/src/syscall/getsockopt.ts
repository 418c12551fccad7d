// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { getI64, set32, set64, StructBuffer } from "../abi/layout.ts";
import {
  AF_UNIX,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SO_BUSY_POLL,
  SO_DOMAIN,
  SO_ERROR,
  SO_LINGER,
  SO_PASSCRED,
  SO_PEERCRED,
  SO_PRIORITY,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SO_SNDLOWAT,
  SO_SNDTIMEO,
  SO_TYPE,
} from "../abi/socket.ts";
import type { UnixSocket } from "../net/unix/socket.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { Capability } from "../security/capabilities.ts";
import { address, fd, int } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { giveBytes } from "./socket-address.ts";
import { socketAt } from "./socket.ts";
import { readStruct } from "./user-struct.ts";

const INT_BYTES = 4;
/** struct linger, struct timeval, struct ucred. */
const LINGER_BYTES = 8;
const TIMEVAL_BYTES = 16;
const UCRED_BYTES = 12;
const INT_MAX = 0x7fff_ffff;
const US_PER_S = 1_000_000;
const NS_PER_US = 1000;
/** The highest priority that needs no right. */
const PRIORITY_MAX = 6;

/** Options that setsockopt(2) has effects of, or keeps. */
const NAMES =
  "SO_DEBUG | SO_REUSEADDR | SO_DONTROUTE | SO_BROADCAST | SO_SNDBUF | SO_RCVBUF | SO_KEEPALIVE | " +
  "SO_OOBINLINE | SO_NO_CHECK | SO_PRIORITY | SO_LINGER | SO_PASSCRED | SO_RCVLOWAT | SO_RCVTIMEO | " +
  "SO_SNDTIMEO | SO_TIMESTAMP | SO_PASSSEC | SO_TIMESTAMPNS | SO_MARK | SO_RXQ_OVFL | SO_BUSY_POLL";
const TOLD =
  "SO_TYPE | SO_ERROR | SO_REUSEPORT | SO_PEERCRED | SO_SNDLOWAT | SO_ACCEPTCONN | SO_PROTOCOL | SO_DOMAIN";

function numberOf(found: UnixSocket, option: number): number | undefined {
  const { options } = found;
  switch (option) {
    case SO_TYPE:
      return found.type;
    case SO_DOMAIN:
      return AF_UNIX;
    case SO_ERROR:
      return found.takeError();
    case SO_PROTOCOL:
      return 0;
    case SO_ACCEPTCONN:
      return found.listener === undefined ? 0 : 1;
    case SO_SNDLOWAT:
      return 1;
    case SO_SNDBUF:
      return options.sendBufferBytes;
    case SO_RCVBUF:
      return options.receiveBufferBytes;
    case SO_PASSCRED:
      return options.passesIds ? 1 : 0;
    default:
      return options.keptValue(option);
  }
}

function valueOf(found: UnixSocket, option: number): Uint8Array | undefined {
  const { options } = found;
  switch (option) {
    case SO_PEERCRED: {
      const { view, bytes } = new StructBuffer(UCRED_BYTES);
      set32(view, 0, found.peerIds.pid);
      set32(view, 4, found.peerIds.uid);
      set32(view, 8, found.peerIds.gid);
      return bytes;
    }
    case SO_LINGER: {
      const { view, bytes } = new StructBuffer(LINGER_BYTES);
      set32(view, 0, options.lingers ? 1 : 0);
      set32(view, 4, options.lingerSeconds);
      return bytes;
    }
    case SO_RCVTIMEO:
      return timeBytes(options.receiveTimeoutNs);
    case SO_SNDTIMEO:
      return timeBytes(options.sendTimeoutNs);
    default: {
      const value = numberOf(found, option);
      return value === undefined ? undefined : new Uint8Array(Int32Array.of(value).buffer);
    }
  }
}

/** A struct timeval; zero stands for no timeout. */
function timeBytes(ns: number): Uint8Array {
  const { view, bytes } = new StructBuffer(TIMEVAL_BYTES);
  const us = ns === Infinity ? 0 : Math.floor(ns / NS_PER_US);
  set64(view, 0, Math.floor(us / US_PER_S));
  set64(view, 8, us % US_PER_S);
  return bytes;
}

/** getsockopt(2). */
export const getsockopt: Syscall = defineSyscall({
  name: "getsockopt",
  number: { x86_64: 55 },
  args: [fd("sockfd"), int("level"), int("optname"), address("optval"), address("optlen")],
  scml: [{ level: "SOL_SOCKET", optname: `${NAMES} | ${TOLD}` }],
  support: "partial",
  note: "Of SOL_SOCKET, what concerns AF_UNIX; no SO_PEERGROUPS, SO_PEERPIDFD, SO_PEEK_OFF or filters.",
  handler(thread, fileDescriptor, level, option, to, lengthAddress) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    if (level !== SOL_SOCKET) return fail(Errno.EOPNOTSUPP);
    const room = thread.memory.readU32(lengthAddress);
    if (room < 0) return fail(Errno.EFAULT);
    if ((room | 0) < 0) return fail(Errno.EINVAL);
    const value = valueOf(found, option);
    if (value === undefined) return fail(Errno.ENOPROTOOPT);
    return giveBytes(thread, to, lengthAddress, value, false);
  },
});

/** SO_RCVTIMEO and SO_SNDTIMEO as nanoseconds; Infinity for zero, and an error. */
function timeoutIn(view: DataView): number {
  const seconds = getI64(view, 0);
  const us = getI64(view, 8);
  if (us < 0 || us >= US_PER_S) return -Errno.EDOM;
  // As Linux: a negative time has passed already.
  if (seconds < 0) return 0;
  const ns = (seconds * US_PER_S + us) * NS_PER_US;
  return ns === 0 ? Infinity : ns;
}

function setLarge(found: UnixSocket, option: number, view: DataView): Result {
  const { options } = found;
  if (option === SO_LINGER) {
    options.lingers = view.getInt32(0, true) !== 0;
    options.lingerSeconds = options.lingers ? view.getInt32(4, true) : options.lingerSeconds;
    return 0;
  }
  const timeout = timeoutIn(view);
  if (timeout < 0) return fail(Errno.EDOM, "the time has a million microseconds or more");
  if (option === SO_RCVTIMEO) options.receiveTimeoutNs = timeout;
  else options.sendTimeoutNs = timeout;
  return 0;
}

function setNumber(thread: Thread, found: UnixSocket, option: number, value: number): Result {
  const { options } = found;
  const isAdministrator = thread.credentials.has(Capability.NET_ADMIN);
  switch (option) {
    case SO_SNDBUFFORCE:
    case SO_RCVBUFFORCE:
      if (!isAdministrator) return fail(Errno.EPERM);
      if (option === SO_SNDBUFFORCE) options.setSendBuffer(Math.max(0, value));
      else options.setReceiveBuffer(Math.max(0, value));
      return 0;
    case SO_SNDBUF:
      options.setSendBuffer(value);
      found.writeQueue.wakeAll();
      return 0;
    case SO_RCVBUF:
      options.setReceiveBuffer(value);
      return 0;
    case SO_PASSCRED:
      options.passesIds = value !== 0;
      return 0;
    case SO_RCVLOWAT:
      options.receiveLowWater = value < 0 ? INT_MAX : Math.max(1, value);
      return 0;
    case SO_REUSEPORT:
      return value === 0 ? 0 : fail(Errno.EOPNOTSUPP, "names are no ports");
    case SO_BUSY_POLL:
      if (value < 0) return fail(Errno.EINVAL, "the time is negative");
      options.keep(option, value);
      return 0;
    case SO_PRIORITY:
      if ((value < 0 || value > PRIORITY_MAX) && !isAdministrator) return fail(Errno.EPERM);
      options.keep(option, value);
      return 0;
    default:
      return options.keep(option, value) ? 0 : fail(Errno.ENOPROTOOPT);
  }
}

/** setsockopt(2). */
export const setsockopt: Syscall = defineSyscall({
  name: "setsockopt",
  number: { x86_64: 54 },
  args: [fd("sockfd"), int("level"), int("optname"), address("optval"), int("optlen")],
  scml: [
    { level: "SOL_SOCKET", optname: `${NAMES} | SO_REUSEPORT | SO_SNDBUFFORCE | SO_RCVBUFFORCE` },
  ],
  support: "partial",
  note: "Of SOL_SOCKET, what concerns AF_UNIX; no filters, SO_PEEK_OFF or time stamps.",
  handler(thread, fileDescriptor, level, option, from, length) {
    const found = socketAt(thread, fileDescriptor);
    if (typeof found === "number") return found;
    if (length < 0) return fail(Errno.EINVAL);
    if (level !== SOL_SOCKET) return fail(Errno.EOPNOTSUPP);
    if (length < INT_BYTES) return fail(Errno.EINVAL, "an option has four bytes at least");
    const first = readStruct(thread, from, INT_BYTES);
    if (first === undefined) return fail(Errno.EFAULT);
    const isTime = option === SO_RCVTIMEO || option === SO_SNDTIMEO;
    if (!isTime && option !== SO_LINGER) {
      return setNumber(thread, found, option, first.getInt32(0, true));
    }
    const size = isTime ? TIMEVAL_BYTES : LINGER_BYTES;
    if (length < size) return fail(Errno.EINVAL, "the option is larger");
    const view = readStruct(thread, from, size);
    return view === undefined ? fail(Errno.EFAULT) : setLarge(found, option, view);
  },
});
