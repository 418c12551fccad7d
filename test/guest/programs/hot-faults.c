// SPDX-License-Identifier: MPL-2.0
// Faults at each instruction of loops that have run hot: the handler sees every register and flag exactly, mends the cause
// (or the registers) and the loop goes on.

#include "check.h"
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { PAGE = 4096, FLAGS = 0x8d5 };
static unsigned char *area; // 16 pages
static volatile int faults;
static unsigned long long seen;

static void note(unsigned long long value) { seen = (seen ^ value) * 0x100000001b3ULL; }

extern char copy_a[], copy_b[], copy_c[], copy_d[], copy_end[];

// Which instruction, what it wanted, and all that the loop keeps in registers, relative to the area.
static void note_state(const greg_t *r, const siginfo_t *info) {
  note((unsigned long long)(r[REG_RIP] - (long)copy_a));
  note((unsigned long long)((unsigned char *)info->si_addr - area));
  note((unsigned long long)info->si_code);
  note((unsigned long long)r[REG_ERR]);
  note((unsigned long long)r[REG_RAX]);
  note((unsigned long long)r[REG_RBX]);
  note((unsigned long long)r[REG_RCX]);
  note((unsigned long long)(r[REG_RSI] - (long)area));
  note((unsigned long long)(r[REG_RDI] - (long)area));
  note((unsigned long long)(r[REG_RDX] - (long)area));
  note((unsigned long long)r[REG_R8]);
  note((unsigned long long)(r[REG_EFL] & FLAGS));
}

// Makes the page accessible and takes another one away.
static void on_segv(int number, siginfo_t *info, void *context) {
  (void)number;
  note_state(((ucontext_t *)context)->uc_mcontext.gregs, info);
  size_t page = (size_t)((unsigned char *)info->si_addr - area) / PAGE;
  if (page >= 16) _exit(3);
  mprotect(area + page * PAGE, PAGE, PROT_READ | PROT_WRITE);
  mprotect(area + (page * 5 + 3) % 16 * PAGE, PAGE, faults % 2 ? PROT_NONE : PROT_READ);
  if ((page * 5 + 3) % 16 == page) mprotect(area + page * PAGE, PAGE, PROT_READ | PROT_WRITE);
  faults++;
}

static uint64_t copy_loop(uint64_t count, unsigned long step) {
  uint64_t sum = 1;
  unsigned char *from = area, *to = area + 8 * PAGE - 4, *other = area + 3 * PAGE;
  unsigned long keep = 7;
  __asm__ volatile(
      "1:\n"
      "copy_a: movq (%[from]), %%rax\n"
      "  addq %%rax, %[sum]\n"
      "copy_b: movl %k[sum], (%[to])\n"
      "  addq %[step], %[from]\n"
      "  leaq 12(%[to]), %[to]\n"
      "copy_c: adcq (%[other]), %[keep]\n"
      "copy_d: rolw $3, 2(%[other])\n"
      "  addq $20, %[other]\n"
      "  cmpq %[end], %[from]\n"
      "  jb 2f\n"
      "  leaq -65520(%[from]), %[from]\n"
      "2: cmpq %[end], %[to]\n"
      "  jb 3f\n"
      "  leaq -65520(%[to]), %[to]\n"
      "3: cmpq %[end], %[other]\n"
      "  jb 4f\n"
      "  leaq -65520(%[other]), %[other]\n"
      "4: decq %[count]\n"
      "  jnz 1b\n"
      "copy_end:\n"
      : [sum] "+b"(sum), [from] "+S"(from), [to] "+D"(to), [other] "+d"(other), [count] "+c"(count),
        [keep] "+r"(keep)
      : [step] "r"(step), [end] "r"(area + 16 * PAGE - 8)
      : "rax", "memory", "cc");
  return sum ^ keep;
}

static void data_faults(void) {
  for (int i = 0; i < 16 * PAGE; i++) area[i] = (unsigned char)(i * 13 + (i >> 7));
  // Hot first, without a fault.
  uint64_t quiet = copy_loop(200000, 8);
  printf("quiet: %llx, %d faults\n", (unsigned long long)quiet, faults);
  for (int round = 0; round < 8; round++) {
    mprotect(area + round * PAGE, PAGE, PROT_NONE);
    uint64_t sum = copy_loop(40000, 8 + (unsigned long)round % 3);
    printf("round %d: %llx, %d faults, states %llx\n", round, (unsigned long long)sum, faults, seen);
  }
}

// --- A handler that changes registers and skips the instruction

extern char skip_load[], skip_after[];
static void on_skip(int number, siginfo_t *info, void *context) {
  (void)number;
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  note((unsigned long long)(r[REG_RIP] - (long)skip_load));
  note((unsigned long long)r[REG_RCX]);
  note((unsigned long long)((unsigned char *)info->si_addr - area));
  r[REG_RAX] = (greg_t)(r[REG_RCX] * 3);
  r[REG_RIP] = (greg_t)(long)skip_after;
  r[REG_EFL] |= 1; // carry, which the next instruction adds
  faults++;
}

static void skipped_instructions(void) {
  faults = 0;
  MUST(mprotect(area, 16 * PAGE, PROT_READ | PROT_WRITE) == 0);
  for (int i = 0; i < 16 * PAGE; i++) area[i] = (unsigned char)(i * 7);
  MUST(mprotect(area + 9 * PAGE, PAGE, PROT_NONE) == 0);
  uint64_t sum = 0, count = 120000;
  unsigned long at = 0;
  __asm__ volatile(
      "1: xorl %%eax, %%eax\n"
      "skip_load: movq (%[area],%[at]), %%rax\n"
      "skip_after: adcq %%rax, %[sum]\n"
      "  addq $56, %[at]\n"
      "  andq $0xffff, %[at]\n"
      "  cmpq $0xfff8, %[at]\n"
      "  jbe 2f\n"
      "  xorl %k[at], %k[at]\n"
      "2: decq %[count]\n"
      "  jnz 1b\n"
      : [sum] "+r"(sum), [count] "+c"(count), [at] "+r"(at)
      : [area] "r"(area)
      : "rax", "memory", "cc");
  printf("skipped: %llx, %d faults, states %llx\n", (unsigned long long)sum, faults, seen);
}

// --- Other exceptions in a hot loop: division, an invalid instruction, a breakpoint

extern char div_at[], div_next[], bad_at[], bad_next[], break_at[];
static int divisions, invalids, breaks;
static void on_other(int number, siginfo_t *info, void *context) {
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  note((unsigned long long)number * 1000 + (unsigned long long)info->si_code);
  note((unsigned long long)r[REG_RCX]);
  note((unsigned long long)r[REG_RAX]);
  note((unsigned long long)(r[REG_EFL] & FLAGS & ~0x10));
  if (number == SIGFPE && r[REG_RIP] == (greg_t)(long)div_at) {
    divisions++;
    r[REG_RAX] = 77, r[REG_RDX] = 1;
    r[REG_RIP] = (greg_t)(long)div_next;
  } else if (number == SIGILL && r[REG_RIP] == (greg_t)(long)bad_at) {
    invalids++;
    r[REG_RIP] = (greg_t)(long)bad_next;
  } else if (number == SIGTRAP && r[REG_RIP] == (greg_t)(long)break_at + 1) {
    breaks++;
  } else {
    _exit(4);
  }
}

static void other_exceptions(void) {
  uint64_t sum = 0, count = 200000;
  __asm__ volatile(
      "1: movl %k[count], %%eax\n"
      "  xorl %%edx, %%edx\n"
      "  movl %k[count], %%r8d\n"
      "  andl $0x1f, %%r8d\n"
      "  xorl %%r9d, %%r9d\n"
      "  cmpl $7, %%r8d\n"
      "  setae %%r9b\n"
      "div_at: divl %%r8d\n"
      "div_next: addq %%rax, %[sum]\n"
      "  addq %%rdx, %[sum]\n"
      "  testl $0xff, %k[count]\n"
      "  jnz 2f\n"
      "  cmpl $1000, %k[count]\n"
      "bad_at: ud2\n"
      "bad_next: adcq $0, %[sum]\n"
      "2: testl $0x1ff, %k[count]\n"
      "  jnz 3f\n"
      "  subl $5, %%r9d\n"
      "break_at: int3\n"
      "  sbbq $0, %[sum]\n"
      "3: decq %[count]\n"
      "  jnz 1b\n"
      : [sum] "+b"(sum), [count] "+c"(count)
      :
      : "rax", "rdx", "r8", "r9", "memory", "cc");
  printf("exceptions: %llx, %d divisions, %d invalid, %d breakpoints, states %llx\n",
         (unsigned long long)sum, divisions, invalids, breaks, seen);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};
  area = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(area != MAP_FAILED);
  MUST(sigaction(SIGSEGV, &action, NULL) == 0);
  data_faults();
  action.sa_sigaction = on_skip;
  MUST(sigaction(SIGSEGV, &action, NULL) == 0);
  skipped_instructions();
  action.sa_sigaction = on_other;
  MUST(sigaction(SIGFPE, &action, NULL) == 0 && sigaction(SIGILL, &action, NULL) == 0);
  MUST(sigaction(SIGTRAP, &action, NULL) == 0);
  other_exceptions();
  return 0;
}
