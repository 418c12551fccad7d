// SPDX-License-Identifier: MPL-2.0
// fork and the wait family: statuses, order, options, inheritance, errors.

#include "check.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void describe(const char *what, int status) {
  if (WIFEXITED(status)) printf("%s: exited %d\n", what, WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("%s: killed by %d\n", what, WTERMSIG(status));
  else if (WIFSTOPPED(status)) printf("%s: stopped by %d\n", what, WSTOPSIG(status));
  else if (WIFCONTINUED(status)) printf("%s: continued\n", what);
  fflush(stdout);
}

static void statuses(void) {
  int status;
  int codes[] = {0, 1, 127, 255, 256 + 7, -1};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    pid_t pid = fork();
    if (pid == 0) _exit(codes[i]);
    MUST(waitpid(pid, &status, 0) == pid);
    describe("child", status);
  }
  int signals[] = {SIGKILL, SIGTERM, SIGSEGV, SIGABRT, SIGUSR1};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      raise(signals[i]);
      _exit(9);
    }
    MUST(waitpid(pid, &status, 0) == pid);
    describe("child", status);
  }
}

static void stopping(void) {
  int status, seen[2];
  char byte = 0;
  MUST(pipe(seen) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    // A session of its own is an orphaned process group, in which SIGTSTP does nothing.
    setsid();
    raise(SIGTSTP);
    raise(SIGSTOP);
    // A second stop would take the continuation's report away from a parent that is late.
    MUST(read(seen[0], &byte, 1) == 1);
    raise(SIGSTOP);
    _exit(5);
  }
  MUST(waitpid(pid, &status, WUNTRACED) == pid);
  describe("WUNTRACED", status);
  SHOW(waitpid(pid, &status, WUNTRACED | WNOHANG));
  kill(pid, SIGCONT);
  MUST(waitpid(pid, &status, WCONTINUED) == pid);
  describe("WCONTINUED", status);
  MUST(write(seen[1], &byte, 1) == 1);
  MUST(waitpid(pid, &status, WUNTRACED) == pid);
  describe("again", status);
  kill(pid, SIGCONT);
  MUST(waitpid(pid, &status, 0) == pid);
  describe("after all", status);
  close(seen[0]);
  close(seen[1]);
}

static void waiting_with_waitid(void) {
  siginfo_t info;
  pid_t pid = fork();
  if (pid == 0) _exit(33);
  memset(&info, 0, sizeof info);
  MUST(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0);
  printf("waitid: signo %d code %d status %d pid %d uid %d\n", info.si_signo == SIGCHLD, info.si_code == CLD_EXITED,
         info.si_status, info.si_pid == pid, (int)info.si_uid);
  MUST(waitid(P_ALL, 0, &info, WEXITED) == 0);
  printf("left in place by WNOWAIT: %d\n", info.si_pid == pid);
  TRY(waitid(P_PID, pid, &info, WEXITED));
  pid = fork();
  if (pid == 0) pause();
  memset(&info, 0xff, sizeof info);
  MUST(waitid(P_PID, pid, &info, WEXITED | WNOHANG) == 0);
  printf("WNOHANG: pid %d\n", info.si_pid);
  kill(pid, SIGKILL);
  MUST(waitid(P_PID, pid, &info, WEXITED) == 0);
  printf("killed: code %d status %d\n", info.si_code == CLD_KILLED, info.si_status);
  TRY(waitid(P_ALL, 0, &info, 0));
}

static void errors_and_inheritance(void) {
  int status, pipe_ends[2];
  struct rusage usage;
  TRY(waitpid(-1, &status, 0));
  TRY(waitpid(getpid(), &status, 0));
  TRY(waitpid(-1, &status, 12345678));
  MUST(pipe(pipe_ends) == 0);
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    char report[64];
    int length = snprintf(report, sizeof report, "parent agrees %d, own pid %d", getppid() == parent, getpid() != parent);
    MUST(write(pipe_ends[1], report, length) == length);
    _exit(0);
  }
  char report[64] = {0};
  MUST(read(pipe_ends[0], report, sizeof report - 1) > 0);
  MUST(wait4(pid, &status, 0, &usage) == pid);
  printf("%s\n", report);

  // The oldest of several children is not the first to be waited for: any that ended is.
  pid_t slow = fork();
  if (slow == 0) pause();
  pid_t quick = fork();
  if (quick == 0) _exit(2);
  pid_t first = wait(&status);
  printf("first to end: %s\n", first == quick ? "quick" : "slow");
  kill(slow, SIGTERM);
  printf("then: %s\n", wait(&status) == slow ? "slow" : "?");
  TRY(wait(&status));

  // With SIGCHLD ignored children vanish, and wait blocks until all have.
  signal(SIGCHLD, SIG_IGN);
  pid = fork();
  if (pid == 0) _exit(3);
  TRY(waitpid(pid, &status, 0));
  signal(SIGCHLD, SIG_DFL);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  statuses();
  stopping();
  waiting_with_waitid();
  errors_and_inheritance();
  return 0;
}
