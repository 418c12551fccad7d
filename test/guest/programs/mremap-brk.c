// SPDX-License-Identifier: MPL-2.0
// mremap and brk: growing in place, moving, shrinking, contents, the program break.

#include "check.h"
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096 };

static char *anonymous(size_t length) {
  char *area = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(area != MAP_FAILED);
  return area;
}

static void fill(char *area, size_t length) {
  for (size_t i = 0; i < length; i++) area[i] = (char)(i * 7 + i / 256);
}

static int intact(const char *area, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (area[i] != (char)(i * 7 + i / 256)) return 0;
  return 1;
}

int main(void) {
  char *area = anonymous(16 * PAGE);
  fill(area, 16 * PAGE);
  char *same = mremap(area, 16 * PAGE, 4 * PAGE, 0);
  printf("shrunk in place %d, intact %d\n", same == area, intact(area, 4 * PAGE));
  char *grown = mremap(area, 4 * PAGE, 8 * PAGE, 0);
  printf("grown into the hole %d, intact %d, new part zero %d\n", grown == area, intact(area, 4 * PAGE), area[5 * PAGE] == 0);
  // A neighbour forces a move.
  char *wall = mmap(area + 8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  MUST(wall == area + 8 * PAGE);
  fill(area, 8 * PAGE);
  TRY((long)mremap(area, 8 * PAGE, 16 * PAGE, 0));
  char *moved = mremap(area, 8 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
  MUST(moved != MAP_FAILED);
  printf("moved %d, intact %d, rest zero %d\n", moved != area, intact(moved, 8 * PAGE), moved[63 * PAGE] == 0);
  TRY(msync(area, PAGE, MS_ASYNC));
  char *target = anonymous(64 * PAGE);
  char *placed = mremap(moved, 64 * PAGE, 64 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  printf("placed %d, intact %d\n", placed == target, intact(placed, 8 * PAGE));
  TRY((long)mremap(placed + 1, PAGE, PAGE, MREMAP_MAYMOVE));
  TRY((long)mremap(placed, PAGE, 0, MREMAP_MAYMOVE));
  TRY((long)mremap((void *)(8L * PAGE), PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  TRY((long)mremap(placed, PAGE, 2 * PAGE, 128));

  // The raw call returns the break it ends with, also when it cannot move.
  uintptr_t start = (uintptr_t)syscall(SYS_brk, 0);
  uintptr_t aligned = (start + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
  SHOW((uintptr_t)syscall(SYS_brk, aligned + 10 * PAGE) == aligned + 10 * PAGE);
  char *heap = (char *)aligned;
  SHOW(heap[0] == 0 && heap[10 * PAGE - 1] == 0);
  fill(heap, 10 * PAGE);
  SHOW((uintptr_t)syscall(SYS_brk, aligned + 5 * PAGE + 100) == aligned + 5 * PAGE + 100);
  SHOW(intact(heap, 5 * PAGE + 100));
  SHOW((uintptr_t)syscall(SYS_brk, aligned + 10 * PAGE) == aligned + 10 * PAGE);
  SHOW(heap[6 * PAGE] == 0 && heap[10 * PAGE - 1] == 0);
  SHOW((uintptr_t)syscall(SYS_brk, 1) == aligned + 10 * PAGE);
  SHOW((uintptr_t)syscall(SYS_brk, UINTPTR_MAX) == aligned + 10 * PAGE);
  SHOW((uintptr_t)syscall(SYS_brk, start) == start);
  return 0;
}
