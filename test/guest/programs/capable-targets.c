// SPDX-License-Identifier: MPL-2.0
//
// Who has fewer capabilities than a process of its own user does not set how that is scheduled. RWF_NOWAIT of devices.

#include "check.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *after(long result) { return result < 0 ? errno_name(errno) : "OK"; }

static void all(pid_t pid) {
  struct sched_param none = {0};
  printf(" setpriority %s", after(setpriority(PRIO_PROCESS, pid, 5)));
  printf(", less nice %s", after(setpriority(PRIO_PROCESS, pid, -5)));
  printf(", ioprio_set %s", after(syscall(SYS_ioprio_set, 1, pid, 0)));
  printf(", setscheduler %s", after(syscall(SYS_sched_setscheduler, pid, SCHED_BATCH, &none)));
  unsigned long mask[16] = {1};
  printf(", setaffinity %s\n", after(syscall(SYS_sched_setaffinity, pid, sizeof mask, mask)));
}

static void nowait(const char *name) {
  char bytes[8] = "";
  struct iovec vector = {bytes, sizeof bytes};
  int fd = open(name, O_RDWR);
  printf("%s: write %s", name, after(syscall(SYS_pwritev2, fd, &vector, 1, 0L, 0L, 8)));
  printf(", read %s\n", after(syscall(SYS_preadv2, fd, &vector, 1, 0L, 0L, 8)));
  close(fd);
}

int main(void) {
  nowait("/dev/null");
  nowait("/dev/zero");
  nowait("/dev/urandom");
  nowait("/dev/random");
  nowait("/dev/full");

  pid_t full = fork();
  if (full == 0) for (;;) pause();
  unsigned header[2] = {0x20080522, 0}, none[6] = {0};
  MUST(syscall(SYS_capset, header, none) == 0);
  pid_t bare = fork();
  if (bare == 0) for (;;) pause();
  printf("who has all:");
  all(full);
  printf("who has none:");
  all(bare);
  printf("itself:");
  all(0);
  kill(full, SIGKILL);
  kill(bare, SIGKILL);
  while (wait(NULL) > 0) continue;
  return 0;
}
