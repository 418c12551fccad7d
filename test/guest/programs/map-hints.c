// SPDX-License-Identifier: MPL-2.0
//
// Where mmap(2) puts what the caller has a wish for, with MAP_32BIT and without.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

static void try(const char *what, uintptr_t hint, size_t length, int flags) {
  void *place = mmap((void *)hint, length, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  if (place == MAP_FAILED) {
    printf("%s: %s\n", what, errno == ENOMEM ? "ENOMEM" : "another error");
    return;
  }
  uintptr_t start = (uintptr_t)place, end = start + length;
  const char *where = start == hint                 ? "as asked"
                      : start == (hint & ~0xffful) ? "rounded down"
                      : start == 0x10000            ? "at the minimum"
                                                    : "elsewhere";
  const char *part = (flags & MAP_32BIT) == 0                        ? ""
                     : start >= 0x40000000 && end <= 0x80000000 ? ", in the second GiB"
                     : end <= 0x40000000                             ? ", in the first GiB"
                                                                     : ", beyond";
  printf("%s: %s%s\n", what, where, part);
  munmap(place, length);
}

int main(void) {
  try("free", 0x50000000, 1 << 20, 0);
  try("free, 32 bits", 0x50000000, 1 << 20, MAP_32BIT);
  try("in a page", 0x50000123, 8192, 0);
  try("in a page, 32 bits", 0x50000123, 8192, MAP_32BIT);
  try("no wish, 32 bits", 0, 8192, MAP_32BIT);
  try("ends behind, 32 bits", 0x7ffff000, 8192, MAP_32BIT);
  try("ends there, 32 bits", 0x7ffff000, 4096, MAP_32BIT);
  try("far, 32 bits", 0x500000000, 8192, MAP_32BIT);
  try("first GiB, 32 bits", 0x20000000, 8192, MAP_32BIT);
  try("below the minimum", 0x1000, 4096, 0);
  try("below the minimum, 32 bits", 0x1000, 4096, MAP_32BIT);
  try("in the first page", 1, 4096, 0);
  try("large, 32 bits", 0, 0x38000000, MAP_32BIT);
  try("too large, 32 bits", 0, 0x41000000, MAP_32BIT);
  try("larger than a GiB, 32 bits", 0x10000000, 0x60000000, MAP_32BIT);
  try("beyond user space", 0x800000000000, 4096, 0);
  try("high", 0x600000000000, 1 << 30, 0);
  mmap((void *)0x60000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  try("taken", 0x60000000, 4096, 0);
  try("taken, 32 bits", 0x60000000, 4096, MAP_32BIT);
  try("just below", 0x5ffff000, 4096, MAP_32BIT);
  try("partly taken", 0x5ffff000, 8192, MAP_32BIT);
  return 0;
}
