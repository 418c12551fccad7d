// SPDX-License-Identifier: MPL-2.0
// A loop defines `work`, which computes the same every time. main runs it until it is warm, then
// TIMED times, and prints one line: milliseconds of the first run, of the median run, and what was computed.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WARM_NS 600e6
enum { WARM_RUNS = 3, TIMED = 5 };

static uint64_t work(void);

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  double start = now_ns();
  uint64_t check = work();
  double first = now_ns() - start;
  for (int run = 1; run < WARM_RUNS || now_ns() - start < WARM_NS; run++) {
    if (work() != check) return 1;
  }
  double took[TIMED];
  for (int run = 0; run < TIMED; run++) {
    double begin = now_ns();
    if (work() != check) return 1;
    took[run] = now_ns() - begin;
  }
  qsort(took, TIMED, sizeof *took, ascending);
  printf("%.6g %.6g %llx\n", first / 1e6, took[TIMED / 2] / 1e6, (unsigned long long)check);
  return 0;
}
