// SPDX-License-Identifier: MPL-2.0
// Walks a linked list whose nodes lie in no order.
#include "loop.h"

enum { NODES = 1 << 16, WALKS = 30 };
static struct node {
  struct node *next;
  uint64_t value;
} nodes[NODES];

static uint64_t work(void) {
  static uint32_t order[NODES];
  uint32_t seed = 1;
  for (uint32_t i = 0; i < NODES; i++) order[i] = i;
  for (uint32_t i = NODES - 1; i > 0; i--) {
    seed = seed * 1664525u + 1013904223u;
    uint32_t j = (uint32_t)((uint64_t)seed * (i + 1) >> 32), t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
  for (uint32_t i = 0; i < NODES; i++) {
    nodes[order[i]].next = i + 1 < NODES ? &nodes[order[i + 1]] : NULL;
    nodes[order[i]].value = i;
  }
  uint64_t sum = 0;
  for (int walk = 0; walk < WALKS; walk++)
    for (struct node *n = &nodes[order[0]]; n; n = n->next) sum = sum * 3 + n->value;
  return sum;
}
