// SPDX-License-Identifier: MPL-2.0
// System calls: getppid, read+write of one byte, pipe ping-pong, fork+exec+wait, page fault.
// An argument divides how often each is made, for machines on which they take long.
#define _GNU_SOURCE
#include "measure.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int divisor = 1;

static void getppid_bench(void) {
  const int N = 300000 / divisor;
  uint64_t check = 0;
  for (int i = 0; i < 20000 / divisor; i++) check |= syscall(SYS_getppid) < 0;
  double start = now_ns();
  for (int i = 0; i < N; i++) check |= syscall(SYS_getppid) < 0;
  report("getppid", (now_ns() - start) / N, "ns", check);
}

static void read_write_bench(void) {
  const int N = 100000 / divisor;
  int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);
  uint64_t moved = 0;
  char byte;
  double start = now_ns();
  for (int i = 0; i < N; i++) moved += read(zero, &byte, 1) + write(null, &byte, 1);
  report("read1+write1", (now_ns() - start) / N, "ns", moved);
}

static void pipe_bench(void) {
  const int N = 20000 / divisor;
  int there[2], back[2];
  if (pipe(there) || pipe(back)) exit(1);
  char byte = 'x';
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < N; i++)
      if (read(there[0], &byte, 1) != 1 || write(back[1], &byte, 1) != 1) _exit(1);
    _exit(0);
  }
  double start = now_ns();
  for (int i = 0; i < N; i++)
    if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) exit(1);
  double elapsed = now_ns() - start;
  int status;
  waitpid(child, &status, 0);
  report("pipe-ping-pong", elapsed / N / 1e3, "us", status);
}

static void fork_exec_bench(const char *self) {
  const int N = 100 / divisor;
  uint64_t check = 0;
  double start = now_ns();
  for (int i = 0; i < N; i++) {
    pid_t child = fork();
    if (child == 0) {
      execl(self, self, "--nothing", (char *)0);
      _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    check |= status;
  }
  report("fork+exec+wait", (now_ns() - start) / N / 1e6, "ms", check);
}

static void page_fault_bench(void) {
  enum { PAGES = 4096, ROUNDS = 4 };
  uint64_t check = 0;
  double total = 0;
  for (int round = 0; round < ROUNDS; round++) {
    char *p = mmap(0, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    double start = now_ns();
    for (int i = 0; i < PAGES; i++) p[i * 4096] = 1;
    total += now_ns() - start;
    check += p[4096];
    munmap(p, PAGES * 4096);
  }
  report("page-fault", total / (PAGES * ROUNDS) / 1e3, "us", check);
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "--nothing")) return 0;
  if (argc > 1) divisor = atoi(argv[1]);
  if (divisor < 1 || divisor > 100) return 2;
  getppid_bench();
  read_write_bench();
  pipe_bench();
  fork_exec_bench(argv[0]);
  page_fault_bench();
  return 0;
}
