// SPDX-License-Identifier: MPL-2.0
//
// epoll: level, edge, one-shot and exclusive; nested sets; what is refused; order of readiness; removal by close.

#include "check.h"

#include <fcntl.h>
#include <stdint.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static int set;
static void show(const char *what) {
  struct epoll_event events[8];
  int count = epoll_wait(set, events, 8, 0);
  printf("%s: %d", what, count);
  for (int i = 0; i < count; i++) printf(" [%#x %d]", events[i].events, events[i].data.fd);
  printf("\n");
}
static int control(int operation, int fd, unsigned events, int data) {
  struct epoll_event event = {events, {.fd = data}};
  return epoll_ctl(set, operation, fd, &event);
}
static int shared;
static volatile int woken, ready;
static void *waiter(void *unused) {
  (void)unused;
  int mine = epoll_create1(0);
  struct epoll_event event = {EPOLLIN | EPOLLEXCLUSIVE, {.fd = 1}};
  MUST(epoll_ctl(mine, EPOLL_CTL_ADD, shared, &event) == 0);
  __sync_fetch_and_add(&ready, 1);
  if (epoll_wait(mine, &event, 1, 5000) == 1) {
    uint64_t value;
    if (read(shared, &value, 8) == 8) __sync_fetch_and_add(&woken, 1);
  }
  return NULL;
}

int main(void) {
  int p[2], q[2];
  char buffer[16];
  set = epoll_create1(EPOLL_CLOEXEC);
  MUST(pipe2(p, O_NONBLOCK) == 0 && pipe2(q, O_NONBLOCK) == 0);
  TRY(control(EPOLL_CTL_ADD, p[0], EPOLLIN, 1));
  show("empty");
  write(p[1], "ab", 2);
  show("level");
  show("level again");
  read(p[0], buffer, 1);
  show("one byte left");
  read(p[0], buffer, 1);
  show("drained");
  printf("-- edge\n");
  TRY(control(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET, 2));
  write(p[1], "ab", 2);
  show("edge");
  show("edge again");
  read(p[0], buffer, 1);
  show("after a read");
  write(p[1], "c", 1);
  show("more came");
  TRY(control(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET, 3));
  show("armed anew");
  printf("-- one shot\n");
  TRY(control(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT, 4));
  show("once");
  show("not twice");
  write(p[1], "d", 1);
  show("nor for more");
  TRY(control(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT, 5));
  show("armed anew");
  printf("-- ends\n");
  TRY(control(EPOLL_CTL_ADD, q[1], EPOLLOUT, 6));
  show("writable");
  close(q[0]);
  show("no reader");
  TRY(control(EPOLL_CTL_DEL, q[1], 0, 0));
  TRY(control(EPOLL_CTL_MOD, p[0], EPOLLIN, 7));
  close(p[1]);
  show("no writer");
  while (read(p[0], buffer, 16) > 0) {}
  show("and empty");
  int copy = dup(p[0]);
  close(p[0]);
  show("a copy is open");
  close(copy);
  show("closed");
  printf("-- refused\n");
  int file = open("file", O_CREAT | O_RDWR, 0600), event = eventfd(0, EFD_NONBLOCK);
  TRY(control(EPOLL_CTL_ADD, file, EPOLLIN, 0));
  TRY(control(EPOLL_CTL_ADD, set, EPOLLIN, 0));
  TRY(control(EPOLL_CTL_ADD, 99, EPOLLIN, 0));
  TRY(control(EPOLL_CTL_MOD, event, EPOLLIN, 0));
  TRY(control(EPOLL_CTL_DEL, event, EPOLLIN, 0));
  TRY(control(EPOLL_CTL_ADD, event, EPOLLIN, 8));
  TRY(control(EPOLL_CTL_ADD, event, EPOLLIN, 8));
  TRY(control(9, event, EPOLLIN, 8));
  TRY(epoll_ctl(file, EPOLL_CTL_ADD, event, NULL));
  TRY(epoll_ctl(set, EPOLL_CTL_ADD, event, NULL));
  TRY(control(EPOLL_CTL_MOD, event, EPOLLIN | EPOLLEXCLUSIVE, 8));
  struct epoll_event events[2];
  TRY(epoll_wait(set, events, 0, 0));
  TRY(epoll_wait(file, events, 1, 0));
  TRY(syscall(SYS_epoll_create, 0));
  TRY(epoll_create1(5));
  printf("-- nested\n");
  int outer = epoll_create1(0), inner = set;
  struct epoll_event nested = {EPOLLIN, {.fd = 20}};
  TRY(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &nested));
  TRY(epoll_ctl(inner, EPOLL_CTL_ADD, outer, &nested));
  TRY(epoll_wait(outer, events, 2, 0));
  eventfd_write(event, 3);
  TRY(epoll_wait(outer, events, 2, 0));
  SHOW(events[0].data.fd);
  show("inner");
  eventfd_t value;
  SHOW(eventfd_read(event, &value));
  TRY(epoll_wait(outer, events, 2, 0));
  TRY(epoll_wait(outer, events, 2, 30));
  printf("-- exclusive\n");
  shared = eventfd(0, EFD_NONBLOCK);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, waiter, NULL);
  // Who does not wait yet takes what another is woken for.
  while (ready < 4) usleep(5000);
  usleep(100000);
  for (int i = 0; i < 4; i++) {
    eventfd_write(shared, 1);
    for (int wait = 0; wait < 500 && woken <= i; wait++) usleep(5000);
  }
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  SHOW(woken);
  return 0;
}
