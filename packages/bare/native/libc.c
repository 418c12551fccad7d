// SPDX-License-Identifier: MPL-2.0
// What the engine takes from a C library and musl's would ask Linux for. The rest (strings,
// mathematics, vsnprintf) comes from musl's libc.a as it is; nothing of it that is linked may
// execute `syscall`.

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include "bare.h"

void abort(void) {
  native_panic("the engine called abort()");
}

void __assert_fail(const char *expression, const char *file, int line, const char *function) {
  native_panic("%s:%d: %s: assertion failed: %s", file, line, function, expression);
}

// Only dumps of the engine's state print; they go to the early console.
int printf(const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  console_print(text);
  return length;
}

int fprintf(FILE *file, const char *format, ...) {
  (void)file;
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  console_print(text);
  return length;
}

int putchar(int character) {
  console_write((uint8_t)character);
  return character;
}

int puts(const char *text) {
  console_print(text);
  console_print("\n");
  return 0;
}

// `Date` has no clock here: kernels ask OSTD. The engine also seeds Math.random with it.
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  uint64_t ticks = rdtsc();
  *now = (struct timeval){.tv_sec = 0, .tv_usec = (long)(ticks & 0xfffff)};
  return 0;
}

// The time zone is UTC.
struct tm *localtime_r(const time_t *restrict time, struct tm *restrict out) {
  (void)time;
  memset(out, 0, sizeof *out);
  return out;
}

// For `Atomics`, on the one thread there is.
int pthread_mutex_lock(pthread_mutex_t *mutex) {
  (void)mutex;
  return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
  (void)mutex;
  return 0;
}

int pthread_cond_init(pthread_cond_t *restrict condition, const pthread_condattr_t *restrict how) {
  (void)condition;
  (void)how;
  return 0;
}

int pthread_cond_destroy(pthread_cond_t *condition) {
  (void)condition;
  return 0;
}

int pthread_cond_signal(pthread_cond_t *condition) {
  (void)condition;
  return 0;
}

int pthread_cond_wait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex) {
  (void)condition;
  (void)mutex;
  native_panic("Atomics.wait on the only thread");
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
  (void)until;
  return pthread_cond_wait(condition, mutex);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  (void)clock;
  *now = (struct timespec){0};
  return 0;
}
