// SPDX-License-Identifier: MPL-2.0
// Signals: handlers, masks, pending sets, siginfo, nesting, reset, alternate stacks, restarting.

#include "check.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int depth, deepest, calls;
static char order[64];

static void note(const char *text) { strcat(order, text); }

static void install(int number, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  MUST(sigaction(number, &action, NULL) == 0);
}

static void nested(int number) {
  depth++;
  calls++;
  if (depth > deepest) deepest = depth;
  note(number == SIGUSR1 ? "1(" : "2(");
  if (calls < 4) raise(number == SIGUSR1 ? SIGUSR2 : SIGUSR1);
  note(")");
  depth--;
}

static void nesting(void) {
  install(SIGUSR1, nested, 0);
  install(SIGUSR2, nested, 0);
  raise(SIGUSR1);
  printf("nested %s, deepest %d\n", order, deepest);
  // With SA_NODEFER a signal interrupts its own handler.
  order[0] = 0, calls = 0, deepest = 0;
  install(SIGUSR1, nested, SA_NODEFER);
  install(SIGUSR2, nested, SA_NODEFER);
  raise(SIGUSR1);
  printf("nodefer %s, deepest %d\n", order, deepest);
}

static volatile int count;
static void counting(int number) {
  (void)number;
  count++;
}

static void masks(void) {
  sigset_t set, old, pending;
  install(SIGUSR1, counting, 0);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, &old);
  for (int i = 0; i < 5; i++) raise(SIGUSR1);
  sigpending(&pending);
  printf("blocked: count %d, pending %d\n", count, sigismember(&pending, SIGUSR1));
  sigprocmask(SIG_SETMASK, &old, NULL);
  printf("unblocked: count %d, merged into one\n", count);

  // Real-time signals queue.
  count = 0;
  install(SIGRTMIN, counting, 0);
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, NULL);
  for (int i = 0; i < 5; i++) raise(SIGRTMIN);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  printf("real-time: count %d\n", count);

  sigfillset(&set);
  sigprocmask(SIG_SETMASK, &set, NULL);
  sigprocmask(SIG_SETMASK, NULL, &old);
  printf("KILL and STOP cannot be blocked: %d %d\n", sigismember(&old, SIGKILL), sigismember(&old, SIGSTOP));
  sigemptyset(&set);
  sigprocmask(SIG_SETMASK, &set, NULL);
  struct sigaction action = {.sa_handler = SIG_IGN};
  TRY(sigaction(SIGKILL, &action, NULL));
  TRY(sigaction(65, &action, NULL));
  TRY(kill(getpid(), 65));
  TRY(kill(getpid(), 0));
}

static siginfo_t last;
static void with_info(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  last = *info;
}

static void information(void) {
  struct sigaction action = {.sa_sigaction = with_info, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGCHLD, &action, NULL);
  kill(getpid(), SIGUSR1);
  printf("kill: number %d, user %d, pid %d\n", last.si_signo == SIGUSR1, last.si_code == SI_USER, last.si_pid == getpid());
  union sigval value = {.sival_int = 1234};
  sigqueue(getpid(), SIGUSR1, value);
  printf("queue: code %d, value %d\n", last.si_code == SI_QUEUE, last.si_value.sival_int);
  pid_t pid = fork();
  if (pid == 0) _exit(7);
  while (last.si_signo != SIGCHLD) usleep(1000);
  printf("child: pid %d, exited %d, status %d\n", last.si_pid == pid, last.si_code == CLD_EXITED, last.si_status);
  waitpid(pid, NULL, 0);
  signal(SIGCHLD, SIG_DFL);
}

static void flags(void) {
  struct sigaction now;
  install(SIGUSR2, counting, SA_RESETHAND);
  raise(SIGUSR2);
  sigaction(SIGUSR2, NULL, &now);
  printf("reset to default %d\n", now.sa_handler == SIG_DFL);

  // A read that a handler interrupts fails, or is restarted with SA_RESTART.
  for (int restart = 0; restart < 2; restart++) {
    int ends[2];
    char byte = 0;
    MUST(pipe(ends) == 0);
    install(SIGUSR1, counting, restart ? SA_RESTART : 0);
    pid_t pid = fork();
    if (pid == 0) {
      usleep(50000);
      kill(getppid(), SIGUSR1);
      usleep(50000);
      MUST(write(ends[1], "x", 1) == 1);
      _exit(0);
    }
    ssize_t got = read(ends[0], &byte, 1);
    printf("restart %d: read %zd %s\n", restart, got, got < 0 ? errno_name(errno) : "");
    waitpid(pid, NULL, 0);
    close(ends[0]), close(ends[1]);
  }

  // sigsuspend waits with another mask, and puts the old one back.
  sigset_t block, empty;
  sigemptyset(&empty);
  sigemptyset(&block);
  sigaddset(&block, SIGUSR1);
  sigprocmask(SIG_BLOCK, &block, NULL);
  raise(SIGUSR1);
  count = 0;
  errno = 0;
  int result = sigsuspend(&empty);
  sigprocmask(SIG_BLOCK, NULL, &empty);
  printf("suspend %d %s, count %d, blocked again %d\n", result, errno_name(errno), count, sigismember(&empty, SIGUSR1));

  // sigwait takes a signal without a handler.
  raise(SIGUSR1);
  int number;
  MUST(sigwait(&block, &number) == 0);
  printf("sigwait %d, handler calls %d\n", number == SIGUSR1, count);
  struct timespec none = {0, 0};
  TRY(sigtimedwait(&block, NULL, &none));
  sigprocmask(SIG_UNBLOCK, &block, NULL);
}

static char alternate[65536];
static volatile int on_alternate;
static void where(int number) {
  (void)number;
  char here;
  on_alternate = &here >= alternate && &here < alternate + sizeof alternate;
}

static void alternate_stack(void) {
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate}, old;
  MUST(sigaltstack(&stack, NULL) == 0);
  install(SIGUSR1, where, 0);
  raise(SIGUSR1);
  printf("without SA_ONSTACK: %d\n", on_alternate);
  install(SIGUSR1, where, SA_ONSTACK);
  raise(SIGUSR1);
  printf("with SA_ONSTACK: %d\n", on_alternate);
  sigaltstack(NULL, &old);
  printf("size kept %d, flags %d\n", old.ss_size == sizeof alternate, old.ss_flags);
  stack.ss_size = 100;
  TRY(sigaltstack(&stack, NULL));
  stack.ss_flags = SS_DISABLE;
  TRY(sigaltstack(&stack, NULL));
}

int main(void) {
  nesting();
  masks();
  information();
  flags();
  alternate_stack();
  return 0;
}
