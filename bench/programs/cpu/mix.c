// SPDX-License-Identifier: MPL-2.0
// A mix of what small programs do: lists, matrices of short integers, a scanner of numbers, and checksums over all.
#include "loop.h"

enum { ITEMS = 400, SIDE = 24, TEXT = 4000 };

static uint16_t check16(uint16_t crc, uint16_t value) {
  for (int i = 0; i < 16; i++) {
    int bit = (crc ^ value) & 1;
    crc >>= 1, value >>= 1;
    if (bit) crc ^= 0xa001;
  }
  return crc;
}

// --- Lists: reversed, searched, sorted by merging

struct item {
  struct item *next;
  int16_t key, data;
};

static struct item *reversed(struct item *list) {
  struct item *out = NULL;
  while (list) {
    struct item *next = list->next;
    list->next = out;
    out = list;
    list = next;
  }
  return out;
}

static struct item *merged(struct item *a, struct item *b) {
  struct item head, *tail = &head;
  while (a && b) {
    struct item **least = a->key <= b->key ? &a : &b;
    tail = tail->next = *least;
    *least = (*least)->next;
  }
  tail->next = a ? a : b;
  return head.next;
}

static struct item *sorted(struct item *list) {
  if (!list || !list->next) return list;
  struct item *slow = list, *fast = list->next;
  while (fast && fast->next) slow = slow->next, fast = fast->next->next;
  struct item *second = slow->next;
  slow->next = NULL;
  return merged(sorted(list), sorted(second));
}

static uint16_t lists(uint16_t crc, int seed) {
  static struct item items[ITEMS];
  for (int i = 0; i < ITEMS; i++) {
    items[i].next = i + 1 < ITEMS ? &items[i + 1] : NULL;
    items[i].key = (int16_t)((i * 7919 + seed * 31) % 1009);
    items[i].data = (int16_t)i;
  }
  struct item *list = reversed(items);
  for (int key = 0; key < 40; key++) {
    struct item *i = list;
    while (i && i->key != key * 25) i = i->next;
    crc = check16(crc, (uint16_t)(i ? i->data : -1));
  }
  int n = 0;
  for (struct item *i = sorted(list); i; i = i->next)
    if (n++ % 10 == 0) crc = check16(crc, (uint16_t)i->key);
  return crc;
}

// --- Matrices

static uint16_t matrices(uint16_t crc, int seed) {
  static int16_t a[SIDE][SIDE], b[SIDE][SIDE];
  int32_t sum = 0;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++)
      a[i][j] = (int16_t)(i * seed + j), b[i][j] = (int16_t)(j * 3 - i + seed);
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      int32_t product = 0;
      for (int k = 0; k < SIDE; k++) product += a[i][k] * b[k][j];
      sum += (product >> 2 & 0xf) * (product >> 5 & 0x7f);
    }
  return check16(check16(crc, (uint16_t)sum), (uint16_t)(sum >> 16));
}

// --- A scanner

enum state { START, SIGN, DIGITS, POINT, FRACTION, EXPONENT, EXPONENT_DIGITS, INVALID, STATES };

static enum state next_state(enum state s, char c) {
  int digit = c >= '0' && c <= '9';
  switch (s) {
    case START: return digit ? DIGITS : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : INVALID;
    case SIGN: return digit ? DIGITS : c == '.' ? POINT : INVALID;
    case DIGITS: return digit ? DIGITS : c == '.' ? POINT : c == 'e' ? EXPONENT : INVALID;
    case POINT: case FRACTION: return digit ? FRACTION : c == 'e' ? EXPONENT : INVALID;
    case EXPONENT: case EXPONENT_DIGITS: return digit || c == '-' ? EXPONENT_DIGITS : INVALID;
    default: return INVALID;
  }
}

static uint16_t scanner(uint16_t crc, int seed) {
  static char text[TEXT + 1];
  static const char *const parts[] = {"5012", "1234.5", "-.25e4", "+1e-9", "12x", "--", "8.", "0.5"};
  int n = 0;
  for (int i = 0; n + 8 < TEXT; i++) {
    for (const char *p = parts[(i * 5 + seed) % 8]; *p; p++) text[n++] = *p;
    text[n++] = ',';
  }
  int visits[STATES] = {0}, ends[STATES] = {0};
  enum state s = START;
  for (int i = 0; i < n; i++) {
    if (text[i] == ',') ends[s]++, s = START;
    else visits[s = next_state(s, text[i])]++;
  }
  for (int i = 0; i < STATES; i++) crc = check16(check16(crc, (uint16_t)visits[i]), (uint16_t)ends[i]);
  return crc;
}

static uint64_t work(void) {
  uint16_t crc = 0;
  for (int round = 0; round < 350; round++) {
    crc = lists(crc, round);
    crc = matrices(crc, round);
    crc = scanner(crc, round);
  }
  return crc;
}
