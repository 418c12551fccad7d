// SPDX-License-Identifier: MPL-2.0
//
// A process whose first thread has ended: what /proc tells of it, signals, waiting, exec by another thread;
// cancellation in calls that wait for other programs; 200 threads at once.

#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nap(int ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
  while (nanosleep(&t, &t) != 0) continue;
}

static int tasks(void) {
  DIR *directory = opendir("/proc/self/task");
  int count = -2;
  while (readdir(directory) != NULL) count++;
  closedir(directory);
  return count;
}

static void *look(void *unused) {
  (void)unused;
  nap(60);
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%d/stat", getpid());
  FILE *file = fopen(path, "r");
  MUST(fgets(text, sizeof text, file) != NULL);
  fclose(file);
  printf("number of the process %d, state %c, tasks %d\n", atoi(text) == getpid(), strrchr(text, ')')[2], tasks());
  snprintf(path, sizeof path, "/proc/%d/task/%ld/stat", getpid(), syscall(SYS_gettid));
  file = fopen(path, "r");
  MUST(fgets(text, sizeof text, file) != NULL);
  fclose(file);
  printf("own number %d, state %c\n", atoi(text) == syscall(SYS_gettid), strrchr(text, ')')[2]);
  snprintf(path, sizeof path, "/proc/%d/status", getpid());
  file = fopen(path, "r");
  while (fgets(text, sizeof text, file) != NULL) {
    if (strncmp(text, "State:", 6) == 0) fputs(text, stdout);
    if (strncmp(text, "Pid:", 4) == 0) printf("Pid %d\n", atoi(text + 4) == getpid());
  }
  fclose(file);
  fflush(stdout);
  _exit(9);
}
static void *sleeps(void *unused) {
  for (;;) pause();
  return unused;
}
static void *executes(void *unused) {
  nap(30);
  execl("/proc/thread-self/exe", "thread-leaders", "again", (char *)NULL);
  return unused;
}
static void *naps(void *value) {
  nap(30);
  return value;
}
static void *exits(void *unused) {
  nap(30);
  _exit(7);
  return unused;
}

/** Starts `body` beside a thread that sleeps, and ends the first thread alone; what its parent then sees. */
static void without_leader(const char *what, void *(*body)(void *), int signal_number) {
  printf("%s\n", what);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    pthread_t thread;
    if (body != naps) pthread_create(&thread, NULL, sleeps, NULL);
    pthread_create(&thread, NULL, body, NULL);
    syscall(SYS_exit, 5);
  }
  int status;
  if (body != naps) {
    nap(20);
    printf("  still there: %d\n", waitpid(child, &status, WNOHANG) == 0);
  }
  if (signal_number != 0) kill(child, signal_number);
  MUST(waitpid(child, &status, 0) == child);
  printf("  status %#x\n", status);
}

static volatile int stage;
static void cleanup(void *what) { printf("  cleans up: %s\n", (const char *)what); }
static void *in_poll(void *unused) {
  pthread_cleanup_push(cleanup, "poll");
  stage = 1;
  poll(NULL, 0, -1);
  pthread_cleanup_pop(0);
  return unused;
}
static void *in_wait(void *unused) {
  pthread_cleanup_push(cleanup, "wait");
  stage = 1;
  wait(NULL);
  pthread_cleanup_pop(0);
  return unused;
}
static void *in_open(void *unused) {
  pthread_cleanup_push(cleanup, "open of a FIFO");
  stage = 1;
  open("fifo", O_RDONLY);
  pthread_cleanup_pop(0);
  return unused;
}
static void *in_sigwait(void *unused) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_cleanup_push(cleanup, "sigwait");
  stage = 1;
  sigwaitinfo(&set, NULL);
  pthread_cleanup_pop(0);
  return unused;
}
static void cancel(void *(*body)(void *)) {
  pthread_t thread;
  void *result;
  stage = 0;
  pthread_create(&thread, NULL, body, NULL);
  while (stage == 0) nap(2);
  nap(30);
  MUST(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
  printf("  canceled: %d\n", result == PTHREAD_CANCELED);
}

static pthread_barrier_t barrier;
static void *meets(void *value) {
  pthread_barrier_wait(&barrier);
  return value;
}

int main(int argc, char **argv) {
  if (argc > 1) {
    printf("  %s: number of the process %d, tasks %d\n", argv[1], getpid() == syscall(SYS_gettid), tasks());
    return 3;
  }
  without_leader("another thread looks, and ends the process", look, 0);
  without_leader("exec by another thread", executes, 0);
  without_leader("a signal", sleeps, SIGTERM);
  without_leader("the last thread ends", naps, 0);
  without_leader("another thread exits", exits, 0);
  printf("cancellation\n");
  mkfifo("fifo", 0600);
  cancel(in_poll);
  cancel(in_open);
  cancel(in_sigwait);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) sleeps(NULL);
  cancel(in_wait);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  pthread_t threads[200];
  int wrong = 0;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 65536);
  pthread_barrier_init(&barrier, NULL, 201);
  for (long i = 0; i < 200; i++) wrong += pthread_create(&threads[i], &attributes, meets, (void *)i) != 0;
  printf("tasks %d\n", tasks());
  pthread_barrier_wait(&barrier);
  for (long i = 0; i < 200; i++) {
    void *value;
    pthread_join(threads[i], &value);
    wrong += (long)value != i;
  }
  printf("wrong: %d\n", wrong);
  return 0;
}
