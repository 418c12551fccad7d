// SPDX-License-Identifier: MPL-2.0
//
// sendmmsg(2) and recvmmsg(2), unshare(2) without namespaces, the time zone, some options of prctl(2).

#include "check.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MSG_WAITFORONE
#define MSG_WAITFORONE 0x10000
#endif
#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif

struct many { struct msghdr header; unsigned length; };
static struct many out[4], in[6];
static struct iovec out_parts[4], in_parts[6];
static char texts[6][16];

static void on_alarm(int number) { (void)number; }

static void prepare(void) {
  static char *const words[] = {"one", "three", "", "a longer text here"};
  for (int i = 0; i < 4; i++) {
    out_parts[i] = (struct iovec){words[i], strlen(words[i])};
    out[i] = (struct many){{.msg_iov = &out_parts[i], .msg_iovlen = 1}, 99};
  }
  for (int i = 0; i < 6; i++) {
    memset(texts[i], 0, 16);
    in_parts[i] = (struct iovec){texts[i], 15};
    in[i] = (struct many){{.msg_iov = &in_parts[i], .msg_iovlen = 1}, 99};
  }
}
static long send_many(int fd, int n, int flags) { return syscall(SYS_sendmmsg, fd, out, n, flags); }
static long receive_many(int fd, int n, int flags, struct timespec *t) { return syscall(SYS_recvmmsg, fd, in, n, flags, t); }

static void messages(int type) {
  printf("-- type %d\n", type);
  int fds[2];
  MUST(socketpair(AF_UNIX, type, 0, fds) == 0);
  prepare();
  TRY(send_many(fds[0], type == SOCK_STREAM ? 2 : 4, 0));
  printf("%u %u %u %u\n", out[0].length, out[1].length, out[2].length, out[3].length);
  TRY(receive_many(fds[1], 2, MSG_DONTWAIT, NULL));
  printf("%u %s, %u %s\n", in[0].length, texts[0], in[1].length, texts[1]);
  TRY(receive_many(fds[1], 6, MSG_WAITFORONE | (type == SOCK_STREAM ? MSG_DONTWAIT : 0), NULL));
  printf("%u %s, %u %s, flags %d\n", in[0].length, texts[0], in[1].length, texts[1], in[1].header.msg_flags == MSG_TRUNC);
  TRY(receive_many(fds[1], 3, MSG_DONTWAIT, NULL));
  TRY(send_many(fds[0], 0, 0));
  TRY(receive_many(fds[1], 0, 0, NULL));
  // The second message is bad: the first was moved.
  out[1].header.msg_iov = (void *)16;
  TRY(send_many(fds[0], 3, 0));
  out[0].header.msg_iov = (void *)16;
  TRY(send_many(fds[0], 3, 0));
  // A signal ends the wait for the second one.
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval soon = {.it_value = {0, 100000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  TRY(receive_many(fds[1], 4, 0, NULL));
  printf("%u %.3s\n", in[0].length, texts[0]);
  // Linux keeps the signal's error for the next call.
  receive_many(fds[1], 4, MSG_DONTWAIT, NULL);
  prepare();
  struct timespec now = {0, 1};
  MUST(send_many(fds[0], 2, 0) == 2);
  TRY(receive_many(fds[1], 4, 0, &now));
  now.tv_nsec = -1;
  TRY(receive_many(fds[1], 4, 0, &now));
  TRY(receive_many(1000, 4, 0, NULL));
  close(fds[0]);
  close(fds[1]);
}

static int child_of_clone(void *unused) {
  (void)unused;
  mode_t before = umask(0);
  umask(before);
  int was_here = fcntl(100, F_GETFD) >= 0;
  printf("shared: umask %o, descriptor %d\n", before, was_here);
  TRY(unshare(CLONE_FS | CLONE_FILES));
  umask(0);
  close(100);
  chdir("/proc");
  fflush(stdout);
  _exit(0);
}

int main(void) {
  messages(SOCK_SEQPACKET);
  messages(SOCK_DGRAM);
  messages(SOCK_STREAM);
  printf("-- unshare\n");
  umask(027);
  MUST(dup2(0, 100) == 100 || dup2(1, 100) == 100);
  static char stack[65536] __attribute__((aligned(16)));
  fflush(stdout);
  pid_t child = clone(child_of_clone, stack + sizeof stack, CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
  MUST(child > 0 && waitpid(child, NULL, 0) == child);
  char at[256];
  printf("mine: umask %o, descriptor %d, elsewhere %d\n", umask(022), fcntl(100, F_GETFD) >= 0, strcmp(getcwd(at, 256), "/proc") == 0);
  TRY(unshare(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD));
  TRY(unshare(CLONE_SYSVSEM));
  TRY(unshare(0));
  TRY(unshare(CLONE_PTRACE));
  printf("-- time zone\n");
  struct timezone zone = {77, 77};
  MUST(syscall(SYS_gettimeofday, NULL, &zone) == 0);
  printf("%d %d\n", zone.tz_minuteswest, zone.tz_dsttime);
  zone.tz_minuteswest = 3000;
  TRY(syscall(SYS_settimeofday, NULL, &zone));
  TRY(syscall(SYS_settimeofday, NULL, (void *)16));
  printf("-- prctl\n");
  unsigned long vector[80];
  long size = prctl(PR_GET_AUXV, vector, sizeof vector, 0, 0);
  int found = 0;
  for (int i = 0; i < size / 16 && vector[2 * i] != 0; i++) found += vector[2 * i] == AT_PAGESZ && vector[2 * i + 1] == 4096;
  printf("auxv %d %d\n", size > 100, found);
  printf("cut %d\n", prctl(PR_GET_AUXV, vector, 8, 0, 0) == size);
  TRY(prctl(PR_GET_AUXV, vector, 8, 1, 0));
  TRY(prctl(41, 1, 0, 0, 0));
  TRY(prctl(42, 0, 0, 0, 0));
  TRY(prctl(42, 1, 0, 0, 0));
  TRY(prctl(999, 0, 0, 0, 0));
  return 0;
}
