// SPDX-License-Identifier: MPL-2.0
//
// poll, select, epoll, eventfd, timerfd and signalfd: readiness, edges, limits and errors.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *result(long value) {
  static char texts[4][32];
  static int next;
  char *text = texts[next++ % 4];
  if (value < 0) snprintf(text, 32, "%s", errno_name(errno));
  else snprintf(text, 32, "%ld", value);
  return text;
}

// The call comes first: arguments are evaluated in any order.
#define CALL(text, call, ...) \
  do { \
    const char *done = result(call); \
    printf(text, done, ##__VA_ARGS__); \
  } while (0)

static int poll_one(int fd, short events, int timeout) {
  struct pollfd entry = {.fd = fd, .events = events, .revents = 0x7777};
  int count = poll(&entry, 1, timeout);
  printf("poll %#x: %s revents %#x\n", events, result(count), entry.revents);
  return entry.revents;
}

static void polling(void) {
  int fds[2];
  if (pipe(fds) < 0) return;
  poll_one(fds[0], POLLIN, 0);
  poll_one(fds[1], POLLOUT | POLLIN, 0);
  poll_one(-1, POLLIN, 0);
  poll_one(999, POLLIN, 0);
  write(fds[1], "x", 1);
  poll_one(fds[0], POLLIN | POLLRDNORM | POLLOUT, -1);
  close(fds[1]);
  poll_one(fds[0], POLLIN, -1);
  char byte;
  read(fds[0], &byte, 1);
  poll_one(fds[0], POLLIN, -1);
  poll_one(fds[0], 0, -1);
  int file = open("/dev/null", O_RDWR);
  poll_one(file, POLLIN | POLLOUT | POLLPRI, 0);
  CALL("poll nothing: %s\n", poll(NULL, 0, 5));
  struct pollfd *volatile nowhere = (struct pollfd *)8;
  CALL("poll bad address: %s\n", poll(nowhere, 1, 0));
  close(fds[0]);
  close(file);
}

static void selecting(void) {
  int fds[2];
  if (pipe(fds) < 0) return;
  fd_set reads, writes;
  FD_ZERO(&reads);
  FD_ZERO(&writes);
  FD_SET(fds[0], &reads);
  FD_SET(fds[1], &writes);
  struct timeval tv = {5, 0};
  int count = select(fds[1] + 1, &reads, &writes, NULL, &tv);
  CALL("select: %s read %d write %d left %d\n", count, !!FD_ISSET(fds[0], &reads),
         !!FD_ISSET(fds[1], &writes), tv.tv_sec >= 4);
  FD_ZERO(&reads);
  FD_SET(fds[0], &reads);
  tv = (struct timeval){0, 20000};
  // C libraries differ in whether they tell the time left.
  count = (int)syscall(SYS_select, fds[1] + 1, &reads, NULL, NULL, &tv);
  CALL("select times out: %s read %d left %ld.%06ld\n", count,
         !!FD_ISSET(fds[0], &reads), (long)tv.tv_sec, (long)tv.tv_usec);
  CALL("select negative: %s\n", select(-1, NULL, NULL, NULL, NULL));
  tv = (struct timeval){-1, 0};
  CALL("select negative time: %s\n", select(0, NULL, NULL, NULL, &tv));
  close(fds[1]);
  FD_ZERO(&reads);
  FD_SET(fds[0], &reads);
  count = select(fds[0] + 1, &reads, NULL, &reads, NULL);
  CALL("select hangup: %s read %d\n", count, !!FD_ISSET(fds[0], &reads));
  close(fds[0]);
  FD_SET(fds[0], &reads);
  CALL("select closed: %s\n", select(fds[0] + 1, &reads, NULL, NULL, NULL));
}

static void show_events(int epoll, int most, int timeout) {
  struct epoll_event events[8];
  int count = epoll_wait(epoll, events, most, timeout);
  CALL("epoll_wait: %s", count);
  for (int i = 0; i < count; i++) {
    printf(" %#x/%llx", events[i].events, (unsigned long long)events[i].data.u64);
  }
  printf("\n");
}

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data.u64 = data};
  int done = epoll_ctl(epoll, operation, fd, &event);
  printf("epoll_ctl %d %#x: %s\n", operation, events, result(done));
  return done;
}

static void epolling(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int fds[2];
  char bytes[8];
  if (pipe(fds) < 0) return;
  printf("cloexec %d\n", fcntl(epoll, F_GETFD));
  CALL("create flags: %s\n", epoll_create1(1));
  CALL("create size: %s\n", syscall(SYS_epoll_create, 0));
  control(epoll, EPOLL_CTL_ADD, fds[0], EPOLLIN, 0x1122334455667788ull);
  control(epoll, EPOLL_CTL_ADD, fds[0], EPOLLIN, 1);
  control(epoll, EPOLL_CTL_ADD, epoll, EPOLLIN, 1);
  control(epoll, EPOLL_CTL_ADD, 999, EPOLLIN, 1);
  control(epoll, EPOLL_CTL_MOD, fds[1], EPOLLIN, 1);
  control(epoll, EPOLL_CTL_DEL, fds[1], 0, 1);
  control(epoll, 17, fds[0], EPOLLIN, 1);
  control(fds[0], EPOLL_CTL_ADD, fds[1], EPOLLIN, 1);
  int regular = open("/proc/self/exe", O_RDONLY);
  control(epoll, EPOLL_CTL_ADD, regular, EPOLLIN, 1);
  show_events(epoll, 8, 0);
  write(fds[1], "ab", 2);
  show_events(epoll, 8, -1);
  show_events(epoll, 8, -1);
  read(fds[0], bytes, 1);
  show_events(epoll, 8, -1);
  printf("edges\n");
  control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN | EPOLLET, 2);
  show_events(epoll, 8, 0);
  show_events(epoll, 8, 0);
  write(fds[1], "c", 1);
  show_events(epoll, 8, 0);
  show_events(epoll, 8, 0);
  read(fds[0], bytes, 8);
  show_events(epoll, 8, 0);
  write(fds[1], "d", 1);
  show_events(epoll, 8, 0);
  printf("once\n");
  control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN | EPOLLONESHOT, 3);
  show_events(epoll, 8, 0);
  write(fds[1], "e", 1);
  show_events(epoll, 8, 0);
  control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN | EPOLLONESHOT, 4);
  show_events(epoll, 8, 0);
  printf("many\n");
  control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN, 5);
  control(epoll, EPOLL_CTL_ADD, fds[1], EPOLLOUT, 6);
  int copy = dup(fds[0]);
  control(epoll, EPOLL_CTL_ADD, copy, EPOLLIN, 7);
  show_events(epoll, 8, 0);
  show_events(epoll, 1, 0);
  show_events(epoll, 1, 0);
  show_events(epoll, 1, 0);
  show_events(epoll, 0, 0);
  printf("nested\n");
  int outer = epoll_create1(0);
  control(outer, EPOLL_CTL_ADD, epoll, EPOLLIN, 8);
  control(epoll, EPOLL_CTL_ADD, outer, EPOLLIN, 9);
  show_events(outer, 8, 0);
  poll_one(outer, POLLIN, 0);
  printf("closed\n");
  close(copy);
  show_events(epoll, 8, 0);
  control(epoll, EPOLL_CTL_DEL, fds[1], 0, 0);
  close(fds[1]);
  show_events(epoll, 8, 0);
  close(fds[0]);
  show_events(epoll, 8, 0);
  printf("exclusive\n");
  if (pipe(fds) < 0) return;
  control(epoll, EPOLL_CTL_ADD, fds[0], EPOLLIN | EPOLLEXCLUSIVE, 10);
  control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN | EPOLLEXCLUSIVE, 10);
  control(epoll, EPOLL_CTL_MOD, fds[0], EPOLLIN, 10);
  control(epoll, EPOLL_CTL_ADD, fds[1], EPOLLIN | EPOLLEXCLUSIVE | EPOLLRDHUP, 10);
  show_events(fds[0], 8, 0);
  show_events(epoll, 8, 10);
  close(outer);
  close(epoll);
}

static void counting(void) {
  int fd = eventfd(3, EFD_NONBLOCK);
  uint64_t value = 0;
  CALL("read: %s %llu\n", read(fd, &value, 8), (unsigned long long)value);
  CALL("empty: %s\n", read(fd, &value, 8));
  CALL("short read: %s\n", read(fd, &value, 7));
  value = 5;
  CALL("write: %s\n", write(fd, &value, 8));
  CALL("short write: %s\n", write(fd, &value, 4));
  value = UINT64_MAX;
  CALL("write all ones: %s\n", write(fd, &value, 8));
  value = UINT64_MAX - 6;
  CALL("write to the limit: %s\n", write(fd, &value, 8));
  poll_one(fd, POLLIN | POLLOUT, 0);
  value = 1;
  CALL("write beyond: %s\n", write(fd, &value, 8));
  value = 0;
  CALL("write nothing: %s\n", write(fd, &value, 8));
  CALL("read: %s %llu\n", read(fd, &value, 8), (unsigned long long)value);
  poll_one(fd, POLLIN | POLLOUT, 0);
  close(fd);
  fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  for (int i = 0; i < 3; i++) {
    value = 77;
    CALL("semaphore: %s %llu\n", read(fd, &value, 8), (unsigned long long)value);
  }
  close(fd);
  CALL("flags: %s\n", eventfd(0, 0x40));
  CALL("seek: %s\n", lseek(eventfd(0, 0), 0, SEEK_SET));
}

static void timing(void) {
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  uint64_t count = 0;
  struct itimerspec setting = {.it_value = {0, 20000000}}, old;
  CALL("disarmed: %s\n", read(fd, &count, 8));
  CALL("settime: %s\n", timerfd_settime(fd, 0, &setting, NULL));
  CALL("early: %s\n", read(fd, &count, 8));
  CALL("gettime: %s %d\n", timerfd_gettime(fd, &old),
         old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 20000000);
  poll_one(fd, POLLIN, -1);
  CALL("expired: %s %llu\n", read(fd, &count, 8), (unsigned long long)count);
  CALL("read again: %s\n", read(fd, &count, 8));
  CALL("gettime: %s %ld\n", timerfd_gettime(fd, &old), old.it_value.tv_nsec);
  setting = (struct itimerspec){.it_value = {0, 1000000}, .it_interval = {0, 1000000}};
  timerfd_settime(fd, 0, &setting, NULL);
  usleep(30000);
  CALL("interval: %s %d\n", read(fd, &count, 8), count >= 10);
  setting = (struct itimerspec){.it_value = {1, 0}};
  CALL("absolute: %s\n", timerfd_settime(fd, TFD_TIMER_ABSTIME, &setting, &old));
  printf("old interval %ld\n", old.it_interval.tv_nsec);
  poll_one(fd, POLLIN, -1);
  CALL("past: %s %llu\n", read(fd, &count, 8), (unsigned long long)count);
  setting.it_value.tv_nsec = 1000000000;
  CALL("bad time: %s\n", timerfd_settime(fd, 0, &setting, NULL));
  CALL("bad flags: %s\n", timerfd_settime(fd, 8, &setting, NULL));
  CALL("bad clock: %s\n", timerfd_create(77, 0));
  CALL("not a timer: %s\n", timerfd_gettime(0, &old));
  CALL("write: %s\n", write(fd, &count, 8));
  close(fd);
}

static void signalling(void) {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigaddset(&mask, SIGCHLD);
  sigprocmask(SIG_BLOCK, &mask, NULL);
  int fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
  struct signalfd_siginfo info[2];
  CALL("nothing: %s\n", read(fd, info, sizeof info));
  CALL("short: %s\n", read(fd, info, 100));
  poll_one(fd, POLLIN, 0);
  kill(getpid(), SIGUSR1);
  poll_one(fd, POLLIN, -1);
  pid_t child = fork();
  if (child == 0) _exit(5);
  waitpid(child, NULL, 0);
  long count = read(fd, info, sizeof info);
  CALL("read: %s\n", count);
  for (int i = 0; i < (int)(count / (long)sizeof info[0]); i++) {
    printf("signal %u code %d pid %d status %d\n", info[i].ssi_signo, info[i].ssi_code,
           info[i].ssi_pid == (unsigned)getpid() ? 0 : info[i].ssi_pid == (unsigned)child,
           info[i].ssi_status);
  }
  CALL("again: %s\n", read(fd, info, sizeof info));
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR2);
  sigprocmask(SIG_BLOCK, &mask, NULL);
  printf("same fd %d\n", signalfd(fd, &mask, 0) == fd);
  kill(getpid(), SIGUSR1);
  poll_one(fd, POLLIN, 0);
  kill(getpid(), SIGUSR2);
  poll_one(fd, POLLIN, 0);
  int epoll = epoll_create1(0);
  control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 42);
  show_events(epoll, 8, 0);
  CALL("not one: %s\n", signalfd(0, &mask, 0));
  close(epoll);
  close(fd);
  signal(SIGUSR1, SIG_IGN);
  signal(SIGUSR2, SIG_IGN);
}

static volatile sig_atomic_t handled;
static void on_alarm(int signo) { handled = signo; }

static void interrupting(void) {
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  ualarm(20000, 0);
  CALL("poll: %s handled %d\n", poll(NULL, 0, -1), handled);
  handled = 0;
  ualarm(20000, 0);
  CALL("select: %s handled %d\n", select(0, NULL, NULL, NULL, NULL), handled);
  handled = 0;
  ualarm(20000, 0);
  int epoll = epoll_create1(0);
  struct epoll_event event;
  CALL("epoll_wait: %s handled %d\n", epoll_wait(epoll, &event, 1, -1), handled);
  sigset_t blocked, empty;
  sigemptyset(&blocked);
  sigemptyset(&empty);
  sigaddset(&blocked, SIGALRM);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  handled = 0;
  raise(SIGALRM);
  struct timespec time = {0, 1000000};
  CALL("ppoll masked: %s handled %d\n", ppoll(NULL, 0, &time, &blocked), handled);
  time.tv_sec = 5;
  CALL("ppoll unmasked: %s handled %d\n", ppoll(NULL, 0, &time, &empty), handled);
  handled = 0;
  raise(SIGALRM);
  CALL("pselect unmasked: %s handled %d\n", pselect(0, NULL, NULL, NULL, &time, &empty), handled);
  handled = 0;
  raise(SIGALRM);
  CALL("epoll_pwait unmasked: %s handled %d\n", epoll_pwait(epoll, &event, 1, 5000, &empty), handled);
  sigprocmask(SIG_BLOCK, NULL, &empty);
  printf("mask kept %d\n", sigismember(&empty, SIGALRM));
  close(epoll);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  polling();
  selecting();
  epolling();
  counting();
  timing();
  signalling();
  interrupting();
  return 0;
}
