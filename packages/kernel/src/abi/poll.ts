// SPDX-License-Identifier: MPL-2.0

/** Event bits of poll(2); epoll(7) uses the same bits under EPOLL names. */

export const POLLIN = 0x0001;
export const POLLPRI = 0x0002;
export const POLLOUT = 0x0004;
export const POLLERR = 0x0008;
export const POLLHUP = 0x0010;
export const POLLNVAL = 0x0020;
export const POLLRDNORM = 0x0040;
export const POLLRDBAND = 0x0080;
export const POLLWRNORM = 0x0100;
export const POLLWRBAND = 0x0200;
export const POLLMSG = 0x0400;
export const POLLRDHUP = 0x2000;

/** What a readable, and what a writable file reports. */
export const POLL_READABLE: number = POLLIN | POLLRDNORM;
export const POLL_WRITABLE: number = POLLOUT | POLLWRNORM;
/** Reported whether asked for or not. */
export const POLL_ALWAYS: number = POLLERR | POLLHUP;

export const EPOLLEXCLUSIVE = 0x1000_0000;
export const EPOLLWAKEUP = 0x2000_0000;
export const EPOLLONESHOT = 0x4000_0000;
/** Bit 31, as the unsigned number that decoding `uint` gives. */
export const EPOLLET = 0x8000_0000;

export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLL_CLOEXEC = 0o2000000;

/** Names as strace prints them. */
export const PollNames: Readonly<Record<string, number>> = {
  POLLIN,
  POLLPRI,
  POLLOUT,
  POLLERR,
  POLLHUP,
  POLLNVAL,
  POLLRDNORM,
  POLLRDBAND,
  POLLWRNORM,
  POLLWRBAND,
  POLLMSG,
  POLLRDHUP,
};

export const EpollOperationNames: Readonly<Record<string, number>> = {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
};

/** What an entry of epoll_ctl(2) may ask for. */
export const EpollEventNames: Readonly<Record<string, number>> = {
  EPOLLIN: POLLIN,
  EPOLLPRI: POLLPRI,
  EPOLLOUT: POLLOUT,
  EPOLLERR: POLLERR,
  EPOLLHUP: POLLHUP,
  EPOLLRDNORM: POLLRDNORM,
  EPOLLRDBAND: POLLRDBAND,
  EPOLLWRNORM: POLLWRNORM,
  EPOLLWRBAND: POLLWRBAND,
  EPOLLMSG: POLLMSG,
  EPOLLRDHUP: POLLRDHUP,
  EPOLLEXCLUSIVE,
  EPOLLWAKEUP,
  EPOLLONESHOT,
  EPOLLET,
};
