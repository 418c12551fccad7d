// SPDX-License-Identifier: MPL-2.0
//
// Mutexes: robust ones whose owner dies, shared between processes, error-checking, recursive, timed, inconsistent.

#include "check.h"

#include <pthread.h>
#include <sys/mman.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t *mutex;
static void *die_with_it(void *unused) {
  (void)unused;
  printf("thread locks: %d\n", pthread_mutex_lock(mutex));
  return NULL;
}
static void make(int type, int robust, int shared, int protocol) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  if (robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  if (shared) pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  if (protocol) printf("inherits: %s\n", errno_name(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT)));
  MUST(pthread_mutex_init(mutex, &attributes) == 0);
}
static const char *name(int error) { return error == EOWNERDEAD ? "EOWNERDEAD" : error == ENOTRECOVERABLE ? "ENOTRECOVERABLE" : errno_name(error); }
static void show(const char *what, int error) { printf("%s: %s\n", what, name(error)); }
static struct timespec soon(void) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  at.tv_nsec += 50000000;
  if (at.tv_nsec >= 1000000000) at.tv_nsec -= 1000000000, at.tv_sec++;
  return at;
}

int main(void) {
  mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_t thread;
  printf("-- a thread that ends with it\n");
  make(PTHREAD_MUTEX_NORMAL, 1, 0, 0);
  pthread_create(&thread, NULL, die_with_it, NULL);
  pthread_join(thread, NULL);
  show("lock", pthread_mutex_lock(mutex));
  show("consistent", pthread_mutex_consistent(mutex));
  show("unlock", pthread_mutex_unlock(mutex));
  show("lock", pthread_mutex_lock(mutex));
  show("unlock", pthread_mutex_unlock(mutex));
  printf("-- not made consistent\n");
  pthread_create(&thread, NULL, die_with_it, NULL);
  pthread_join(thread, NULL);
  show("trylock", pthread_mutex_trylock(mutex));
  show("unlock", pthread_mutex_unlock(mutex));
  show("lock", pthread_mutex_lock(mutex));
  show("trylock", pthread_mutex_trylock(mutex));
  printf("-- a process that is killed\n");
  make(PTHREAD_MUTEX_ERRORCHECK, 1, 1, 0);
  int gate[2];
  char byte;
  MUST(pipe(gate) == 0);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(mutex);
    write(gate[1], "x", 1);
    for (;;) pause();
  }
  MUST(read(gate[0], &byte, 1) == 1);
  show("trylock", pthread_mutex_trylock(mutex));
  struct timespec at = soon();
  show("timedlock", pthread_mutex_timedlock(mutex, &at));
  kill(child, 9);
  show("lock", pthread_mutex_lock(mutex));
  waitpid(child, NULL, 0);
  show("consistent", pthread_mutex_consistent(mutex));
  show("again", pthread_mutex_lock(mutex));
  show("unlock", pthread_mutex_unlock(mutex));
  show("unlock", pthread_mutex_unlock(mutex));
  printf("-- a waiter is told\n");
  make(PTHREAD_MUTEX_NORMAL, 1, 1, 0);
  pthread_mutex_lock(mutex);
  fflush(stdout);
  child = fork();
  if (child == 0) {
    write(gate[1], "x", 1);
    int error = pthread_mutex_lock(mutex);
    _exit(error == 0 ? 1 : error == EOWNERDEAD ? 2 : 3);
  }
  MUST(read(gate[0], &byte, 1) == 1);
  usleep(50000);
  pthread_mutex_unlock(mutex);
  int status;
  waitpid(child, &status, 0);
  SHOW(WEXITSTATUS(status));
  show("lock", pthread_mutex_lock(mutex));
  printf("-- recursive\n");
  make(PTHREAD_MUTEX_RECURSIVE, 0, 0, 0);
  for (int i = 0; i < 3; i++) show("lock", pthread_mutex_lock(mutex));
  for (int i = 0; i < 4; i++) show("unlock", i < 3 ? pthread_mutex_unlock(mutex) : pthread_mutex_trylock(mutex));
  return 0;
}
