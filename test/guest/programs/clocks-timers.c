// SPDX-License-Identifier: MPL-2.0
// Time: clocks go forward, sleeping lasts, timers fire, interrupted sleeps tell the rest.

#include "check.h"
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int alarms;
static void on_alarm(int number) {
  (void)number;
  alarms++;
}

static long long now_ns(clockid_t clock) {
  struct timespec time;
  MUST(clock_gettime(clock, &time) == 0);
  MUST(time.tv_nsec >= 0 && time.tv_nsec < 1000000000);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void clocks(void) {
  long long last = now_ns(CLOCK_MONOTONIC);
  int backwards = 0;
  for (int i = 0; i < 2000; i++) {
    long long now = now_ns(CLOCK_MONOTONIC);
    backwards += now < last;
    last = now;
  }
  printf("backwards %d\n", backwards);
  struct timeval day;
  MUST(gettimeofday(&day, NULL) == 0);
  printf("after 2020 %d, time agrees %d\n", day.tv_sec > 1577836800, time(NULL) - day.tv_sec <= 1);
  long long realtime = now_ns(CLOCK_REALTIME);
  printf("realtime agrees %d\n", realtime / 1000000000 - day.tv_sec <= 1);
  long long used = now_ns(CLOCK_PROCESS_CPUTIME_ID);
  volatile unsigned sum = 0;
  for (unsigned i = 0; i < 3000000; i++) sum += i;
  printf("processor time grows %d\n", now_ns(CLOCK_PROCESS_CPUTIME_ID) > used);
  printf("coarse and raw exist %d %d, boot time %d\n", now_ns(CLOCK_MONOTONIC_COARSE) > 0, now_ns(CLOCK_MONOTONIC_RAW) > 0,
         now_ns(CLOCK_BOOTTIME) > 0);
  struct timespec resolution;
  MUST(clock_getres(CLOCK_MONOTONIC, &resolution) == 0);
  printf("resolution below a tick %d\n", resolution.tv_sec == 0 && resolution.tv_nsec > 0 && resolution.tv_nsec <= 10000000);
  TRY(clock_gettime(1234, &resolution));
}

static void sleeping(void) {
  struct timespec pause = {0, 30000000}, rest = {9, 9};
  long long start = now_ns(CLOCK_MONOTONIC);
  TRY(nanosleep(&pause, NULL));
  printf("slept at least 30 ms %d\n", now_ns(CLOCK_MONOTONIC) - start >= 30000000);
  pause.tv_nsec = 1000000000;
  TRY(nanosleep(&pause, NULL));
  pause.tv_sec = -1, pause.tv_nsec = 0;
  TRY(nanosleep(&pause, NULL));
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += 20000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
  printf("reached %d\n", now_ns(CLOCK_MONOTONIC) >= until.tv_sec * 1000000000LL + until.tv_nsec);

  signal(SIGALRM, on_alarm);
  struct itimerval soon = {{0, 0}, {0, 40000}};
  MUST(setitimer(ITIMER_REAL, &soon, NULL) == 0);
  pause.tv_sec = 20, pause.tv_nsec = 0;
  TRY(nanosleep(&pause, &rest));
  printf("alarms %d, rest between 10 and 20 s %d\n", alarms, rest.tv_sec >= 10 && rest.tv_sec < 20);
}

static void timers(void) {
  struct itimerval periodic = {{0, 10000}, {0, 10000}}, left, old;
  alarms = 0;
  MUST(setitimer(ITIMER_REAL, &periodic, NULL) == 0);
  while (alarms < 5) pause();
  MUST(getitimer(ITIMER_REAL, &left) == 0);
  printf("interval %ld us, left at most that %d\n", (long)left.it_interval.tv_usec, left.it_value.tv_usec <= 10000);
  memset(&periodic, 0, sizeof periodic);
  MUST(setitimer(ITIMER_REAL, &periodic, &old) == 0);
  printf("old interval %ld us\n", (long)old.it_interval.tv_usec);
  int seen = alarms;
  usleep(30000);
  printf("stopped %d\n", alarms == seen);

  SHOW(alarm(100));
  unsigned rest = alarm(0);
  printf("alarm left %d\n", rest > 90 && rest <= 100);
  SHOW(alarm(0));

  // A timer of processor time fires while computing, not while sleeping.
  signal(SIGVTALRM, on_alarm);
  alarms = 0;
  struct itimerval computing = {{0, 0}, {0, 20000}};
  MUST(setitimer(ITIMER_VIRTUAL, &computing, NULL) == 0);
  usleep(60000);
  printf("while sleeping %d\n", alarms);
  for (volatile unsigned spin = 0; alarms == 0; spin++) {
  }
  printf("while computing %d\n", alarms);

  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
  struct itimerspec once = {{0, 0}, {0, 20000000}};
  alarms = 0;
  TRY(timer_create(CLOCK_MONOTONIC, &event, &timer));
  TRY(timer_settime(timer, 0, &once, NULL));
  while (alarms == 0) pause();
  TRY(timer_delete(timer));
}

static void calendar(void) {
  time_t moments[] = {0, 951782400, 1000000000, 1709210096, 2147483648, 4102444800, -86400};
  char text[64];
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    struct tm parts;
    gmtime_r(&moments[i], &parts);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a %j", &parts);
    printf("%s, back %d\n", text, timegm(&parts) == moments[i]);
  }
}

int main(void) {
  clocks();
  sleeping();
  timers();
  calendar();
  return 0;
}
