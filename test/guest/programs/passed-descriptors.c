// SPDX-License-Identifier: MPL-2.0
//
// SCM_RIGHTS over the sockets of socketpair (unix(7)): which message carries the descriptors, what is
// cut, refused and peeked at, what becomes of those that nobody takes, and of sockets in each other's
// queues.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 300 };

static union {
  char bytes[CMSG_SPACE(MOST * sizeof(int)) + 64];
  struct cmsghdr align;
} control;

/* Sends `length` bytes with descriptors; what sendmsg returns, or -errno. */
static long send_fds(int socket, const void *bytes, size_t length, const int *fds, int count) {
  struct iovec part = {(void *)bytes, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes};
  message.msg_controllen = CMSG_SPACE(count * sizeof(int));
  memset(&control, 0, sizeof control);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(count * sizeof(int));
  memcpy(CMSG_DATA(header), fds, count * sizeof(int));
  long sent = syscall(SYS_sendmsg, socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

static int taken[MOST];

/* Receives up to `length` bytes and `room` bytes of control data; tells everything, keeps descriptors. */
static int receive(const char *what, int socket, size_t length, size_t room, int flags) {
  static char bytes[200000];
  struct iovec part = {bytes, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes};
  message.msg_controllen = room;
  memset(&control, 0, sizeof control);
  long moved = syscall(SYS_recvmsg, socket, &message, flags | MSG_DONTWAIT);
  if (moved < 0) {
    printf("%s: %s\n", what, errno_name(errno));
    return 0;
  }
  printf("%s: %ld bytes, flags %#x, control %zu", what, moved, message.msg_flags, (size_t)message.msg_controllen);
  int count = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    int here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    printf(", level %d type %d length %zu", header->cmsg_level, header->cmsg_type, (size_t)header->cmsg_len);
    memcpy(taken + count, CMSG_DATA(header), here * sizeof(int));
    count += here;
  }
  printf(", %d descriptors\n", count);
  return count;
}

static void close_taken(int count) {
  for (int i = 0; i < count; i++) close(taken[i]);
}

static int file_with(const char *text) {
  int fd = open(".", O_TMPFILE | O_RDWR, 0600);
  MUST(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
  lseek(fd, 0, SEEK_SET);
  return fd;
}

static const char *name_of(long result) {
  static char text[24];
  if (result >= 0) snprintf(text, sizeof text, "%ld", result);
  return result < 0 ? errno_name(-result) : text;
}

static void basics(int type, const char *name) {
  int pair[2], count;
  char bytes[8] = "";
  printf("-- %s\n", name);
  MUST(socketpair(AF_UNIX, type, 0, pair) == 0);
  int fd = file_with("shared");
  printf("send: %s\n", name_of(send_fds(pair[0], "abc", 3, (int[]){fd, fd, 1}, 3)));
  read(fd, bytes, 2);
  close(fd);
  count = receive("receive", pair[1], 10, sizeof control, 0);
  printf("close-on-exec %d\n", fcntl(taken[0], F_GETFD));
  memset(bytes, 0, sizeof bytes);
  read(taken[0], bytes, 2);
  printf("position goes with the description: %s", bytes);
  read(taken[1], bytes, 2);
  printf(" %s\n", bytes);
  close_taken(count);

  printf("send: %s\n", name_of(send_fds(pair[0], "abc", 3, (int[]){1}, 1)));
  count = receive("close-on-exec", pair[1], 10, sizeof control, MSG_CMSG_CLOEXEC);
  printf("close-on-exec %d\n", fcntl(taken[0], F_GETFD));
  close_taken(count);

  send_fds(pair[0], "peek", 4, (int[]){1, 2}, 2);
  count = receive("peeked", pair[1], 10, sizeof control, MSG_PEEK);
  close_taken(count);
  count = receive("then taken", pair[1], 10, sizeof control, 0);
  close_taken(count);

  for (size_t room = 0; room <= CMSG_SPACE(12); room += 4) {
    if (room > 0 && room < 12) continue;
    char what[32];
    snprintf(what, sizeof what, "room for %zu", room);
    send_fds(pair[0], "cut", 3, (int[]){0, 1, 2}, 3);
    close_taken(receive(what, pair[1], 10, room, 0));
  }

  send_fds(pair[0], "xyz", 3, (int[]){1}, 1);
  printf("read drops them: %zd\n", read(pair[1], bytes, 8));
  send_fds(pair[0], "xyz", 3, (int[]){1}, 1);
  printf("recv drops them: %zd\n", recv(pair[1], bytes, 8, MSG_DONTWAIT));
  close_taken(receive("nothing left", pair[1], 10, sizeof control, 0));

  printf("without bytes: %s\n", name_of(send_fds(pair[0], "", 0, (int[]){1}, 1)));
  close_taken(receive("of no bytes", pair[1], 10, sizeof control, 0));
  close(pair[0]);
  close(pair[1]);
}

/* Where a stream is cut at descriptors. */
static void boundaries(void) {
  int pair[2];
  puts("-- boundaries of a stream");
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  write(pair[0], "before", 6);
  send_fds(pair[0], "first", 5, (int[]){0}, 1);
  send_fds(pair[0], "second", 6, (int[]){0, 1}, 2);
  write(pair[0], "after", 5);
  close_taken(receive("up to the first", pair[1], 100, sizeof control, 0));
  close_taken(receive("the second", pair[1], 100, sizeof control, 0));
  close_taken(receive("the rest", pair[1], 100, sizeof control, 0));

  write(pair[0], "before", 6);
  send_fds(pair[0], "first", 5, (int[]){0}, 1);
  write(pair[0], "after", 5);
  close_taken(receive("exactly before", pair[1], 6, sizeof control, 0));
  close_taken(receive("one byte of it", pair[1], 1, sizeof control, 0));
  close_taken(receive("the rest and more", pair[1], 100, sizeof control, 0));

  write(pair[0], "before", 6);
  send_fds(pair[0], "first", 5, (int[]){0}, 1);
  write(pair[0], "after", 5);
  close_taken(receive("peek", pair[1], 100, sizeof control, MSG_PEEK));
  char bytes[64];
  printf("read stops too: %zd\n", read(pair[1], bytes, sizeof bytes));
  printf("and goes on: %zd\n", read(pair[1], bytes, sizeof bytes));
  close(pair[0]);
  close_taken(receive("end", pair[1], 100, sizeof control, 0));
  close(pair[1]);
}

static void refusals(void) {
  int pair[2], many[MOST];
  puts("-- refused");
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  for (int i = 0; i < MOST; i++) many[i] = 1;
  printf("253: %s\n", name_of(send_fds(pair[0], "x", 1, many, 253)));
  int count = receive("253", pair[1], 1, sizeof control, 0);
  close_taken(count);
  printf("254: %s\n", name_of(send_fds(pair[0], "x", 1, many, 254)));
  printf("none: %s\n", name_of(send_fds(pair[0], "x", 1, many, 0)));
  printf("closed: %s\n", name_of(send_fds(pair[0], "x", 1, (int[]){1, 99}, 2)));
  printf("negative: %s\n", name_of(send_fds(pair[0], "x", 1, (int[]){-1}, 1)));
  close_taken(receive("what was sent", pair[1], 100, sizeof control, 0));

  struct { const char *what; int level, type; size_t length, room; } odd[] = {
    {"short header", SOL_SOCKET, SCM_RIGHTS, 15, 24},
    {"longer than the room", SOL_SOCKET, SCM_RIGHTS, 40, 24},
    {"huge", SOL_SOCKET, SCM_RIGHTS, (size_t)-1, 24},
    {"another level", 41, SCM_RIGHTS, 20, 24},
    {"another type", SOL_SOCKET, 77, 20, 24},
    {"half a descriptor", SOL_SOCKET, SCM_RIGHTS, 18, 24},
    {"one and a half", SOL_SOCKET, SCM_RIGHTS, 22, 24},
    {"no room for a header", SOL_SOCKET, SCM_RIGHTS, 20, 8},
    {"credentials of a wrong length", SOL_SOCKET, SCM_CREDENTIALS, 20, 24},
  };
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    struct iovec part = {"o", 1};
    memset(&control, 0, sizeof control);
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = odd[i].room};
    struct cmsghdr *header = &control.align;
    header->cmsg_level = odd[i].level;
    header->cmsg_type = odd[i].type;
    header->cmsg_len = odd[i].length;
    int one = 1;
    memcpy(CMSG_DATA(header), &one, sizeof one);
    long sent = syscall(SYS_sendmsg, pair[0], &message, MSG_DONTWAIT);
    printf("%s: %s\n", odd[i].what, name_of(sent < 0 ? -errno : sent));
    close_taken(receive("  gives", pair[1], 100, sizeof control, 0));
  }
  struct msghdr message = {.msg_control = (void *)8, .msg_controllen = 24};
  printf("bad address: %s\n", name_of(syscall(SYS_sendmsg, pair[0], &message, 0) < 0 ? -errno : 0));
  message.msg_controllen = (size_t)1 << 31;
  printf("too long: %s\n", name_of(syscall(SYS_sendmsg, pair[0], &message, 0) < 0 ? -errno : 0));

  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  send_fds(pair[0], "x", 1, (int[]){0, 1, 2}, 3);
  int next = dup(0);
  close(next);
  setrlimit(RLIMIT_NOFILE, &(struct rlimit){next + 2, limit.rlim_max});
  close_taken(receive("places for two", pair[1], 1, sizeof control, 0));
  send_fds(pair[0], "x", 1, (int[]){0, 1, 2}, 3);
  setrlimit(RLIMIT_NOFILE, &(struct rlimit){next, limit.rlim_max});
  close_taken(receive("places for none", pair[1], 1, sizeof control, 0));
  setrlimit(RLIMIT_NOFILE, &limit);
  close(pair[0]);
  close(pair[1]);
}

static int is_open_elsewhere(int reader) {
  /* Linux looks for what nobody can receive when a socket ends. */
  int pair[2];
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  close(pair[0]);
  close(pair[1]);
  struct pollfd entry = {reader, POLLIN, 0};
  poll(&entry, 1, 1000);
  return (entry.revents & POLLHUP) == 0;
}

/* A descriptor on its way is open; what nobody can receive any more is closed. */
static void lives(void) {
  int pair[2], other[2], ends[2];
  char bytes[4];
  puts("-- on their way");
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe(ends) == 0);
  send_fds(pair[0], "x", 1, &ends[1], 1);
  close(ends[1]);
  struct pollfd entry = {ends[0], POLLIN, 0};
  printf("still open: %d\n", poll(&entry, 1, 0));
  close(pair[0]);
  receive("after the sender's end", pair[1], 1, sizeof control, 0);
  write(taken[0], "ok", 2);
  printf("through it: %zd\n", read(ends[0], bytes, 4));
  close(taken[0]);
  printf("closed: %zd\n", read(ends[0], bytes, 4));
  close(pair[1]);
  close(ends[0]);

  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe(ends) == 0);
  send_fds(pair[0], "x", 1, &ends[1], 1);
  close(ends[1]);
  close(pair[1]);
  printf("open when the receiver has closed: %d\n", is_open_elsewhere(ends[0]));
  close(pair[0]);
  close(ends[0]);

  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe(ends) == 0);
  send_fds(pair[0], "x", 1, (int[]){pair[0], pair[1], ends[1]}, 3);
  close(ends[1]);
  close(pair[0]);
  close(pair[1]);
  printf("open in a queue of its own: %d\n", is_open_elsewhere(ends[0]));
  close(ends[0]);

  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0);
  MUST(pipe(ends) == 0);
  send_fds(pair[0], "x", 1, (int[]){other[1], ends[1]}, 2);
  send_fds(other[0], "x", 1, (int[]){pair[1]}, 1);
  close(ends[1]);
  close(other[0]);
  close(other[1]);
  close(pair[0]);
  struct pollfd open_still = {ends[0], POLLIN, 0};
  printf("two in each other's queues, one held: %d\n", poll(&open_still, 1, 100));
  close(pair[1]);
  printf("none held: open %d\n", is_open_elsewhere(ends[0]));
  close(ends[0]);

  MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0 && pipe(ends) == 0);
  for (int depth = 0; depth < 40; depth++) {
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, other) == 0);
    int sent[2] = {pair[1], ends[1]};
    send_fds(other[0], "x", 1, sent, depth == 0 ? 2 : 1);
    if (depth == 0) close(ends[1]);
    close(pair[0]);
    close(pair[1]);
    pair[0] = other[0], pair[1] = other[1];
  }
  close(pair[0]);
  close(pair[1]);
  printf("the innermost of forty: open %d\n", is_open_elsewhere(ends[0]));
  close(ends[0]);
}

static void across_processes(void) {
  int pair[2];
  puts("-- across processes");
  MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    close(pair[0]);
    int fd = file_with("made by the child");
    send_fds(pair[1], "x", 1, &fd, 1);
    _exit(0);
  }
  close(pair[1]);
  waitpid(child, NULL, 0);
  int count = receive("from a child that has ended", pair[0], 1, sizeof control, 0);
  char bytes[32] = "";
  read(taken[0], bytes, sizeof bytes - 1);
  printf("\"%s\"\n", bytes);
  close_taken(count);
  close(pair[0]);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  basics(SOCK_STREAM, "stream");
  basics(SOCK_SEQPACKET, "sequenced packets");
  basics(SOCK_DGRAM, "datagrams");
  boundaries();
  refusals();
  lives();
  across_processes();
  return 0;
}
