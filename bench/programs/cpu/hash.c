// SPDX-License-Identifier: MPL-2.0
// A hash table of 48 MiB with open addressing: more pages than any translation cache holds.
#include "loop.h"

enum { SLOTS = 3 << 20, KEYS = 600000 };
static struct entry {
  uint64_t key, value;
} table[SLOTS];

static uint64_t work(void) {
  uint64_t x = 88172645463325252ull, sum = 0;
  static uint64_t generation;
  generation++; // entries of runs before count as empty
  for (int pass = 0; pass < 2; pass++) {
    x = 88172645463325252ull;
    for (int i = 0; i < KEYS; i++) {
      x ^= x << 13, x ^= x >> 7, x ^= x << 17;
      size_t slot = (size_t)(((x * 0x9e3779b97f4a7c15ull) >> 32) * SLOTS >> 32);
      while (table[slot].value >> 32 == generation && table[slot].key != x) {
        slot = slot + 1 == SLOTS ? 0 : slot + 1;
        sum++;
      }
      if (pass == 0) table[slot] = (struct entry){x, generation << 32 | (uint32_t)i};
      else sum += (uint32_t)table[slot].value;
    }
  }
  return sum;
}
