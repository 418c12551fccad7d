// SPDX-License-Identifier: MPL-2.0
//
// Signals for changes in a directory (F_NOTIFY), hints (F_SET_RW_HINT), mounts that expire, numbers chosen for children.

#include "check.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef F_SETSIG
#define F_SETSIG 10
#endif
#ifndef F_NOTIFY
#define F_NOTIFY 1026
#endif
enum { ACCESS = 1, MODIFY = 2, CREATE = 4, DELETE = 8, RENAME = 16, ATTRIB = 32 };
#define MULTISHOT 0x80000000u
#ifndef F_GET_RW_HINT
#define F_GET_RW_HINT 1035
#define F_SET_RW_HINT 1036
#endif

static volatile int count, code, fd_told;
static volatile long band;
static void on_change(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  count++;
  code = info->si_code;
  band = info->si_band;
  fd_told = info->si_fd;
}
static void told(const char *what) {
  printf("%s: %d\n", what, count);
  count = 0;
}

static void notes(void) {
  printf("-- F_NOTIFY\n");
  struct sigaction action = {.sa_sigaction = on_change, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGRTMIN + 1, &action, NULL);
  sigaction(SIGIO, &action, NULL);
  MUST(mkdir("d", 0700) == 0);
  int dir = open("d", O_RDONLY);
  int file = open("plain", O_CREAT | O_RDWR, 0600);
  TRY(fcntl(file, F_NOTIFY, CREATE));
  TRY(fcntl(dir, F_SETSIG, SIGRTMIN + 1));
  TRY(fcntl(dir, F_NOTIFY, CREATE));
  printf("owner is the caller: %d\n", fcntl(dir, F_GETOWN) == getpid());
  MUST(close(open("d/a", O_CREAT | O_WRONLY, 0600)) == 0);
  printf("code %d, band %#lx, its fd %d\n", code, band, fd_told == dir);
  told("created");
  MUST(close(open("d/b", O_CREAT | O_WRONLY, 0600)) == 0);
  told("once only");
  TRY(fcntl(dir, F_NOTIFY, MULTISHOT | MODIFY | DELETE | ATTRIB | ACCESS));
  int a = open("d/a", O_RDWR);
  told("opened");
  MUST(write(a, "text", 4) == 4);
  told("written");
  MUST(write(a, "text", 4) == 4);
  told("written again");
  char c;
  MUST(pread(a, &c, 1, 0) == 1);
  told("read");
  MUST(fchmod(a, 0640) == 0);
  told("mode changed");
  MUST(unlink("d/b") == 0);
  told("removed");
  MUST(write(file, "x", 1) == 1 && chmod("d", 0750) == 0);
  told("elsewhere");
  TRY(fcntl(dir, F_NOTIFY, 0));
  MUST(write(a, "text", 4) == 4);
  told("ended");
  TRY(fcntl(dir, F_NOTIFY, MULTISHOT | MODIFY));
  int copy = dup(dir);
  close(copy);
  MUST(write(a, "text", 4) == 4);
  told("a copy was closed");
  close(a);
  close(dir);
  uint64_t hint = 9;
  printf("-- hints\n");
  TRY(fcntl(file, F_GET_RW_HINT, &hint));
  SHOW(hint);
  hint = 3;
  TRY(fcntl(file, F_SET_RW_HINT, &hint));
  hint = 0;
  int again = open("plain", O_RDONLY);
  TRY(fcntl(again, F_GET_RW_HINT, &hint));
  SHOW(hint);
  hint = 6;
  TRY(fcntl(file, F_SET_RW_HINT, &hint));
  TRY(fcntl(file, 1027, again));
  TRY(fcntl(file, 1027, file));
  TRY(fcntl(file, 1027, dup(file)));
  TRY(fcntl(file, 1027, 1000));
}

static void expiry(void) {
  printf("-- MNT_EXPIRE\n");
  struct stat st;
  MUST(mkdir("m", 0700) == 0);
  MUST(mount("t", "m", "tmpfs", 0, NULL) == 0);
  TRY(umount2("m", MNT_EXPIRE | MNT_DETACH));
  TRY(umount2("m", MNT_EXPIRE));
  MUST(stat("m/none", &st) == -1);
  TRY(umount2("m", MNT_EXPIRE));
  int fd = open("m/f", O_CREAT | O_WRONLY, 0600);
  TRY(umount2("m", MNT_EXPIRE));
  close(fd);
  TRY(umount2("m", MNT_EXPIRE));
  TRY(umount2("m", MNT_EXPIRE));
  TRY(umount2("m", MNT_EXPIRE));
}

static long clone_as(int *wanted, unsigned long n) {
  uint64_t args[11] = {[4] = SIGCHLD, [8] = (uintptr_t)wanted, [9] = n};
  long child = syscall(SYS_clone3, args, sizeof args);
  if (child == 0) _exit(7);
  return child;
}

static void numbers(void) {
  printf("-- set_tid\n");
  int wanted = 31234, status;
  fflush(stdout);
  long child = clone_as(&wanted, 1);
  printf("as wanted: %d\n", child == 31234);
  MUST(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
  wanted = getpid();
  errno = 0;
  child = clone_as(&wanted, 1);
  printf("%s\n", errno_name(errno));
  wanted = 0;
  child = clone_as(&wanted, 1);
  printf("%s\n", errno_name(errno));
  wanted = 31000;
  child = clone_as(&wanted, 40);
  printf("%s\n", errno_name(errno));
  child = clone_as((int *)16, 1);
  printf("%s\n", errno_name(errno));
  child = clone_as(NULL, 1);
  printf("%s\n", errno_name(errno));
}

int main(void) {
  notes();
  expiry();
  numbers();
  return 0;
}
