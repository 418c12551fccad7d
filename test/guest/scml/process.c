// SPDX-License-Identifier: MPL-2.0
//
// Probes of calls on processes, threads, signals and limits.

#include "probe.h"

#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#ifndef SYS_sched_setattr
#define SYS_sched_setattr 314
#define SYS_sched_getattr 315
#endif

static int is_signal(const char *name) { return strncmp(name, "SIG", 3) == 0; }

// What clone(2) wants beside a flag, so that the child is one that the parent can wait for.
static unsigned long companions(unsigned long value) {
  switch (value) {
    case CLONE_SIGHAND: return CLONE_VM;
    case CLONE_THREAD: return CLONE_VM | CLONE_SIGHAND;
    default: return 0;
  }
}

static char child_stack[65536] __attribute__((aligned(16)));
static int parent_tid, child_tid;
static long thread_area[64];

// The child ends at once; it may share our memory, so that it has a stack of its own.
static long clone_and_end(unsigned long flags) {
  long result;
  register long tid_at __asm__("r10") = (long)&child_tid;
  register long tls __asm__("r8") = (long)thread_area;
  __asm__ volatile(
      "syscall\n\t"
      "test %%eax, %%eax\n\t"
      "jnz 1f\n\t"
      "mov %[exit], %%eax\n\t"
      "xor %%edi, %%edi\n\t"
      "syscall\n"
      "1:"
      : "=a"(result)
      : "0"(SYS_clone), "D"(flags), "S"(child_stack + sizeof child_stack), "d"(&parent_tid),
        "r"(tid_at), "r"(tls), [exit] "i"(SYS_exit)
      : "rcx", "r11", "memory");
  if (result >= 0) return result;
  errno = -result;
  return -1;
}

PROBE(clone, flags) {
  unsigned long flags = value | companions(value);
  long pid = clone_and_end(is_signal(name) || value == CLONE_PARENT ? flags : flags | SIGCHLD);
  int error = errno;
  if (pid > 0 && value != CLONE_THREAD) waitpid(pid, NULL, __WALL);
  errno = error;
  return pid;
}

PROBE(clone3, cl_args_flags) {
  struct clone_args args = {
      .flags = value | companions(value),
      .exit_signal = value == CLONE_THREAD || value == CLONE_PARENT ? 0 : SIGCHLD,
      .pidfd = (uintptr_t)&parent_tid,
      .child_tid = (uintptr_t)&child_tid,
      .parent_tid = (uintptr_t)&parent_tid,
      .tls = (uintptr_t)thread_area,
      .stack = (uintptr_t)child_stack,
      .stack_size = sizeof child_stack,
  };
  // As raw as above: with CLONE_VM the child may not return on our stack.
  long result;
  __asm__ volatile(
      "syscall\n\t"
      "test %%eax, %%eax\n\t"
      "jnz 1f\n\t"
      "mov %[exit], %%eax\n\t"
      "xor %%edi, %%edi\n\t"
      "syscall\n"
      "1:"
      : "=a"(result)
      : "0"(SYS_clone3), "D"(&args), "S"(sizeof args), [exit] "i"(SYS_exit)
      : "rcx", "r11", "memory");
  if (result < 0) return errno = -result, -1;
  if (value != CLONE_THREAD) waitpid(result, NULL, __WALL);
  return result;
}

PROBE(unshare, flags) { return syscall(SYS_unshare, value); }

PROBE(wait4, options) {
  if (fork() == 0) _exit(0);
  int options = value | (value == __WCLONE ? WNOHANG : 0);
  if (value == __WCLONE) options = value | __WALL;
  return syscall(SYS_wait4, -1, NULL, options, NULL);
}
PROBE(waitid, idtype) {
  pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t info;
  int id = is(name, "P_PIDFD") ? syscall(SYS_pidfd_open, child, 0) : is(name, "P_PGID") ? getpgrp() : child;
  return syscall(SYS_waitid, value, id, &info, WEXITED, NULL);
}
PROBE(waitid, options) {
  if (fork() == 0) _exit(0);
  siginfo_t info;
  int options = value | WEXITED | (value == __WCLONE ? __WALL : 0);
  return syscall(SYS_waitid, P_ALL, 0, &info, options, NULL);
}

PROBE(pidfd_open, flags) { return syscall(SYS_pidfd_open, getpid(), value); }
PROBE(pidfd_getfd, flags) {
  return syscall(SYS_pidfd_getfd, (int)syscall(SYS_pidfd_open, getpid(), 0), 1, value);
}
PROBE(pidfd_send_signal, flags) {
  setpgid(0, 0);
  return syscall(SYS_pidfd_send_signal, (int)syscall(SYS_pidfd_open, getpid(), 0), 0, NULL, value);
}

struct kernel_sigaction { void (*handler)(int); unsigned long flags; void (*restorer)(void); unsigned long mask; };
static struct kernel_sigaction action = {SIG_IGN, 0, NULL, 0};
PROBE(rt_sigaction, act_sa_flags) {
  action.flags = value;
  return syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8);
}
PROBE(rt_sigaction, oldact_sa_flags) {
  struct kernel_sigaction old = {0};
  action.flags = value;
  MUST(syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8) == 0);
  MUST(syscall(SYS_rt_sigaction, SIGUSR1, NULL, &old, 8) == 0);
  // A flag that is not known is not kept, which tells that it is not.
  errno = EINVAL;
  return (old.flags & value) == value ? 0 : -1;
}
PROBE(rt_sigprocmask, how) {
  unsigned long set = 0;
  return syscall(SYS_rt_sigprocmask, value, &set, NULL, 8);
}

PROBE(getpriority, which) { return syscall(SYS_getpriority, value, 0); }
PROBE(ioprio_get, which) { return syscall(SYS_ioprio_get, value, 0); }
PROBE(ioprio_set, which) { return syscall(SYS_ioprio_set, value, 0, 2 << 13 | 4); }
PROBE(setpriority, which) { return syscall(SYS_setpriority, value, 0, 0); }
static struct rlimit limit;
PROBE(getrlimit, resource) { return syscall(SYS_getrlimit, value, &limit); }
PROBE(setrlimit, resource) {
  return syscall(SYS_getrlimit, value, &limit) < 0 ? -1 : syscall(SYS_setrlimit, value, &limit);
}
PROBE(prlimit64, resource) { return syscall(SYS_prlimit64, 0, value, NULL, &limit); }
PROBE(getrusage, who) {
  struct rusage usage;
  return syscall(SYS_getrusage, (int)value, &usage);
}

PROBE(sched_setscheduler, policy) {
  int priority = is(name, "SCHED_FIFO") || is(name, "SCHED_RR") ? 1 : 0;
  return syscall(SYS_sched_setscheduler, 0, value, &priority);
}
PROBE(sched_get_priority_max, policy) { return syscall(SYS_sched_get_priority_max, value); }
PROBE(sched_get_priority_min, policy) { return syscall(SYS_sched_get_priority_min, value); }
static uint32_t attributes[14] = {48};
PROBE(sched_setattr, flags) { return syscall(SYS_sched_setattr, 0, attributes, value); }
PROBE(sched_getattr, flags) { return syscall(SYS_sched_getattr, 0, attributes, 48, value); }

PROBE(arch_prctl, op) {
  static unsigned long base;
  syscall(SYS_arch_prctl, 0x1003, &base);
  unsigned long where = value == 0x1002 ? base : value == 0x1001 ? 0 : (unsigned long)&base;
  return syscall(SYS_arch_prctl, value, where);
}

PROBE(prctl, option) {
  static char text[4096];
  if (is(name, "PR_SET_NO_NEW_PRIVS")) return syscall(SYS_prctl, value, 1, 0, 0, 0);
  if (is(name, "PR_CAP_AMBIENT")) return syscall(SYS_prctl, value, 4, 0, 0, 0);
  if (is(name, "PR_SET_DUMPABLE") || is(name, "PR_SET_KEEPCAPS") || is(name, "PR_CAPBSET_READ") ||
      is(name, "PR_CAPBSET_DROP") || is(name, "PR_SET_CHILD_SUBREAPER") || is(name, "PR_SET_TIMERSLACK") ||
      is(name, "PR_SET_PDEATHSIG") || is(name, "PR_SET_TSC")) {
    return syscall(SYS_prctl, value, 1, 0, 0, 0);
  }
  if (strstr(name, "_SET_") != NULL && !is(name, "PR_SET_NAME")) return syscall(SYS_prctl, value, 0, 0, 0, 0);
  if (is(name, "PR_GET_NO_NEW_PRIVS") || is(name, "PR_GET_DUMPABLE") || is(name, "PR_GET_KEEPCAPS") ||
      is(name, "PR_GET_SECUREBITS") || is(name, "PR_GET_TIMERSLACK") || is(name, "PR_GET_TIMING") ||
      is(name, "PR_GET_THP_DISABLE") || is(name, "PR_MCE_KILL") || is(name, "PR_MCE_KILL_GET") ||
      is(name, "PR_GET_MDWE") || is(name, "PR_GET_MEMORY_MERGE") || is(name, "PR_GET_IO_FLUSHER")) {
    return syscall(SYS_prctl, value, 0, 0, 0, 0);
  }
  return syscall(SYS_prctl, value, text, 0, 0, 0);
}

PROBE(syslog, type) {
  static char text[256];
  return syscall(SYS_syslog, value, text, is(name, "SYSLOG_ACTION_CONSOLE_LEVEL") ? 7 : 200);
}
PROBE(rseq, flags) {
  static struct { unsigned words[8]; } __attribute__((aligned(32))) area;
  // The C library may have registered another one.
  long result = syscall(SYS_rseq, &area, 32, 0, 0x53053053);
  if (value == 0 || result == -1) return result == -1 && (errno == EINVAL || errno == EBUSY) ? 0 : result;
  return syscall(SYS_rseq, &area, 32, value, 0x53053053);
}
