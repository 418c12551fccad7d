// SPDX-License-Identifier: MPL-2.0
//
// What /proc tells of System V objects and of a process's own memory: sysvipc, smaps, smaps_rollup, personality.

#include "check.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L

// The line of `file` whose key is `key`, as numbers; how many there are.
static int line_of(const char *file, int key, long long *values, int most, char *header) {
  char line[512];
  FILE *table = fopen(file, "r");
  MUST(table != NULL && fgets(header, 512, table) != NULL);
  int found = 0;
  while (fgets(line, sizeof line, table)) {
    char *at = line;
    long long first = strtoll(at, &at, 10);
    if (first != key) continue;
    values[0] = first;
    for (found = 1; found < most; found++) {
      char *end;
      values[found] = strtoll(at, &end, 10);
      if (end == at) break;
      at = end;
    }
  }
  fclose(table);
  return found;
}

static void system_v(void) {
  char header[512];
  long long v[20];
  int key = 0x00a57e01, pid = getpid();
  int queue = msgget(key, IPC_CREAT | 0640);
  struct { long type; char text[10]; } message = {1, "hello"};
  MUST(queue >= 0 && msgsnd(queue, &message, 5, 0) == 0);
  int n = line_of("/proc/sysvipc/msg", key, v, 20, header);
  printf("%s%d columns: key %llx, id %d, perms %lld, bytes %lld, messages %lld, sender %d, receiver %lld, owner %lld:%lld %lld:%lld, sent %d, received %lld, changed %d\n",
         header, n, v[0], v[1] == queue, v[2], v[3], v[4], v[5] == pid, v[6], v[7], v[8], v[9], v[10], v[11] > 0, v[12], v[13] > 0);
  msgctl(queue, IPC_RMID, NULL);
  SHOW(line_of("/proc/sysvipc/msg", key, v, 20, header));

  int set = semget(key, 3, IPC_CREAT | 0600);
  MUST(set >= 0);
  n = line_of("/proc/sysvipc/sem", key, v, 20, header);
  printf("%s%d columns: id %d, perms %lld, count %lld, owner %lld:%lld, used %lld, changed %d\n", header, n, v[1] == set, v[2], v[3], v[4], v[5], v[8], v[9] > 0);
  semctl(set, 0, IPC_RMID);

  int segment = shmget(key, 5 * PAGE + 1, IPC_CREAT | 0666);
  MUST(segment >= 0);
  char *at = shmat(segment, NULL, 0);
  at[0] = at[PAGE] = 1;
  n = line_of("/proc/sysvipc/shm", key, v, 20, header);
  printf("%s%d columns: id %d, perms %lld, size %lld, creator %d, last %d, attached %lld, owner %lld:%lld, times %d %lld %d, rss %lld, swap %lld\n", header, n, v[1] == segment, v[2], v[3],
         v[4] == pid, v[5] == pid, v[6], v[7], v[8], v[11] > 0, v[12], v[13] > 0, v[14], v[15]);
  shmctl(segment, IPC_RMID, NULL);
  n = line_of("/proc/sysvipc/shm", 0, v, 20, header);
  if (v[1] == segment) printf("removed, and attached: perms %lld\n", v[2]);
  shmdt(at);
}

// Prints some lines of what smaps tells of the mapping at `at`.
static void show(const char *what, void *at) {
  char line[512];
  FILE *smaps = fopen("/proc/self/smaps", "r");
  int is_here = 0;
  printf("%s:", what);
  while (fgets(line, sizeof line, smaps)) {
    unsigned long start, end;
    if (sscanf(line, "%lx-%lx ", &start, &end) == 2) is_here = start <= (unsigned long)at && (unsigned long)at < end;
    if (!is_here) continue;
    static const char *const names[] = {"Size", "Rss", "Pss", "Shared_Dirty", "Private_Dirty", "Anonymous", "Locked", "KernelPageSize"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
      size_t length = strlen(names[i]);
      if (strncmp(line, names[i], length) == 0 && line[length] == ':') printf(" %s %ld", names[i], atol(line + length + 1));
    }
    if (strncmp(line, "VmFlags:", 8) == 0)
      for (const char *flag = strtok(line + 8, " \n"); flag != NULL; flag = strtok(NULL, " \n"))
        if (strstr("rd wr ex sh lo dc wf", flag)) printf(" %s", flag);
  }
  fclose(smaps);
  printf("\n");
}

int main(void) {
  system_v();
  char *at = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(at, PAGE, PROT_NONE);
  mprotect(at + 15 * PAGE, PAGE, PROT_NONE);
  char *middle = at + PAGE;
  show("untouched", middle);
  memset(middle, 1, 4 * PAGE);
  show("four pages", middle);
  int pipes[2][2];
  MUST(pipe(pipes[0]) == 0 && pipe(pipes[1]) == 0);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    char c;
    MUST(write(pipes[0][1], "x", 1) == 1 && read(pipes[1][0], &c, 1) == 1);
    _exit(0);
  }
  char c;
  MUST(read(pipes[0][0], &c, 1) == 1);
  show("shared with a child", middle);
  middle[0] = 2;
  show("one written", middle);
  MUST(write(pipes[1][1], "x", 1) == 1 && waitpid(child, NULL, 0) == child);
  show("alone again", middle);
  mlock(middle, 14 * PAGE);
  show("locked", middle);
  madvise(middle, 14 * PAGE, MADV_DONTFORK);
  show("not for children", middle);
  char line[512] = "";
  FILE *rollup = fopen("/proc/self/smaps_rollup", "r");
  while (fgets(line, sizeof line, rollup)) {
    if (strstr(line, "[rollup]")) printf("%.26s and so on\n", strstr(line, " ---p"));
    if (strncmp(line, "Locked:", 7) == 0) printf("%s", line);
  }
  fclose(rollup);
  char text[16] = "";
  int fd = open("/proc/self/personality", O_RDONLY);
  printf("%zd %s", read(fd, text, 15), text);
  return 0;
}
