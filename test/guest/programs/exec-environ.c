// SPDX-License-Identifier: MPL-2.0
// execve: arguments, environment, inherited and closed descriptors, signals, ids, failures.

#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int child_report(int argc, char **argv) {
  printf("argc %d:", argc);
  for (int i = 1; i < argc; i++) printf(" [%s]", argv[i]);
  printf("\nend of argv %d, environment:", argv[argc] == NULL);
  for (char **entry = environ; *entry != NULL; entry++) printf(" [%s]", *entry);
  sigset_t mask;
  struct sigaction usr1, usr2;
  sigprocmask(SIG_SETMASK, NULL, &mask);
  sigaction(SIGUSR1, NULL, &usr1);
  sigaction(SIGUSR2, NULL, &usr2);
  printf("\nignored kept %d, handler reset %d, mask kept %d\n", usr1.sa_handler == SIG_IGN, usr2.sa_handler == SIG_DFL,
         sigismember(&mask, SIGHUP));
  printf("kept descriptor %d, close-on-exec %d\n", fcntl(20, F_GETFD) >= 0, fcntl(21, F_GETFD) >= 0);
  printf("page size %lu, stack aligned %d, clean exec %lu, random bytes %d\n", getauxval(AT_PAGESZ),
         ((unsigned long)__builtin_frame_address(0) & 15) == 0, getauxval(AT_SECURE), getauxval(AT_RANDOM) != 0);
  fflush(stdout);
  return 17;
}

static void on_signal(int number) { (void)number; }

static void run(const char *path, char *const argv[], char *const envp[]) {
  int status;
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    execve(path, argv, envp);
    printf("%s: %s\n", path[0] ? path : "(empty)", errno_name(errno));
    fflush(stdout);
    _exit(99);
  }
  MUST(waitpid(pid, &status, 0) == pid);
  printf("exited %d, status %d\n", WIFEXITED(status), WEXITSTATUS(status));
}

static void write_file(const char *path, const char *content, mode_t mode) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  MUST(file >= 0 && write(file, content, strlen(content)) == (ssize_t)strlen(content));
  fchmod(file, mode);
  close(file);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "report") == 0) return child_report(argc, argv);
  char self[] = "/proc/self/exe";
  sigset_t block;
  signal(SIGUSR1, SIG_IGN);
  signal(SIGUSR2, on_signal);
  sigemptyset(&block);
  sigaddset(&block, SIGHUP);
  sigprocmask(SIG_BLOCK, &block, NULL);
  MUST(dup2(1, 20) == 20 && dup3(1, 21, O_CLOEXEC) == 21);

  char empty[] = "", spaces[] = "two words", report[] = "report", name[] = "any name", variable[] = "A=1", odd[] = "no equals sign";
  run(self, (char *[]){name, report, empty, spaces, NULL}, (char *[]){variable, odd, empty, NULL});
  run(self, (char *[]){name, report, NULL}, (char *[]){NULL});
  run(self, (char *[]){name, report, NULL}, NULL);

  static char large[100000];
  memset(large, 'x', sizeof large - 1);
  char true_name[] = "true";
  char *many[202] = {true_name};
  for (int i = 1; i < 201; i++) many[i] = large;
  run("/bin/true", many, (char *[]){NULL});
  many[11] = NULL;
  run("/bin/true", many, (char *[]){NULL});
  static char too_large[140000];
  memset(too_large, 'y', sizeof too_large - 1);
  run("/bin/true", (char *[]){name, too_large, NULL}, (char *[]){NULL});

  run("/no/such/file", (char *[]){name, NULL}, environ);
  run("/tmp", (char *[]){name, NULL}, environ);
  run("", (char *[]){name, NULL}, environ);
  run("/etc/passwd/x", (char *[]){name, NULL}, environ);
  write_file("plain", "not a program", 0600);
  run("./plain", (char *[]){name, NULL}, environ);
  write_file("text", "not a program", 0700);
  run("./text", (char *[]){name, NULL}, environ);
  write_file("script", "#!/bin/echo  with one argument \n", 0700);
  run("./script", (char *[]){name, spaces, NULL}, environ);
  write_file("busy", "#!/bin/true\n", 0700);
  int file = open("busy", O_WRONLY);
  run("./busy", (char *[]){name, NULL}, environ);
  close(file);

  // fexecve, and a program that was removed while it runs.
  file = open("/bin/busybox", O_RDONLY);
  fflush(stdout);
  if (fork() == 0) {
    char echo[] = "echo", text[] = "through a descriptor";
    fexecve(file, (char *[]){echo, text, NULL}, environ);
    _exit(98);
  }
  wait(NULL);
  return 0;
}
