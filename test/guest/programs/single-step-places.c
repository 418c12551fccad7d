// SPDX-License-Identifier: MPL-2.0
// Where a traced program stops: jumps, calls, system calls, repeated string instructions, loads of ss, int3.

#include "check.h"
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

enum { MOST = 100 };
static volatile int stops;
static long places[MOST], counts[MOST];
static int codes[MOST];
extern char traced_start[], traced_end[];
static char source[16] = "abcdefgh", target[16];

static void on_trap(int number, siginfo_t *info, void *context) {
  (void)number;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  if (stops < MOST) {
    places[stops] = registers[REG_RIP] - (long)traced_start;
    counts[stops] = registers[REG_RCX];
    codes[stops] = info->si_code;
  }
  stops++;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
  MUST(sigaction(SIGTRAP, &action, NULL) == 0);
  __asm__ volatile(
      "pushfq\n orl $0x100, (%%rsp)\n popfq\n"
      "traced_start:\n"
      "  nop\n"
      "  movl $3, %%ecx\n"
      "  rep movsb\n"
      "  movl $39, %%eax\n"
      "  syscall\n"
      "  nop\n"
      "  xorl %%ecx, %%ecx\n"
      "  movl %%ss, %%eax\n"
      "  movl %%eax, %%ss\n"
      "  nop\n"
      "  nop\n"
      "  cmpl %%ecx, %%ecx\n"
      "  jne 1f\n"
      "  call 1f\n"
      "  jmp 2f\n"
      "1: ret\n"
      "2: rep movsb\n"
      "  movl $9, %%ecx\n"
      "  movb $'d', %%al\n"
      "  subq $3, %%rsi\n"
      "  movq %%rsi, %%rdi\n"
      "  repne scasb\n"
      "  xorl %%ecx, %%ecx\n"
      "  int3\n"
      "  nop\n"
      "  pushfq\n"
      "  popfq\n"
      "  loop 3f\n"
      "3: pushfq\n"
      "  andl $~0x100, (%%rsp)\n"
      "  popfq\n"
      "traced_end:\n"
      "  nop\n  nop\n"
      :
      : "S"(source), "D"(target)
      : "rax", "rbx", "rcx", "rdx", "r11", "memory", "cc");
  for (int i = 0; i < stops && i < MOST; i++) {
    // The system call leaves an address in rcx.
    long count = counts[i] > 1000000 || counts[i] < 0 ? -1 : counts[i];
    printf("stop %d at +%ld, rcx %ld, code %d\n", i, places[i], i == 0 ? -1 : count, codes[i]);
  }
  printf("%d stops, to the end %ld, copied %.8s\n", stops, (long)(traced_end - traced_start), target);

  // A traced loop, a million bytes' worth of nothing: each stop is one instruction.
  stops = 0;
  __asm__ volatile(
      "pushfq\n orl $0x100, (%%rsp)\n popfq\n"
      "  movl $2000, %%ecx\n"
      "4: decl %%ecx\n"
      "  jnz 4b\n"
      "pushfq\n andl $~0x100, (%%rsp)\n popfq\n nop\n"
      ::: "rcx", "cc", "memory");
  printf("loop: %d stops\n", stops);
  return 0;
}
