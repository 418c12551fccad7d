// SPDX-License-Identifier: MPL-2.0
// Quicksort of 400,000 numbers.
#include "loop.h"

enum { N = 400000 };
static int32_t a[N];

static void sort(int32_t *p, int64_t low, int64_t high) {
  while (low < high) {
    int32_t pivot = p[(low + high) / 2];
    int64_t i = low, j = high;
    while (i <= j) {
      while (p[i] < pivot) i++;
      while (p[j] > pivot) j--;
      if (i <= j) {
        int32_t t = p[i];
        p[i++] = p[j];
        p[j--] = t;
      }
    }
    if (j - low < high - i) {
      sort(p, low, j);
      low = i;
    } else {
      sort(p, i, high);
      high = j;
    }
  }
}

static uint64_t work(void) {
  uint32_t seed = 12345;
  for (int i = 0; i < N; i++) a[i] = (int32_t)(seed = seed * 1664525u + 1013904223u);
  sort(a, 0, N - 1);
  uint64_t sum = 0;
  for (int i = 0; i < N; i++) sum = sum * 31 + (uint32_t)a[i];
  return sum;
}
