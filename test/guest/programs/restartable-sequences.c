// SPDX-License-Identifier: MPL-2.0
//
// rseq(2): the C library's registration, errors, what a child has, and sequences aborted by preemption and by signals.

#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_rseq
#define SYS_rseq 334
#endif
#define SIGNATURE 0x53053053

struct area {
  uint32_t cpu_id_start, cpu_id;
  uint64_t sequence;
  uint32_t flags, node_id, mm_cid, unused;
} __attribute__((aligned(32)));
struct sequence {
  uint32_t version, flags;
  uint64_t start, length, abort;
} __attribute__((aligned(32)));

static struct area own;

static long reg(void *area, unsigned length, int flags, unsigned signature) {
  return syscall(SYS_rseq, area, length, flags, signature);
}

// Counts in a register up to `limit`, as a restartable sequence; 1 when it was aborted.
static int count_up(uint64_t limit, struct sequence *sequence, struct area *area) {
  int aborted;
  __asm__ volatile(
      "  leaq 1f(%%rip), %%rax\n  movq %%rax, 8(%[cs])\n"
      "  leaq 2f(%%rip), %%rcx\n  subq %%rax, %%rcx\n  movq %%rcx, 16(%[cs])\n"
      "  leaq 4f(%%rip), %%rax\n  movq %%rax, 24(%[cs])\n"
      "  xorl %%ecx, %%ecx\n"
      "  movq %[cs], 8(%[area])\n"
      "1: incq %%rcx\n  cmpq %[limit], %%rcx\n  jb 1b\n"
      "2: movl $0, %[aborted]\n  jmp 5f\n"
      "  .byte 0x0f, 0xb9, 0x3d\n  .long 0x53053053\n"
      "4: movl $1, %[aborted]\n"
      "5:\n"
      : [aborted] "=&r"(aborted)
      : [cs] "r"(sequence), [area] "r"(area), [limit] "r"(limit)
      : "rax", "rcx", "memory", "cc");
  return aborted;
}

static void *busy(void *stop) {
  while (!*(volatile int *)stop) continue;
  return NULL;
}
static volatile int signals;
static void on_signal(int number) { (void)number, signals++; }

static void *other_thread(void *unused) {
  (void)unused;
  static struct area area;
  memset(&area, 0, sizeof area);
  long result = reg(&area, 32, 0, SIGNATURE);
  printf("a thread registers anew: %s\n", result == 0 || errno == EBUSY || errno == EINVAL ? "as it should" : errno_name(errno));
  if (result == 0) reg(&area, 32, 1, SIGNATURE);
  return NULL;
}

int main(void) {
  SHOW(getauxval(27));
  SHOW(getauxval(28));
  // The C library may have registered an area of its own: ours is tried in a child made without it.
  pthread_t thread;
  pthread_create(&thread, NULL, other_thread, NULL);
  pthread_join(thread, NULL);
#ifdef __GLIBC__
  extern const ptrdiff_t __rseq_offset __attribute__((weak));
  extern const unsigned __rseq_size __attribute__((weak));
  if (&__rseq_size != NULL && __rseq_size != 0) {
    struct area *theirs = (void *)((char *)__builtin_thread_pointer() + __rseq_offset);
    MUST(theirs->cpu_id < 4096 && theirs->cpu_id == theirs->cpu_id_start);
    MUST(reg(theirs, 32, 1, SIGNATURE) == 0);
    MUST(theirs->cpu_id == 0xffffffff);
  }
#endif
  fflush(stdout);

  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  MUST(sched_setaffinity(0, sizeof one, &one) == 0);

  own.cpu_id = 77;
  TRY(reg(&own, 16, 0, SIGNATURE));
  TRY(reg((char *)&own + 8, 32, 0, SIGNATURE));
  TRY(reg(&own, 32, 2, SIGNATURE));
  TRY(reg((void *)0x7ffffffff000, 32, 0, SIGNATURE));
  TRY(reg(&own, 32, 1, SIGNATURE));
  TRY(reg(&own, 32, 0, SIGNATURE));
  printf("cpu %u, start %u, node %u, number %u\n", own.cpu_id, own.cpu_id_start, own.node_id, own.mm_cid);
  SHOW(own.cpu_id == (unsigned)sched_getcpu());
  TRY(reg(&own, 32, 0, SIGNATURE));
  TRY(reg(&own, 32, 0, SIGNATURE + 1));
  TRY(reg(&own, 64, 0, SIGNATURE));
  TRY(reg(&own, 32, 1, SIGNATURE + 1));
  TRY(reg(&own, 64, 1, SIGNATURE));
  fflush(stdout);

  pid_t child = fork();
  if (child == 0) {
    TRY(reg(&own, 32, 0, SIGNATURE));
    printf("the child has it: cpu %u\n", own.cpu_id);
    fflush(stdout);
    _exit(0);
  }
  MUST(waitpid(child, NULL, 0) == child);

  struct sequence sequence = {0};
  SHOW(count_up(10, &sequence, &own));
  // Left in place by a sequence that ended, the pointer is taken away when the thread is next interrupted.
  SHOW(own.sequence == (uint64_t)(uintptr_t)&sequence);

  int stop = 0;
  pthread_create(&thread, NULL, busy, &stop);
  SHOW(count_up(1ull << 40, &sequence, &own));
  SHOW(own.sequence);
  stop = 1;
  pthread_join(thread, NULL);

  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGALRM, &action, NULL);
  timer_t timer;
  MUST(timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0);
  struct itimerspec soon = {.it_value = {0, 50000000}};
  timer_settime(timer, 0, &soon, NULL);
  SHOW(count_up(1ull << 40, &sequence, &own));
  SHOW(own.sequence);
  while (signals == 0) continue;
  SHOW(signals);

  // A signature that is not there, and a version from the future, are deadly.
  for (int i = 0; i < 3; i++) {
    child = fork();
    if (child == 0) {
      signal(SIGSEGV, on_signal);
      MUST(reg(&own, 32, 1, SIGNATURE) == 0);
      MUST(reg(&own, 32, 0, i == 0 ? 0x1234567 : SIGNATURE) == 0);
      if (i == 1) sequence.version = 1;
      if (i == 2) own.sequence = 0x7000000000000000;
      pthread_create(&thread, NULL, busy, &stop);
      struct timespec nap = {0, 100000000};
      stop = 0;
      if (i == 2) nanosleep(&nap, NULL);
      else count_up(1ull << 40, &sequence, &own);
      _exit(3);
    }
    int status;
    MUST(waitpid(child, &status, 0) == child);
    printf("broken %d: %s %d\n", i, WIFSIGNALED(status) ? "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  }
  TRY(reg(&own, 32, 1, SIGNATURE));
  printf("cpu after all: %#x\n", own.cpu_id);
  return 0;
}
