// SPDX-License-Identifier: MPL-2.0
// The futex call itself: waiting, waking, values, timeouts, requeueing, across processes.

#include "check.h"
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// From <linux/futex.h>, which is not there for every C library.
enum { WAIT = 0, WAKE = 1, REQUEUE = 3, CMP_REQUEUE = 4, WAKE_OP = 5, WAIT_BITSET = 9, WAKE_BITSET = 10, PRIVATE = 128 };

static long futex(uint32_t *word, int operation, uint32_t value, const void *timeout, uint32_t *other, uint32_t third) {
  return syscall(SYS_futex, word, operation, value, timeout, other, third);
}

static uint32_t word, second;
static int ready, woken;

static void *wait_on_word(void *mask) {
  __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
  if (mask != NULL) futex(&word, WAIT_BITSET | PRIVATE, 0, NULL, NULL, (uint32_t)(uintptr_t)mask);
  else futex(&word, WAIT | PRIVATE, 0, NULL, NULL, 0);
  __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
  return NULL;
}

// Starts waiters, and gives them time to fall asleep.
static void start(pthread_t *threads, int count, uintptr_t mask) {
  ready = woken = 0;
  for (int i = 0; i < count; i++) MUST(pthread_create(&threads[i], NULL, wait_on_word, (void *)(mask << (mask ? i : 0))) == 0);
  while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < count) usleep(1000);
  usleep(100000);
}

static void settle(int expected) {
  for (int i = 0; i < 2000 && __atomic_load_n(&woken, __ATOMIC_SEQ_CST) < expected; i++) usleep(1000);
}

int main(void) {
  struct timespec soon = {0, 20000000}, none = {0, 0}, bad = {0, 2000000000};
  pthread_t threads[5];

  TRY(futex(&word, WAIT | PRIVATE, 7, NULL, NULL, 0));
  TRY(futex(&word, WAIT | PRIVATE, 0, &soon, NULL, 0));
  TRY(futex(&word, WAIT | PRIVATE, 0, &none, NULL, 0));
  TRY(futex(&word, WAIT | PRIVATE, 0, &bad, NULL, 0));
  TRY(futex(&word, WAKE | PRIVATE, 10, NULL, NULL, 0));
  TRY(futex((uint32_t *)((char *)&word + 1), WAIT | PRIVATE, 0, NULL, NULL, 0));
  TRY(futex((uint32_t *)16, WAIT | PRIVATE, 0, NULL, NULL, 0));
  TRY(futex(&word, 99, 0, NULL, NULL, 0));
  TRY(futex(&word, WAIT_BITSET | PRIVATE, 0, NULL, NULL, 0));

  start(threads, 5, 0);
  TRY(futex(&word, WAKE | PRIVATE, 1, NULL, NULL, 0));
  settle(1);
  TRY(futex(&word, WAKE | PRIVATE, 2, NULL, NULL, 0));
  settle(3);
  TRY(futex(&word, WAKE | PRIVATE, 1000, NULL, NULL, 0));
  for (int i = 0; i < 5; i++) pthread_join(threads[i], NULL);
  SHOW(woken);

  // Requeued waiters wait at the other word.
  start(threads, 5, 0);
  TRY(futex(&word, CMP_REQUEUE | PRIVATE, 1, (void *)2L, &second, 9));
  TRY(futex(&word, CMP_REQUEUE | PRIVATE, 1, (void *)2L, &second, 0));
  settle(1);
  TRY(futex(&second, WAKE | PRIVATE, 1000, NULL, NULL, 0));
  settle(3);
  TRY(futex(&word, WAKE | PRIVATE, 1000, NULL, NULL, 0));
  for (int i = 0; i < 5; i++) pthread_join(threads[i], NULL);

  // Bit sets select: the waiters have bits 1, 2, 4, 8 and 16.
  start(threads, 5, 1);
  TRY(futex(&word, WAKE_BITSET | PRIVATE, 1000, NULL, NULL, 1 | 4));
  settle(2);
  TRY(futex(&word, WAKE_BITSET | PRIVATE, 1000, NULL, NULL, 0x100));
  TRY(futex(&word, WAKE_BITSET | PRIVATE, 1000, NULL, NULL, 0xffffffff));
  for (int i = 0; i < 5; i++) pthread_join(threads[i], NULL);

  // FUTEX_WAKE_OP: second += 3, and wakes at the second word when its old value was below 5.
  second = 4;
  TRY(futex(&word, WAKE_OP | PRIVATE, 1, (void *)1L, &second, (1u << 28) | (2u << 24) | (3u << 12) | 5u));
  SHOW(second);

  // An absolute deadline that has passed.
  TRY(futex(&word, WAIT_BITSET | PRIVATE, 0, &soon, NULL, 0xffffffff));

  // Between processes, by the page and not by the address.
  uint32_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  MUST(page != MAP_FAILED);
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    page[1] = 1;
    while (page[0] == 0) futex(page, WAIT, 0, NULL, NULL, 0);
    page[2] = page[0] + 1;
    _exit(0);
  }
  while (__atomic_load_n(&page[1], __ATOMIC_SEQ_CST) == 0) usleep(1000);
  usleep(50000);
  __atomic_store_n(&page[0], 41, __ATOMIC_SEQ_CST);
  TRY(futex(page, WAKE, 1, NULL, NULL, 0));
  waitpid(pid, NULL, 0);
  SHOW(page[2]);
  return 0;
}
