// SPDX-License-Identifier: MPL-2.0
//
// personality(2), as far as a program can see it, and membarrier(2).

#include "check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_membarrier
#define SYS_membarrier 324
#endif

static const char *rights(void *at) {
  static char line[512], found[8];
  FILE *maps = fopen("/proc/self/maps", "r");
  strcpy(found, "none");
  while (fgets(line, sizeof line, maps)) {
    unsigned long start, end;
    char text[8];
    if (sscanf(line, "%lx-%lx %7s", &start, &end, text) == 3 && (unsigned long)at >= start && (unsigned long)at < end) strcpy(found, text);
  }
  fclose(maps);
  return found;
}

static long barrier(int command, unsigned flags) { return syscall(SYS_membarrier, command, flags, 0); }

static void barriers(void) {
  printf("-- membarrier\n");
  SHOW(barrier(0, 0));
  TRY(barrier(512, 0));
  for (int bit = 0; bit < 11; bit++) {
    errno = 0;
    long result = barrier(1 << bit, 0);
    printf("%d: %ld %s\n", 1 << bit, result, errno_name(errno));
  }
  TRY(barrier(8, 0));
  TRY(barrier(32, 0));
  TRY(barrier(128, 0));
  TRY(barrier(128, 1));
  TRY(barrier(128, 2));
  TRY(barrier(8, 1));
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    TRY(barrier(512, 0));
    fflush(stdout);
    execl("/proc/self/exe", "program", "after", NULL);
    _exit(1);
  }
  MUST(waitpid(child, NULL, 0) == child);
}

int main(int argc, char **argv) {
  if (argc > 1) {
    TRY(barrier(512, 0));
    printf("personality after %s: %#x\n", argv[1], personality(0xffffffff));
    return 0;
  }
  printf("%#x\n", personality(0xffffffff));
  struct utsname name;
  MUST(personality(PER_LINUX32) != -1);
  MUST(uname(&name) == 0);
  printf("%s\n", name.machine);
  MUST(personality(PER_LINUX | UNAME26) == PER_LINUX32);
  MUST(uname(&name) == 0);
  printf("%.3s\n", name.release);
  MUST(personality(READ_IMPLIES_EXEC) != -1);
  void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("%s\n", rights(at));
  MUST(mprotect(at, 4096, PROT_WRITE) == 0);
  printf("%s\n", rights(at));
  MUST(mprotect(at, 4096, PROT_READ) == 0);
  printf("%s\n", rights(at));
  MUST(personality(STICKY_TIMEOUTS) == READ_IMPLIES_EXEC);
  struct timeval half = {0, 500};
  MUST(syscall(SYS_select, 0, NULL, NULL, NULL, &half) == 0);
  printf("left: %ld\n", (long)half.tv_usec);
  MUST(personality(0) == STICKY_TIMEOUTS);
  MUST(syscall(SYS_select, 0, NULL, NULL, NULL, &half) == 0);
  printf("left: %ld\n", (long)half.tv_usec);
  barriers();
  MUST(personality(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE | STICKY_TIMEOUTS) == 0);
  fflush(stdout);
  execl("/proc/self/exe", "program", "exec", NULL);
  return 1;
}
