// SPDX-License-Identifier: MPL-2.0
// Integer arithmetic: all widths, shifts, division, bit operations, 128 bits, carry chains, hashes.

#include "check.h"
#include <stdint.h>

static unsigned long long hash;
static void add(unsigned long long value) { hash = (hash ^ value) * 0x100000001b3ULL; }

static void report(const char *what) {
  printf("%-12s %016llx\n", what, hash);
  hash = 0;
}

#define WIDTH(name, type, unsigned_type)                                               \
  static void name(void) {                                                             \
    unsigned long long state = sizeof(type);                                           \
    for (int i = 0; i < 3000; i++) {                                                   \
      volatile type a = (type)next_random(&state), b = (type)(next_random(&state) >> (i % 60)); \
      unsigned_type ua = (unsigned_type)a, ub = (unsigned_type)b;                      \
      int shift = (int)(next_random(&state) % (sizeof(type) * 8));                     \
      add((unsigned_type)(ua + ub)), add((unsigned_type)(ua - ub)), add((unsigned_type)(ua * ub)); \
      if (b != 0 && b != (type)-1) add(a / b), add(a % b);                             \
      if (ub != 0) add(ua / ub), add(ua % ub);                                         \
      add(a >> shift), add(ua >> shift), add((unsigned_type)(ua << shift));            \
      add((unsigned_type)(ua << shift | ua >> ((sizeof(type) * 8 - shift) % (sizeof(type) * 8)))); \
      add(a < b), add(ua < ub), add(a == b), add((unsigned_type)~ua), add((unsigned_type)-ua);     \
      type out;                                                                        \
      add(__builtin_add_overflow(a, b, &out)), add(__builtin_mul_overflow(a, b, &out)), add((unsigned_type)out); \
    }                                                                                  \
    report(#type);                                                                     \
  }
WIDTH(width8, int8_t, uint8_t)
WIDTH(width16, int16_t, uint16_t)
WIDTH(width32, int32_t, uint32_t)
WIDTH(width64, int64_t, uint64_t)

static void bit_operations(void) {
  unsigned long long state = 77;
  for (int i = 0; i < 3000; i++) {
    uint64_t x = next_random(&state) >> (i % 64);
    if (x != 0) add(__builtin_clzll(x)), add(__builtin_ctzll(x)), add(__builtin_ffsll((long long)x));
    add(__builtin_popcountll(x)), add(__builtin_parityll(x)), add(__builtin_bswap64(x)), add(__builtin_bswap32((uint32_t)x)), add(__builtin_bswap16((uint16_t)x));
    unsigned char bit, carry;
    uint64_t changed = x, index = i % 64;
    __asm__("btsq %2, %0; setc %1" : "+r"(changed), "=r"(bit) : "r"(index) : "cc");
    add(changed), add(bit);
    __asm__("btrq %2, %0; setc %1" : "+r"(changed), "=r"(bit) : "r"(index) : "cc");
    add(changed), add(bit);
    __asm__("btcq %2, %0; setc %1" : "+r"(changed), "=r"(bit) : "r"(index) : "cc");
    add(changed), add(bit);
    // Through the carry: rotate left by one with a known carry.
    __asm__("stc; rclq $1, %0; setc %1" : "+r"(changed), "=r"(carry) : : "cc");
    add(changed), add(carry);
    __asm__("clc; rcrq $3, %0; setc %1" : "+r"(changed), "=r"(carry) : : "cc");
    add(changed), add(carry);
    uint64_t low = x, high = ~x;
    __asm__("shldq $13, %1, %0" : "+r"(low) : "r"(high) : "cc");
    __asm__("shrdq $29, %0, %1" : : "r"(low), "r"(high) : "cc");
    add(low);
  }
  report("bits");
}

static void wide(void) {
  unsigned long long state = 5;
  for (int i = 0; i < 2000; i++) {
    unsigned __int128 a = ((unsigned __int128)next_random(&state) << 64) | next_random(&state);
    unsigned __int128 b = (((unsigned __int128)next_random(&state) << 64) | next_random(&state)) >> (i % 120);
    unsigned __int128 results[] = {a + b, a - b, a * b, b != 0 ? a / b : 0, b != 0 ? a % b : 0, a >> (i % 128), a << (i % 128)};
    for (int k = 0; k < 7; k++) add((uint64_t)results[k]), add((uint64_t)(results[k] >> 64));
    __int128 sa = (__int128)a, sb = (__int128)b;
    if (sb != 0) add((uint64_t)(sa / sb)), add((uint64_t)(sa % sb));
  }
  report("128 bits");
  // The factorial of 60, in limbs.
  uint32_t limbs[10] = {1};
  for (uint32_t n = 2; n <= 60; n++) {
    uint64_t carry = 0;
    for (int i = 0; i < 10; i++) carry += (uint64_t)limbs[i] * n, limbs[i] = (uint32_t)carry, carry >>= 32;
  }
  printf("60! = 0x");
  for (int i = 9; i >= 0; i--) printf("%08x", limbs[i]);
  printf("\n");
}

static void instructions(void) {
  // String instructions, forward and backward, and exchanges.
  char from[64], to[64];
  for (int i = 0; i < 64; i++) from[i] = (char)(i * 5), to[i] = 0;
  void *source = from, *target = to;
  unsigned long count = 40;
  __asm__ volatile("cld; rep movsb" : "+S"(source), "+D"(target), "+c"(count) : : "memory");
  printf("movsb moved %d, left %lu\n", (int)((char *)target - to), count);
  source = from + 39, target = to + 63, count = 20;
  __asm__ volatile("std; rep movsb; cld" : "+S"(source), "+D"(target), "+c"(count) : : "memory");
  printf("backwards %016llx\n", checksum(to, 64));
  target = from, count = 64;
  __asm__ volatile("repne scasb" : "+D"(target), "+c"(count) : "a"(100) : "cc", "memory");
  printf("scasb left %lu\n", count);
  source = from, target = to, count = 64;
  __asm__ volatile("repe cmpsb" : "+S"(source), "+D"(target), "+c"(count) : : "cc", "memory");
  printf("cmpsb left %lu\n", count);
  target = to, count = 8;
  __asm__ volatile("rep stosq" : "+D"(target), "+c"(count) : "a"(0x1122334455667788ULL) : "memory");
  printf("stosq %016llx\n", checksum(to, 64));
  uint64_t a = 5, b = 9, old = __atomic_fetch_add(&a, 10, __ATOMIC_SEQ_CST), swapped = __atomic_exchange_n(&b, 77, __ATOMIC_SEQ_CST);
  uint64_t expected = 15;
  int done = __atomic_compare_exchange_n(&a, &expected, 99, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  int again = __atomic_compare_exchange_n(&a, &expected, 100, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  printf("atomic %llu %llu %llu %d %d %llu\n", (unsigned long long)old, (unsigned long long)swapped, (unsigned long long)a, done, again, (unsigned long long)expected);
  __attribute__((aligned(16))) uint64_t pair[2] = {1, 2};
  unsigned char equal;
  uint64_t low = 1, high = 2;
  __asm__ volatile("lock cmpxchg16b %1; sete %0" : "=q"(equal), "+m"(pair), "+a"(low), "+d"(high) : "b"(30UL), "c"(40UL) : "cc");
  printf("cmpxchg16b %d %d %d\n", equal, (int)pair[0], (int)pair[1]);
  uint32_t eax = 0x80000000, edx;
  __asm__("cltd" : "=d"(edx), "+a"(eax));
  uint64_t quotient, remainder;
  __asm__("divq %4" : "=a"(quotient), "=d"(remainder) : "0"(7UL), "1"(3UL), "r"(10UL) : "cc");
  printf("cltd %x, 128-bit division %llx rest %llx\n", edx, (unsigned long long)quotient, (unsigned long long)remainder);
  uint64_t flags;
  __asm__ volatile("movl $0x7fffffff, %%eax; addl $1, %%eax; pushfq; popq %0" : "=r"(flags) : : "eax", "cc");
  printf("flags of an overflow %03llx\n", (unsigned long long)flags & 0x8d5);
}

static void hashes(void) {
  // CRC-32 and Adler-32 of a generated text.
  static unsigned char text[50000];
  unsigned long long state = 3;
  for (size_t i = 0; i < sizeof text; i++) text[i] = (unsigned char)next_random(&state);
  uint32_t table[256], crc = 0xffffffff, s1 = 1, s2 = 0;
  for (uint32_t n = 0; n < 256; n++) {
    uint32_t c = n;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >> 1) : c >> 1;
    table[n] = c;
  }
  for (size_t i = 0; i < sizeof text; i++) {
    crc = table[(crc ^ text[i]) & 0xff] ^ (crc >> 8);
    s1 = (s1 + text[i]) % 65521, s2 = (s2 + s1) % 65521;
  }
  printf("crc %08x adler %08x fnv %016llx\n", ~crc, s2 << 16 | s1, checksum(text, sizeof text));
}

int main(void) {
  width8();
  width16();
  width32();
  width64();
  bit_operations();
  wide();
  instructions();
  hashes();
  return 0;
}
