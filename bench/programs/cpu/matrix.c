// SPDX-License-Identifier: MPL-2.0
// Products of matrices: integers and doubles.
#include "loop.h"

enum { N = 240 };
static int32_t a[N][N], b[N][N], c[N][N];
static double x[N][N], y[N][N], z[N][N];

static uint64_t work(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      a[i][j] = i * 3 - j * 5, b[i][j] = i ^ j;
      x[i][j] = i * 0.5 - j, y[i][j] = 1.0 / (i + j + 1);
    }
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int32_t sum = 0;
      double real = 0;
      for (int k = 0; k < N; k++) sum += a[i][k] * b[k][j], real += x[i][k] * y[k][j];
      c[i][j] = sum, z[i][j] = real;
    }
  // Once more by rows, which compilers like better.
  for (int i = 0; i < N; i++)
    for (int k = 0; k < N; k++)
      for (int j = 0; j < N; j++) c[i][j] += a[k][i] * b[k][j];
  uint64_t sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      uint64_t bits;
      memcpy(&bits, &z[i][j], sizeof bits);
      sum = sum * 31 + (uint32_t)c[i][j] + bits;
    }
  return sum;
}
