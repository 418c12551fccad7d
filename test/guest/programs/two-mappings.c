// SPDX-License-Identifier: MPL-2.0
// One page at two addresses with different permissions, and permissions that change while hot loops run.

#include "check.h"
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, WORDS = PAGE / 8, HOT = 300000 };
static sigjmp_buf back;
static volatile int faults;
static volatile char *last;

static void on_jump(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  last = info->si_addr;
  faults++;
  siglongjmp(back, 1);
}

static char *writing(volatile uint64_t *place) {
  last = NULL;
  if (sigsetjmp(back, 1) == 0) *place = 1;
  return (char *)last;
}
static char *reading(volatile uint64_t *place) {
  last = NULL;
  if (sigsetjmp(back, 1) == 0) (void)*place;
  return (char *)last;
}

// Adds through one view and reads through the other.
static __attribute__((noinline)) uint64_t hot(volatile uint64_t *to, volatile const uint64_t *from, int rounds) {
  uint64_t sum = 0;
  for (int i = 0; i < rounds; i++) {
    to[i % WORDS] = from[(i * 7) % WORDS] + (uint64_t)i;
    sum = sum * 3 + from[i % WORDS];
  }
  return sum;
}

static void two_permissions(void) {
  int file = memfd_create("shared", 0);
  MUST(file >= 0 && ftruncate(file, 4 * PAGE) == 0);
  uint64_t *writable = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  uint64_t *readable = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, file, 0);
  uint64_t *closed = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_SHARED, file, 0);
  uint64_t *private_ = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  MUST(writable != MAP_FAILED && readable != MAP_FAILED && closed != MAP_FAILED && private_ != MAP_FAILED);
  printf("two views, hot: %llx\n", (unsigned long long)hot(writable, readable, HOT));
  printf("the same view: %llx\n", (unsigned long long)hot(writable, writable, HOT));
  printf("write to the readable one: %s\n", writing(readable + 5) == (char *)(readable + 5) ? "faults there" : "wrong");
  printf("read of the closed one: %s\n", reading(closed + 6) == (char *)(closed + 6) ? "faults there" : "wrong");
  printf("write to the writable one: %s\n", writing(writable + 7) == NULL ? "fine" : "wrong");
  printf("seen in the readable one: %llu\n", (unsigned long long)readable[7]);
  // The private view leaves at its first write; the other two stay together.
  uint64_t before = private_[9];
  private_[9] = before + 1;
  writable[9] = 1234;
  printf("private: %llu more, shared: %llu\n", (unsigned long long)(private_[9] - before), (unsigned long long)readable[9]);
  printf("hot from shared to private: %llx\n", (unsigned long long)hot(private_, readable, HOT));

  // The writable view loses its right and gets it back, while the other never has it.
  int right = 0;
  for (int i = 0; i < 50; i++) {
    hot(writable, readable, 2000);
    MUST(mprotect(writable, PAGE, PROT_READ) == 0);
    right += writing(writable + i) == (char *)(writable + i);
    right += reading(readable + i) == NULL;
    MUST(mprotect(closed, PAGE, PROT_READ) == 0);
    right += reading(closed + i) == NULL && closed[i] == readable[i];
    MUST(mprotect(closed, PAGE, PROT_NONE) == 0);
    right += reading(closed + i) != NULL;
    MUST(mprotect(writable, PAGE, PROT_READ | PROT_WRITE) == 0);
    right += writing(writable + i) == NULL && readable[i] == 1;
  }
  printf("permissions in turn: %d of 250\n", right);

  // One view goes away, and something else comes to its address.
  right = 0;
  for (int i = 0; i < 50; i++) {
    hot(writable, readable, 2000);
    MUST(munmap(readable, PAGE) == 0);
    right += reading(readable + i) == (char *)(readable + i);
    uint64_t *again = mmap(readable, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, file, i % 4 * PAGE);
    MUST(again == readable);
    right += readable[3] == writable[i % 4 * WORDS + 3];
    MUST(mmap(readable, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0) == readable);
    right += readable[3] == writable[3];
  }
  printf("unmapped and mapped: %d of 150\n", right);
}

// --- Permissions that go away in the middle of a hot loop: the handler counts, gives them back, and the loop goes on.

static unsigned char *area;
static volatile int taken, given;
static void on_give(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  size_t page = (size_t)((unsigned char *)info->si_addr - area) / PAGE;
  if (page >= 4) _exit(3);
  MUST(mprotect(area + page * PAGE, PAGE, PROT_READ | PROT_WRITE) == 0);
  given++;
}

static void under_way(void) {
  struct sigaction action = {.sa_sigaction = on_give, .sa_flags = SA_SIGINFO};
  MUST(sigaction(SIGSEGV, &action, NULL) == 0);
  area = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(area != MAP_FAILED);
  uint64_t sum = 1;
  for (uint32_t i = 0; i < HOT; i++) {
    volatile unsigned char *place = area + (i * 37) % (4 * PAGE);
    if (i % 1000 == 0) {
      // Every access after this may fault: first reads and writes, then writes only.
      int page = (int)(i / 1000 % 4);
      MUST(mprotect(area + page * PAGE, PAGE, i / 4000 % 2 ? PROT_READ : PROT_NONE) == 0);
      taken++;
    }
    sum = sum * 5 + *place;
    *place = (unsigned char)(sum >> 3);
  }
  printf("taken %d times, given back %d times: %llx\n", taken, given, (unsigned long long)sum);

  // Read, modified and written at once, and across the end of a page.
  given = taken = 0;
  sum = 0;
  for (uint32_t i = 0; i < HOT; i++) {
    uint32_t *across = (uint32_t *)(area + 2 * PAGE - 2);
    if (i % 2000 == 0) {
      MUST(mprotect(area + (i / 2000 % 2 + 1) * PAGE, PAGE, i / 4000 % 2 ? PROT_READ : PROT_NONE) == 0);
      taken++;
    }
    __asm__ volatile("addl %[i], (%[p])\n lock incl (%[p])\n xchgl %k[s], (%[p])"
                     : [s] "+r"(sum)
                     : [p] "r"(across), [i] "r"(i)
                     : "memory", "cc");
  }
  printf("across pages: taken %d times, given back %d times: %llx\n", taken, given, (unsigned long long)sum);

  // Long copies by the processor's own loops, which stop where the fault is.
  given = taken = 0;
  sum = 0;
  for (int i = 0; i < 400; i++) {
    MUST(mprotect(area + (i % 3 + 1) * PAGE, PAGE, i % 2 ? PROT_READ : PROT_NONE) == 0);
    taken++;
    void *to = area + i, *from = area + 5000 - i;
    size_t n = 9000 - (size_t)i;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n)::"memory");
    sum += n + (uint64_t)((unsigned char *)to - area);
    to = area + 3 * i;
    n = 1200;
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(n) : "a"((uint64_t)i * 0x0101010101010101ull) : "memory");
    sum = sum * 7 + n + (uint64_t)((unsigned char *)to - area);
  }
  printf("copies: taken %d times, given back %d times: %llx\n", taken, given, (unsigned long long)(sum ^ checksum(area, 4 * PAGE)));
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_jump, .sa_flags = SA_SIGINFO};
  MUST(sigaction(SIGSEGV, &action, NULL) == 0);
  two_permissions();
  under_way();
  return 0;
}
