// SPDX-License-Identifier: MPL-2.0
// Memory mappings: anonymous, files, fixed places, protection, faults with their addresses, unmapping.

#include "check.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096 };

static sigjmp_buf back;
static volatile int number, code;
static void *volatile address;

static void on_fault(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  number = signal_number, code = info->si_code, address = info->si_addr;
  siglongjmp(back, 1);
}

static const char *touch(volatile char *place, int write) {
  static char text[80];
  if (sigsetjmp(back, 1) == 0) {
    if (write) *place = 1;
    else (void)*place;
    return "fine";
  }
  snprintf(text, sizeof text, "%s, code %d, address %s", number == SIGSEGV ? "SIGSEGV" : "SIGBUS", code,
           address == place ? "right" : "wrong");
  return text;
}

static void protection(void) {
  char *area = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(area != MAP_FAILED);
  int zeros = 1;
  for (int i = 0; i < 4 * PAGE; i++) zeros &= area[i] == 0;
  printf("zeroed %d, aligned %d\n", zeros, ((uintptr_t)area & (PAGE - 1)) == 0);
  area[PAGE] = 42;
  MUST(mprotect(area + PAGE, PAGE, PROT_READ) == 0);
  printf("read of read-only: %s\n", touch(area + PAGE, 0));
  printf("write to read-only: %s\n", touch(area + PAGE, 1));
  printf("neighbours: %s %s\n", touch(area, 1), touch(area + 2 * PAGE, 1));
  MUST(mprotect(area + PAGE, PAGE, PROT_NONE) == 0);
  printf("read of none: %s\n", touch(area + PAGE + 17, 0));
  MUST(mprotect(area + PAGE, PAGE, PROT_READ | PROT_WRITE) == 0);
  printf("kept %d\n", area[PAGE]);
  printf("write: %s\n", touch(area + PAGE, 1));
  MUST(munmap(area + 2 * PAGE, PAGE) == 0);
  printf("hole: %s\n", touch(area + 2 * PAGE, 0));
  printf("around it: %s %s\n", touch(area + 2 * PAGE - 1, 1), touch(area + 3 * PAGE, 1));
  printf("null: %s\n", touch(NULL, 0));
  TRY(munmap(area + 1, PAGE));
  TRY(munmap(area, 0));
  TRY(munmap(area, 4 * PAGE));
  TRY(munmap(area, 4 * PAGE));
  TRY(mprotect(area, PAGE, PROT_READ));
  TRY((long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  TRY((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 77, 0));
  TRY((long)mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
}

static void fixed(void) {
  char *area = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(area, 'a', 3 * PAGE);
  char *middle = mmap(area + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  printf("fixed in place %d, replaced %d, neighbours %c%c\n", middle == area + PAGE, area[PAGE], area[PAGE - 1], area[2 * PAGE]);
  TRY((long)mmap(area + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
  TRY((long)mmap(area + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
  munmap(area, 3 * PAGE);
}

static void files(void) {
  int file = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
  char text[32] = {0};
  MUST(file >= 0 && write(file, "hello, file", 11) == 11);
  char *shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  char *private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  MUST(shared != MAP_FAILED && private != MAP_FAILED);
  printf("through both: %.11s, %.11s; after the end %d\n", shared, private, shared[11]);
  shared[0] = 'J';
  MUST(pread(file, text, 11, 0) == 11);
  printf("file after a shared write: %s\n", text);
  private[1] = 'E';
  MUST(pread(file, text, 11, 0) == 11);
  printf("file after a private write: %s; private %.11s\n", text, private);
  MUST(pwrite(file, "LL", 2, 2) == 2);
  printf("shared after a write call: %.11s\n", shared);
  printf("beyond the end, same page: %s\n", touch(shared + 100, 1));
  printf("beyond the end, next page: %s\n", touch(shared + PAGE, 0));
  MUST(ftruncate(file, PAGE + 5) == 0);
  printf("after growing: %s\n", touch(shared + PAGE, 1));
  printf("written there: %d\n", shared[PAGE]);
  MUST(ftruncate(file, 3) == 0);
  printf("after shrinking: %s\n", touch(shared + PAGE, 0));
  close(file);
  printf("after close: %.3s\n", shared);
  TRY(msync(shared, PAGE, MS_SYNC));
  file = open("mapped", O_RDONLY);
  TRY((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
  char *copy = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  copy[0] = '!';
  printf("private of a read-only file: %.3s\n", copy);
  TRY((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 100));
  unlink("mapped");
}

static void across_fork(void) {
  int *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int *private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *shared = *private = 1;
  pid_t pid = fork();
  if (pid == 0) {
    *shared = 2, *private = 2;
    _exit(0);
  }
  waitpid(pid, NULL, 0);
  printf("after the child wrote: shared %d, private %d\n", *shared, *private);
  // Given back pages read as zeros.
  MUST(madvise(private, PAGE, MADV_DONTNEED) == 0);
  printf("after MADV_DONTNEED: %d\n", *private);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  protection();
  fixed();
  files();
  across_fork();
  return 0;
}
