// SPDX-License-Identifier: MPL-2.0
// The primes below two million.
#include "loop.h"

enum { LIMIT = 2000000 };
static uint8_t composite[LIMIT];

static uint64_t work(void) {
  uint64_t sum = 0;
  for (int round = 0; round < 3; round++) {
    memset(composite, 0, sizeof composite);
    for (uint32_t i = 2; i < LIMIT; i++) {
      if (composite[i]) continue;
      sum += i;
      for (uint64_t j = (uint64_t)i * i; j < LIMIT; j += i) composite[j] = 1;
    }
  }
  return sum;
}
