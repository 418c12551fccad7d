// SPDX-License-Identifier: MPL-2.0
//
// Probes of calls on sockets.

#include "probe.h"

#include <sys/socket.h>
#include <sys/un.h>

static int ends[2];
static void pair_up(void) { MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0); }

PROBE(socket, domain) { return syscall(SYS_socket, value, SOCK_DGRAM, 0); }
PROBE(socket, type) {
  int isFlag = is(name, "SOCK_CLOEXEC") || is(name, "SOCK_NONBLOCK");
  return syscall(SYS_socket, AF_UNIX, isFlag ? value | SOCK_STREAM : value, 0);
}
PROBE(socket, protocol) {
  return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, value);
}
PROBE(socketpair, domain) { return syscall(SYS_socketpair, value, SOCK_STREAM, 0, ends); }
PROBE(socketpair, type) {
  int isFlag = is(name, "SOCK_CLOEXEC") || is(name, "SOCK_NONBLOCK");
  return syscall(SYS_socketpair, AF_UNIX, isFlag ? value | SOCK_STREAM : value, 0, ends);
}
PROBE(socketpair, protocol) { return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, value, ends); }
PROBE(shutdown, how) { return pair_up(), syscall(SYS_shutdown, ends[0], value); }
PROBE(accept4, flags) {
  struct sockaddr_un address = {AF_UNIX, "s"};
  int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(listener, (void *)&address, sizeof address) < 0 || listen(listener, 1) < 0 ||
      connect(client, (void *)&address, sizeof address) < 0) {
    return -1;
  }
  return syscall(SYS_accept4, listener, NULL, NULL, value);
}

PROBE(sendto, flags) { return pair_up(), syscall(SYS_sendto, ends[0], "a", 1, value, NULL, 0); }
PROBE(sendmsg, flags) {
  struct iovec vector = {"a", 1};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
  return pair_up(), syscall(SYS_sendmsg, ends[0], &message, value);
}
static char bytes[2];
PROBE(recvfrom, flags) {
  pair_up();
  MUST(write(ends[1], "a", 1) == 1);
  return syscall(SYS_recvfrom, ends[0], bytes, 1, value, NULL, NULL);
}
PROBE(recvmsg, flags) {
  struct iovec vector = {bytes, 1};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
  pair_up();
  MUST(write(ends[1], "a", 1) == 1);
  return syscall(SYS_recvmsg, ends[0], &message, value);
}
// struct mmsghdr needs a feature macro in some C libraries.
struct many { struct msghdr header; unsigned length; };
PROBE(sendmmsg, flags) {
  struct iovec vector = {"a", 1};
  struct many message = {{.msg_iov = &vector, .msg_iovlen = 1}, 0};
  return pair_up(), syscall(SYS_sendmmsg, ends[0], &message, 1, value);
}
PROBE(recvmmsg, flags) {
  struct iovec vector = {bytes, 1};
  struct many message = {{.msg_iov = &vector, .msg_iovlen = 1}, 0};
  pair_up();
  MUST(write(ends[1], "a", 1) == 1);
  return syscall(SYS_recvmmsg, ends[0], &message, 1, value, NULL);
}

static char option[64];
static socklen_t option_length = 4;
PROBE(getsockopt, level) {
  return pair_up(), syscall(SYS_getsockopt, ends[0], value, SO_TYPE, option, &option_length);
}
PROBE(getsockopt, optname) {
  if (is(name, "SO_PEERCRED")) option_length = 12;
  if (is(name, "SO_LINGER")) option_length = 8;
  return pair_up(), syscall(SYS_getsockopt, ends[0], SOL_SOCKET, value, option, &option_length);
}
PROBE(setsockopt, level) { return pair_up(), syscall(SYS_setsockopt, ends[0], value, SO_PASSCRED, option, 4); }
PROBE(setsockopt, optname) {
  int length = is(name, "SO_LINGER") ? 8 : strstr(name, "TIMEO") != NULL ? 16 : 4;
  return pair_up(), syscall(SYS_setsockopt, ends[0], SOL_SOCKET, value, option, length);
}
