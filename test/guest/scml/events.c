// SPDX-License-Identifier: MPL-2.0
//
// Probes of calls on time, waiting and random numbers.

#include "probe.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>

static struct timespec moment;
PROBE(clock_gettime, clockid) { return syscall(SYS_clock_gettime, value, &moment); }
PROBE(clock_getres, clockid) { return syscall(SYS_clock_getres, value, &moment); }
PROBE(clock_settime, clockid) {
  if (syscall(SYS_clock_gettime, value, &moment) < 0) return -1;
  return syscall(SYS_clock_settime, value, &moment);
}
static struct timespec short_time = {0, 1000};
PROBE(clock_nanosleep, clockid) {
  // Of a CPU clock nothing passes while one sleeps on it: its absolute beginning is over.
  int flags = is(name, "CLOCK_PROCESS_CPUTIME_ID") ? TIMER_ABSTIME : 0;
  static struct timespec zero;
  long error = syscall(SYS_clock_nanosleep, value, flags, flags ? &zero : &short_time, NULL);
  return error;
}
PROBE(clock_nanosleep, flags) { return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, value, &short_time, NULL); }

static int timer;
PROBE(timer_create, clockid) { return syscall(SYS_timer_create, value, NULL, &timer); }
static struct itimerspec setting = {{0, 0}, {1000, 0}};
PROBE(timer_settime, flags) {
  MUST(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer) == 0);
  setting.it_value.tv_sec = 100000000;
  return syscall(SYS_timer_settime, timer, value, &setting, NULL);
}
PROBE(timerfd_create, clockid) { return syscall(SYS_timerfd_create, value, 0); }
PROBE(timerfd_create, flags) { return syscall(SYS_timerfd_create, CLOCK_MONOTONIC, value); }
PROBE(timerfd_settime, flags) {
  return syscall(SYS_timerfd_settime, (int)syscall(SYS_timerfd_create, CLOCK_REALTIME, 0), value, &setting, NULL);
}
static struct itimerval interval;
PROBE(getitimer, which) { return syscall(SYS_getitimer, value, &interval); }
PROBE(setitimer, which) { return interval.it_value.tv_sec = 1, syscall(SYS_setitimer, value, &interval, NULL); }

PROBE(poll, fds_events) {
  struct pollfd fd = {1, value, 0};
  return syscall(SYS_poll, &fd, 1, 0);
}
PROBE(ppoll, fds_events) {
  static struct timespec none;
  struct pollfd fd = {1, value, 0};
  return syscall(SYS_ppoll, &fd, 1, &none, NULL, 8);
}
PROBE(epoll_create1, flags) { return syscall(SYS_epoll_create1, value); }
static int pipe_ends[2];
PROBE(epoll_ctl, op) {
  struct epoll_event event = {EPOLLIN, {0}};
  MUST(pipe(pipe_ends) == 0);
  int epoll = syscall(SYS_epoll_create1, 0);
  if (value != EPOLL_CTL_ADD) MUST(syscall(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, pipe_ends[0], &event) == 0);
  return syscall(SYS_epoll_ctl, epoll, value, pipe_ends[0], &event);
}
PROBE(epoll_ctl, event_events) {
  struct epoll_event event = {value, {0}};
  MUST(pipe(pipe_ends) == 0);
  return syscall(SYS_epoll_ctl, (int)syscall(SYS_epoll_create1, 0), EPOLL_CTL_ADD, pipe_ends[0], &event);
}
PROBE(eventfd2, flags) { return syscall(SYS_eventfd2, 0, value); }
PROBE(signalfd4, flags) {
  unsigned long set = 1;
  return syscall(SYS_signalfd4, -1, &set, 8, value);
}
PROBE(getrandom, flags) {
  static char bytes[8];
  return syscall(SYS_getrandom, bytes, 8, value);
}
PROBE(inotify_init1, flags) { return syscall(SYS_inotify_init1, value); }
PROBE(inotify_add_watch, mask) {
  unsigned long with = value & 0xfff ? 0 : 2;
  return syscall(SYS_inotify_add_watch, (int)syscall(SYS_inotify_init1, 0), ".", value | with);
}

// The word has the value that is not expected, so that nobody waits.
PROBE(futex, futex_op) {
  static int words[2] = {1, 1};
  unsigned long operation = value & 0x7f ? value : value == 0x100 ? value | 9 : value;
  int is_requeue = is(name, "FUTEX_CMP_REQUEUE") || is(name, "FUTEX_CMP_REQUEUE_PI");
  int locks = is(name, "FUTEX_LOCK_PI") || is(name, "FUTEX_LOCK_PI2") || is(name, "FUTEX_TRYLOCK_PI");
  words[0] = locks ? 0 : is(name, "FUTEX_UNLOCK_PI") ? (int)syscall(SYS_gettid) : 1;
  long result = syscall(SYS_futex, &words[0], operation, is(name, "FUTEX_CMP_REQUEUE_PI"),
                        is_requeue ? NULL : &short_time, &words[1], 1);
  return result == -1 && (errno == EAGAIN || errno == ETIMEDOUT) ? 0 : result;
}
