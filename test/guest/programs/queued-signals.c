// SPDX-License-Identifier: MPL-2.0
//
// sigqueue, sigtimedwait, signalfd: order of real-time signals, values, limits, masks, pending sets.

#include "check.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int order[64], count;
static void on_signal(int sig, siginfo_t *info, void *context) {
  (void)context;
  order[count++] = (sig - SIGRTMIN) * 100 + info->si_value.sival_int;
}
static void send(int sig, int value) {
  MUST(sigqueue(getpid(), sig, (union sigval){.sival_int = value}) == 0);
}
static void take(sigset_t *set) {
  siginfo_t info;
  struct timespec none = {0, 0};
  int sig = sigtimedwait(set, &info, &none);
  if (sig < 0) printf("take: %s\n", errno_name(errno));
  else printf("take: RTMIN%+d code %d value %d mine %d\n", sig - SIGRTMIN, info.si_code, info.si_value.sival_int, info.si_pid == getpid());
}

int main(void) {
  sigset_t set, pending;
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
  sigemptyset(&set);
  for (int i = 0; i < 5; i++) {
    sigaddset(&set, SIGRTMIN + i);
    sigaction(SIGRTMIN + i, &action, NULL);
  }
  sigaddset(&set, SIGUSR1);
  sigaction(SIGUSR1, &action, NULL);
  sigfillset(&action.sa_mask);
  for (int i = 0; i < 5; i++) sigaction(SIGRTMIN + i, &action, NULL);
  sigprocmask(SIG_BLOCK, &set, NULL);
  send(SIGRTMIN + 3, 1);
  send(SIGRTMIN + 1, 2);
  send(SIGRTMIN + 3, 3);
  send(SIGRTMIN + 1, 4);
  send(SIGRTMIN, 5);
  sigpending(&pending);
  SHOW(sigismember(&pending, SIGRTMIN + 3));
  SHOW(sigismember(&pending, SIGRTMIN + 2));
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  for (int i = 0; i < count; i++) printf("%d ", order[i]);
  printf("\n-- standard signals do not queue\n");
  sigprocmask(SIG_BLOCK, &set, NULL);
  count = 0;
  for (int i = 0; i < 3; i++) send(SIGUSR1, 7 + i);
  siginfo_t info;
  struct timespec none = {0, 0};
  SHOW(sigtimedwait(&set, &info, &none) == SIGUSR1);
  SHOW(info.si_value.sival_int);
  TRY(sigtimedwait(&set, &info, &none));
  printf("-- taking\n");
  send(SIGRTMIN + 2, 1);
  send(SIGRTMIN + 2, 2);
  send(SIGRTMIN, 3);
  take(&set);
  take(&set);
  take(&set);
  take(&set);
  kill(getpid(), SIGRTMIN + 4);
  take(&set);
  struct timespec shortly = {0, 30000000}, bad = {0, 2000000000};
  TRY(sigtimedwait(&set, &info, &shortly));
  TRY(sigtimedwait(&set, &info, &bad));
  pid_t child = fork();
  if (child == 0) { usleep(50000); sigqueue(getppid(), SIGRTMIN + 1, (union sigval){.sival_int = 42}); _exit(0); }
  SHOW(sigwaitinfo(&set, &info) == SIGRTMIN + 1);
  SHOW(info.si_value.sival_int);
  SHOW(info.si_pid == child);
  waitpid(child, NULL, 0);
  printf("-- signalfd\n");
  int fd = signalfd(-1, &set, SFD_NONBLOCK);
  struct signalfd_siginfo got[4];
  TRY(read(fd, got, sizeof got));
  send(SIGRTMIN + 1, 8);
  send(SIGRTMIN, 9);
  send(SIGRTMIN + 1, 10);
  ssize_t bytes = read(fd, got, 2 * sizeof *got);
  printf("%zd: %d %d\n", bytes / (ssize_t)sizeof *got, got[0].ssi_int, got[1].ssi_int);
  TRY(read(fd, got, sizeof *got - 1));
  bytes = read(fd, got, sizeof got);
  printf("%zd: %d code %d\n", bytes / (ssize_t)sizeof *got, got[0].ssi_int, got[0].ssi_code);
  sigset_t fewer;
  sigemptyset(&fewer);
  sigaddset(&fewer, SIGRTMIN + 2);
  SHOW(signalfd(fd, &fewer, 0) == fd);
  send(SIGRTMIN, 11);
  TRY(read(fd, got, sizeof got));
  take(&set);
  TRY(signalfd(0, &set, 0));
  TRY(signalfd(-1, &set, 4));
  printf("-- the limit\n");
  struct rlimit limit = {5, 5};
  setrlimit(RLIMIT_SIGPENDING, &limit);
  int sent = 0;
  while (sent < 20 && sigqueue(getpid(), SIGRTMIN, (union sigval){0}) == 0) sent++;
  SHOW(sent);
  SHOW(errno == EAGAIN);
  SHOW(kill(getpid(), SIGUSR1));
  sent = 0;
  while (sigtimedwait(&set, NULL, &none) > 0) sent++;
  SHOW(sent);
  TRY(sigqueue(getpid(), 0, (union sigval){0}));
  TRY(sigqueue(getpid(), 65, (union sigval){0}));
  TRY(sigqueue(4194303, SIGUSR1, (union sigval){0}));
  return 0;
}
