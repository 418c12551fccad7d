// SPDX-License-Identifier: MPL-2.0
//
// mincore, madvise, mlock, mremap of parts, msync, remap of private and shared pages, and what survives.

#include "check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

#include <unistd.h>

#define PAGE 4096

static void show(const char *what, void *address, int pages) {
  unsigned char in[16];
  int result = mincore(address, pages * PAGE, in);
  printf("%s:", what);
  if (result < 0) printf(" %s", errno_name(errno));
  else for (int i = 0; i < pages; i++) printf(" %d", in[i] & 1);
  printf("\n");
}

int main(void) {
  char *a = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(a != MAP_FAILED);
  show("fresh", a, 4);
  a[0] = 1;
  a[2 * PAGE] = 3;
  show("touched", a, 4);
  volatile char zero = a[PAGE];
  show("read", a, 4);
  SHOW(zero);
  TRY(madvise(a, PAGE, MADV_DONTNEED));
  show("dropped", a, 4);
  SHOW(a[0]);
  TRY(madvise(a, 4 * PAGE, MADV_POPULATE_WRITE));
  show("populated", a, 8);
  SHOW(a[2 * PAGE]);
  TRY(madvise(a + 1, PAGE, MADV_DONTNEED));
  TRY(madvise(a, PAGE, 12345));
  TRY(madvise(a, 0, MADV_NORMAL));
  TRY(madvise(a, 8 * PAGE, MADV_SEQUENTIAL));
  TRY(mincore(a + 1, PAGE, (unsigned char *)a));
  printf("-- holes\n");
  TRY(munmap(a + 4 * PAGE, PAGE));
  show("a hole", a + 3 * PAGE, 3);
  TRY(madvise(a, 8 * PAGE, MADV_DONTNEED));
  TRY(mlock(a + 3 * PAGE, 2 * PAGE));
  TRY(msync(a, 8 * PAGE, MS_SYNC));
  TRY(msync(a, 4 * PAGE, MS_SYNC | MS_ASYNC));
  TRY(mprotect(a + 3 * PAGE, 2 * PAGE, PROT_READ));
  printf("-- locks\n");
  TRY(mlock(a, 2 * PAGE));
  show("locked", a, 2);
  TRY(munlock(a, 2 * PAGE));
  TRY(madvise(a, PAGE, MADV_DONTNEED));
  TRY(mlockall(MCL_FUTURE));
  TRY(munlockall());
  TRY(mlockall(0));
  printf("-- mremap\n");
  char *b = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 8; i++) b[i * PAGE] = 'a' + i;
  TRY(mremap(b, 8 * PAGE, 4 * PAGE, 0) == b);
  show("shrunk", b, 4);
  char *c = mmap(NULL, 16 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  TRY(mremap(b + PAGE, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, c + 2 * PAGE) == c + 2 * PAGE);
  SHOW(c[2 * PAGE]);
  SHOW(c[3 * PAGE]);
  SHOW(c[4 * PAGE]);
  show("moved from", b, 1);
  show("moved out", b + PAGE, 1);
  SHOW(b[3 * PAGE]);
  TRY(mremap(c + 2 * PAGE, 3 * PAGE, PAGE, MREMAP_FIXED, c) == MAP_FAILED && errno == EINVAL);
  TRY(mremap(c + 2 * PAGE, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, c + 3 * PAGE) == MAP_FAILED && errno == EINVAL);
  TRY(mremap(c + 2 * PAGE, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
  TRY(mremap(c + 2 * PAGE + 1, PAGE, PAGE, 0) == MAP_FAILED && errno == EINVAL);
  char *kept = (char *)syscall(SYS_mremap, c + 2 * PAGE, 3L * PAGE, 3L * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0L);
  MUST(kept != MAP_FAILED);
  SHOW(kept[0]);
  SHOW(c[2 * PAGE]);
  printf("-- shared with a file\n");
  int fd = open("f", O_CREAT | O_RDWR, 0600);
  MUST(ftruncate(fd, 3 * PAGE) == 0);
  char *shared = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  shared[0] = 'S';
  char *twin = mremap(shared, 0, 3 * PAGE, MREMAP_MAYMOVE);
  MUST(twin != MAP_FAILED);
  SHOW(twin[0]);
  twin[PAGE] = 'T';
  SHOW(shared[PAGE]);
  TRY(madvise(shared, 3 * PAGE, MADV_DONTNEED));
  SHOW(shared[0]);
  char byte;
  SHOW(pread(fd, &byte, 1, PAGE));
  SHOW(byte);
  TRY(msync(shared, 3 * PAGE, MS_SYNC));
  SHOW(ftruncate(fd, PAGE));
  SHOW(shared[1]);
  return 0;
}
