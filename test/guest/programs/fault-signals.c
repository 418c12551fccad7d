// SPDX-License-Identifier: MPL-2.0
// Faults of the processor as signals: number, code, address, the saved registers, and going on afterwards.

#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static volatile int number, code;
static volatile uintptr_t address, instruction, skip, accumulator;
static volatile long trap;

static void on_fault(int signal_number, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  number = signal_number, code = info->si_code;
  address = (uintptr_t)info->si_addr, instruction = (uintptr_t)registers[REG_RIP];
  accumulator = (uintptr_t)registers[REG_RAX], trap = registers[REG_TRAPNO];
  registers[REG_RIP] += skip;
  registers[REG_RBX] = 4242;
}

static const char *name(int signal_number) {
  switch (signal_number) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGILL: return "SIGILL";
    case SIGTRAP: return "SIGTRAP";
    default: return "no signal";
  }
}

// Runs an instruction of the given length with RAX set; the handler skips it and leaves a mark in RBX.
#define FAULT(text, length, rax, assembly)                                                                            \
  do {                                                                                                                \
    uintptr_t start_, mark_ = 0, rax_ = (uintptr_t)(rax);                                                             \
    number = 0, skip = (length);                                                                                      \
    __asm__ volatile("lea 1f(%%rip), %0\n xor %%ebx, %%ebx\n 1: " assembly "\n mov %%rbx, %1"                         \
                     : "=&r"(start_), "=&r"(mark_), "+a"(rax_)                                                        \
                     :                                                                                                \
                     : "rbx", "rcx", "rdx", "cc", "memory");                                                          \
    printf("%-24s %s code %d trap %ld, at +%d, rax kept %d, went on %d, address %s\n", text, name(number), code, trap, \
           (int)(instruction - start_), accumulator == (uintptr_t)(rax), mark_ == 4242,                               \
           address == start_ ? "of the instruction" : address == (uintptr_t)(rax) ? "in rax" : address == 0 ? "0" : "other"); \
  } while (0)

int main(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  int all[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
  for (int i = 0; i < 5; i++) MUST(sigaction(all[i], &action, NULL) == 0);

  FAULT("divide by zero", 2, 1, "div %%ebx");
  FAULT("divide overflow", 2, 0x80000000, "mov $-1, %%ecx\n cltd\n lea 2f(%%rip), %0\n 2: idiv %%ecx");
  FAULT("ud2", 2, 3, "ud2");
  FAULT("int3", 0, 4, "int3");
  FAULT("hlt", 1, 5, "hlt");
  FAULT("cli", 1, 6, "cli");
  FAULT("in", 2, 7, "inb $0x60, %%al");
  FAULT("int 0x42", 2, 8, "int $0x42");
  FAULT("read of null", 2, 0, "mov (%%rax), %%ecx");
  FAULT("read of the kernel", 2, 0xffffffff81000000, "mov (%%rax), %%ecx");
  FAULT("write to the kernel", 2, 0xffff888000000000, "mov %%ecx, (%%rax)");
  FAULT("not canonical", 2, 0x8000000000000000, "mov (%%rax), %%ecx");
  FAULT("write to text", 2, (uintptr_t)&main, "mov %%ecx, (%%rax)");
  char *area = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  FAULT("movaps not aligned", 3, (uintptr_t)area + 1, "movaps (%%rax), %%xmm0");
  mprotect(area, 4096, PROT_NONE);
  FAULT("read of none", 2, (uintptr_t)area, "mov (%%rax), %%ecx");
  int file = open("short", O_RDWR | O_CREAT, 0600);
  char *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
  FAULT("beyond the file", 2, (uintptr_t)mapped, "mov (%%rax), %%ecx");
  unsigned mxcsr = 0x1f80 & ~(1u << 9);
  __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
  FAULT("unmasked SSE division", 4, 9, "xorps %%xmm1, %%xmm1\n mov $1, %%ecx\n cvtsi2sd %%ecx, %%xmm0\n lea 2f(%%rip), %0\n 2: divsd %%xmm1, %%xmm0");
  mxcsr = 0x1f80;
  __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));

  // The trap flag: a signal after one instruction.

  // Without a handler, and with the signal blocked, a fault kills.
  for (int blocked = 0; blocked < 2; blocked++) {
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
      sigset_t set;
      sigfillset(&set);
      if (blocked) sigprocmask(SIG_BLOCK, &set, NULL);
      else signal(SIGSEGV, SIG_IGN);
      volatile uintptr_t null_page = 8;
      *(volatile int *)null_page = 1;
      _exit(0);
    }
    waitpid(pid, &status, 0);
    printf("%s: killed by %d\n", blocked ? "blocked" : "ignored", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  }

  // A stack overflow can be handled on another stack.
  int status;
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    action.sa_sigaction = (void (*)(int, siginfo_t *, void *))(void *)_exit;
    action.sa_flags = SA_ONSTACK;
    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    __asm__ volatile("1: push %rax\n jmp 1b");
  }
  waitpid(pid, &status, 0);
  printf("stack overflow: handler exits with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return 0;
}
