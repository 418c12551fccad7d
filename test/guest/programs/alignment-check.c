// SPDX-License-Identifier: MPL-2.0
// EFLAGS.AC: accesses that are not aligned raise SIGBUS while it is set.

#include "check.h"
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

static char buffer[256] __attribute__((aligned(64)));
static sigjmp_buf back;
static volatile int number, code, trap;
static volatile long address;

// The flag is still set in a handler: it has to go before anything else is done.
__attribute__((naked)) static void on_fault(void) {
  __asm__ volatile(
      "pushfq\n andl $~0x40000, (%rsp)\n popfq\n"
      "jmp noted");
}

__attribute__((used, noinline)) void noted(int signal, siginfo_t *info, void *context) {
  number = signal;
  code = info->si_code;
  address = (long)info->si_addr;
  trap = (int)((ucontext_t *)context)->uc_mcontext.gregs[REG_TRAPNO];
  siglongjmp(back, 1);
}

#define TEST(text)                                                                            \
  do {                                                                                        \
    number = 0;                                                                               \
    if (sigsetjmp(back, 1) == 0)                                                              \
      __asm__ volatile("pushfq\n orl $0x40000, (%%rsp)\n popfq\n " text                       \
                       "\n pushfq\n andl $~0x40000, (%%rsp)\n popfq"                          \
                       :                                                                      \
                       : "D"(buffer + 1), "S"(buffer + 17), "b"(buffer)                       \
                       : "rax", "rcx", "rdx", "memory", "cc", "xmm0");                        \
    __asm__ volatile("pushfq\n andl $~0x40000, (%%rsp)\n popfq" ::: "memory", "cc");          \
    if (number == 0) printf("%s: fine\n", text);                                              \
    else printf("%s: signal %d code %d address %lx trap %d\n", text, number, code, address, trap); \
  } while (0)

int main(void) {
  struct sigaction action = {.sa_flags = SA_SIGINFO};
  action.sa_sigaction = (void (*)(int, siginfo_t *, void *))(void *)on_fault;
  MUST(sigaction(SIGBUS, &action, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
  TEST("movb (%%rdi), %%al");
  TEST("movw (%%rdi), %%ax");
  TEST("movl (%%rdi), %%eax");
  TEST("movq (%%rdi), %%rax");
  TEST("movq 4(%%rbx), %%rax");
  TEST("movq 8(%%rbx), %%rax");
  TEST("movl %%eax, 2(%%rbx)");
  TEST("addl $1, 1(%%rbx)");
  TEST("btl $0, 1(%%rbx)");
  TEST("leaq 1(%%rbx), %%rax");
  TEST("prefetcht0 1(%%rbx)");
  TEST("movl 1, %%eax");
  TEST("movsb");
  TEST("movsl");
  TEST("movl $2, %%ecx\n rep movsl");
  TEST("xorl %%ecx, %%ecx\n rep movsl");
  TEST("pushq 1(%%rbx)\n popq %%rax");
  TEST("pushq 8(%%rbx)\n popq %%rax");
  TEST("movups (%%rdi), %%xmm0");
  TEST("movups 4(%%rbx), %%xmm0");
  TEST("movups 8(%%rbx), %%xmm0");
  TEST("movups 16(%%rbx), %%xmm0");
  TEST("movsd 4(%%rbx), %%xmm0");
  TEST("paddd 8(%%rbx), %%xmm0");
  TEST("fxsave 8(%%rbx)");
  TEST("fldt 8(%%rbx)\n fstp %%st(0)");
  TEST("fldt 4(%%rbx)\n fstp %%st(0)");
  TEST("fldl 4(%%rbx)\n fstp %%st(0)");
  TEST("fnstenv 1(%%rbx)");
  TEST("stmxcsr 1(%%rbx)");
  return 0;
}
