// SPDX-License-Identifier: MPL-2.0
//
// fallocate's modes, SEEK_HOLE and SEEK_DATA, ftruncate, pwrite past the end, sizes and blocks of sparse files.

#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEEP_SIZE 1
#define PUNCH_HOLE 2
#define COLLAPSE 8
#define ZERO_RANGE 16

static void show(int fd) {
  struct stat s;
  MUST(fstat(fd, &s) == 0);
  printf("size %lld blocks %lld\n", (long long)s.st_size, (long long)s.st_blocks);
}
static int zeros(int fd, off_t from, int length) {
  static char buffer[65536];
  ssize_t got = pread(fd, buffer, length, from);
  for (ssize_t i = 0; i < got; i++) if (buffer[i] != 0) return 0;
  return got == length;
}

int main(void) {
  static char block[4096];
  memset(block, 'A', sizeof block);
  int fd = open("f", O_CREAT | O_RDWR, 0600);
  for (int i = 0; i < 8; i++) MUST(pwrite(fd, block, 4096, i * 4096) == 4096);
  show(fd);
  TRY(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 4096, 8192));
  show(fd);
  SHOW(zeros(fd, 4096, 8192));
  SHOW(zeros(fd, 0, 4096));
  TRY(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 20000, 1000));
  SHOW(zeros(fd, 20000, 1000));
  SHOW(zeros(fd, 19999, 1));
  SHOW(zeros(fd, 21000, 1));
  TRY(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 30000, 100000));
  show(fd);
  SHOW(zeros(fd, 30000, 2768));
  printf("-- holes and data\n");
  TRY(lseek(fd, 0, SEEK_HOLE));
  TRY(lseek(fd, 4096, SEEK_DATA));
  TRY(lseek(fd, 5000, SEEK_HOLE));
  TRY(lseek(fd, 12288, SEEK_HOLE));
  TRY(lseek(fd, 100, SEEK_DATA));
  TRY(lseek(fd, 32768, SEEK_DATA));
  TRY(lseek(fd, 32767, SEEK_HOLE));
  TRY(lseek(fd, 40000, SEEK_HOLE));
  TRY(lseek(fd, -1, SEEK_DATA));
  printf("-- preallocation\n");
  TRY(fallocate(fd, KEEP_SIZE, 32768, 8192));
  show(fd);
  TRY(fallocate(fd, 0, 40960, 4096));
  show(fd);
  SHOW(zeros(fd, 32768, 12288));
  TRY(ftruncate(fd, 40960));
  show(fd);
  TRY(fallocate(fd, 0, 0, 0));
  TRY(fallocate(fd, 0, -1, 5));
  TRY(fallocate(fd, 0, 5, -1));
  TRY(fallocate(fd, 0, 0x7fffffffffffffffLL, 1));
  TRY(fallocate(fd, PUNCH_HOLE, 0, 4096) == -1 && errno == EOPNOTSUPP);
  TRY(fallocate(fd, 0x100, 0, 4096) == -1 && errno == EOPNOTSUPP);
  int reading = open("f", O_RDONLY), pipes[2];
  MUST(pipe(pipes) == 0);
  TRY(fallocate(reading, 0, 0, 4096));
  TRY(fallocate(pipes[1], 0, 0, 4096));
  TRY(fallocate(99, 0, 0, 4096));
  printf("-- far away\n");
  int far = open("far", O_CREAT | O_RDWR, 0600);
  TRY(pwrite(far, "x", 1, 1LL << 40));
  show(far);
  TRY(lseek(far, 0, SEEK_DATA));
  TRY(lseek(far, 0, SEEK_HOLE));
  SHOW(zeros(far, (1LL << 40) - 4096, 4096));
  TRY(ftruncate(far, 10));
  show(far);
  TRY(ftruncate(far, -1));
  TRY(ftruncate(reading, 5));
  TRY(truncate("far", 5000));
  SHOW(zeros(far, 0, 5000));
  TRY(truncate("none", 5));
  TRY(truncate(".", 5));
  return 0;
}
