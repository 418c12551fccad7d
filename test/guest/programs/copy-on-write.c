// SPDX-License-Identifier: MPL-2.0
// Copy-on-write: parent and child see their own memory after fork, in all segments and both directions.

#include "check.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGES = 256, PAGE = 4096 };

static int initialized = 11;
static int zeroed[3 * PAGE];
static const int constant = 12;

static int to_child[2], to_parent[2];
static void tell(int end) { MUST(write(end, "x", 1) == 1); }
static void hear(int end) {
  char byte;
  MUST(read(end, &byte, 1) == 1);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  int stack = 13, *heap = malloc(sizeof *heap);
  *heap = 14;
  unsigned char *area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(area != MAP_FAILED && pipe(to_child) == 0 && pipe(to_parent) == 0);
  for (int i = 0; i < PAGES; i++) area[i * PAGE] = (unsigned char)i;

  pid_t pid = fork();
  if (pid == 0) {
    initialized = 21, zeroed[PAGE] = 22, stack = 23, *heap = 24;
    for (int i = 0; i < PAGES; i += 2) area[i * PAGE] = 200;
    tell(to_parent[1]);
    hear(to_child[0]);
    int own = 0, old = 0;
    for (int i = 0; i < PAGES; i += 2) own += area[i * PAGE] == 200;
    for (int i = 1; i < PAGES; i += 2) old += area[i * PAGE] == (unsigned char)i;
    printf("child: %d %d %d %d %d, own %d, old %d\n", initialized, zeroed[PAGE], stack, *heap, constant, own, old);
    _exit(0);
  }
  hear(to_parent[0]);
  printf("parent after the child wrote: %d %d %d %d\n", initialized, zeroed[PAGE], stack, *heap);
  int old = 0;
  for (int i = 0; i < PAGES; i++) old += area[i * PAGE] == (unsigned char)i;
  printf("old values %d\n", old);
  for (int i = 0; i < PAGES; i++) area[i * PAGE] = 100;
  initialized = 31, zeroed[PAGE] = 32, stack = 33, *heap = 34;
  tell(to_child[1]);
  waitpid(pid, NULL, 0);
  printf("parent at the end: %d %d %d %d\n", initialized, zeroed[PAGE], stack, *heap);

  // A system call that writes to a shared page must break the sharing as well.
  pid = fork();
  if (pid == 0) {
    MUST(write(to_child[1], "KERNEL", 6) == 6);
    MUST(read(to_child[0], area, 6) == 6);
    printf("child read into its page: %.6s\n", area);
    _exit(0);
  }
  waitpid(pid, NULL, 0);
  printf("parent's page: %d\n", area[0]);

  // Generations: each adds one to its copy, and reports the sum through the exit status of all.
  int depth = 0, status = 0;
  area[0] = 0;
  while (depth < 8 && (pid = fork()) == 0) depth++, area[0] += 1, area[PAGE * depth] = (unsigned char)depth;
  if (depth < 8) waitpid(pid, &status, 0);
  int sum = area[0] + (WIFEXITED(status) ? WEXITSTATUS(status) : 0);
  if (depth > 0) _exit(sum);
  printf("generations: %d, own copy %d\n", sum, area[0]);

  // Write protection is kept across fork and not confused with copy-on-write.
  MUST(mprotect(area, PAGE, PROT_READ) == 0);
  pid = fork();
  if (pid == 0) {
    area[0] = 1;
    _exit(0);
  }
  waitpid(pid, &status, 0);
  printf("write to a read-only page: killed by %d\n", WTERMSIG(status));

  // Many children at once, all with pages of their own.
  for (int child = 0; child < 8; child++) {
    if (fork() == 0) {
      memset(area + PAGE, child, (PAGES - 1) * PAGE);
      int same = 1;
      for (int round = 0; round < 3; round++) {
        usleep(2000);
        for (int i = PAGE; i < PAGES * PAGE; i += 512) same &= area[i] == child;
      }
      _exit(same ? 1 : 0);
    }
  }
  int good = 0;
  while (wait(&status) > 0) good += WEXITSTATUS(status);
  printf("undisturbed children: %d, parent keeps %d\n", good, area[2 * PAGE]);
  return 0;
}
