// SPDX-License-Identifier: MPL-2.0
// memcpy and strlen of the C library, and memset, over short and long areas.
#include "loop.h"

enum { BYTES = 1 << 20 };
static char from[BYTES], to[BYTES];

static uint64_t work(void) {
  // Through volatile pointers, so that the compiler calls the library.
  void *(*volatile copy)(void *, const void *, size_t) = memcpy;
  size_t (*volatile length)(const char *) = strlen;
  void *(*volatile set)(void *, int, size_t) = memset;
  uint64_t sum = 0;
  for (size_t i = 0; i < BYTES; i++) from[i] = (char)(1 + (i * 7) % 100);
  from[BYTES - 1] = 0;
  for (int round = 0; round < 160; round++) {
    copy(to, from, BYTES);
    sum = sum * 31 + length(to) + (uint64_t)to[round * 997 % BYTES];
    set(to + 4096, round + 1, BYTES / 2);
  }
  for (size_t at = 0; at + 300 < BYTES; at += 67) {
    size_t n = 5 + at % 200;
    copy(to + at, from + at, n);
    to[at + n] = 0;
    sum = sum * 31 + length(to + at);
  }
  return sum;
}
