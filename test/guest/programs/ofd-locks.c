// SPDX-License-Identifier: MPL-2.0
//
// Record locks of open file descriptions: across dup and fork, against POSIX locks, splitting, waiting, lengths.

#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int lock(int fd, int command, int type, off_t start, off_t length) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  return fcntl(fd, command, &l);
}
static void probe(int fd, int command, int type, off_t start, off_t length) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  if (fcntl(fd, command, &l) < 0) printf("probe: %s\n", errno_name(errno));
  else if (l.l_type == F_UNLCK) printf("probe: free\n");
  else printf("probe: type %d from %lld for %lld pid %s\n", l.l_type, (long long)l.l_start, (long long)l.l_len, l.l_pid == -1 ? "-1" : l.l_pid == getpid() ? "mine" : l.l_pid == getppid() ? "parent" : "other");
}

int main(void) {
  int a = open("f", O_CREAT | O_RDWR, 0600), b = open("f", O_RDWR), r = open("f", O_RDONLY);
  MUST(a >= 0 && b >= 0 && r >= 0);
  TRY(lock(a, F_OFD_SETLK, F_WRLCK, 0, 10));
  TRY(lock(b, F_OFD_SETLK, F_WRLCK, 5, 10));
  TRY(lock(b, F_OFD_SETLK, F_RDLCK, 9, 1));
  TRY(lock(b, F_OFD_SETLK, F_WRLCK, 10, 10));
  probe(b, F_OFD_GETLK, F_RDLCK, 0, 0);
  probe(a, F_OFD_GETLK, F_WRLCK, 0, 0);
  int copy = dup(a);
  TRY(lock(copy, F_OFD_SETLK, F_RDLCK, 0, 5));
  probe(b, F_OFD_GETLK, F_WRLCK, 0, 3);
  TRY(lock(b, F_OFD_SETLK, F_RDLCK, 0, 5));
  TRY(lock(a, F_OFD_SETLK, F_WRLCK, 0, 5));
  printf("-- against POSIX locks\n");
  TRY(lock(a, F_SETLK, F_WRLCK, 0, 3));
  TRY(lock(a, F_SETLK, F_WRLCK, 100, 10));
  TRY(lock(b, F_OFD_SETLK, F_WRLCK, 105, 1));
  probe(b, F_OFD_GETLK, F_WRLCK, 105, 1);
  probe(b, F_GETLK, F_WRLCK, 12, 1);
  TRY(lock(a, F_SETLK, F_UNLCK, 100, 10));
  printf("-- bad arguments\n");
  struct flock with_pid = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1, .l_pid = 5};
  TRY(fcntl(a, F_OFD_SETLK, &with_pid));
  TRY(fcntl(a, F_OFD_GETLK, &with_pid));
  with_pid.l_start = 0x7fffffffffffffff;
  with_pid.l_len = 2;
  TRY(fcntl(a, F_OFD_GETLK, &with_pid));
  TRY(lock(r, F_OFD_SETLK, F_WRLCK, 0, 1));
  TRY(lock(r, F_OFD_SETLK, F_RDLCK, 0, 1));
  TRY(lock(a, F_OFD_SETLK, 9, 0, 1));
  TRY(lock(a, F_OFD_SETLK, F_RDLCK, -5, 1));
  printf("-- a child shares them\n");
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    int mine = open("f", O_RDWR);
    probe(mine, F_OFD_GETLK, F_WRLCK, 6, 1);
    TRY(lock(a, F_OFD_SETLK, F_UNLCK, 5, 5));
    probe(mine, F_OFD_GETLK, F_WRLCK, 6, 1);
    fflush(stdout);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  probe(b, F_OFD_GETLK, F_WRLCK, 5, 5);
  printf("-- gone with the last descriptor\n");
  TRY(lock(a, F_OFD_SETLK, F_WRLCK, 50, 50));
  close(a);
  probe(b, F_OFD_GETLK, F_WRLCK, 50, 50);
  close(copy);
  probe(b, F_OFD_GETLK, F_WRLCK, 50, 50);
  printf("-- waiting\n");
  int gate[2];
  char byte;
  MUST(pipe(gate) == 0);
  fflush(stdout);
  a = open("f", O_RDWR);
  TRY(lock(a, F_OFD_SETLK, F_WRLCK, 200, 0));
  fflush(stdout);
  child = fork();
  if (child == 0) {
    int mine = open("f", O_RDWR);
    write(gate[1], "x", 1);
    int result = lock(mine, F_OFD_SETLKW, F_WRLCK, 1000, 1);
    _exit(result == 0 ? 21 : 22);
  }
  MUST(read(gate[0], &byte, 1) == 1);
  usleep(50000);
  SHOW(waitpid(child, NULL, WNOHANG));
  close(a);
  // The child inherited the description, and its end alone gives the lock back.
  usleep(50000);
  int status;
  SHOW(waitpid(child, &status, WNOHANG));
  kill(child, 9);
  waitpid(child, &status, 0);
  SHOW(WTERMSIG(status));
  probe(b, F_OFD_GETLK, F_WRLCK, 200, 0);
  return 0;
}
