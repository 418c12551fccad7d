// SPDX-License-Identifier: MPL-2.0
// The init of a guest that runs every program of /loops three times, and prints "LOOP NAME" before what each prints.
#include <dirent.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 3 };

static void run(const char *name) {
  char path[300];
  snprintf(path, sizeof path, "/loops/%s", name);
  printf("LOOP %s ", name);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    execl(path, path, (char *)0);
    _exit(127);
  }
  int status;
  waitpid(child, &status, 0);
  if (status != 0) printf("failed with status %d\n", status);
}

int main(void) {
  DIR *loops = opendir("/loops");
  if (loops == NULL) return 1;
  for (struct dirent *entry; (entry = readdir(loops)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    for (int round = 0; round < ROUNDS; round++) run(entry->d_name);
  }
  printf("LOOPS DONE\n");
  fflush(stdout);
  for (;;) pause();
}
