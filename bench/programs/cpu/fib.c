// SPDX-License-Identifier: MPL-2.0
// Calls and returns.
#include "loop.h"

static __attribute__((noinline, optimize("no-optimize-sibling-calls"))) uint64_t fib(unsigned n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static volatile unsigned n = 34;
static uint64_t work(void) { return fib(n); }
