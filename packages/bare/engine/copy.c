// SPDX-License-Identifier: MPL-2.0
// Copies and fills, in the image alone: musl's repeat a string instruction, each round of which costs an
// emulated processor a block of code.

#include <stddef.h>
#include <stdint.h>

// No calls of what is defined here.
#define PLAIN __attribute__((optimize("no-tree-loop-distribute-patterns")))
typedef uint64_t word __attribute__((aligned(1), may_alias));

PLAIN void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  word *put = to;
  const word *get = from;
  for (; length >= 64; length -= 64, put += 8, get += 8) {
    put[0] = get[0], put[1] = get[1], put[2] = get[2], put[3] = get[3];
    put[4] = get[4], put[5] = get[5], put[6] = get[6], put[7] = get[7];
  }
  for (; length >= 8; length -= 8) *put++ = *get++;
  for (size_t i = 0; i < length; i++) ((char *)put)[i] = ((const char *)get)[i];
  return to;
}

PLAIN void *memmove(void *to, const void *from, size_t length) {
  char *put = to;
  const char *get = from;
  if ((size_t)(put - get) < length) {
    for (; length >= 8; length -= 8) *(word *)(put + length - 8) = *(const word *)(get + length - 8);
    while (length-- > 0) put[length] = get[length];
  } else {
    for (; length >= 8; length -= 8, put += 8, get += 8) *(word *)put = *(const word *)get;
    for (size_t i = 0; i < length; i++) put[i] = get[i];
  }
  return to;
}

PLAIN void *memset(void *to, int byte, size_t length) {
  word *put = to, filled = (uint8_t)byte * 0x0101010101010101ull;
  for (; length >= 64; length -= 64, put += 8) {
    put[0] = filled, put[1] = filled, put[2] = filled, put[3] = filled;
    put[4] = filled, put[5] = filled, put[6] = filled, put[7] = filled;
  }
  for (; length >= 8; length -= 8) *put++ = filled;
  for (size_t i = 0; i < length; i++) ((char *)put)[i] = byte;
  return to;
}
