// SPDX-License-Identifier: MPL-2.0
// CPU loops: `loops NAME` runs one of them, warm, and reports milliseconds (the best of three).
#include "measure.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t crc_table[256];

static uint64_t crc32_loop(void) {
  static uint8_t data[1 << 20];
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    crc_table[i] = c;
  }
  for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 + (i >> 8));
  uint32_t crc = ~0u;
  for (int round = 0; round < 8; round++)
    for (size_t i = 0; i < sizeof data; i++) crc = crc_table[(crc ^ data[i]) & 255] ^ (crc >> 8);
  return ~crc;
}

static void sort(int32_t *a, int64_t low, int64_t high) {
  while (low < high) {
    int32_t pivot = a[(low + high) / 2];
    int64_t i = low, j = high;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) {
        int32_t t = a[i];
        a[i++] = a[j];
        a[j--] = t;
      }
    }
    if (j - low < high - i) {
      sort(a, low, j);
      low = i;
    } else {
      sort(a, i, high);
      high = j;
    }
  }
}

static uint64_t quicksort_loop(void) {
  enum { N = 1000000 };
  static int32_t a[N];
  uint32_t seed = 12345;
  for (int i = 0; i < N; i++) a[i] = (int32_t)(seed = seed * 1664525u + 1013904223u);
  sort(a, 0, N - 1);
  return (uint32_t)a[N / 2];
}

static uint64_t hash_loop(void) {
  enum { SLOTS = 1 << 20, KEYS = 600000 };
  static uint64_t keys[SLOTS];
  memset(keys, 0, sizeof keys);
  uint64_t x = 88172645463325252ull, probes = 0;
  for (int i = 0; i < KEYS; i++) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    uint64_t key = x | 1;
    size_t slot = (key * 0x9e3779b97f4a7c15ull) >> 44;
    while (keys[slot] && keys[slot] != key) slot = (slot + 1) & (SLOTS - 1), probes++;
    keys[slot] = key;
  }
  return probes;
}

static uint64_t nbody_loop(void) {
  double p[5][3], v[5][3], m[5];
  for (int i = 0; i < 5; i++) {
    m[i] = 1.0 / (i + 1);
    for (int k = 0; k < 3; k++) p[i][k] = (i * 3 + k) * 0.731 - 4, v[i][k] = (k - i) * 0.013;
  }
  for (int step = 0; step < 200000; step++) {
    for (int i = 0; i < 5; i++)
      for (int j = i + 1; j < 5; j++) {
        double d[3], r2 = 0.01;
        for (int k = 0; k < 3; k++) d[k] = p[i][k] - p[j][k], r2 += d[k] * d[k];
        double mag = 0.001 / (r2 * sqrt(r2));
        for (int k = 0; k < 3; k++) v[i][k] -= d[k] * m[j] * mag, v[j][k] += d[k] * m[i] * mag;
      }
    for (int i = 0; i < 5; i++)
      for (int k = 0; k < 3; k++) p[i][k] += 0.001 * v[i][k];
  }
  uint64_t bits;
  memcpy(&bits, &p[0][0], 8);
  return bits;
}

static __attribute__((noinline)) uint64_t fib(uint64_t n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static uint64_t fib_loop(void) { return fib(32); }

static const struct {
  const char *name;
  uint64_t (*run)(void);
} loops[] = {
    {"crc32", crc32_loop}, {"quicksort", quicksort_loop}, {"hash", hash_loop},
    {"nbody", nbody_loop}, {"fib", fib_loop},
};

int main(int argc, char **argv) {
  for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
    if (argc > 1 && strcmp(argv[1], loops[i].name)) continue;
    double best = 1e300;
    uint64_t check = 0;
    for (int round = 0; round < 3; round++) {
      double start = now_ns();
      check = loops[i].run();
      double elapsed = (now_ns() - start) / 1e6;
      if (elapsed < best) best = elapsed;
    }
    report(loops[i].name, best, "ms", check);
  }
  return 0;
}
