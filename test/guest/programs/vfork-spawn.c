// SPDX-License-Identifier: MPL-2.0
// vfork, posix_spawn, system and popen, and clone with its own stack.

#include "check.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile int shared = 1;

static int in_clone(void *argument) {
  shared += *(int *)argument;
  return 44;
}

static int run_clone(int flags, int amount) {
  enum { STACK = 65536 };
  char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int status;
  pid_t pid = clone(in_clone, stack + STACK, flags | SIGCHLD, &amount);
  MUST(pid > 0 && waitpid(pid, &status, 0) == pid);
  munmap(stack, STACK);
  return WEXITSTATUS(status);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  int status;
  // The child borrows the parent's memory; the parent waits until it ends or executes.
  pid_t pid = vfork();
  if (pid == 0) {
    shared = 2;
    _exit(3);
  }
  waitpid(pid, &status, 0);
  printf("vfork: shared %d, status %d\n", shared, WEXITSTATUS(status));
  pid = vfork();
  if (pid == 0) {
    execl("/bin/sh", "sh", "-c", "exit 6", (char *)NULL);
    _exit(99);
  }
  waitpid(pid, &status, 0);
  printf("vfork and exec: %d\n", WEXITSTATUS(status));
  pid = vfork();
  if (pid == 0) {
    execl("/no/such", "such", (char *)NULL);
    shared = errno;
    _exit(7);
  }
  waitpid(pid, &status, 0);
  printf("failed exec: %s, status %d\n", errno_name(shared), WEXITSTATUS(status));

  shared = 1;
  int result = run_clone(0, 10);
  printf("clone with a copy: %d, shared %d\n", result, shared);
  result = run_clone(CLONE_VM, 10);
  printf("clone with the memory: %d, shared %d\n", result, shared);
  result = run_clone(CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_VFORK, 100);
  printf("clone with more: %d, shared %d\n", result, shared);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "spawned", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  char *const argv[] = {"sh", "-c", "echo to stdout; echo to stderr >&2; exit 12", NULL};
  result = posix_spawn(&pid, "/bin/sh", &actions, &attributes, argv, environ);
  waitpid(pid, &status, 0);
  printf("posix_spawn: %s, status %d\n", errno_name(result), WEXITSTATUS(status));
  char text[100] = {0};
  int file = open("spawned", O_RDONLY);
  MUST(read(file, text, 99) > 0);
  printf("%s", text);
  result = posix_spawnp(&pid, "nosuchprogram", NULL, NULL, argv, environ);
  printf("posix_spawnp: %s\n", errno_name(result));

  status = system("exit 9");
  printf("system: %d\n", WEXITSTATUS(status));
  status = system("kill -KILL $$");
  printf("system, killed: %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
  printf("a shell exists: %d\n", system(NULL) != 0);
  FILE *stream = popen("seq 3; exit 4", "r");
  int sum = 0, number;
  while (fscanf(stream, "%d", &number) == 1) sum += number;
  status = pclose(stream);
  printf("popen to read: sum %d, status %d\n", sum, WEXITSTATUS(status));
  stream = popen("cat >popened", "w");
  fprintf(stream, "written to a child\n");
  status = pclose(stream);
  file = open("popened", O_RDONLY);
  memset(text, 0, sizeof text);
  MUST(read(file, text, 99) > 0);
  printf("popen to write: status %d, %s", WEXITSTATUS(status), text);
  return 0;
}
