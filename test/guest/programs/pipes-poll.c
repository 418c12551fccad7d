// SPDX-License-Identifier: MPL-2.0
// Pipes, poll and select: end of file, EPIPE, non-blocking, atomic writes, readiness.

#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int broken;
static void on_pipe(int number) {
  (void)number;
  broken++;
}

static void basics(void) {
  int ends[2], available;
  char buffer[100];
  MUST(pipe(ends) == 0);
  TRY(write(ends[1], "hello", 5));
  TRY(write(ends[1], " pipe", 5));
  TRY(ioctl(ends[0], FIONREAD, &available));
  printf("available %d\n", available);
  TRY(read(ends[0], buffer, 3));
  TRY(read(ends[0], buffer, 100));
  printf("rest: %.7s\n", buffer);
  TRY(write(ends[0], "x", 1));
  TRY(read(ends[1], buffer, 1));
  TRY(lseek(ends[0], 0, SEEK_CUR));
  TRY(pread(ends[0], buffer, 1, 0));
  close(ends[1]);
  TRY(read(ends[0], buffer, 1));
  close(ends[0]);
  TRY(read(ends[0], buffer, 1));

  MUST(pipe(ends) == 0);
  close(ends[0]);
  signal(SIGPIPE, on_pipe);
  TRY(write(ends[1], "x", 1));
  printf("SIGPIPE seen %d\n", broken);
  signal(SIGPIPE, SIG_IGN);
  TRY(write(ends[1], "x", 1));
  close(ends[1]);
}

static void nonblocking(void) {
  int ends[2];
  static char block[4096];
  long total = 0, got = 0;
  ssize_t n;
  MUST(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
  TRY(read(ends[0], block, 1));
  while ((n = write(ends[1], block, sizeof block)) > 0) total += n;
  printf("full after %ld, %s\n", total, errno_name(errno));
  TRY(write(ends[1], block, 1));
  TRY(read(ends[0], block, 4095));
  TRY(write(ends[1], block, sizeof block));
  TRY(read(ends[0], block, 1));
  TRY(write(ends[1], block, sizeof block));
  TRY(fcntl(ends[1], F_GETPIPE_SZ));
  close(ends[1]);
  while ((n = read(ends[0], block, sizeof block)) > 0) got += n;
  printf("drained %ld, then %zd\n", got, n);
  TRY(fcntl(ends[0], F_GETFL) & O_NONBLOCK);
  TRY(fcntl(ends[0], F_GETFD));
  close(ends[0]);
}

static void between_processes(void) {
  int ends[2];
  char buffer[1000];
  long total = 0, sum = 0;
  ssize_t n;
  MUST(pipe(ends) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    static char data[300000];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (char)i;
    MUST(write(ends[1], data, sizeof data) == sizeof data);
    _exit(0);
  }
  close(ends[1]);
  while ((n = read(ends[0], buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < n; i++) sum += (unsigned char)buffer[i] * ((total + i) % 1000);
    total += n;
  }
  waitpid(pid, NULL, 0);
  printf("one big write: %ld bytes, sum %ld\n", total, sum);
  close(ends[0]);

  // Writes of at most PIPE_BUF bytes are never mixed.
  MUST(pipe(ends) == 0);
  for (int child = 0; child < 4; child++) {
    if (fork() == 0) {
      char line[128];
      memset(line, 'A' + child, sizeof line);
      for (int i = 0; i < 200; i++) MUST(write(ends[1], line, sizeof line) == sizeof line);
      _exit(0);
    }
  }
  close(ends[1]);
  int lines = 0, pure = 1, filled = 0;
  char line[128];
  while ((n = read(ends[0], line + filled, sizeof line - filled)) > 0) {
    filled += n;
    if (filled < (int)sizeof line) continue;
    for (size_t i = 1; i < sizeof line; i++) pure &= line[i] == line[0];
    lines++, filled = 0;
  }
  while (wait(NULL) > 0) {
  }
  printf("four writers: %d lines, unmixed %d\n", lines, pure);
  close(ends[0]);
}

static void polling(void) {
  int ends[2];
  char byte;
  MUST(pipe(ends) == 0);
  struct pollfd polled[3] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}, {-1, POLLIN, 7}};
  int ready = poll(polled, 3, 0);
  printf("poll %d: in %d, out %d, negative %d\n", ready, polled[0].revents, polled[1].revents, polled[2].revents);
  SHOW(poll(polled, 1, 30));
  MUST(write(ends[1], "x", 1) == 1);
  ready = poll(polled, 1, 0);
  printf("poll %d: in %d\n", ready, polled[0].revents);
  fd_set readable;
  struct timeval none = {0, 0};
  FD_ZERO(&readable);
  FD_SET(ends[0], &readable);
  printf("select %d", select(ends[0] + 1, &readable, NULL, NULL, &none));
  printf(", set %d\n", !!FD_ISSET(ends[0], &readable));
  MUST(read(ends[0], &byte, 1) == 1);
  FD_SET(ends[0], &readable);
  none.tv_usec = 20000;
  printf("select %d", select(ends[0] + 1, &readable, NULL, NULL, &none));
  printf(", set %d\n", !!FD_ISSET(ends[0], &readable));
  pid_t pid = fork();
  if (pid == 0) {
    usleep(30000);
    MUST(write(ends[1], "y", 1) == 1);
    _exit(0);
  }
  ready = poll(polled, 1, 10000);
  printf("poll until written %d: %d\n", ready, polled[0].revents);
  waitpid(pid, NULL, 0);
  MUST(read(ends[0], &byte, 1) == 1);
  close(ends[1]);
  ready = poll(polled, 1, 0);
  printf("hang-up %d: %d\n", ready, polled[0].revents & POLLHUP);
  polled[0].fd = ends[1];
  ready = poll(polled, 1, 0);
  printf("closed %d: %d\n", ready, polled[0].revents == POLLNVAL);
  close(ends[0]);
  MUST(pipe(ends) == 0);
  close(ends[0]);
  struct pollfd writer = {ends[1], POLLOUT, 0};
  ready = poll(&writer, 1, 0);
  printf("no reader %d: error %d\n", ready, !!(writer.revents & POLLERR));
  close(ends[1]);
  FD_ZERO(&readable);
  FD_SET(ends[1], &readable);
  TRY(select(ends[1] + 1, &readable, NULL, NULL, NULL));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  basics();
  nonblocking();
  between_processes();
  polling();
  return 0;
}
