// SPDX-License-Identifier: MPL-2.0
// The trap flag: each instruction after popf raises SIGTRAP until the flag is cleared.

#include "check.h"
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

static volatile int traps, code;
static volatile long trap;

static void on_trap(int number, siginfo_t *info, void *context) {
  (void)number;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  traps++, code = info->si_code, trap = registers[REG_TRAPNO];
  if (traps == 3) registers[REG_EFL] &= ~0x100;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
  MUST(sigaction(SIGTRAP, &action, NULL) == 0);
  __asm__ volatile("pushfq\n orl $0x100, (%%rsp)\n popfq\n nop\n nop\n nop\n nop\n nop" ::: "cc", "memory");
  printf("%d traps, code %d, trap %ld\n", traps, code, trap);
  return 0;
}
