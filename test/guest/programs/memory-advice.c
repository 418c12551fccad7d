// SPDX-License-Identifier: MPL-2.0
//
// madvise(2): memory given back, holes in files, guards, what children get, what is refused.

#include "check.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L
#define GUARD_INSTALL 102
#define GUARD_REMOVE 103
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

static sigjmp_buf back;
static int code;
static void on_fault(int number, siginfo_t *info, void *context) {
  (void)context;
  code = number * 10 + info->si_code;
  siglongjmp(back, 1);
}
static const char *touch(volatile char *at, int write) {
  static char text[32];
  code = 0;
  if (sigsetjmp(back, 1) == 0) {
    if (write) *at = 9;
    snprintf(text, sizeof text, "%d", *at);
  } else {
    snprintf(text, sizeof text, "signal %d code %d", code / 10, code % 10);
  }
  return text;
}
static char *pages(int count, int flags, int fd) {
  char *at = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
  MUST(at != MAP_FAILED);
  return at;
}

static void holes(void) {
  printf("-- MADV_REMOVE\n");
  char *at = pages(4, MAP_SHARED | MAP_ANONYMOUS, -1);
  memset(at, 1, 4 * PAGE);
  TRY(madvise(at + PAGE, PAGE, MADV_REMOVE));
  printf("%d %d %d\n", at[0], at[PAGE], at[2 * PAGE]);
  pid_t child = fork();
  if (child == 0) {
    at[PAGE] = 5;
    _exit(madvise(at, PAGE, MADV_REMOVE));
  }
  MUST(waitpid(child, NULL, 0) == child);
  printf("%d %d %d\n", at[0], at[PAGE], at[2 * PAGE]);
  MUST(mlock(at, PAGE) == 0);
  TRY(madvise(at, PAGE, MADV_REMOVE));
  munmap(at, 4 * PAGE);
  at = pages(2, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  TRY(madvise(at, PAGE, MADV_REMOVE));
  munmap(at, 2 * PAGE);

  int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
  MUST(ftruncate(fd, 4 * PAGE) == 0);
  at = pages(4, MAP_SHARED, fd);
  memset(at, 2, 4 * PAGE);
  char *copy = pages(4, MAP_PRIVATE, fd);
  copy[0] = 3;
  SHOW(copy[PAGE]);
  TRY(madvise(at, 2 * PAGE, MADV_REMOVE));
  printf("%d %d %d, copy %d %d\n", at[0], at[PAGE], at[2 * PAGE], copy[0], copy[PAGE]);
  char bytes[1];
  MUST(pread(fd, bytes, 1, PAGE) == 1);
  SHOW(bytes[0]);
  TRY(madvise(copy, PAGE, MADV_REMOVE));
  munmap(at, 4 * PAGE);
  close(fd);
  fd = open("file", O_RDONLY);
  at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
  TRY(madvise(at, PAGE, MADV_REMOVE));
  close(fd);
  unlink("file");
}

static void guards(void) {
  printf("-- guards\n");
  char *at = pages(4, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  memset(at, 1, 4 * PAGE);
  TRY(madvise(at + PAGE, PAGE, GUARD_INSTALL));
  TRY(madvise(at + PAGE, PAGE, GUARD_INSTALL));
  printf("before: %s\n", touch(at, 0));
  printf("guard: %s\n", touch(at + PAGE, 0));
  printf("written: %s\n", touch(at + PAGE, 1));
  printf("after: %s\n", touch(at + 2 * PAGE, 1));
  TRY(madvise(at, 4 * PAGE, MADV_DONTNEED));
  printf("given back: %s\n", touch(at, 0));
  printf("guard: %s\n", touch(at + PAGE, 0));
  TRY(madvise(at, 4 * PAGE, MADV_POPULATE_READ));
  TRY(mprotect(at, 4 * PAGE, PROT_READ));
  printf("guard: %s\n", touch(at + PAGE, 0));
  TRY(mprotect(at, 4 * PAGE, PROT_READ | PROT_WRITE));
  TRY(write(-1, at, 1));
  int fds[2];
  MUST(pipe(fds) == 0);
  TRY(write(fds[1], at + PAGE, 1));
  pid_t child = fork();
  if (child == 0) {
    printf("guard in the child: %s\n", touch(at + PAGE, 0));
    fflush(stdout);
    _exit(0);
  }
  MUST(waitpid(child, NULL, 0) == child);
  char *moved = mremap(at, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + (1 << 24));
  MUST(moved == at + (1 << 24));
  printf("moved: %s\n", touch(moved + PAGE, 0));
  printf("beside: %s\n", touch(moved + 2 * PAGE, 0));
  TRY(madvise(moved, 4 * PAGE, GUARD_REMOVE));
  printf("removed: %s\n", touch(moved + PAGE, 1));
  TRY(madvise(moved, PAGE, GUARD_INSTALL));
  munmap(moved, 4 * PAGE);
  MUST(mmap(moved, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == moved);
  printf("mapped anew: %s\n", touch(moved, 0));
  MUST(mlock(moved, PAGE) == 0);
  TRY(madvise(moved, PAGE, GUARD_INSTALL));
  TRY(madvise(moved, PAGE, GUARD_REMOVE));
}

static void children(void) {
  printf("-- children\n");
  char *gone = pages(1, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  char *wiped = pages(1, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  *gone = *wiped = 4;
  TRY(madvise(gone, PAGE, MADV_DONTFORK));
  TRY(madvise(wiped, PAGE, MADV_WIPEONFORK));
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    printf("not there: %s\n", touch(gone, 0));
    printf("wiped: %s\n", touch(wiped, 0));
    fflush(stdout);
    _exit(0);
  }
  MUST(waitpid(child, NULL, 0) == child);
  TRY(madvise(gone, PAGE, MADV_DOFORK));
  TRY(madvise(wiped, PAGE, MADV_KEEPONFORK));
  fflush(stdout);
  child = fork();
  if (child == 0) {
    printf("there: %s, %s", touch(gone, 0), "");
    printf("kept: %s\n", touch(wiped, 0));
    fflush(stdout);
    _exit(0);
  }
  MUST(waitpid(child, NULL, 0) == child);
}

static void refused(void) {
  printf("-- refused\n");
  char *at = pages(4, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  TRY(madvise(at + 1, PAGE, MADV_DONTNEED));
  TRY(madvise(at, 0, MADV_DONTNEED));
  TRY(madvise(at, 0, 77));
  TRY(madvise(at, PAGE, 77));
  TRY(madvise(at, PAGE, 100));
  TRY(madvise(at, -PAGE, MADV_DONTNEED));
  munmap(at + PAGE, PAGE);
  at[2 * PAGE] = 1;
  TRY(madvise(at, 4 * PAGE, MADV_DONTNEED));
  SHOW(at[2 * PAGE]);
  TRY(madvise(at, 4 * PAGE, MADV_POPULATE_WRITE));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  holes();
  guards();
  children();
  refused();
  return 0;
}
