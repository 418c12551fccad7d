// SPDX-License-Identifier: MPL-2.0
//
//   shell-latency LOOPS TIMES    an interactive shell on a terminal, beside busy loops
//
// Types a command TIMES times, and prints for each how many microseconds later its answer was there.
// Every other command is a program of its own.

#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

/* Reads from the terminal until `text` was there; 0 when five seconds were not enough. */
static int wait_for(int master, const char *text) {
  static char seen[65536];
  size_t length = 0;
  long long end = now_us() + 5000000;
  while (now_us() < end && length < sizeof seen - 1) {
    struct pollfd poller = {.fd = master, .events = POLLIN};
    if (poll(&poller, 1, 1000) <= 0) continue;
    ssize_t count = read(master, seen + length, sizeof seen - 1 - length);
    if (count <= 0) return 0;
    length += count;
    seen[length] = 0;
    if (strstr(seen, text) != NULL) return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int loops = atoi(argv[1]), times = atoi(argv[2]);
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  int unlock = 0, index = 0;
  char slave[32];
  ioctl(master, TIOCSPTLCK, &unlock);
  ioctl(master, TIOCGPTN, &index);
  snprintf(slave, sizeof slave, "/dev/pts/%d", index);
  pid_t shell = fork();
  if (shell == 0) {
    setsid();
    int fd = open(slave, O_RDWR);
    for (int i = 0; i < 3; i++) dup2(fd, i);
    close(master);
    setenv("PS1", "ready> ", 1);
    execl("/bin/sh", "sh", "-i", NULL);
    _exit(127);
  }
  pid_t busy[64];
  for (int i = 0; i < loops && i < 64; i++) {
    busy[i] = fork();
    if (busy[i] == 0)
      for (volatile unsigned spin = 0;; spin++) {}
  }
  if (!wait_for(master, "ready> ")) return 1;
  for (int i = 0; i < times; i++) {
    char command[64], answer[32];
    usleep(150000 + 7000 * (i % 10));
    snprintf(command, sizeof command, i % 2 ? "echo a''%d\n" : "/bin/busybox echo a''%d\n", i);
    snprintf(answer, sizeof answer, "a%d\r\n", i);
    long long before = now_us();
    write(master, command, strlen(command));
    if (!wait_for(master, answer)) return 1;
    printf("%lld\n", now_us() - before);
  }
  for (int i = 0; i < loops && i < 64; i++) kill(busy[i], SIGKILL);
  kill(shell, SIGKILL);
  close(master);
  while (wait(NULL) > 0) {}
  return 0;
}
