// SPDX-License-Identifier: MPL-2.0
//
// clock_nanosleep, nanosleep, clocks and their resolution: absolute and relative, interrupted, bad values.

#include "check.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t alarms;
static void on_alarm(int sig) { (void)sig; alarms++; }
static long long now(clockid_t clock) {
  struct timespec t;
  MUST(clock_gettime(clock, &t) == 0);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}
static void in_ms(int ms) {
  struct itimerval timer = {{0, 0}, {0, ms * 1000}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

int main(void) {
  struct sigaction action = {.sa_handler = on_alarm};
  struct timespec rest = {0, 0}, t;
  sigaction(SIGALRM, &action, NULL);
  long long start = now(CLOCK_MONOTONIC);
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 20000000}, NULL));
  SHOW(now(CLOCK_MONOTONIC) - start >= 20000000);
  start = now(CLOCK_REALTIME);
  long long end = start + 30000000;
  t = (struct timespec){end / 1000000000, end % 1000000000};
  SHOW(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL));
  SHOW(now(CLOCK_REALTIME) >= end);
  SHOW(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &(struct timespec){1, 0}, NULL));
  SHOW(clock_nanosleep(CLOCK_BOOTTIME, 0, &(struct timespec){0, 1000}, NULL));
  printf("-- interrupted\n");
  in_ms(50);
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){10, 0}, &rest) == EINTR);
  SHOW(rest.tv_sec == 9 && rest.tv_nsec > 0);
  in_ms(50);
  TRY(nanosleep(&(struct timespec){5, 0}, &rest));
  SHOW(rest.tv_sec == 4);
  rest.tv_sec = 77;
  in_ms(50);
  end = now(CLOCK_MONOTONIC) + 5000000000LL;
  t = (struct timespec){end / 1000000000, end % 1000000000};
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, &rest) == EINTR);
  SHOW(rest.tv_sec);
  SHOW(alarms);
  in_ms(30);
  SHOW(usleep(900000) == -1 && errno == EINTR);
  in_ms(30);
  SHOW(sleep(3) >= 2);
  printf("-- bad values\n");
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 1000000000}, NULL) == EINVAL);
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){-1, 0}, NULL) == EINVAL);
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, -1}, NULL) == EINVAL);
  SHOW(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &(struct timespec){0, 1}, NULL) == EINVAL);
  SHOW(clock_nanosleep(77, 0, &(struct timespec){0, 1}, NULL) == EINVAL);
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 0}, NULL));
  TRY(clock_gettime(77, &t));
  TRY(clock_getres(77, &t));
  TRY(clock_settime(CLOCK_MONOTONIC, &t));
  printf("-- clocks\n");
  clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE};
  for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++) {
    long long first = now(clocks[i]), second = now(clocks[i]);
    MUST(clock_getres(clocks[i], &t) == 0);
    printf("clock %d: monotonic %d, resolution up to 10 ms %d\n", (int)clocks[i], second >= first, t.tv_sec == 0 && t.tv_nsec > 0 && t.tv_nsec <= 10000000);
  }
  SHOW(now(CLOCK_REALTIME) > 1000000000000000000LL);
  long long cpu = now(CLOCK_PROCESS_CPUTIME_ID);
  usleep(50000);
  SHOW(now(CLOCK_PROCESS_CPUTIME_ID) - cpu < 40000000);
  for (volatile long i = 0; i < 3000000; i++) {}
  SHOW(now(CLOCK_PROCESS_CPUTIME_ID) > cpu);
  clockid_t other;
  SHOW(clock_getcpuclockid(getpid(), &other));
  SHOW(clock_gettime(other, &t));
  struct timeval wall;
  SHOW(gettimeofday(&wall, NULL));
  SHOW(wall.tv_sec - time(NULL) >= -1 && wall.tv_sec - time(NULL) <= 1);
  return 0;
}
