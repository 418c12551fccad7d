// SPDX-License-Identifier: MPL-2.0
//
// Threads: cancellation of every kind, thread-local storage, masks and signals of each, process-shared
// objects, exec and fork and exit from a thread, stacks, detached ends.

#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nap(int ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&t, &t) != 0) continue;
}
static struct timespec after(clockid_t clock, int ms) {
  struct timespec t;
  clock_gettime(clock, &t);
  t.tv_nsec += ms % 1000 * 1000000L;
  t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
  t.tv_nsec %= 1000000000;
  return t;
}

// --- Cancellation

static volatile int stage;
static int pipe_ends[2];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void cleanup(void *what) { printf("  cleans up: %s\n", (const char *)what); }
static void unlock(void *mutex) {
  printf("  the condition's mutex is held: %d\n", pthread_mutex_trylock(mutex) == EBUSY);
  pthread_mutex_unlock(mutex);
}

static void *in_read(void *unused) {
  (void)unused;
  char c;
  pthread_cleanup_push(cleanup, "outer");
  pthread_cleanup_push(cleanup, "inner");
  stage = 1;
  ssize_t n = read(pipe_ends[0], &c, 1);
  printf("  not reached: %zd\n", n);
  pthread_cleanup_pop(0);
  pthread_cleanup_pop(0);
  return NULL;
}
static void *in_condition(void *unused) {
  (void)unused;
  pthread_mutex_lock(&lock);
  pthread_cleanup_push(unlock, &lock);
  stage = 1;
  for (;;) pthread_cond_wait(&condition, &lock);
  pthread_cleanup_pop(1);
  return NULL;
}
static void *in_sleep(void *unused) {
  (void)unused;
  pthread_cleanup_push(cleanup, "sleep");
  stage = 1;
  sleep(100);
  pthread_cleanup_pop(0);
  return NULL;
}
static void *disabled_first(void *unused) {
  (void)unused;
  int old;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
  stage = 1;
  while (stage != 2) nap(5);
  nap(20);
  printf("  goes on while it is disabled\n");
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
  pthread_testcancel();
  printf("  not reached\n");
  return NULL;
}
static void *asynchronous(void *unused) {
  (void)unused;
  int old;
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
  stage = 1;
  for (;;) continue;
  return NULL;
}
static void *in_semaphore(void *semaphore) {
  stage = 1;
  sem_wait(semaphore);
  return NULL;
}
static void *in_join(void *thread) {
  stage = 1;
  pthread_join(*(pthread_t *)thread, NULL);
  return NULL;
}
static void *exits_with(void *value) {
  pthread_cleanup_push(cleanup, "exit");
  pthread_exit(value);
  pthread_cleanup_pop(0);
  return NULL;
}

static void cancel(const char *what, void *(*body)(void *), void *argument) {
  printf("%s\n", what);
  pthread_t thread;
  stage = 0;
  MUST(pthread_create(&thread, NULL, body, argument) == 0);
  while (stage != 1) nap(5);
  nap(30);
  MUST(pthread_cancel(thread) == 0);
  stage = 2;
  void *result;
  MUST(pthread_join(thread, &result) == 0);
  printf("  canceled: %d\n", result == PTHREAD_CANCELED);
}

static void cancellation(void) {
  printf("-- cancellation\n");
  MUST(pipe(pipe_ends) == 0);
  cancel("in read", in_read, NULL);
  cancel("in a condition", in_condition, NULL);
  cancel("in sleep", in_sleep, NULL);
  cancel("disabled at first", disabled_first, NULL);
  cancel("at any time", asynchronous, NULL);
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  cancel("in a semaphore", in_semaphore, &semaphore);
  pthread_t sleeper;
  stage = 0;
  pthread_create(&sleeper, NULL, in_sleep, NULL);
  while (stage != 1) nap(5);
  cancel("in join", in_join, &sleeper);
  pthread_cancel(sleeper);
  pthread_join(sleeper, NULL);
  pthread_t thread;
  void *result;
  pthread_create(&thread, NULL, exits_with, (void *)42);
  pthread_join(thread, &result);
  printf("exit value %d\n", (int)(intptr_t)result);
}

// --- Thread-local storage

static __thread int zeroed;
static __thread int set = 7;
static __thread char block[100] = "text";
static pthread_key_t keys[3];
static volatile int destroyed;
static void destroy(void *value) {
  destroyed += (int)(intptr_t)value;
  // A value that is set again is destroyed again, some times.
  if ((intptr_t)value == 100) pthread_setspecific(keys[2], (void *)1000);
}
static void *use_local(void *argument) {
  int n = (int)(intptr_t)argument;
  MUST(zeroed == 0 && set == 7 && strcmp(block, "text") == 0);
  zeroed = n;
  set += n;
  snprintf(block, sizeof block, "thread %d", n);
  pthread_setspecific(keys[0], (void *)(intptr_t)n);
  pthread_setspecific(keys[1], n == 1 ? (void *)100 : NULL);
  nap(20);
  char expected[100];
  snprintf(expected, sizeof expected, "thread %d", n);
  MUST(zeroed == n && set == 7 + n && strcmp(block, expected) == 0);
  return (void *)(intptr_t)((uintptr_t)&zeroed % _Alignof(int));
}
static void local_storage(void) {
  printf("-- storage of threads\n");
  for (int i = 0; i < 3; i++) MUST(pthread_key_create(&keys[i], destroy) == 0);
  pthread_t threads[8];
  for (int i = 0; i < 8; i++) pthread_create(&threads[i], NULL, use_local, (void *)(intptr_t)(i + 1));
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
  printf("own: %d %d %s; destroyed %d\n", zeroed, set, block, destroyed);
}

// --- Signals

static volatile sig_atomic_t caught_by[4];
static pthread_t workers[4];
static __thread int my_number = -1;
static void on_signal(int number) {
  (void)number;
  if (my_number >= 0) caught_by[my_number]++;
}
static void *take_signals(void *argument) {
  my_number = (int)(intptr_t)argument;
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  pthread_sigmask(my_number == 2 ? SIG_UNBLOCK : SIG_BLOCK, &mask, NULL);
  __sync_fetch_and_add(&stage, 1);
  while (stage < 100) nap(5);
  return NULL;
}
static void *wait_for_signal(void *unused) {
  (void)unused;
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR2);
  int number = 0;
  stage = 1;
  MUST(sigwait(&mask, &number) == 0);
  printf("sigwait: %d\n", number == SIGUSR2);
  return NULL;
}
static void signals(void) {
  printf("-- signals\n");
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  sigset_t mask, pending;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigaddset(&mask, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &mask, NULL);
  stage = 0;
  for (int i = 0; i < 4; i++) pthread_create(&workers[i], NULL, take_signals, (void *)(intptr_t)i);
  while (stage < 4) nap(5);
  // To the process: the one thread that does not block it.
  for (int i = 0; i < 3; i++) {
    int before = caught_by[2];
    kill(getpid(), SIGUSR1);
    while (caught_by[2] == before) nap(5);
  }
  // To a thread that blocks it: pending there, and nowhere else.
  pthread_kill(workers[0], SIGUSR1);
  nap(30);
  sigpending(&pending);
  printf("caught %d %d %d %d, pending here %d\n", (int)caught_by[0], (int)caught_by[1], (int)caught_by[2], (int)caught_by[3], sigismember(&pending, SIGUSR1));
  stage = 100;
  for (int i = 0; i < 4; i++) pthread_join(workers[i], NULL);
  pthread_t thread;
  stage = 0;
  pthread_create(&thread, NULL, wait_for_signal, NULL);
  while (stage != 1) nap(5);
  nap(20);
  kill(getpid(), SIGUSR2);
  pthread_join(thread, NULL);
  printf("to an ended process: %d\n", kill(0x3ffffff0, 0) == -1 && errno == ESRCH);
  pthread_sigmask(SIG_UNBLOCK, &mask, NULL);
}

// --- Between processes

struct shared {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  pthread_barrier_t barrier;
  pthread_rwlock_t rwlock;
  sem_t semaphore;
  int count, turn;
};
static void between_processes(void) {
  printf("-- between processes\n");
  struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_t m;
  pthread_mutexattr_init(&m);
  pthread_mutexattr_setpshared(&m, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&s->mutex, &m);
  pthread_condattr_t c;
  pthread_condattr_init(&c);
  pthread_condattr_setpshared(&c, PTHREAD_PROCESS_SHARED);
  pthread_condattr_setclock(&c, CLOCK_MONOTONIC);
  pthread_cond_init(&s->condition, &c);
  pthread_barrierattr_t b;
  pthread_barrierattr_init(&b);
  pthread_barrierattr_setpshared(&b, PTHREAD_PROCESS_SHARED);
  pthread_barrier_init(&s->barrier, &b, 3);
  pthread_rwlockattr_t r;
  pthread_rwlockattr_init(&r);
  pthread_rwlockattr_setpshared(&r, PTHREAD_PROCESS_SHARED);
  pthread_rwlock_init(&s->rwlock, &r);
  sem_init(&s->semaphore, 1, 0);
  fflush(stdout);
  for (int n = 0; n < 2; n++) {
    if (fork() != 0) continue;
    for (int i = 0; i < 5000; i++) {
      pthread_mutex_lock(&s->mutex);
      s->count++;
      pthread_mutex_unlock(&s->mutex);
    }
    pthread_barrier_wait(&s->barrier);
    for (int i = 0; i < 50; i++) {
      pthread_mutex_lock(&s->mutex);
      while (s->turn % 2 != n) pthread_cond_wait(&s->condition, &s->mutex);
      s->turn++;
      pthread_cond_broadcast(&s->condition);
      pthread_mutex_unlock(&s->mutex);
    }
    pthread_rwlock_wrlock(&s->rwlock);
    s->count += 1000;
    pthread_rwlock_unlock(&s->rwlock);
    sem_post(&s->semaphore);
    _exit(0);
  }
  pthread_barrier_wait(&s->barrier);
  for (int i = 0; i < 2; i++) sem_wait(&s->semaphore);
  while (wait(NULL) > 0) continue;
  pthread_rwlock_rdlock(&s->rwlock);
  printf("count %d, turns %d\n", s->count, s->turn);
  printf("second reader %d, writer %d\n", pthread_rwlock_tryrdlock(&s->rwlock), pthread_rwlock_trywrlock(&s->rwlock) == EBUSY);
  struct timespec soon = after(CLOCK_MONOTONIC, 50);
  pthread_mutex_lock(&s->mutex);
  printf("timed wait: %s\n", errno_name(pthread_cond_timedwait(&s->condition, &s->mutex, &soon)));
  soon = after(CLOCK_REALTIME, 50);
  printf("timed lock: %s\n", errno_name(pthread_mutex_timedlock(&s->mutex, &soon)));
  soon = after(CLOCK_REALTIME, 50);
  TRY(sem_timedwait(&s->semaphore, &soon));
}

// --- Exec, fork and exit

static void *exec_here(void *unused) {
  (void)unused;
  char number[16];
  snprintf(number, sizeof number, "%d", (int)getpid());
  execl("/proc/self/exe", "thread-lives", number, NULL);
  _exit(1);
}
static void *fork_here(void *unused) {
  (void)unused;
  pid_t child = fork();
  if (child == 0) _exit((int)getpid() == (int)syscall(SYS_gettid) ? 5 : 6);
  int status;
  MUST(waitpid(child, &status, 0) == child);
  printf("fork in a thread: %d\n", WEXITSTATUS(status));
  return NULL;
}
static void *forever(void *unused) {
  (void)unused;
  for (;;) nap(1000);
  return NULL;
}
static void *exit_all(void *unused) {
  (void)unused;
  exit(9);
}
static void *outlive(void *unused) {
  (void)unused;
  nap(50);
  printf("the last thread ends the process\n");
  fflush(stdout);
  _exit(4);
}
static void *deep(void *unused) {
  (void)unused;
  volatile char room[200 * 1024];
  memset((void *)room, 1, sizeof room);
  return (void *)(intptr_t)room[1000];
}
static int status_of(pid_t child) {
  int status;
  MUST(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}
static void ends(void) {
  printf("-- ends\n");
  pthread_t thread;
  pthread_create(&thread, NULL, fork_here, NULL);
  pthread_join(thread, NULL);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 3; i++) pthread_create(&thread, NULL, forever, NULL);
    pthread_create(&thread, NULL, exec_here, NULL);
    for (;;) nap(1000);
  }
  printf("exec from a thread: %d\n", status_of(child));
  fflush(stdout);
  child = fork();
  if (child == 0) {
    for (int i = 0; i < 3; i++) pthread_create(&thread, NULL, forever, NULL);
    pthread_create(&thread, NULL, exit_all, NULL);
    for (;;) nap(1000);
  }
  printf("exit from a thread: %d\n", status_of(child));
  fflush(stdout);
  child = fork();
  if (child == 0) {
    pthread_create(&thread, NULL, outlive, NULL);
    pthread_exit(NULL);
  }
  printf("the leader leaves first: %d\n", status_of(child));
  fflush(stdout);
  child = fork();
  if (child == 0) {
    signal(SIGABRT, SIG_DFL);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    pthread_create(&thread, NULL, forever, NULL);
    abort();
  }
  printf("abort with threads: %d\n", status_of(child));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  MUST(pthread_attr_setstacksize(&attributes, 512 * 1024) == 0);
  void *result;
  pthread_create(&thread, &attributes, deep, NULL);
  pthread_join(thread, &result);
  printf("on a stack of its own size: %d\n", (int)(intptr_t)result);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  for (int i = 0; i < 200; i++) MUST(pthread_create(&thread, &attributes, deep, NULL) == 0 || (nap(20), 1));
  nap(100);
  printf("many detached ones\n");
}

int main(int argc, char **argv) {
  if (argc > 1) return atoi(argv[1]) == (int)getpid() && (int)getpid() == (int)syscall(SYS_gettid) ? 3 : 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  cancellation();
  local_storage();
  signals();
  between_processes();
  ends();
  return 0;
}
