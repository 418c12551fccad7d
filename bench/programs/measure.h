// SPDX-License-Identifier: MPL-2.0
// Each program measures itself with the monotonic clock and prints one line:
// NAME VALUE UNIT CHECK, where CHECK must be equal wherever the program runs.
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static inline double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static inline void report(const char *name, double value, const char *unit, uint64_t check) {
  printf("%s %.6g %s %llx\n", name, value, unit, (unsigned long long)check);
}
