// SPDX-License-Identifier: MPL-2.0
// Loops that are interrupted a thousand times a second, by handlers that use every register: what the loops compute stays
// what it is without interruptions.

#include "check.h"
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

static volatile int ticks;
static volatile double noise;

// Uses general, vector and x87 registers, flags and the direction flag's neighbourhood.
static void on_alarm(int number) {
  (void)number;
  char text[64];
  ticks++;
  noise += sqrt(ticks) * 1.25;
  snprintf(text, sizeof text, "%d %.3f %Lg", ticks, noise, (long double)noise);
  __asm__ volatile(
      "movq $-1, %%rax\n movq %%rax, %%rcx\n movq %%rax, %%rdx\n movq %%rax, %%rsi\n movq %%rax, %%rdi\n"
      "movq %%rax, %%r8\n movq %%rax, %%r9\n movq %%rax, %%r10\n movq %%rax, %%r11\n"
      "pcmpeqb %%xmm0, %%xmm0\n movaps %%xmm0, %%xmm1\n movaps %%xmm0, %%xmm2\n movaps %%xmm0, %%xmm7\n"
      "movaps %%xmm0, %%xmm8\n movaps %%xmm0, %%xmm15\n fldpi\n fldl2e\n fcompp\n addq $1, %%rax\n stc"
      ::: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm7", "xmm8", "xmm15",
          "cc", "memory");
}

static uint64_t integers(void) {
  uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, count = 400000;
  __asm__ volatile(
      "  xorl %%r10d, %%r10d\n"
      "1: addq %[b], %[a]\n"
      "  adcq %[c], %[d]\n"
      "  rclq $5, %[e]\n"
      "  sbbq %[a], %[b]\n"
      "  imulq $17, %[d], %%r8\n"
      "  xorq %%r8, %[c]\n"
      "  bsfq %[d], %%r9\n"
      "  cmovnzq %%r9, %%r10\n"
      "  addq %%r10, %[e]\n"
      "  pushq %[a]\n"
      "  rolq $9, (%%rsp)\n"
      "  popq %[a]\n"
      "  pushfq\n"
      "  popq %%r11\n"
      "  andl $0xd5, %%r11d\n"
      "  addq %%r11, %[c]\n"
      "  decq %[count]\n"
      "  jnz 1b\n"
      : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [e] "+r"(e), [count] "+r"(count)
      :
      : "r8", "r9", "r10", "r11", "cc", "memory");
  return a ^ b ^ c ^ d ^ e;
}

static uint64_t vectors(void) {
  uint32_t seed[4] = {1, 2, 3, 4}, out[4];
  uint64_t count = 400000;
  __asm__ volatile(
      "movups %[seed], %%xmm0\n movaps %%xmm0, %%xmm7\n pxor %%xmm15, %%xmm15\n"
      "1: paddd %%xmm7, %%xmm0\n"
      "  pmuludq %%xmm0, %%xmm7\n"
      "  pshufd $0x39, %%xmm0, %%xmm1\n"
      "  pxor %%xmm1, %%xmm7\n"
      "  psllq $3, %%xmm1\n"
      "  paddq %%xmm1, %%xmm15\n"
      "  punpcklbw %%xmm15, %%xmm0\n"
      "  decq %[count]\n"
      "  jnz 1b\n"
      "pxor %%xmm15, %%xmm0\n pxor %%xmm7, %%xmm0\n movups %%xmm0, %[out]\n"
      : [count] "+r"(count), [out] "=m"(out)
      : [seed] "m"(seed)
      : "xmm0", "xmm1", "xmm7", "xmm15", "cc");
  return checksum(out, sizeof out);
}

static uint64_t floats(void) {
  double x = 0.1, y = 1.7;
  long double z = 0.3L;
  for (int i = 0; i < 150000; i++) {
    x = x * 1.0000001 + 1.0 / (i + y);
    y = sqrt(y * y + x) * 0.75;
    if (i % 8 == 0) z = z * 0.999L + (long double)x / 3;
  }
  uint64_t bits[2];
  memcpy(&bits[0], &x, 8);
  memcpy(&bits[1], &y, 8);
  return bits[0] ^ bits[1] ^ (uint64_t)(z * 1000000);
}

static uint64_t strings(void) {
  char from[3000], to[3000];
  uint64_t sum = 0;
  memset(to, 1, sizeof to);
  for (int i = 0; i < 3000; i++) from[i] = (char)(i * 7);
  for (int i = 0; i < 600; i++) {
    void *d = to, *s = from;
    size_t n = 2000 + (size_t)i % 900;
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n)::"memory");
    d = to, s = from, n = 2990;
    __asm__ volatile("repe cmpsb" : "+D"(d), "+S"(s), "+c"(n)::"cc", "memory");
    sum = sum * 31 + n;
    // Backwards, with the direction flag set while interrupts arrive.
    d = to + 2999, s = from + 2900, n = 1500;
    __asm__ volatile("std\n rep movsb\n cld" : "+D"(d), "+S"(s), "+c"(n)::"cc", "memory");
    sum += checksum(to, 64);
  }
  return sum ^ checksum(to, sizeof to);
}

static __attribute__((noinline)) uint64_t calls(unsigned n) { return n < 2 ? n : calls(n - 1) * 3 + calls(n - 2); }
static uint64_t recursion(void) { return calls(23); }

static const struct {
  const char *name;
  uint64_t (*run)(void);
} loops[] = {{"integers", integers}, {"vectors", vectors}, {"floats", floats}, {"strings", strings}, {"recursion", recursion}};
enum { LOOPS = sizeof loops / sizeof *loops };

static uint64_t quiet[LOOPS];
static volatile int stop;
static void *elsewhere(void *result) {
  long wrong = 0;
  while (!stop)
    for (int i = 0; i < LOOPS; i++) wrong += loops[i].run() != quiet[i];
  *(long *)result = wrong;
  return NULL;
}

int main(void) {
  for (int i = 0; i < LOOPS; i++) {
    quiet[i] = loops[i].run();
    printf("%s: %llx\n", loops[i].name, (unsigned long long)quiet[i]);
  }
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  MUST(sigaction(SIGALRM, &action, NULL) == 0);
  struct itimerval every = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
  MUST(setitimer(ITIMER_REAL, &every, NULL) == 0);
  // Until the loops have been interrupted often, beside another thread that does the same.
  pthread_t thread;
  long wrong_elsewhere = -1;
  int wrong = 0;
  MUST(pthread_create(&thread, NULL, elsewhere, &wrong_elsewhere) == 0);
  for (int round = 0; round < 3 || ticks < 60; round++)
    for (int i = 0; i < LOOPS; i++) wrong += loops[i].run() != quiet[i];
  stop = 1;
  MUST(pthread_join(thread, NULL) == 0);
  setitimer(ITIMER_REAL, &never, NULL);
  printf("interrupted: %d wrong, %ld wrong in the other thread\n", wrong, wrong_elsewhere);
  return 0;
}
