// SPDX-License-Identifier: MPL-2.0
//
// pwritev2 with RWF_NOSIGNAL: writing to what nobody reads gives EPIPE, and no SIGPIPE.

#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define NOSIGNAL 0x100

static volatile sig_atomic_t signals;
static void handler(int signo) {
  (void)signo;
  signals++;
}

static void put(const char *what, int fd, int flags) {
  char bytes[3] = "abc";
  struct iovec vector = {bytes, sizeof bytes};
  signals = 0;
  long put = syscall(SYS_pwritev2, fd, &vector, 1, -1L, -1L, flags);
  printf("%s: %s, %d signals\n", what, put < 0 ? errno_name(errno) : "OK", (int)signals);
}

int main(void) {
  static const struct {
    const char *name;
    int type;
  } kinds[] = {{"stream", SOCK_STREAM}, {"sequenced packets", SOCK_SEQPACKET}};
  int ends[2];
  signal(SIGPIPE, handler);
  MUST(pipe(ends) == 0);
  put("a pipe", ends[1], NOSIGNAL);
  close(ends[0]);
  put("a pipe nobody reads", ends[1], NOSIGNAL);
  put("the same, with signals", ends[1], 0);
  for (int i = 0; i < 2; i++) {
    MUST(socketpair(AF_UNIX, kinds[i].type, 0, ends) == 0);
    put(kinds[i].name, ends[1], NOSIGNAL);
    close(ends[0]);
    put("its peer gone", ends[1], NOSIGNAL);
    put("the same, with signals", ends[1], 0);
  }
  put("a file", open("file", O_RDWR | O_CREAT, 0600), NOSIGNAL);
  put("a device", open("/dev/null", O_RDWR), NOSIGNAL);
  char byte;
  struct iovec vector = {&byte, 1};
  printf("read %ld\n", syscall(SYS_preadv2, open("file", O_RDONLY), &vector, 1, -1L, -1L, NOSIGNAL));
  return 0;
}
