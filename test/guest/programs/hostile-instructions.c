// SPDX-License-Identifier: MPL-2.0
// Programs that execute what user mode must not, or spoil their own state, end by a signal, and nobody else
// is troubled: each is a child of its own, and what ended it is printed.

#include "check.h"
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *ending(int status) {
  static char text[32];
  if (WIFEXITED(status)) {
    snprintf(text, sizeof text, "exit %d", WEXITSTATUS(status));
    return text;
  }
  switch (WTERMSIG(status)) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGILL: return "SIGILL";
    case SIGTRAP: return "SIGTRAP";
    case SIGFPE: return "SIGFPE";
    case SIGKILL: return "SIGKILL";
  }
  snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
  return text;
}

// Runs the code in a child, whose end is printed.
#define ATTACK(name, code)                 \
  do {                                     \
    fflush(stdout);                        \
    pid_t child_ = fork();                 \
    if (child_ == 0) {                     \
      code;                                \
      _exit(0);                            \
    }                                      \
    int status_;                           \
    waitpid(child_, &status_, 0);          \
    printf("%s: %s\n", name, ending(status_)); \
  } while (0)

#define INSTRUCTION(text) \
  ATTACK(text, __asm__ volatile(text ::"a"(0), "b"(page), "c"(0), "d"(0), "D"(page), "S"(page) : "memory", "cc"))

static uint8_t page[4096] __attribute__((aligned(4096)));

// iretq to a frame of the attacker's.
static void iret(uint64_t rip, uint64_t cs, uint64_t flags, uint64_t rsp, uint64_t ss) {
  __asm__ volatile("push %4\n push %3\n push %2\n push %1\n push %0\n iretq"
                   :
                   : "r"(rip), "r"(cs), "r"(flags), "r"(rsp), "r"(ss)
                   : "memory");
}

static void far_return(uint64_t rip, uint64_t cs) {
  __asm__ volatile("push %1\n push %0\n lretq" : : "r"(rip), "r"(cs) : "memory");
}

static void with_flags(uint64_t flags) {
  __asm__ volatile("push %0\n popfq" : : "r"(flags) : "memory", "cc");
}

static uint64_t read_flags(void) {
  uint64_t flags;
  __asm__ volatile("pushfq\n pop %0" : "=r"(flags));
  return flags;
}

// A frame for rt_sigreturn(2) that is all of one byte.
static void forged_signal_frame(int byte) {
  memset(page, byte, sizeof page);
  __asm__ volatile("mov %0, %%rsp\n mov $15, %%eax\n syscall" : : "r"(page + 1024) : "memory");
}

// A system call from there, and an interrupt at once or later, with a stack pointer that is no address.
static void stack_pointer(uint64_t rsp) {
  __asm__ volatile(
      "mov %0, %%rsp\n"
      "mov $39, %%eax\n syscall\n"
      "mov $200000, %%ecx\n 1: dec %%ecx\n jnz 1b\n"
      "push %%rax"
      :
      : "r"(rsp)
      : "memory");
}

int main(void) {
  INSTRUCTION("hlt");
  INSTRUCTION("cli");
  INSTRUCTION("sti");
  INSTRUCTION("in $0x80, %%al");
  INSTRUCTION("out %%al, $0xf4");
  INSTRUCTION("inl %%dx, %%eax");
  INSTRUCTION("outsb");
  INSTRUCTION("insb");
  INSTRUCTION("rdmsr");
  INSTRUCTION("wrmsr");
  INSTRUCTION("mov %%cr0, %%rax");
  INSTRUCTION("mov %%rax, %%cr3");
  INSTRUCTION("mov %%rax, %%cr4");
  INSTRUCTION("mov %%rax, %%dr7");
  INSTRUCTION("lgdt (%%rbx)");
  INSTRUCTION("lidt (%%rbx)");
  INSTRUCTION("lldt %%ax");
  INSTRUCTION("ltr %%ax");
  INSTRUCTION("lmsw %%ax");
  INSTRUCTION("clts");
  INSTRUCTION("swapgs");
  INSTRUCTION("invlpg (%%rbx)");
  INSTRUCTION("wbinvd");
  INSTRUCTION("invd");
  INSTRUCTION(".byte 0x48, 0x0f, 0x07  # sysretq");
  INSTRUCTION("ud2");
  INSTRUCTION("int $0x20");
  INSTRUCTION("int $0x81");
  INSTRUCTION("int $2");
  INSTRUCTION("int $8");
  INSTRUCTION("int $14");
  INSTRUCTION("int3");
  INSTRUCTION("mov %%ax, %%ss");
  INSTRUCTION("mov $0xffff, %%eax\n mov %%ax, %%ds");
  INSTRUCTION("mov $0x10, %%eax\n mov %%ax, %%es");
  INSTRUCTION("mov $0x08, %%eax\n mov %%ax, %%fs");
  INSTRUCTION("mov $0x10, %%eax\n mov %%ax, %%ss");

  uint64_t here = (uint64_t)page, flags = read_flags();
  ATTACK("iretq to the kernel's code", iret(here, 0x10, flags, here, 0x18));
  ATTACK("iretq to a selector beyond the table", iret(here, 0xfff3, flags, here, 0x2b));
  ATTACK("iretq to no segment", iret(here, 0, flags, here, 0x2b));
  ATTACK("iretq to an address that is none", iret(1ull << 63, 0x33, flags, here, 0x2b));
  ATTACK("lretq to the kernel's code", far_return(here, 0x10));
  ATTACK("lretq to no segment", far_return(here, 0));
  ATTACK("jump to the upper half", ((void (*)(void))0xffffffff80200000ull)());
  ATTACK("jump to an address that is none", ((void (*)(void))0x8000000000000000ull)());
  ATTACK("jump to the first address that is none", ((void (*)(void))0x0000800000000000ull)());
  ATTACK("read of the upper half", *(volatile uint8_t *)0xffff800000000000ull);
  ATTACK("write to the upper half", *(volatile uint8_t *)0xffffffff80200000ull = 1);
  ATTACK("write to an address that is none", *(volatile uint8_t *)0x1234567800000000ull = 1);

  // popf leaves what is not the program's alone.
  ATTACK("popf of IOPL, IF, VM", {
    with_flags((flags | 0x3000 | 0x20000 | 0x180000) & ~0x200ull);
    _exit((read_flags() & 0x1a3200) == 0x200 ? 0 : 1);
  });
  ATTACK("popf of NT, then a system call", {
    with_flags(flags | 0x4000);
    syscall(SYS_getppid);
    with_flags(flags);
  });
  ATTACK("popf of TF", with_flags(flags | 0x100));
  ATTACK("TF over a system call", {
    __asm__ volatile("pushfq\n orl $0x100, (%%rsp)\n mov $39, %%eax\n popfq\n syscall\n nop" ::: "rax", "rcx", "r11", "memory");
  });

  ATTACK("stack pointer 0", stack_pointer(0));
  ATTACK("stack pointer in the upper half", stack_pointer(0xffffffff80200000ull));
  // A stack fault, but a general-protection one where QEMU emulates the processor: only that it ends.
  ATTACK("stack pointer that is no address", {
    if (fork() == 0) stack_pointer(0x8000000000000000ull);
    int status;
    wait(&status);
    _exit(!WIFSIGNALED(status) || (WTERMSIG(status) != SIGBUS && WTERMSIG(status) != SIGSEGV));
  });
  for (int byte = 0; byte < 256; byte += 51) {
    char name[64];
    snprintf(name, sizeof name, "signal frame of bytes %d", byte);
    ATTACK(name, forged_signal_frame(byte));
  }

  ATTACK("fxrstor that is not aligned", __asm__ volatile("fxrstor64 1(%0)" : : "r"(page) : "memory"));

  // Its own memory goes, the code too.
  ATTACK("munmap of everything", syscall(SYS_munmap, 0x1000, 0x7fffffffd000));
  ATTACK("its own stack made unreadable", {
    int local;
    syscall(SYS_mprotect, (uintptr_t)&local & ~0xfffull, 4096, PROT_NONE);
    *(volatile int *)&local = 1;
  });
  ATTACK("a stack without end", __asm__ volatile("1: push %%rax\n jmp 1b" ::: "memory"));
  ATTACK("a flood of faults", {
    for (int i = 0; i < 40; i++) {
      if (fork() == 0) *(volatile int *)(uintptr_t)i = 0;
      int status;
      wait(&status);
      if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV) _exit(1);
    }
  });
  puts("still here");
  return 0;
}
