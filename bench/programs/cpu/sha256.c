// SPDX-License-Identifier: MPL-2.0
// SHA-256 (FIPS 180-4) of 6 MiB.
#include "loop.h"
#include <math.h>

static uint32_t k[64], first[8];
static uint8_t data[1 << 20];

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

// The constants are the first bits of the fractions of square and cube roots of primes.
static void constants(void) {
  int n = 0;
  for (int p = 2; n < 64; p++) {
    int prime = 1;
    for (int d = 2; d * d <= p; d++) prime &= p % d != 0;
    if (!prime) continue;
    double cube = cbrt(p), square = sqrt(p);
    k[n] = (uint32_t)((cube - floor(cube)) * 4294967296.0);
    if (n < 8) first[n] = (uint32_t)((square - floor(square)) * 4294967296.0);
    n++;
  }
}

static void block(uint32_t h[8], const uint8_t *p) {
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++) {
    w[i] = (uint32_t)p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
           (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  memcpy(s, h, sizeof s);
  for (int i = 0; i < 64; i++) {
    uint32_t e = s[4], a = s[0];
    uint32_t t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                  ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                  ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    s[7] = s[6], s[6] = s[5], s[5] = e, s[4] = s[3] + t1;
    s[3] = s[2], s[2] = s[1], s[1] = a, s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) h[i] += s[i];
}

static uint64_t work(void) {
  uint32_t h[8];
  constants();
  memcpy(h, first, sizeof h);
  for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 31 + (i >> 11));
  for (int round = 0; round < 6; round++)
    for (size_t i = 0; i < sizeof data; i += 64) block(h, data + i);
  return (uint64_t)h[0] << 32 | h[7];
}
