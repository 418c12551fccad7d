// SPDX-License-Identifier: MPL-2.0
//
// readv, writev, preadv2, pwritev2, their limits and flags; O_APPEND; positions shared after fork and dup.

#include "check.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>


#define APPEND 0x10
#define NOWAIT 8

static long preadv_flags(int fd, const struct iovec *v, int n, long offset, int flags) {
  return syscall(SYS_preadv2, fd, v, (long)n, offset, 0L, flags);
}
static long pwritev_flags(int fd, const struct iovec *v, int n, long offset, int flags) {
  return syscall(SYS_pwritev2, fd, v, (long)n, offset, 0L, flags);
}

int main(void) {
  char a[8] = "", b[8] = "", c[8] = "";
  int fd = open("f", O_CREAT | O_RDWR, 0600);
  struct iovec out[3] = {{"one", 3}, {"", 0}, {"three", 5}}, in[3] = {{a, 2}, {b, 4}, {c, 8}};
  TRY(writev(fd, out, 3));
  SHOW(lseek(fd, 0, SEEK_SET));
  TRY(readv(fd, in, 3));
  printf("%s|%s|%s\n", a, b, c);
  TRY(readv(fd, in, 3));
  TRY(preadv(fd, in, 2, 6));
  TRY(pwritev(fd, out, 3, 20));
  SHOW(lseek(fd, 0, SEEK_END));
  SHOW(pread(fd, a, 1, 15));
  SHOW(a[0]);
  printf("-- flags\n");
  TRY(preadv_flags(fd, in, 1, -1, 0));
  SHOW(lseek(fd, 5, SEEK_SET));
  TRY(preadv_flags(fd, in, 1, -1, 0));
  SHOW(lseek(fd, 0, SEEK_CUR));
  TRY(preadv_flags(fd, in, 1, 0, 0x1000) == -1 && errno == EOPNOTSUPP);
  TRY(pwritev_flags(fd, out, 1, 0, APPEND));
  SHOW(lseek(fd, 0, SEEK_END));
  TRY(pwritev_flags(fd, out, 1, -1, APPEND));
  SHOW(lseek(fd, 0, SEEK_CUR));
  TRY(preadv_flags(fd, in, 1, 0, NOWAIT) == 2 || errno == EAGAIN || errno == EOPNOTSUPP);
  printf("-- limits\n");
  TRY(readv(fd, in, 0));
  TRY(readv(fd, in, -1));
  struct iovec *many = calloc(IOV_MAX + 1, sizeof *many);
  TRY(writev(fd, many, IOV_MAX));
  TRY(writev(fd, many, IOV_MAX + 1));
  struct iovec negative = {a, (size_t)-1};
  TRY(readv(fd, &negative, 1));
  TRY(readv(fd, (void *)1, 1));
  struct iovec bad[2] = {{a, 2}, {(void *)16, 4}};
  SHOW(lseek(fd, 0, SEEK_SET));
  TRY(readv(fd, bad, 2));
  SHOW(lseek(fd, 0, SEEK_CUR));
  TRY(preadv(fd, in, 1, -5));
  int pipes[2];
  MUST(pipe(pipes) == 0);
  TRY(preadv(pipes[0], in, 1, 0));
  TRY(preadv_flags(pipes[0], in, 1, 0, 0));
  TRY(writev(pipes[1], out, 3));
  TRY(readv(pipes[0], in, 3));
  TRY(writev(pipes[0], out, 3));
  TRY(readv(pipes[1], in, 3));
  TRY(preadv(pipes[1], in, 1, 0));
  TRY(pwritev(pipes[0], out, 1, 0));
  TRY(pread(pipes[1], a, 1, 0));
  TRY(pwrite(pipes[0], a, 1, 0));
  printf("-- O_APPEND\n");
  int end = open("f", O_WRONLY | O_APPEND);
  long long size = lseek(fd, 0, SEEK_END);
  TRY(pwrite(end, "xx", 2, 0));
  SHOW(lseek(fd, 0, SEEK_END) - size);
  SHOW(lseek(end, 0, SEEK_CUR));
  TRY(writev(end, out, 1));
  SHOW(lseek(end, 0, SEEK_CUR) == lseek(fd, 0, SEEK_END));
  SHOW(fcntl(end, F_SETFL, 0));
  TRY(pwrite(end, "yy", 2, 0));
  SHOW(pread(fd, a, 2, 0));
  printf("%.2s\n", a);
  printf("-- one position\n");
  fflush(stdout);
  lseek(fd, 0, SEEK_SET);
  int copy = dup(fd), other = open("f", O_RDONLY);
  pid_t child = fork();
  if (child == 0) { read(copy, a, 3); _exit(0); }
  waitpid(child, NULL, 0);
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(lseek(other, 0, SEEK_CUR));
  SHOW(lseek(copy, -1, SEEK_CUR));
  SHOW(lseek(fd, 0, SEEK_CUR));
  TRY(lseek(fd, -10, SEEK_SET));
  TRY(lseek(fd, 0, 9));
  TRY(lseek(pipes[0], 0, SEEK_CUR));
  TRY(lseek(fd, 1000, SEEK_END) > 1000);
  TRY(read(fd, a, 1));
  return 0;
}
