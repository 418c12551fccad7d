// SPDX-License-Identifier: MPL-2.0
// Process groups, sessions, credentials, limits, names: what a process knows about itself.

#include "check.h"
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int hits;
static void on_signal(int number) {
  (void)number;
  hits++;
}

static void in_child(void (*body)(void)) {
  int status;
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    body();
    fflush(stdout);
    _exit(0);
  }
  MUST(waitpid(pid, &status, 0) == pid);
  if (WIFSIGNALED(status)) printf("killed by %d\n", WTERMSIG(status));
}

static void groups(void) {
  printf("own group %d\n", getpgrp() == getpgid(0));
  TRY(setpgid(0, 0));
  printf("leads its group %d\n", getpgrp() == getpid());
  TRY(setpgid(0, 0));
  TRY(setpgid(0, 99999));
  TRY(setpgid(99999, 0));
  TRY(getpgid(99999));
  TRY(setsid());
  // A signal to the group reaches all of it, and only it.
  signal(SIGUSR1, on_signal);
  int ends[2];
  char byte;
  MUST(pipe(ends) == 0);
  for (int i = 0; i < 3; i++) {
    if (fork() == 0) {
      MUST(write(ends[1], "r", 1) == 1);
      while (hits == 0) usleep(1000);
      _exit(0);
    }
  }
  for (int i = 0; i < 3; i++) MUST(read(ends[0], &byte, 1) == 1);
  TRY(kill(0, SIGUSR1));
  int ended = 0;
  while (wait(NULL) > 0) ended++;
  printf("members told %d, own hits %d\n", ended, hits);
  TRY(killpg(getpgrp(), 0));
  TRY(kill(-99999, SIGUSR1));
}

static void sessions(void) {
  pid_t session = setsid();
  printf("session %d, group %d, sid %d\n", session == getpid(), getpgrp() == getpid(), getsid(0) == getpid());
  int gate[2];
  char byte;
  MUST(pipe(gate) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    MUST(read(gate[0], &byte, 1) == 1);
    _exit(getpgrp() == getpid() && getsid(0) == getppid() ? 0 : 1);
  }
  TRY(setpgid(pid, pid));
  TRY(setpgid(pid, getpid()));
  TRY(setpgid(pid, pid));
  TRY(getsid(pid) == getpid());
  MUST(write(gate[1], "x", 1) == 1);
  int status;
  waitpid(pid, &status, 0);
  printf("child agrees %d\n", status == 0);
  // After its exec, a child cannot be moved by its parent.
  MUST(pipe(gate) == 0);
  pid = fork();
  if (pid == 0) {
    dup2(gate[0], 0);
    close(gate[1]);
    execl("/bin/cat", "cat", (char *)NULL);
    _exit(1);
  }
  usleep(200000);
  TRY(setpgid(pid, pid));
  close(gate[1]);
  waitpid(pid, &status, 0);
}

static void identity(void) {
  printf("ids %d %d %d %d\n", getuid(), geteuid(), getgid(), getegid());
  gid_t list[3] = {7, 8, 9}, got[3];
  TRY(setgroups(3, list));
  TRY(getgroups(0, NULL));
  TRY(getgroups(2, got));
  TRY(getgroups(3, got));
  printf("groups %d %d %d\n", got[0], got[1], got[2]);
  TRY(setgid(1000));
  TRY(seteuid(1000));
  TRY(mkdir("/forbidden", 0700));
  TRY(seteuid(0));
  TRY(setresuid(1000, 1000, 0));
  TRY(setuid(0));
  TRY(setresuid(1000, 1000, 1000));
  TRY(setuid(0));
  TRY(setgid(0));
  uid_t real, effective, saved;
  TRY(getresuid(&real, &effective, &saved));
  printf("res %d %d %d\n", real, effective, saved);
  TRY(kill(1, 0));
  TRY(setgroups(0, NULL));
}

static void limits(void) {
  struct rlimit limit = {100, 200};
  TRY(setrlimit(RLIMIT_FSIZE, &limit));
  TRY(getrlimit(RLIMIT_FSIZE, &limit));
  printf("limit %d %d\n", (int)limit.rlim_cur, (int)limit.rlim_max);
  limit.rlim_cur = 300;
  TRY(setrlimit(RLIMIT_FSIZE, &limit));
  TRY(getrlimit(99, &limit));
  signal(SIGXFSZ, on_signal);
  FILE *file = fopen("limited", "w");
  setvbuf(file, NULL, _IONBF, 0);
  char block[60] = {0};
  TRY(write(fileno(file), block, 60));
  TRY(write(fileno(file), block, 60));
  TRY(write(fileno(file), block, 60));
  printf("SIGXFSZ %d\n", hits);
  TRY(getpriority(PRIO_PROCESS, 0));
  TRY(setpriority(PRIO_PROCESS, 0, 12));
  TRY(getpriority(PRIO_PROCESS, 0));
}

static void names(void) {
  struct utsname system;
  char name[17] = {0};
  MUST(uname(&system) == 0);
  printf("%s %s\n", system.sysname, system.machine);
  TRY(prctl(PR_SET_NAME, "a name that is too long"));
  TRY(prctl(PR_GET_NAME, name));
  printf("name [%s]\n", name);
  TRY(prctl(PR_SET_PDEATHSIG, SIGKILL));
  int signal_number = 0;
  TRY(prctl(PR_GET_PDEATHSIG, &signal_number));
  SHOW(signal_number);
  TRY(umask(027));
  TRY(umask(022));
}

int main(void) {
  in_child(groups);
  in_child(sessions);
  in_child(identity);
  in_child(limits);
  in_child(names);
  return 0;
}
