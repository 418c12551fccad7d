// SPDX-License-Identifier: MPL-2.0
//
// memfd_create: names, seals and what they forbid, with mappings, and through /proc/self/fd.

#include "check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADD 1033
#define GET 1034
#define SEAL_SEAL 1
#define SEAL_SHRINK 2
#define SEAL_GROW 4
#define SEAL_WRITE 8
#define SEAL_FUTURE_WRITE 16

int main(void) {
  char path[64], target[64];
  int fd = memfd_create("mine", MFD_ALLOW_SEALING);
  MUST(fd >= 0);
  sprintf(path, "/proc/self/fd/%d", fd);
  printf("%.*s\n", (int)readlink(path, target, 63), target);
  SHOW(fcntl(fd, F_GETFD));
  SHOW(fcntl(fd, GET));
  SHOW(ftruncate(fd, 8192));
  SHOW(write(fd, "data", 4));
  printf("-- shrink and grow\n");
  TRY(fcntl(fd, ADD, SEAL_SHRINK));
  TRY(ftruncate(fd, 4096));
  TRY(ftruncate(fd, 12288));
  TRY(fcntl(fd, ADD, SEAL_GROW));
  TRY(ftruncate(fd, 16384));
  TRY(pwrite(fd, "x", 1, 12288));
  TRY(pwrite(fd, "xyz", 3, 12286));
  TRY(fallocate(fd, 0, 12288, 4096));
  TRY(pwrite(fd, "x", 1, 0));
  SHOW(fcntl(fd, GET));
  printf("-- write\n");
  char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  MUST(shared != MAP_FAILED);
  TRY(fcntl(fd, ADD, SEAL_WRITE));
  munmap(shared, 4096);
  char *private = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  TRY(fcntl(fd, ADD, SEAL_WRITE));
  TRY(write(fd, "x", 1));
  TRY(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  private[0] = 'p';
  shared = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  MUST(shared != MAP_FAILED);
  SHOW(shared[0]);
  TRY(mprotect(shared, 4096, PROT_READ | PROT_WRITE));
  TRY(fallocate(fd, 3, 0, 4096));
  printf("-- no more seals\n");
  TRY(fcntl(fd, ADD, SEAL_SEAL));
  TRY(fcntl(fd, ADD, SEAL_SHRINK));
  SHOW(fcntl(fd, GET));
  TRY(fcntl(fd, ADD, 0x1000));
  printf("-- without MFD_ALLOW_SEALING\n");
  int plain = memfd_create("", MFD_CLOEXEC);
  SHOW(fcntl(plain, F_GETFD));
  SHOW(fcntl(plain, GET));
  TRY(fcntl(plain, ADD, SEAL_WRITE));
  int again = open(path, O_RDONLY);
  SHOW(again >= 0);
  TRY(fcntl(again, ADD, SEAL_WRITE));
  SHOW(fcntl(again, GET));
  int file = open("file", O_CREAT | O_RDWR, 0600);
  SHOW(fcntl(file, GET) == SEAL_SEAL || errno == EINVAL);
  printf("-- future writes\n");
  int future = memfd_create("future", MFD_ALLOW_SEALING);
  ftruncate(future, 4096);
  shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, future, 0);
  TRY(fcntl(future, ADD, SEAL_FUTURE_WRITE));
  shared[0] = 'z';
  char byte;
  SHOW(pread(future, &byte, 1, 0));
  SHOW(byte);
  TRY(write(future, "x", 1));
  TRY(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, future, 0));
  printf("-- bad names and flags\n");
  char name[300];
  memset(name, 'n', sizeof name);
  name[249] = 0;
  SHOW(memfd_create(name, 0) >= 0);
  name[249] = 'n';
  name[250] = 0;
  TRY(memfd_create(name, 0));
  TRY(memfd_create("x", 0x4000));
  TRY(memfd_create(NULL, 0));
  struct stat s;
  fstat(fd, &s);
  printf("mode %o links %d\n", s.st_mode, (int)s.st_nlink);
  return 0;
}
