// SPDX-License-Identifier: MPL-2.0
//
//   shares MS POLICY:VALUE...    loops for MS milliseconds with one process each, all on one CPU
//
// POLICY is one letter: o (SCHED_OTHER), b (SCHED_BATCH), i (SCHED_IDLE) with a nice value, or f, r
// (SCHED_FIFO, SCHED_RR) with a priority. Prints the CPU time of each in microseconds.

#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long now_us(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

/* musl refuses these calls: the kernel's are meant. */
static int set_policy(int policy, int priority) {
  struct sched_param param = {.sched_priority = priority};
  return syscall(SYS_sched_setscheduler, 0, policy, &param);
}

int main(int argc, char **argv) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  sched_setaffinity(0, sizeof set, &set);
  long long length = atoll(argv[1]) * 1000;
  int count = argc - 2;
  long long *used = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int start[2];
  if (pipe(start) != 0) return 1;
  for (int i = 0; i < count; i++) {
    if (fork() != 0) continue;
    char policy = argv[i + 2][0];
    int value = atoi(argv[i + 2] + 2), failed = 0;
    if (policy == 'f' || policy == 'r') {
      failed = set_policy(policy == 'f' ? SCHED_FIFO : SCHED_RR, value);
    } else {
      failed = set_policy(policy == 'b' ? SCHED_BATCH : policy == 'i' ? SCHED_IDLE : SCHED_OTHER, 0);
      failed |= setpriority(PRIO_PROCESS, 0, value);
    }
    if (failed) perror(argv[i + 2]);
    char byte;
    close(start[1]);
    read(start[0], &byte, 1);
    long long end = now_us(CLOCK_MONOTONIC) + length;
    while (now_us(CLOCK_MONOTONIC) < end)
      for (volatile int spin = 0; spin < 20000; spin++) {}
    used[i] = now_us(CLOCK_PROCESS_CPUTIME_ID);
    _exit(0);
  }
  close(start[0]);
  usleep(50000);
  close(start[1]);
  while (wait(NULL) > 0) {}
  for (int i = 0; i < count; i++) printf("%s %lld\n", argv[i + 2], used[i]);
  return 0;
}
