// SPDX-License-Identifier: MPL-2.0
//
// Priority-inheritance futexes: lock, try, unlock, time out, hand over, deadlock, owners that die, and requeueing to a lock.

#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// musl comes without linux/futex.h.
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_LOCK_PI 6
#define FUTEX_UNLOCK_PI 7
#define FUTEX_TRYLOCK_PI 8
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_CMP_REQUEUE_PI 12
#define FUTEX_LOCK_PI2 13
#define FUTEX_CLOCK_REALTIME 256
#define TID (0x3fffffff)
#define WAITERS (0x80000000u)
#define DIED (0x40000000u)

static long futex(volatile uint32_t *word, int op, unsigned value, const void *timeout, volatile uint32_t *other, unsigned third) {
  return syscall(SYS_futex, word, op, value, timeout, other, third);
}
static int tid(void) { return (int)syscall(SYS_gettid); }
static void nap(int tenths) {
  struct timespec t = {tenths / 10, tenths % 10 * 100000000};
  while (nanosleep(&t, &t) != 0) continue;
}
static void state(const char *what, volatile uint32_t *word, int owner) {
  uint32_t v = *word;
  printf("%s: %s%s%s\n", what, (v & TID) == 0 ? "free" : (int)(v & TID) == owner ? "held by whom it should" : "held by another",
         v & WAITERS ? ", waited for" : "", v & DIED ? ", owner died" : "");
}

static volatile uint32_t word, second, condition;
static volatile int order, holder;
// Results that are printed once nobody else prints.
static volatile long unlocked, waited[3];

static void *lock_and_hold(void *unused) {
  (void)unused;
  holder = tid();
  printf("other locks: %ld\n", futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  order = 1;
  while (order != 2) nap(1);
  unlocked = futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  return NULL;
}

static void *take_turn(void *argument) {
  int n = (int)(intptr_t)argument;
  long result = futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  printf("turn of %d: %ld\n", n, result);
  state("word in turn", &word, tid());
  futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  return NULL;
}

static void basics(void) {
  printf("-- basics\n");
  word = 0;
  TRY(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  state("locked", &word, tid());
  TRY(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  TRY(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
  TRY(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  state("unlocked", &word, tid());
  TRY(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  TRY(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
  state("tried", &word, tid());
  TRY(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  word = 0x3ffffff0;
  TRY(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  printf("stale: %#x\n", word);
  word = DIED;
  TRY(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  state("after a death", &word, tid());
  TRY(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  TRY(futex((void *)((char *)&word + 1), FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  TRY(futex((void *)16, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  TRY(futex(&word, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0));
  TRY(futex(&word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
  TRY(futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
  TRY(futex(&word, 99, 1, NULL, NULL, 0));
}

static void contention(void) {
  printf("-- contention\n");
  word = 0;
  order = 0;
  pthread_t thread;
  pthread_create(&thread, NULL, lock_and_hold, NULL);
  while (order != 1) nap(1);
  state("before", &word, holder);
  TRY(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
  state("tried", &word, holder);
  TRY(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  now.tv_sec--;
  TRY(futex(&word, FUTEX_LOCK_PI, 0, &now, NULL, 0));
  clock_gettime(CLOCK_REALTIME, &now);
  now.tv_nsec += 100000000;
  if (now.tv_nsec >= 1000000000) now.tv_sec++, now.tv_nsec -= 1000000000;
  TRY(futex(&word, FUTEX_LOCK_PI2 | FUTEX_CLOCK_REALTIME, 0, &now, NULL, 0));
  clock_gettime(CLOCK_MONOTONIC, &now);
  now.tv_nsec += 100000000;
  if (now.tv_nsec >= 1000000000) now.tv_sec++, now.tv_nsec -= 1000000000;
  TRY(futex(&word, FUTEX_LOCK_PI2, 0, &now, NULL, 0));
  now.tv_nsec = -1;
  TRY(futex(&word, FUTEX_LOCK_PI2, 0, &now, NULL, 0));
  order = 2;
  TRY(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  state("handed over", &word, tid());
  pthread_join(thread, NULL);
  printf("other unlocked: %ld\n", unlocked);
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) {
    pthread_create(&threads[i], NULL, take_turn, (void *)(intptr_t)i);
    nap(2);
  }
  state("three wait", &word, tid());
  TRY(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
  unlocked = futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  printf("unlocked: %ld\n", unlocked);
  state("all done", &word, tid());
  printf("word %#x\n", word);
}

static void *cross(void *unused) {
  (void)unused;
  futex(&second, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  order = 1;
  printf("waits for the first: %ld\n", futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  futex(&second, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  return NULL;
}

static void deadlock(void) {
  printf("-- deadlock\n");
  word = second = 0;
  order = 0;
  futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  pthread_t thread;
  pthread_create(&thread, NULL, cross, NULL);
  while (order != 1) nap(1);
  nap(3);
  TRY(futex(&second, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  unlocked = futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  pthread_join(thread, NULL);
  printf("unlocked: %ld\n", unlocked);
}

static void on_signal(int number) { (void)number; }
static void *be_interrupted(void *unused) {
  (void)unused;
  order = 1;
  printf("lock goes on after a signal: %ld\n", futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  return NULL;
}

static void signals(void) {
  printf("-- signals\n");
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  word = 0;
  order = 0;
  futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  pthread_t thread;
  pthread_create(&thread, NULL, be_interrupted, NULL);
  while (order != 1) nap(1);
  nap(2);
  pthread_kill(thread, SIGUSR1);
  nap(2);
  futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  pthread_join(thread, NULL);
}

static void *die_with_lock(void *unused) {
  (void)unused;
  holder = tid();
  futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  order = 1;
  while (order != 2) nap(1);
  return NULL;
}

static void *let_it_end(void *unused) {
  (void)unused;
  nap(3);
  order = 2;
  return NULL;
}

static void deaths(void) {
  printf("-- deaths\n");
  word = 0;
  order = 0;
  pthread_t thread, helper;
  pthread_create(&thread, NULL, die_with_lock, NULL);
  while (order != 1) nap(1);
  pthread_create(&helper, NULL, let_it_end, NULL);
  TRY(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  state("inherited", &word, tid());
  TRY(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  pthread_join(thread, NULL);
  pthread_join(helper, NULL);
  printf("word %#x\n", word);

  volatile uint32_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t child = fork();
  if (child == 0) {
    futex(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
    shared[1] = 1;
    nap(3);
    _exit(0);
  }
  while (shared[1] == 0) nap(1);
  TRY(futex(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  state("from a process", shared, tid());
  TRY(futex(shared, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  MUST(waitpid(child, NULL, 0) == child);
}

static void *wait_for_lock(void *argument) {
  int n = (int)(intptr_t)argument;
  waited[n] = futex(&condition, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &word, 0);
  printf("waiter %d: %ld\n", n, waited[n]);
  state("word", &word, tid());
  futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  return NULL;
}

static void requeue(void) {
  printf("-- requeue\n");
  word = condition = 0;
  struct timespec now = {0, 0};
  TRY(futex(&condition, FUTEX_WAIT_REQUEUE_PI, 1, NULL, &word, 0));
  TRY(futex(&condition, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &condition, 0));
  TRY(futex(&condition, FUTEX_WAIT_REQUEUE_PI, 0, &now, &word, 0));
  TRY(futex(&condition, FUTEX_CMP_REQUEUE_PI, 2, (void *)1, &word, 0));
  TRY(futex(&condition, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &word, 1));
  TRY(futex(&condition, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &word, 0));
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) {
    pthread_create(&threads[i], NULL, wait_for_lock, (void *)(intptr_t)i);
    nap(2);
  }
  TRY(futex(&condition, FUTEX_WAKE, 1, NULL, NULL, 0));
  TRY(futex(&condition, FUTEX_CMP_REQUEUE, 1, (void *)1, &word, 0));
  TRY(futex(&condition, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &second, 0));
  futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  TRY(futex(&condition, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &word, 0));
  state("two moved", &word, tid());
  unlocked = futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  printf("unlocked: %ld\n", unlocked);
  long moved = futex(&condition, FUTEX_CMP_REQUEUE_PI, 1, (void *)0, &word, 0);
  pthread_join(threads[2], NULL);
  printf("moved: %ld\n", moved);
  printf("word %#x\n", word);
}

// The same through the C library.
static pthread_mutex_t mutex;
static int shared_sum;
static void *add_up(void *unused) {
  (void)unused;
  for (int i = 0; i < 20000; i++) {
    pthread_mutex_lock(&mutex);
    shared_sum++;
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}
static void *lock_and_end(void *unused) {
  (void)unused;
  pthread_mutex_lock(&mutex);
  order = 1;
  nap(3);
  return NULL;
}

static void library(int type, int robust) {
  printf("-- mutex of type %d%s\n", type, robust ? ", robust" : "");
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  SHOW(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
  if (robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  SHOW(pthread_mutex_init(&mutex, &attributes));
  shared_sum = 0;
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, add_up, NULL);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  SHOW(shared_sum);
  SHOW(pthread_mutex_trylock(&mutex));
  SHOW(pthread_mutex_unlock(&mutex));
  if (robust) {
    order = 0;
    pthread_create(&threads[0], NULL, lock_and_end, NULL);
    while (order != 1) nap(1);
    printf("lock: %s\n", pthread_mutex_lock(&mutex) == EOWNERDEAD ? "EOWNERDEAD" : "not EOWNERDEAD");
    pthread_join(threads[0], NULL);
    SHOW(pthread_mutex_consistent(&mutex));
    SHOW(pthread_mutex_unlock(&mutex));
    SHOW(pthread_mutex_lock(&mutex));
    SHOW(pthread_mutex_unlock(&mutex));
  }
  pthread_mutex_destroy(&mutex);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  basics();
  contention();
  deadlock();
  signals();
  deaths();
  requeue();
  library(PTHREAD_MUTEX_NORMAL, 0);
  library(PTHREAD_MUTEX_RECURSIVE, 0);
  library(PTHREAD_MUTEX_ERRORCHECK, 1);
  return 0;
}
