// SPDX-License-Identifier: MPL-2.0
//
// socketpair: streams, datagrams and sequenced packets, shutting down, ends, errors.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *result(long value) {
  static char text[32];
  if (value < 0) snprintf(text, sizeof text, "%s", errno_name(errno));
  else snprintf(text, sizeof text, "%ld", value);
  return text;
}

// The call comes first: arguments are evaluated in any order.
#define CALL(text, call, ...) \
  do { \
    const char *done = result(call); \
    printf(text, done, ##__VA_ARGS__); \
  } while (0)

static void show_poll(const char *what, int fd) {
  struct pollfd entry = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
  poll(&entry, 1, 0);
  printf("%s: poll %#x\n", what, entry.revents);
}

static void talk(int type, const char *name) {
  int fds[2], count = 0;
  char bytes[64];
  printf("-- %s\n", name);
  CALL("pair: %s\n", socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds));
  printf("flags %d %d\n", fcntl(fds[0], F_GETFD), (fcntl(fds[0], F_GETFL) & O_NONBLOCK) != 0);
  struct stat info;
  CALL("stat: %s socket %d\n", fstat(fds[0], &info), S_ISSOCK(info.st_mode));
  CALL("empty: %s\n", read(fds[0], bytes, 64));
  show_poll("fresh", fds[0]);
  CALL("write: %s\n", write(fds[1], "hello", 5));
  CALL("send: %s\n", send(fds[1], "world!", 6, MSG_NOSIGNAL));
  show_poll("sent", fds[0]);
  CALL("readable: %s %d\n", ioctl(fds[0], FIONREAD, &count), count);
  CALL("peek: %s\n", recv(fds[0], bytes, 3, MSG_PEEK));
  CALL("short read: %s\n", read(fds[0], bytes, 3));
  memset(bytes, 0, sizeof bytes);
  CALL("read: %s", read(fds[0], bytes, 64));
  printf(" \"%s\"\n", bytes);
  struct iovec parts[2] = {{"ab", 2}, {"cde", 3}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  CALL("sendmsg: %s\n", sendmsg(fds[0], &message, 0));
  char first[2], second[9];
  struct iovec rooms[2] = {{first, 2}, {second, 2}};
  message = (struct msghdr){.msg_iov = rooms, .msg_iovlen = 2};
  CALL("recvmsg: %s", recvmsg(fds[1], &message, 0));
  printf(" %.2s %.2s flags %#x\n", first, second, message.msg_flags);
  CALL("the rest: %s\n", recv(fds[1], bytes, 64, MSG_DONTWAIT));
  CALL("empty message: %s\n", send(fds[0], "", 0, 0));
  CALL("empty message read: %s\n", recv(fds[1], bytes, 64, 0));
  send(fds[0], "truncated", 9, 0);
  CALL("length asked: %s\n", recv(fds[1], bytes, 4, MSG_TRUNC));
  recv(fds[1], bytes, 64, 0);
  int value = 0;
  socklen_t length = sizeof value;
  CALL("type: %s %d %u\n", getsockopt(fds[0], SOL_SOCKET, SO_TYPE, &value, &length), value, length);
  CALL("domain: %s %d\n", getsockopt(fds[0], SOL_SOCKET, SO_DOMAIN, &value, &length), value);
  CALL("error: %s %d\n", getsockopt(fds[0], SOL_SOCKET, SO_ERROR, &value, &length), value);
  struct sockaddr_un name_un;
  length = sizeof name_un;
  CALL("name: %s %u\n", getsockname(fds[0], (struct sockaddr *)&name_un, &length), length);
  length = sizeof name_un;
  CALL("peer: %s %u %d\n", getpeername(fds[0], (struct sockaddr *)&name_un, &length), length,
       name_un.sun_family);
  CALL("bad how: %s\n", shutdown(fds[0], 7));
  CALL("shut: %s\n", shutdown(fds[0], SHUT_WR));
  show_poll("shut writer", fds[0]);
  show_poll("its peer", fds[1]);
  CALL("peer reads: %s\n", read(fds[1], bytes, 64));
  CALL("write after: %s\n", write(fds[0], "x", 1));
  CALL("other way: %s\n", write(fds[1], "back", 4));
  CALL("other way read: %s\n", read(fds[0], bytes, 64));
  write(fds[1], "unread", 6);
  CALL("close: %s\n", close(fds[0]));
  show_poll("closed peer", fds[1]);
  CALL("read: %s\n", read(fds[1], bytes, 64));
  CALL("read again: %s\n", read(fds[1], bytes, 64));
  CALL("write: %s\n", write(fds[1], "x", 1));
  length = sizeof name_un;
  CALL("peer gone: %s\n", getpeername(fds[1], (struct sockaddr *)&name_un, &length));
  close(fds[1]);
}

static volatile sig_atomic_t broken;
static void on_pipe(int signo) { broken = signo; }

static void big(void) {
  int fds[2], status;
  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  pid_t child = fork();
  if (child == 0) {
    close(fds[0]);
    char *block = calloc(1, 1 << 20);
    long done = write(fds[1], block, 1 << 20);
    _exit(done == 1 << 20 ? 0 : 1);
  }
  close(fds[1]);
  static char bytes[65536];
  long total = 0, count;
  while ((count = read(fds[0], bytes, sizeof bytes)) > 0) total += count;
  waitpid(child, &status, 0);
  printf("a megabyte: %ld child %d\n", total, WEXITSTATUS(status));
  close(fds[0]);
}

static void edges(void) {
  int fds[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET}, got = {0};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event);
  CALL("epoll: %s\n", epoll_wait(epoll, &got, 1, 0));
  write(fds[1], "x", 1);
  CALL("epoll: %s %#x\n", epoll_wait(epoll, &got, 1, 0), got.events);
  CALL("epoll: %s\n", epoll_wait(epoll, &got, 1, 0));
  close(fds[1]);
  CALL("epoll: %s %#x\n", epoll_wait(epoll, &got, 1, 0), got.events);
  close(fds[0]);
  close(epoll);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  talk(SOCK_STREAM, "stream");
  talk(SOCK_DGRAM, "datagram");
  talk(SOCK_SEQPACKET, "packets");
  int fds[2];
  CALL("domain: %s\n", socketpair(AF_INET, SOCK_STREAM, 0, fds) < 0 ? 0 : 1);
  CALL("type: %s\n", socketpair(AF_UNIX, 77, 0, fds));
  CALL("protocol: %s\n", socketpair(AF_UNIX, SOCK_STREAM, 55, fds));
  CALL("no socket: %s\n", send(0, "x", 1, 0));
  CALL("no file: %s\n", recv(99, fds, 1, 0));
  int *volatile nowhere = (int *)8;
  CALL("address: %s\n", socketpair(AF_UNIX, SOCK_STREAM, 0, nowhere));
  signal(SIGPIPE, on_pipe);
  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  close(fds[1]);
  CALL("broken: %s", write(fds[0], "x", 1));
  printf(" signal %d\n", broken);
  broken = 0;
  CALL("quietly broken: %s", send(fds[0], "x", 1, MSG_NOSIGNAL));
  printf(" signal %d\n", broken);
  close(fds[0]);
  big();
  edges();
  return 0;
}
