// SPDX-License-Identifier: MPL-2.0
//
// sigwaitinfo for signals that are not blocked and would end the process: those that dump core are taken.

#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void await(const char *name, int signo, int blocks) {
  int ready[2], status;
  char byte;
  MUST(pipe(ready) == 0);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, signo);
    if (blocks) sigprocmask(SIG_BLOCK, &set, NULL);
    MUST(write(ready[1], "x", 1) == 1);
    int got = sigwaitinfo(&set, &info);
    _exit(got == signo && info.si_pid == getppid() ? 42 : 1);
  }
  MUST(read(ready[0], &byte, 1) == 1);
  usleep(200000);
  kill(child, signo);
  MUST(waitpid(child, &status, 0) == child);
  printf("%s, %s: ", name, blocks ? "blocked" : "not blocked");
  if (WIFSIGNALED(status)) printf("ended by %d\n", WTERMSIG(status));
  else printf("exit code %d\n", WEXITSTATUS(status));
  close(ready[0]);
  close(ready[1]);
}

int main(void) {
  static const struct {
    const char *name;
    int signo;
  } signals[] = {{"SIGSEGV", SIGSEGV}, {"SIGQUIT", SIGQUIT}, {"SIGABRT", SIGABRT}, {"SIGXCPU", SIGXCPU},
                 {"SIGTERM", SIGTERM}, {"SIGINT", SIGINT}, {"SIGUSR1", SIGUSR1}};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
    for (int blocks = 0; blocks < 2; blocks++) await(signals[i].name, signals[i].signo, blocks);
  }
  return 0;
}
