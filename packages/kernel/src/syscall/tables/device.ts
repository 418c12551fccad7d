// SPDX-License-Identifier: MPL-2.0

import type { Syscall } from "../define.ts";
import {
  epoll_create,
  epoll_create1,
  epoll_ctl,
  epoll_pwait,
  epoll_pwait2,
  epoll_wait,
} from "../epoll.ts";
import { eventfd, eventfd2 } from "../eventfd.ts";
import { poll, ppoll } from "../poll.ts";
import { recvfrom, recvmsg, sendmsg, sendto } from "../send-recv.ts";
import { recvmmsg, sendmmsg } from "../sendmmsg.ts";
import { pselect6, select } from "../select.ts";
import { signalfd, signalfd4 } from "../signalfd.ts";
import { shutdown, socket, socketpair } from "../socket.ts";
import { timerfd_create, timerfd_gettime, timerfd_settime } from "../timerfd.ts";
import { bind, getpeername, getsockname, listen } from "../bind.ts";
import { accept, accept4, connect } from "../connect.ts";
import { getsockopt, setsockopt } from "../getsockopt.ts";
import { vhangup } from "../vhangup.ts";

/** System calls over devices, polling and event files. */
export const DEVICE_SYSCALLS: readonly Syscall[] = [
  poll,
  select,
  socket,
  connect,
  accept,
  sendto,
  recvfrom,
  sendmsg,
  sendmmsg,
  recvmmsg,
  recvmsg,
  shutdown,
  bind,
  listen,
  getsockname,
  getpeername,
  socketpair,
  setsockopt,
  getsockopt,
  vhangup,
  epoll_create,
  epoll_wait,
  epoll_ctl,
  pselect6,
  ppoll,
  epoll_pwait,
  signalfd,
  timerfd_create,
  eventfd,
  timerfd_settime,
  timerfd_gettime,
  accept4,
  signalfd4,
  eventfd2,
  epoll_create1,
  epoll_pwait2,
];
