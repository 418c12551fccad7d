// SPDX-License-Identifier: MPL-2.0
//
// Pipes of packets (O_DIRECT), signal-driven input and output (O_ASYNC), owners of descriptors, whiteouts, statx's mount.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef RENAME_WHITEOUT
#define RENAME_WHITEOUT 4
#endif
#ifndef F_SETSIG
#define F_SETSIG 10
#define F_GETSIG 11
#endif
#ifndef F_SETOWN_EX
#define F_SETOWN_EX 15
#define F_GETOWN_EX 16
struct f_owner_ex { int type, pid; };
#endif
#ifndef O_DIRECT
#define O_DIRECT 040000
#endif

static char buffer[70000];

static void packets(void) {
  printf("-- packets\n");
  int fds[2];
  TRY(pipe2(fds, O_DIRECT | O_NONBLOCK));
  printf("%d %d\n", (fcntl(fds[0], F_GETFL) & O_DIRECT) != 0, (fcntl(fds[1], F_GETFL) & O_DIRECT) != 0);
  TRY(write(fds[1], "hello", 5));
  TRY(write(fds[1], "world!", 6));
  TRY(read(fds[0], buffer, 100));
  TRY(read(fds[0], buffer, 2));
  printf("%.2s\n", buffer);
  TRY(read(fds[0], buffer, 100));
  TRY(write(fds[1], buffer, 10000));
  TRY(read(fds[0], buffer, sizeof buffer));
  TRY(read(fds[0], buffer, sizeof buffer));
  TRY(read(fds[0], buffer, sizeof buffer));
  int n = 0;
  while (write(fds[1], "x", 1) == 1) n++;
  printf("%d packets fit\n", n);
  int waiting;
  ioctl(fds[0], FIONREAD, &waiting);
  SHOW(waiting);
  while (read(fds[0], buffer, 100) == 1) n--;
  SHOW(n);
  // The mode can be changed.
  TRY(fcntl(fds[1], F_SETFL, O_NONBLOCK));
  TRY(write(fds[1], "ab", 2));
  TRY(write(fds[1], "cd", 2));
  TRY(fcntl(fds[1], F_SETFL, O_NONBLOCK | O_DIRECT));
  TRY(write(fds[1], "ef", 2));
  TRY(write(fds[1], "gh", 2));
  TRY(read(fds[0], buffer, 100));
  TRY(read(fds[0], buffer, 100));
  TRY(read(fds[0], buffer, 100));
  struct iovec parts[2] = {{"one", 3}, {"two", 3}};
  TRY(writev(fds[1], parts, 2));
  TRY(read(fds[0], buffer, 100));
  TRY(write(fds[1], "", 0));
  TRY(read(fds[0], buffer, 100));
  close(fds[0]);
  close(fds[1]);
}

static volatile int count, code, fd_told, number_told;
static volatile long band;
static void on_io(int number, siginfo_t *info, void *context) {
  (void)context;
  count++;
  number_told = number;
  code = info->si_code;
  band = info->si_band;
  fd_told = info->si_fd;
}
static void told(const char *what, int fd) {
  printf("%s: %d signals", what, count);
  if (count) printf(", %s, code %d", number_told == SIGIO ? "SIGIO" : "another", code);
  if (count && code != SI_KERNEL) printf(", band %#lx, its fd %d", band, fd_told == fd);
  printf("\n");
  count = 0;
}

static void asynchronous(void) {
  printf("-- signals\n");
  struct sigaction action = {.sa_sigaction = on_io, .sa_flags = SA_SIGINFO};
  sigaction(SIGIO, &action, NULL);
  sigaction(SIGRTMIN + 3, &action, NULL);
  int fds[2];
  MUST(pipe(fds) == 0);
  TRY(fcntl(fds[0], F_GETOWN));
  TRY(fcntl(fds[0], F_SETFL, O_ASYNC));
  MUST(write(fds[1], "x", 1) == 1);
  told("no owner", fds[0]);
  TRY(fcntl(fds[0], F_SETOWN, getpid()));
  MUST(read(fds[0], buffer, 1) == 1);
  MUST(write(fds[1], "x", 1) == 1);
  told("owner", fds[0]);
  MUST(read(fds[0], buffer, 1) == 1);
  TRY(fcntl(fds[0], F_SETSIG, SIGRTMIN + 3));
  printf("signal: %d\n", fcntl(fds[0], F_GETSIG) == SIGRTMIN + 3);
  MUST(write(fds[1], "x", 1) == 1);
  told("real-time", fds[0]);
  MUST(read(fds[0], buffer, 1) == 1);
  TRY(fcntl(fds[0], F_SETSIG, SIGIO));
  MUST(write(fds[1], "x", 1) == 1);
  told("SIGIO with details", fds[0]);
  TRY(fcntl(fds[0], F_SETFL, 0));
  MUST(read(fds[0], buffer, 1) == 1);
  MUST(write(fds[1], "x", 1) == 1);
  told("off", fds[0]);
  int on = 1;
  TRY(ioctl(fds[0], FIOASYNC, &on));
  printf("flag: %d\n", (fcntl(fds[0], F_GETFL) & O_ASYNC) != 0);
  MUST(write(fds[1], "x", 1) == 1);
  told("on again", fds[0]);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    MUST(write(fds[1], "y", 1) == 1);
    told("in the child", fds[0]);
    fflush(stdout);
    _exit(0);
  }
  MUST(waitpid(child, NULL, 0) == child || errno == EINTR);
  waitpid(child, NULL, 0);
  told("from the child", fds[0]);
  TRY(fcntl(fds[0], F_SETSIG, 99));
  TRY(fcntl(fds[0], F_SETOWN, 0x3ffffff0));

  int pair[2];
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  struct f_owner_ex owner = {0, 0};
  TRY(fcntl(pair[0], F_GETOWN_EX, &owner));
  owner.type = 0;
  owner.pid = (int)syscall(SYS_gettid);
  TRY(fcntl(pair[0], F_SETOWN_EX, &owner));
  owner.pid = 0;
  TRY(fcntl(pair[0], F_GETOWN_EX, &owner));
  printf("thread: %d %d\n", owner.type, owner.pid == (int)syscall(SYS_gettid));
  TRY(fcntl(pair[0], F_SETFL, O_ASYNC));
  fcntl(pair[0], F_SETSIG, SIGRTMIN + 3);
  MUST(write(pair[1], "z", 1) == 1);
  told("socket", pair[0]);
  owner.type = 2;
  owner.pid = getpgrp();
  TRY(fcntl(pair[0], F_SETOWN_EX, &owner));
  printf("group: %d\n", fcntl(pair[0], F_GETOWN) == -getpgrp());
  owner.type = 3;
  TRY(fcntl(pair[0], F_SETOWN_EX, &owner));
  fcntl(pair[0], F_SETFL, 0);
}

static void whiteouts(void) {
  printf("-- whiteouts\n");
  MUST(close(open("a", O_CREAT | O_WRONLY, 0600)) == 0);
  TRY(syscall(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "b", RENAME_WHITEOUT));
  struct stat st;
  MUST(stat("a", &st) == 0);
  printf("mode %o, device %d\n", st.st_mode, (int)st.st_rdev);
  TRY(open("a", O_RDONLY));
  TRY(stat("b", &st));
  TRY(syscall(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "b", RENAME_WHITEOUT | 2));
  TRY(syscall(SYS_renameat2, AT_FDCWD, "b", AT_FDCWD, "a", RENAME_WHITEOUT | 1));
  TRY(syscall(SYS_renameat2, AT_FDCWD, "b", AT_FDCWD, "c", RENAME_WHITEOUT | 1));
  MUST(mkdir("d", 0700) == 0);
  TRY(syscall(SYS_renameat2, AT_FDCWD, "d", AT_FDCWD, "e", RENAME_WHITEOUT));
  MUST(stat("d", &st) == 0);
  printf("mode %o\n", st.st_mode);
  unlink("a"), unlink("b"), unlink("c"), unlink("d"), rmdir("e");
}

// struct statx is not in every C library.
struct numbers { unsigned mask, block; unsigned long long attributes; unsigned words[4]; unsigned long long more[3], attributes_mask; unsigned stamps[16], devices[4]; unsigned long long mount, rest[13]; };

static void statx_mount(void) {
  printf("-- statx\n");
  struct numbers x;
  MUST(sizeof x >= 256);
  MUST(syscall(332, AT_FDCWD, "/proc", 0, 0x7ff, &x) == 0);
  printf("root of a mount: %d of %d\n", (x.attributes & 0x2000) != 0, (x.attributes_mask & 0x2000) != 0);
  MUST(syscall(332, AT_FDCWD, "/proc/self", 0, 0x1000, &x) == 0);
  printf("mount told: %d; not a root: %d\n", (x.mask & 0x1000) != 0, (x.attributes & 0x2000) == 0);
  unsigned long long proc = x.mount;
  FILE *info = fopen("/proc/self/mountinfo", "r");
  char line[512], at[256];
  int id, found = 0;
  while (fgets(line, sizeof line, info)) if (sscanf(line, "%d %*d %*s %*s %255s", &id, at) == 2 && strcmp(at, "/proc") == 0) found = (unsigned)id == proc;
  printf("as in mountinfo: %d\n", found);
  int fd = open("/proc/version", O_RDONLY);
  MUST(syscall(332, fd, "", AT_EMPTY_PATH, 0x1000, &x) == 0);
  printf("by descriptor: %d\n", x.mount == proc);
  MUST(syscall(332, AT_FDCWD, "/proc", 0, 0x4000, &x) == 0);
  printf("unique: %d %d, alike %d\n", (x.mask & 0x4000) != 0, (x.mask & 0x1000) != 0, x.mount == proc);
}

static void flags_of_calls(void) {
  printf("-- flags\n");
  int fd = open("f", O_RDWR | O_CREAT | O_APPEND, 0600);
  struct iovec part = {"abcdef", 6};
  TRY(syscall(SYS_pwritev2, fd, &part, 1, 0, 0, 0));
  TRY(syscall(SYS_pwritev2, fd, &part, 1, 0, 0, 0x20));
  struct stat st;
  fstat(fd, &st);
  SHOW(st.st_size);
  part.iov_base = buffer;
  int fds[2];
  MUST(pipe(fds) == 0);
  TRY(syscall(SYS_preadv2, fds[0], &part, 1, -1L, -1L, 8));
  MUST(write(fds[1], "q", 1) == 1);
  TRY(syscall(SYS_preadv2, fds[0], &part, 1, -1L, -1L, 8));
  TRY(syscall(SYS_preadv2, fd, &part, 1, 0, 0, 0x20));
  TRY(syscall(SYS_preadv2, fd, &part, 1, 0, 0, 0x400));
  unlink("f");
}

int main(void) {
  packets();
  asynchronous();
  whiteouts();
  statx_mount();
  flags_of_calls();
  return 0;
}
