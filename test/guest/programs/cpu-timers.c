// SPDX-License-Identifier: MPL-2.0
//
// Timers of timer_create(2) on clocks of CPU time, one's own and others', and timers that hear of a set clock.

#include "check.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef TFD_TIMER_CANCEL_ON_SET
#define TFD_TIMER_CANCEL_ON_SET 2
#endif

static volatile int count, value;
static void on_timer(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  count++;
  value = info->si_value.sival_int;
  if (info->si_code != SI_TIMER) value = -1;
}
static long long now_ns(clockid_t clock) {
  struct timespec time;
  MUST(clock_gettime(clock, &time) == 0);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}
static void burn(long ms) {
  long long end = now_ns(CLOCK_THREAD_CPUTIME_ID) + ms * 1000000LL;
  while (now_ns(CLOCK_THREAD_CPUTIME_ID) < end) continue;
}
static timer_t make(clockid_t clock, int number) {
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = number};
  timer_t timer;
  MUST(timer_create(clock, &event, &timer) == 0);
  return timer;
}
static void arm(timer_t timer, long ms, long interval_ms) {
  struct itimerspec spec = {{interval_ms / 1000, interval_ms % 1000 * 1000000}, {ms / 1000, ms % 1000 * 1000000}};
  MUST(timer_settime(timer, 0, &spec, NULL) == 0);
}
static long long left_ns(timer_t timer) {
  struct itimerspec spec;
  MUST(timer_gettime(timer, &spec) == 0);
  return spec.it_value.tv_sec * 1000000000LL + spec.it_value.tv_nsec;
}
static volatile int stop;
static void *busy(void *unused) {
  (void)unused;
  while (!stop) continue;
  return NULL;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, NULL);
  struct timespec nap = {0, 120000000};

  timer_t timer = make(CLOCK_PROCESS_CPUTIME_ID, 1);
  SHOW(left_ns(timer));
  arm(timer, 50, 0);
  nanosleep(&nap, NULL);
  SHOW(count);
  printf("left: %d\n", left_ns(timer) > 0 && left_ns(timer) <= 50000000);
  burn(200);
  SHOW(count);
  SHOW(value);
  SHOW(left_ns(timer));
  count = 0;
  arm(timer, 30, 30);
  burn(300);
  printf("several times: %d\n", count >= 3 && count <= 11);
  arm(timer, 0, 5);
  SHOW(left_ns(timer));
  struct itimerspec spec;
  timer_gettime(timer, &spec);
  SHOW(spec.it_interval.tv_nsec);
  count = 0;
  burn(50);
  SHOW(count);
  // A time that has passed.
  spec = (struct itimerspec){.it_value = {0, 1}};
  MUST(timer_settime(timer, TIMER_ABSTIME, &spec, NULL) == 0);
  burn(30);
  SHOW(count);
  TRY(timer_delete(timer));

  timer = make(CLOCK_THREAD_CPUTIME_ID, 2);
  count = 0;
  pthread_t thread;
  pthread_create(&thread, NULL, busy, NULL);
  arm(timer, 60, 0);
  nanosleep(&nap, NULL);
  nanosleep(&nap, NULL);
  SHOW(count);
  clockid_t clock;
  MUST(pthread_getcpuclockid(thread, &clock) == 0);
  timer_t theirs = make(clock, 3);
  arm(theirs, 60, 0);
  while (count == 0) nanosleep(&nap, NULL);
  SHOW(value);
  stop = 1;
  pthread_join(thread, NULL);
  count = 0;
  burn(200);
  SHOW(count);
  SHOW(value);
  timer_delete(theirs);
  timer_delete(timer);

  pid_t child = fork();
  if (child == 0) {
    signal(SIGUSR1, SIG_DFL);
    for (;;) continue;
  }
  MUST(clock_getcpuclockid(child, &clock) == 0);
  count = 0;
  timer = make(clock, 4);
  arm(timer, 60, 0);
  while (count == 0) nanosleep(&nap, NULL);
  SHOW(value);
  kill(child, SIGKILL);
  MUST(waitpid(child, NULL, 0) == child);
  errno = 0;
  TRY(timer_create(clock, NULL, &timer));
  TRY(timer_create(CLOCK_MONOTONIC_RAW, NULL, &timer));
  TRY(timer_create(55, NULL, &timer));

  // Set to what it shows, the clock has been set all the same.
  int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  spec = (struct itimerspec){.it_value = {time.tv_sec + 100, 0}};
  MUST(timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL) == 0);
  uint64_t expirations;
  TRY(read(fd, &expirations, 8));
  clock_gettime(CLOCK_REALTIME, &time);
  MUST(clock_settime(CLOCK_REALTIME, &time) == 0);
  struct pollfd poll_fd = {fd, POLLIN, 0};
  TRY(poll(&poll_fd, 1, 0));
  errno = 0;
  ssize_t got = read(fd, &expirations, 8);
  printf("read: %zd, canceled %d\n", got, errno == ECANCELED);
  TRY(read(fd, &expirations, 8));
  MUST(timerfd_gettime(fd, &spec) == 0);
  printf("still armed: %d\n", spec.it_value.tv_sec > 90);
  MUST(timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0);
  clock_gettime(CLOCK_REALTIME, &time);
  MUST(clock_settime(CLOCK_REALTIME, &time) == 0);
  return 0;
}
