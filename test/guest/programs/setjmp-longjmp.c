// SPDX-License-Identifier: MPL-2.0
// setjmp and friends: values, nesting, jumps out of signal handlers, masks, contexts.

#include "check.h"
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

static jmp_buf outer, inner;
static sigjmp_buf signal_place;

static void leap(int depth, int value) {
  volatile char frame[200];
  frame[0] = (char)depth;
  if (depth == 0) longjmp(outer, value);
  leap(depth - 1, value);
  printf("never %d\n", frame[0]);
}

static void values(void) {
  volatile int times = 0;
  int value = setjmp(outer);
  printf("setjmp gave %d\n", value);
  times++;
  if (times == 1) leap(0, 5);
  if (times == 2) leap(100, -7);
  if (times == 3) leap(3, 0);
  printf("came here %d times\n", times);
}

static void nesting(void) {
  volatile int steps = 0;
  if (setjmp(outer) == 0) {
    for (;;) {
      if (setjmp(inner) == 0) {
        steps++;
        longjmp(inner, 1);
      }
      if (steps == 10) longjmp(outer, 1);
    }
  }
  printf("steps %d\n", steps);
}

static void on_signal(int number) { siglongjmp(signal_place, number == SIGUSR1 ? 1 : 2); }

static void out_of_handlers(void) {
  sigset_t now;
  signal(SIGUSR1, on_signal);
  for (int save = 0; save < 2; save++) {
    volatile int count = 0;
    if (sigsetjmp(signal_place, save) == 0) raise(SIGUSR1);
    sigprocmask(SIG_SETMASK, NULL, &now);
    printf("save %d: still blocked %d\n", save, sigismember(&now, SIGUSR1));
    sigemptyset(&now);
    sigprocmask(SIG_SETMASK, &now, NULL);
    if (sigsetjmp(signal_place, 1) != 0) count++;
    if (count == 0) raise(SIGUSR1);
    printf("count %d\n", count);
  }
  // Many jumps do not eat the stack.
  volatile int jumps = 0;
  sigsetjmp(signal_place, 1);
  if (jumps++ < 2000) raise(SIGUSR1);
  printf("jumps %d\n", jumps);
}

static void callee_saved(void) {
  // Values that the compiler keeps in registers and on the stack come back as they were set last.
  volatile double precise = 1.5;
  volatile long whole = 3;
  volatile int round = 0;
  setjmp(outer);
  precise *= 2, whole += 10;
  if (++round < 4) leap(5, round);
  printf("precise %g, whole %ld\n", precise, whole);
}

int main(void) {
  values();
  nesting();
  out_of_handlers();
  callee_saved();
  return 0;
}
