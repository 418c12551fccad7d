// SPDX-License-Identifier: MPL-2.0

/** Constants of socket(2), send(2), recv(2) and socket(7) on x86-64. */

export const AF_UNSPEC = 0;
export const AF_UNIX = 1;

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
/** For AF_UNIX another word for SOCK_DGRAM. */
export const SOCK_RAW = 3;
export const SOCK_SEQPACKET = 5;
export const SOCK_TYPE_MASK = 0xf;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

export const MSG_OOB = 0x1;
export const MSG_PEEK = 0x2;
export const MSG_CTRUNC = 0x8;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_EOR = 0x80;
export const MSG_WAITALL = 0x100;
export const MSG_MORE = 0x8000;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_WAITFORONE = 0x1_0000;
export const MSG_CMSG_CLOEXEC = 0x4000_0000;
/** Of calls of 32-bit programs. */
export const MSG_CMSG_COMPAT = 0x8000_0000;

/** ioctl(2): whether the next byte of a stream is the marked one of out-of-band data. */
export const SIOCATMARK = 0x8905;

export const SOL_SOCKET = 1;
/** Options of SOL_SOCKET (socket(7)). */
export const SO_DEBUG = 1;
export const SO_REUSEADDR = 2;
export const SO_TYPE = 3;
export const SO_ERROR = 4;
export const SO_DONTROUTE = 5;
export const SO_BROADCAST = 6;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_KEEPALIVE = 9;
export const SO_OOBINLINE = 10;
export const SO_NO_CHECK = 11;
export const SO_PRIORITY = 12;
export const SO_LINGER = 13;
export const SO_REUSEPORT = 15;
export const SO_PASSCRED = 16;
export const SO_PEERCRED = 17;
export const SO_RCVLOWAT = 18;
export const SO_SNDLOWAT = 19;
export const SO_RCVTIMEO = 20;
export const SO_SNDTIMEO = 21;
export const SO_PEERNAME = 28;
export const SO_TIMESTAMP = 29;
export const SO_ACCEPTCONN = 30;
export const SO_PEERSEC = 31;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
export const SO_PASSSEC = 34;
export const SO_TIMESTAMPNS = 35;
export const SO_MARK = 36;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;
export const SO_RXQ_OVFL = 40;
export const SO_BUSY_POLL = 46;
export const SO_PEERGROUPS = 59;

/** Types of control data at the level SOL_SOCKET (unix(7)). */
export const SCM_RIGHTS = 1;
export const SCM_CREDENTIALS = 2;

/** Names as strace prints them. */
export const DomainNames: Readonly<Record<string, number>> = {
  AF_UNSPEC,
  AF_UNIX,
  AF_INET: 2,
  AF_INET6: 10,
  AF_NETLINK: 16,
  AF_PACKET: 17,
};
export const ShutdownNames: Readonly<Record<string, number>> = { SHUT_RD, SHUT_WR, SHUT_RDWR };
export const MessageNames: Readonly<Record<string, number>> = {
  MSG_OOB,
  MSG_PEEK,
  MSG_DONTROUTE: 0x4,
  MSG_CTRUNC,
  MSG_PROBE: 0x10,
  MSG_TRUNC,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_WAITALL,
  MSG_FIN: 0x200,
  MSG_SYN: 0x400,
  MSG_CONFIRM: 0x800,
  MSG_RST: 0x1000,
  MSG_ERRQUEUE: 0x2000,
  MSG_NOSIGNAL,
  MSG_MORE,
  MSG_WAITFORONE,
  MSG_SENDPAGE_NOTLAST: 0x2_0000,
  MSG_BATCH: 0x4_0000,
  MSG_NO_SHARED_FRAGS: 0x8_0000,
  MSG_ZEROCOPY: 0x400_0000,
  MSG_FASTOPEN: 0x2000_0000,
  MSG_CMSG_CLOEXEC,
  MSG_CMSG_COMPAT,
};
