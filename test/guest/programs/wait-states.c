// SPDX-License-Identifier: MPL-2.0
//
// waitid and waitpid: stops, continues, WNOWAIT, groups, threads' children, siginfo, rusage, errors, SIGCHLD's flags.

#include "check.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t children;
static void on_child(int sig, siginfo_t *info, void *context) {
  (void)sig, (void)info, (void)context;
  children++;
}
static void wait_one(idtype_t type, id_t id, int options, pid_t expected) {
  siginfo_t info;
  memset(&info, 0x55, sizeof info);
  int result = waitid(type, id, &info, options);
  if (result < 0) printf("waitid: %s\n", errno_name(errno));
  else if (info.si_pid == 0) printf("waitid: nothing, signo %d\n", info.si_signo);
  else printf("waitid: %s code %d status %d signo %d uid %d\n", info.si_pid == expected ? "expected" : "another", info.si_code, info.si_status, info.si_signo, (int)info.si_uid);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_child, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGCHLD, &action, NULL);
  int gate[2], status;
  char byte;
  MUST(pipe(gate) == 0);
  pid_t child = fork();
  if (child == 0) {
    close(gate[1]);
    read(gate[0], &byte, 1);
    _exit(77);
  }
  wait_one(P_PID, child, WEXITED | WNOHANG, child);
  kill(child, SIGSTOP);
  wait_one(P_PID, child, WSTOPPED, child);
  wait_one(P_PID, child, WSTOPPED | WNOHANG, child);
  kill(child, SIGCONT);
  wait_one(P_PID, child, WCONTINUED | WNOWAIT, child);
  wait_one(P_PID, child, WCONTINUED, child);
  wait_one(P_PID, child, WCONTINUED | WNOHANG, child);
  kill(child, SIGSTOP);
  SHOW(waitpid(child, &status, WUNTRACED) == child);
  printf("stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
  kill(child, SIGCONT);
  SHOW(waitpid(child, &status, WCONTINUED) == child);
  SHOW(WIFCONTINUED(status));
  write(gate[1], "x", 1);
  wait_one(P_PID, child, WEXITED | WNOWAIT, child);
  wait_one(P_ALL, 0, WEXITED | WNOWAIT, child);
  wait_one(P_PGID, getpgrp(), WEXITED, child);
  wait_one(P_PID, child, WEXITED, child);
  SHOW(children >= 3);
  printf("-- killed\n");
  child = fork();
  if (child == 0) for (;;) pause();
  kill(child, SIGTERM);
  wait_one(P_ALL, 0, WEXITED, child);
  child = fork();
  if (child == 0) { struct rlimit none = {0, 0}; setrlimit(RLIMIT_CORE, &none); abort(); }
  SHOW(waitpid(-1, &status, 0) == child);
  printf("signal %d core %d\n", WTERMSIG(status), WCOREDUMP(status) != 0);
  printf("-- groups\n");
  child = fork();
  if (child == 0) { setpgid(0, 0); _exit(5); }
  setpgid(child, child);
  TRY(waitpid(0, &status, WNOHANG));
  SHOW(waitpid(-child, &status, 0) == child);
  SHOW(WEXITSTATUS(status));
  printf("-- errors\n");
  TRY(waitpid(-1, &status, 0));
  TRY(waitpid(getpid(), &status, 0));
  TRY(waitpid(-1, &status, 0x40));
  wait_one(P_ALL, 0, 0, 0);
  wait_one(P_PID, 0, WEXITED, 0);
  wait_one(99, 0, WEXITED, 0);
  printf("-- SIGCHLD ignored\n");
  signal(SIGCHLD, SIG_IGN);
  child = fork();
  if (child == 0) _exit(1);
  TRY(waitpid(child, &status, 0));
  signal(SIGCHLD, SIG_DFL);
  action.sa_flags = SA_SIGINFO | SA_NOCLDWAIT;
  sigaction(SIGCHLD, &action, NULL);
  child = fork();
  if (child == 0) _exit(1);
  while (waitpid(child, &status, 0) == -1 && errno == EINTR) {}
  SHOW(errno == ECHILD);
  printf("-- rusage and no stop signals\n");
  action.sa_flags = SA_SIGINFO | SA_NOCLDSTOP;
  sigaction(SIGCHLD, &action, NULL);
  children = 0;
  child = fork();
  if (child == 0) { for (;;) pause(); }
  kill(child, SIGSTOP);
  while (waitpid(child, &status, WUNTRACED) == -1) {}
  SHOW(children);
  kill(child, SIGKILL);
  struct rusage usage;
  memset(&usage, 0, sizeof usage);
  while (wait4(child, &status, 0, &usage) == -1) {}
  SHOW(WTERMSIG(status));
  SHOW(children);
  return 0;
}
