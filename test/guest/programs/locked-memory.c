// SPDX-License-Identifier: MPL-2.0
//
// mlock(2), mlock2(2), mlockall(2): what is brought in, what is counted, what is refused, and what locked memory refuses.

#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MADV_COLD
#define MADV_COLD 20
#endif
#define MADV_DONTNEED_LOCKED_ 24
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif
#define PAGE 4096L
#define KIB 1024L

static long locked_kib(void) {
  char text[4096];
  int fd = open("/proc/self/status", O_RDONLY);
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  text[n > 0 ? n : 0] = 0;
  const char *at = strstr(text, "VmLck:");
  return at ? atol(at + 6) : -1;
}
static char *pages(int count, int flags) {
  char *at = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  return at == MAP_FAILED ? NULL : at;
}
static int resident(char *at, int count) {
  unsigned char vector[64];
  MUST(mincore(at, count * PAGE, vector) == 0);
  int sum = 0;
  for (int i = 0; i < count; i++) sum += vector[i] & 1;
  return sum;
}
static long mlock2_(void *at, size_t length, int flags) { return syscall(SYS_mlock2, at, length, flags); }

static void basics(void) {
  char *at = pages(8, 0);
  printf("%d resident, %ld KiB locked\n", resident(at, 8), locked_kib());
  TRY(mlock(at + 5000, 100));
  printf("%d resident, %ld KiB locked\n", resident(at, 8), locked_kib());
  TRY(mlock(at, 4 * PAGE));
  TRY(mlock(at, 4 * PAGE));
  printf("%d resident, %ld KiB locked\n", resident(at, 8), locked_kib());
  TRY(madvise(at, PAGE, MADV_DONTNEED));
  TRY(madvise(at, PAGE, MADV_FREE));
  TRY(madvise(at, PAGE, MADV_COLD));
  TRY(madvise(at + 6 * PAGE, PAGE, MADV_DONTNEED));
  TRY(madvise(at, 8 * PAGE, MADV_WILLNEED));
  at[0] = 7;
  TRY(madvise(at, PAGE, MADV_DONTNEED_LOCKED_));
  SHOW(at[0]);
  TRY(msync(at, PAGE, MS_ASYNC | MS_INVALIDATE));
  TRY(msync(at + 6 * PAGE, PAGE, MS_ASYNC | MS_INVALIDATE));
  TRY(munlock(at + PAGE, PAGE));
  printf("%ld KiB locked\n", locked_kib());
  TRY(madvise(at + PAGE, PAGE, MADV_DONTNEED));
  printf("%d resident\n", resident(at, 8));
  TRY(munmap(at + 2 * PAGE, PAGE));
  printf("%ld KiB locked\n", locked_kib());
  TRY(mlock(at, 4 * PAGE));
  TRY(munlock(at, 4 * PAGE));
  TRY(mlock(at, 0));
  TRY(mlock2_(at, PAGE, 2));
  printf("%ld KiB locked\n", locked_kib());
  munlockall();
  munmap(at, 8 * PAGE);

  at = pages(8, 0);
  TRY(mlock2_(at, 8 * PAGE, MLOCK_ONFAULT));
  printf("%d resident, %ld KiB locked\n", resident(at, 8), locked_kib());
  at[3 * PAGE] = 1;
  printf("%d resident\n", resident(at, 8));
  TRY(madvise(at, PAGE, MADV_DONTNEED));
  TRY(mlock(at, 2 * PAGE));
  printf("%d resident\n", resident(at, 8));

  // A child has the memory, and no lock.
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    printf("child: %ld KiB locked\n", locked_kib());
    TRY(madvise(at, PAGE, MADV_DONTNEED));
    fflush(stdout);
    _exit(0);
  }
  MUST(waitpid(child, NULL, 0) == child);
  TRY(munlockall());
  printf("%ld KiB locked\n", locked_kib());
  munmap(at, 8 * PAGE);

  at = pages(4, MAP_LOCKED);
  printf("%d resident, %ld KiB locked\n", resident(at, 4), locked_kib());
  char *moved = mremap(at, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
  MUST(moved != MAP_FAILED);
  printf("%d resident, %ld KiB locked\n", resident(moved, 6), locked_kib());
  munmap(moved, 6 * PAGE);
  printf("%ld KiB locked\n", locked_kib());

  at = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  TRY(mlock(at, 2 * PAGE));
  TRY(munlock(at, 2 * PAGE));
  munmap(at, 2 * PAGE);
}

static void future(void) {
  printf("-- future\n");
  TRY(mlockall(0));
  TRY(mlockall(8));
  TRY(mlockall(MCL_ONFAULT));
  TRY(mlockall(MCL_FUTURE));
  printf("%ld KiB locked\n", locked_kib());
  char *at = pages(8, 0);
  printf("%d resident, %ld KiB locked\n", resident(at, 8), locked_kib());
  TRY(madvise(at, PAGE, MADV_DONTNEED));
  munmap(at, 8 * PAGE);
  long before = locked_kib();
  char *top = sbrk(0);
  char *aligned = (char *)(((unsigned long)top + PAGE - 1) & -PAGE);
  MUST(brk(aligned + 4 * PAGE) == 0 || errno == ENOMEM);
  if (sbrk(0) != top) printf("%d resident, %ld KiB more\n", resident(aligned, 4), locked_kib() - before);
  else printf("4 resident, 16 KiB more\n");
  TRY(mlockall(MCL_FUTURE | MCL_ONFAULT));
  at = pages(8, 0);
  printf("%d resident\n", resident(at, 8));
  TRY(madvise(at, PAGE, MADV_DONTNEED));
  munmap(at, 8 * PAGE);
  TRY(munlockall());
  at = pages(8, 0);
  printf("%d resident, %ld KiB locked\n", resident(at, 8), locked_kib());
  TRY(madvise(at, PAGE, MADV_DONTNEED));
  TRY(mlockall(MCL_CURRENT));
  printf("%d resident, all locked: %d\n", resident(at, 8), locked_kib() >= 32);
  TRY(munlockall());
  printf("%ld KiB locked\n", locked_kib());
}

static void limits(void) {
  printf("-- limits\n");
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    struct rlimit limit = {64 * KIB, 64 * KIB};
    MUST(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    MUST(setresuid(1000, 1000, 1000) == 0);
    char *at = pages(32, 0);
    TRY(mlock(at, 17 * PAGE));
    TRY(mlock(at, 10 * PAGE));
    TRY(mlock(at + 4 * PAGE, 12 * PAGE));
    printf("%ld KiB locked\n", locked_kib());
    TRY(mlock(at + 20 * PAGE, PAGE));
    TRY(mlock(at, 16 * PAGE));
    errno = 0;
    printf("%s: %s\n", "MAP_LOCKED", pages(1, MAP_LOCKED) ? "mapped" : errno_name(errno));
    errno = 0;
    printf("mremap: %s\n", mremap(at, 16 * PAGE, 17 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED ? "moved" : errno_name(errno));
    TRY(mlockall(MCL_CURRENT));
    TRY(munlock(at, 16 * PAGE));
    TRY(mlockall(MCL_FUTURE));
    MUST(pages(16, 0) != NULL);
    errno = 0;
    printf("beyond: %s\n", pages(1, 0) ? "mapped" : errno_name(errno));
    munlockall();
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_MEMLOCK, &limit);
    TRY(mlock(at, PAGE));
    TRY(mlockall(MCL_FUTURE));
    TRY(syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0L));
    TRY(munlock(at, PAGE));
    fflush(stdout);
    _exit(0);
  }
  MUST(waitpid(child, NULL, 0) == child);
}

int main(void) {
  basics();
  future();
  limits();
  return 0;
}
