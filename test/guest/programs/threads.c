// SPDX-License-Identifier: MPL-2.0
// Threads: create, join, mutexes, conditions, once, keys, barriers, detached threads, cancellation.

#include "check.h"
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WORKERS = 8, ROUNDS = 2000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long counter;

static void *count(void *argument) {
  for (int i = 0; i < ROUNDS; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
  }
  return (void *)((long)argument * 10);
}

static void counting(void) {
  pthread_t threads[WORKERS];
  long sum = 0;
  for (long i = 0; i < WORKERS; i++) MUST(pthread_create(&threads[i], NULL, count, (void *)i) == 0);
  for (int i = 0; i < WORKERS; i++) {
    void *result;
    MUST(pthread_join(threads[i], &result) == 0);
    sum += (long)result;
  }
  printf("counter %ld, results %ld\n", counter, sum);
}

// A bounded queue between producers and consumers.
static struct {
  int items[4];
  int length;
  pthread_mutex_t lock;
  pthread_cond_t not_empty, not_full;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .not_empty = PTHREAD_COND_INITIALIZER, .not_full = PTHREAD_COND_INITIALIZER};

static void put(int item) {
  pthread_mutex_lock(&queue.lock);
  while (queue.length == 4) pthread_cond_wait(&queue.not_full, &queue.lock);
  queue.items[queue.length++] = item;
  pthread_cond_signal(&queue.not_empty);
  pthread_mutex_unlock(&queue.lock);
}

static int take(void) {
  pthread_mutex_lock(&queue.lock);
  while (queue.length == 0) pthread_cond_wait(&queue.not_empty, &queue.lock);
  int item = queue.items[--queue.length];
  pthread_cond_signal(&queue.not_full);
  pthread_mutex_unlock(&queue.lock);
  return item;
}

static void *produce(void *unused) {
  (void)unused;
  for (int i = 1; i <= 500; i++) put(i);
  return NULL;
}

static void *consume(void *unused) {
  (void)unused;
  long sum = 0;
  for (int item = take(); item != 0; item = take()) sum += item;
  return (void *)sum;
}

static void queueing(void) {
  pthread_t producers[3], consumers[2];
  long total = 0;
  for (int i = 0; i < 3; i++) pthread_create(&producers[i], NULL, produce, NULL);
  for (int i = 0; i < 2; i++) pthread_create(&consumers[i], NULL, consume, NULL);
  for (int i = 0; i < 3; i++) pthread_join(producers[i], NULL);
  // Zeros end the consumers; the queue is a stack, so wait until the rest was taken.
  for (int empty = 0; !empty; usleep(1000)) {
    pthread_mutex_lock(&queue.lock);
    empty = queue.length == 0;
    pthread_mutex_unlock(&queue.lock);
  }
  for (int i = 0; i < 2; i++) put(0);
  for (int i = 0; i < 2; i++) {
    void *sum;
    pthread_join(consumers[i], &sum);
    total += (long)sum;
  }
  printf("consumed %ld\n", total);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int initialized, destroyed;
static __thread int local = 5;
static pthread_barrier_t barrier;
static int arrived[4];

static void initialize(void) { initialized++; }
static void destroy(void *value) { __atomic_add_fetch(&destroyed, (int)(long)value, __ATOMIC_SEQ_CST); }

static void *meet(void *argument) {
  long index = (long)argument;
  pthread_once(&once, initialize);
  pthread_setspecific(key, (void *)(index + 1));
  local += index;
  arrived[index] = 1;
  int serial = pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
  int all = arrived[0] + arrived[1] + arrived[2] + arrived[3];
  return (void *)(long)(serial * 1000 + all * 100 + local);
}

static void meeting(void) {
  pthread_t threads[4];
  long sum = 0;
  pthread_key_create(&key, destroy);
  pthread_barrier_init(&barrier, NULL, 4);
  for (long i = 0; i < 4; i++) pthread_create(&threads[i], NULL, meet, (void *)i);
  for (int i = 0; i < 4; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("barrier %ld, once %d, destructors %d, own copy %d\n", sum, initialized, destroyed, local);
}

static sem_t started;
static int cleaned;
static void clean(void *unused) {
  (void)unused;
  cleaned++;
}

static void *wait_forever(void *unused) {
  (void)unused;
  pthread_cleanup_push(clean, NULL);
  sem_post(&started);
  for (;;) pause();
  pthread_cleanup_pop(0);
  return NULL;
}

static void *detached(void *argument) {
  sem_post(argument);
  return NULL;
}

static volatile int handled_by;
static void on_signal(int number) {
  (void)number;
  handled_by = (int)syscall(SYS_gettid);
}

static void *signalled(void *argument) {
  *(int *)argument = (int)syscall(SYS_gettid);
  sem_post(&started);
  while (handled_by == 0) usleep(1000);
  return NULL;
}

static void ending(void) {
  pthread_t thread;
  void *result;
  int tid = 0;
  sem_init(&started, 0, 0);
  pthread_create(&thread, NULL, wait_forever, NULL);
  sem_wait(&started);
  pthread_cancel(thread);
  pthread_join(thread, &result);
  printf("cancelled %d, cleaned up %d\n", result == PTHREAD_CANCELED, cleaned);

  pthread_create(&thread, NULL, detached, &started);
  pthread_detach(thread);
  sem_wait(&started);

  signal(SIGUSR1, on_signal);
  pthread_create(&thread, NULL, signalled, &tid);
  sem_wait(&started);
  pthread_kill(thread, SIGUSR1);
  pthread_join(thread, NULL);
  printf("signal went to the thread %d, which is not the first %d\n", handled_by == tid, tid != getpid());

  pthread_mutexattr_t attributes;
  pthread_mutex_t checked;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&checked, &attributes);
  pthread_mutex_lock(&checked);
  printf("relock: %s\n", errno_name(pthread_mutex_lock(&checked)));
  printf("try: %s\n", errno_name(pthread_mutex_trylock(&checked)));
  pthread_mutex_unlock(&checked);
  printf("unlock twice: %s\n", errno_name(pthread_mutex_unlock(&checked)));

  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec += 20000000;
  if (soon.tv_nsec >= 1000000000) soon.tv_sec++, soon.tv_nsec -= 1000000000;
  pthread_mutex_lock(&queue.lock);
  printf("timed wait: %s\n", errno_name(pthread_cond_timedwait(&queue.not_empty, &queue.lock, &soon)));
  pthread_mutex_unlock(&queue.lock);
}

int main(void) {
  counting();
  queueing();
  meeting();
  ending();
  return 0;
}
