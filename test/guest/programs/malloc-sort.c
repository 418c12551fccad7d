// SPDX-License-Identifier: MPL-2.0
// The heap and sorting: random sizes, realloc, alignment, large blocks, qsort, bsearch, trees.

#include "check.h"
#include <malloc.h>
#include <search.h>
#include <stdint.h>

enum { SLOTS = 400, STEPS = 20000 };

static void stress(void) {
  static struct {
    unsigned char *data;
    size_t size;
    unsigned char fill;
  } slots[SLOTS];
  unsigned long long state = 11;
  long damaged = 0, allocated = 0;
  for (int step = 0; step < STEPS; step++) {
    unsigned long long random = next_random(&state);
    int i = (int)(random % SLOTS);
    size_t size = (random >> 16) % ((random >> 60) == 0 ? 300000 : 700) + 1;
    if (slots[i].data != NULL && (random >> 40) % 3 == 0) {
      unsigned char *moved = realloc(slots[i].data, size);
      MUST(moved != NULL);
      size_t kept = size < slots[i].size ? size : slots[i].size;
      for (size_t k = 0; k < kept; k += 97) damaged += moved[k] != slots[i].fill;
      slots[i].data = moved;
    } else {
      for (size_t k = 0; k < slots[i].size; k += 61) damaged += slots[i].data[k] != slots[i].fill;
      free(slots[i].data);
      slots[i].data = malloc(size);
      MUST(slots[i].data != NULL && ((uintptr_t)slots[i].data & 15) == 0);
      allocated++;
    }
    slots[i].size = size;
    slots[i].fill = (unsigned char)step;
    memset(slots[i].data, slots[i].fill, size);
  }
  for (int i = 0; i < SLOTS; i++) free(slots[i].data);
  printf("allocated %ld, damaged %ld\n", allocated, damaged);
}

static void special(void) {
  unsigned char *zeroed = calloc(1000, 1000);
  MUST(zeroed != NULL);
  printf("calloc checksum %016llx\n", checksum(zeroed, 1000000));
  memset(zeroed, 1, 1000000);
  free(zeroed);
  zeroed = calloc(1000, 1000);
  printf("again %016llx\n", checksum(zeroed, 1000000));
  free(zeroed);
  for (size_t alignment = 16; alignment <= 65536; alignment *= 8) {
    void *place = NULL;
    int error = posix_memalign(&place, alignment, 100);
    printf("aligned to %zu: %d %d\n", alignment, error, ((uintptr_t)place & (alignment - 1)) == 0);
    free(place);
  }
  volatile size_t enormous = SIZE_MAX / 2;
  void *none = malloc(enormous);
  printf("half of everything: %d %s\n", none == NULL, errno_name(errno));
  free(none);
  char *big = malloc(64 << 20);
  MUST(big != NULL);
  for (int i = 0; i < 64; i++) big[i << 20] = (char)i;
  int sum = 0;
  for (int i = 0; i < 64; i++) sum += big[i << 20];
  printf("64 MiB, touched thinly: %d\n", sum);
  free(big);
}

static int compare_numbers(const void *a, const void *b) {
  long x = *(const long *)a, y = *(const long *)b;
  return (x > y) - (x < y);
}
static int compare_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void sorting(void) {
  enum { COUNT = 30000 };
  static long numbers[COUNT];
  unsigned long long state = 4;
  for (int i = 0; i < COUNT; i++) numbers[i] = (long)(next_random(&state) % 100000) - 50000;
  qsort(numbers, COUNT, sizeof *numbers, compare_numbers);
  int ordered = 1, found = 0;
  for (int i = 1; i < COUNT; i++) ordered &= numbers[i - 1] <= numbers[i];
  for (long key = -50000; key < 50000; key += 100) found += bsearch(&key, numbers, COUNT, sizeof key, compare_numbers) != NULL;
  printf("sorted %d, found %d, checksum %016llx\n", ordered, found, checksum(numbers, sizeof numbers));

  static char *words[2000];
  for (int i = 0; i < 2000; i++) {
    words[i] = malloc(20);
    snprintf(words[i], 20, "w%llx", next_random(&state) % 0xfffff);
  }
  qsort(words, 2000, sizeof *words, compare_text);
  printf("words %s %s %s\n", words[0], words[1000], words[1999]);
  void *root = NULL;
  int distinct = 0;
  for (int i = 0; i < 2000; i++) {
    char **node = tsearch(&words[(i * 7) % 2000], &root, compare_text);
    distinct += *node == (char *)&words[(i * 7) % 2000];
  }
  printf("distinct %d\n", distinct);
}

// Binary trees, allocated and freed over and over.
struct tree {
  struct tree *left, *right;
};
static struct tree *grow(int depth) {
  struct tree *node = malloc(sizeof *node);
  node->left = depth > 0 ? grow(depth - 1) : NULL;
  node->right = depth > 0 ? grow(depth - 1) : NULL;
  return node;
}
static int fell(struct tree *node) {
  if (node == NULL) return 0;
  int nodes = 1 + fell(node->left) + fell(node->right);
  free(node);
  return nodes;
}

int main(void) {
  stress();
  special();
  sorting();
  int nodes = 0;
  for (int round = 0; round < 10; round++) nodes += fell(grow(12));
  printf("trees of %d nodes\n", nodes);
  return 0;
}
