// SPDX-License-Identifier: MPL-2.0
// Descriptors: lowest free number, dup, close-on-exec, flags, locks' table, limits, sharing over fork.

#include "check.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  int first = open("/dev/null", O_RDWR);
  SHOW(first);
  int second = dup(first);
  SHOW(second);
  TRY(dup2(first, 10));
  TRY(dup2(first, first));
  TRY(dup2(77, 11));
  TRY(dup2(first, -1));
  TRY(dup3(first, first, 0));
  TRY(dup3(first, 12, O_CLOEXEC));
  TRY(fcntl(12, F_GETFD));
  TRY(fcntl(10, F_GETFD));
  TRY(fcntl(10, F_SETFD, FD_CLOEXEC));
  TRY(fcntl(10, F_GETFD));
  TRY(fcntl(first, F_DUPFD, 10));
  TRY(fcntl(first, F_DUPFD_CLOEXEC, 50));
  TRY(fcntl(50, F_GETFD));
  TRY(fcntl(first, F_DUPFD, -1));
  TRY(fcntl(first, 9999, 0));
  close(second);
  TRY(open("/dev/zero", O_RDONLY));
  close(second);

  int file = open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
  SHOW(file);
  TRY(fcntl(file, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
  TRY(fcntl(file, F_SETFL, O_APPEND | O_NONBLOCK));
  TRY(fcntl(file, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
  int twin = dup(file);
  TRY(fcntl(twin, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
  int again = open("shared", O_RDWR);
  TRY(fcntl(again, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));

  // The offset belongs to the open file, which a fork shares.
  MUST(write(again, "parent", 6) == 6);
  pid_t pid = fork();
  if (pid == 0) {
    MUST(write(again, " child", 6) == 6);
    _exit(close(again));
  }
  waitpid(pid, NULL, 0);
  TRY(lseek(again, 0, SEEK_CUR));
  MUST(write(again, " both", 5) == 5);
  char text[64] = {0};
  TRY(pread(again, text, 63, 0));
  printf("%s\n", text);

  struct rlimit limit, old;
  MUST(getrlimit(RLIMIT_NOFILE, &old) == 0);
  limit = old;
  limit.rlim_cur = 64;
  MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  int opened = 0, last = -1, got;
  while ((got = open("/dev/null", O_RDONLY)) >= 0) opened++, last = got;
  printf("limit of 64: last %d, %s\n", last, errno_name(errno));
  TRY(dup2(first, 64));
  TRY(dup(first));
  int ends[2];
  TRY(pipe(ends));
  close(30);
  TRY(pipe(ends));
  TRY(dup(first));
  for (int i = 3; i < 64; i++) close(i);
  TRY(dup(0) == 3);
  limit.rlim_cur = limit.rlim_max + 1;
  TRY(setrlimit(RLIMIT_NOFILE, &limit));

  // Record locks: seen by others, not by the owner, gone with a close.
  file = open("locked", O_RDWR | O_CREAT, 0600);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10};
  TRY(fcntl(file, F_SETLK, &lock));
  for (int round = 0; round < 2; round++) {
    pid = fork();
    if (pid == 0) {
      struct flock probe = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
      MUST(fcntl(file, F_GETLK, &probe) == 0);
      printf("probe: %s", probe.l_type == F_UNLCK ? "free\n" : "taken ");
      if (probe.l_type != F_UNLCK) printf("%lld+%lld by the parent %d\n", (long long)probe.l_start, (long long)probe.l_len, probe.l_pid == getppid());
      probe.l_type = F_RDLCK, probe.l_start = 15, probe.l_len = 1;
      TRY(fcntl(file, F_SETLK, &probe));
      _exit(0);
    }
    waitpid(pid, NULL, 0);
    close(open("locked", O_RDONLY));
  }
  return 0;
}
