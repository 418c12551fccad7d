// SPDX-License-Identifier: MPL-2.0
//
// pidfd_open, pidfd_send_signal, pidfd_getfd, CLONE_PIDFD, waitid(P_PIDFD), polling.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#define CLONE_PIDFD_ 0x1000

// clone3's argument, which musl has no header for.
struct arguments {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static int pidfd_open_(int pid, unsigned flags) { return syscall(434, pid, flags); }
static int send_(int fd, int sig, siginfo_t *info, unsigned flags) {
  return syscall(424, fd, sig, info, flags);
}
static int getfd_(int fd, int target, unsigned flags) { return syscall(438, fd, target, flags); }

static void show_poll(int fd) {
  struct pollfd entry = {fd, POLLIN | POLLOUT, 0};
  int count = poll(&entry, 1, 0);
  printf("poll %d %#x\n", count, entry.revents);
}

static volatile sig_atomic_t got, value;
static void handler(int sig, siginfo_t *info, void *context) {
  (void)context;
  got = sig * 1000 + info->si_code;
  value = info->si_value.sival_int;
}

static int tid;
static int barrier_pipe[2], stop_pipe[2];
static void *sleeper(void *unused) {
  (void)unused;
  char byte;
  tid = syscall(SYS_gettid);
  MUST(write(barrier_pipe[1], "x", 1) == 1);
  MUST(read(stop_pipe[0], &byte, 1) == 1);
  return NULL;
}

int main(void) {
  int gate[2];
  char byte;
  MUST(pipe(gate) == 0);
  printf("-- a child\n");
  pid_t child = fork();
  if (child == 0) {
    close(gate[1]);
    read(gate[0], &byte, 1);
    _exit(7);
  }
  int fd = pidfd_open_(child, 0);
  MUST(fd >= 0);
  SHOW(fcntl(fd, F_GETFD));
  SHOW((fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_RDWR);
  show_poll(fd);
  TRY(send_(fd, 0, NULL, 0));
  TRY(read(fd, &byte, 1));
  siginfo_t info;
  memset(&info, 0, sizeof info);
  TRY(waitid(P_PIDFD, fd, &info, WEXITED | WNOHANG));
  SHOW(info.si_pid);
  int epoll = epoll_create1(0);
  struct epoll_event event = {EPOLLIN, {.fd = 5}};
  MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
  TRY(epoll_wait(epoll, &event, 1, 0));
  write(gate[1], "x", 1);
  TRY(epoll_wait(epoll, &event, 1, 10000));
  show_poll(fd);
  TRY(waitid(P_PIDFD, fd, &info, WEXITED));
  printf("status %d code %d mine %d\n", info.si_status, info.si_code, info.si_pid == child);
  show_poll(fd);
  TRY(waitid(P_PIDFD, fd, &info, WEXITED));
  TRY(send_(fd, 0, NULL, 0));
  close(fd);
  TRY(pidfd_open_(child, 0));

  printf("-- signals\n");
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, NULL);
  int self = pidfd_open_(getpid(), 0);
  TRY(send_(self, SIGUSR1, NULL, 0));
  SHOW(got == SIGUSR1 * 1000 + SI_USER);
  memset(&info, 0, sizeof info);
  info.si_signo = SIGUSR1;
  info.si_code = SI_QUEUE;
  info.si_value.sival_int = 99;
  TRY(send_(self, SIGUSR1, &info, 0));
  SHOW(got == SIGUSR1 * 1000 + SI_QUEUE);
  SHOW(value);
  info.si_signo = SIGUSR2;
  TRY(send_(self, SIGUSR1, &info, 0));
  TRY(send_(self, 99, NULL, 0));
  TRY(send_(self, SIGUSR1, NULL, 8));
  TRY(send_(self, SIGUSR1, NULL, 3));
  TRY(send_(gate[0], 0, NULL, 0));
  TRY(send_(-1, 0, NULL, 0));
  int folder = open("/proc/self", O_RDONLY | O_DIRECTORY);
  got = 0;
  TRY(send_(folder, SIGUSR1, NULL, 0));
  SHOW(got == SIGUSR1 * 1000 + SI_USER);

  printf("-- descriptors of another\n");
  int other = getfd_(self, gate[1], 0);
  SHOW(other > 0);
  SHOW(fcntl(other, F_GETFD));
  SHOW(write(other, "y", 1));
  SHOW(read(gate[0], &byte, 1));
  TRY(getfd_(self, 1000, 0));
  TRY(getfd_(self, 1, 1));
  TRY(getfd_(1, 1, 0));

  printf("-- pidfd_open\n");
  TRY(pidfd_open_(0, 0));
  TRY(pidfd_open_(-5, 0));
  TRY(pidfd_open_(getpid(), 1));
  TRY(pidfd_open_(4194304 - 1, 0));
  MUST(pipe(barrier_pipe) == 0 && pipe(stop_pipe) == 0);
  pthread_t thread;
  pthread_create(&thread, NULL, sleeper, NULL);
  MUST(read(barrier_pipe[0], &byte, 1) == 1);
  TRY(pidfd_open_(tid, 0));
  int of_thread = pidfd_open_(tid, O_EXCL);
  SHOW(of_thread >= 0);
  show_poll(of_thread);
  MUST(write(stop_pipe[1], "x", 1) == 1);
  pthread_join(thread, NULL);
  usleep(20000);
  struct pollfd entry = {of_thread, POLLIN, 0};
  poll(&entry, 1, 1000);
  SHOW((entry.revents & POLLIN) != 0);

  printf("-- waiting without waiting\n");
  child = fork();
  if (child == 0) {
    read(gate[0], &byte, 1);
    _exit(3);
  }
  fd = pidfd_open_(child, O_NONBLOCK);
  TRY(waitid(P_PIDFD, fd, &info, WEXITED));
  TRY(waitid(P_PIDFD, self, &info, WEXITED));
  TRY(waitid(P_PIDFD, 1, &info, WEXITED));
  TRY(waitid(P_PIDFD, -1, &info, WEXITED));
  TRY(send_(fd, SIGKILL, NULL, 0));
  struct pollfd killed = {fd, POLLIN, 0};
  SHOW(poll(&killed, 1, 10000));
  TRY(waitid(P_PIDFD, fd, &info, WEXITED));
  printf("status %d code %d\n", info.si_status, info.si_code);

  printf("-- clone\n");
  int pidfd = -1;
  child = syscall(SYS_clone, CLONE_PIDFD_ | SIGCHLD, 0, &pidfd, 0, 0);
  if (child == 0) {
    // The child has not inherited it.
    _exit(fcntl(pidfd, F_GETFD) == -1 ? 11 : 12);
  }
  SHOW(pidfd > 2);
  SHOW(fcntl(pidfd, F_GETFD));
  TRY(waitid(P_PIDFD, pidfd, &info, WEXITED));
  printf("status %d code %d\n", info.si_status, info.si_code);
  TRY(syscall(SYS_clone, CLONE_PIDFD_ | CLONE_PARENT_SETTID | SIGCHLD, 0, &pidfd, 0, 0));
  int second = -1, number = 0;
  struct arguments args = {.flags = CLONE_PIDFD_ | CLONE_PARENT_SETTID,
                           .pidfd = (uintptr_t)&second,
                           .parent_tid = (uintptr_t)&number,
                           .exit_signal = SIGCHLD};
  child = syscall(435, &args, sizeof args);
  if (child == 0) _exit(5);
  SHOW(second > 2);
  SHOW(number == child);
  TRY(waitid(P_PIDFD, second, &info, WEXITED));
  SHOW(info.si_status);
  return 0;
}
