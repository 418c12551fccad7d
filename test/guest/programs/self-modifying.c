// SPDX-License-Identifier: MPL-2.0
// Code that is written, run, rewritten and run again: the processor must notice at once.

#include "check.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int (*function)(void);
enum { PAGE = 4096 };

// mov eax, value; ret
static void write_constant(unsigned char *place, int value) {
  place[0] = 0xb8;
  memcpy(place + 1, &value, 4);
  place[5] = 0xc3;
}

static int call(const void *place) {
  function run;
  memcpy(&run, &place, sizeof run);
  return run();
}

static unsigned char *map(int protection) {
  unsigned char *area = mmap(NULL, 4 * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(area != MAP_FAILED);
  return area;
}

static void rewriting(void) {
  unsigned char *code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  long sum = 0;
  for (int i = 0; i < 5000; i++) {
    write_constant(code, i);
    sum += call(code);
  }
  printf("rewritten 5000 times: %ld\n", sum);
  // Only the operand changes, while the code around it is hot.
  sum = 0;
  for (int i = 0; i < 20000; i++) {
    if (i % 100 == 0) memcpy(code + 1, &i, 4);
    sum += call(code);
  }
  printf("operand changes: %ld\n", sum);
  // Code across a page boundary, changed on either side.
  unsigned char *across = code + PAGE - 3;
  write_constant(across, 0x01020304);
  int first = call(across);
  code[PAGE] = 0x7f;
  int second = call(across);
  across[1] = 0x55;
  printf("across pages: %x %x %x\n", first, second, call(across));
  // A loop that patches an instruction ahead of itself:
  //   mov ecx, 10; xor eax, eax; loop: inc byte [rip + 1]; add eax, imm8; dec ecx; jnz loop; ret
  static const unsigned char patching[] = {0xb9, 10, 0, 0, 0, 0x31, 0xc0, 0xfe, 0x05, 0x02, 0, 0, 0, 0x83, 0xc0, 0x00, 0xff, 0xc9, 0x75, 0xf3, 0xc3};
  memcpy(code + 2 * PAGE, patching, sizeof patching);
  printf("patches itself: %d\n", call(code + 2 * PAGE));
  munmap(code, 4 * PAGE);
}

static void protection_changes(void) {
  int status;
  unsigned char *code = map(PROT_READ | PROT_WRITE);
  write_constant(code, 7);
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) _exit(call(code));
  waitpid(pid, &status, 0);
  printf("not executable: killed by %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  for (int i = 0; i < 50; i++) {
    MUST(mprotect(code, PAGE, PROT_READ | PROT_WRITE) == 0);
    write_constant(code, i);
    MUST(mprotect(code, PAGE, PROT_READ | PROT_EXEC) == 0);
    MUST(call(code) == i);
  }
  printf("write and execute in turn: fine\n");
  // New memory at the same address.
  for (int i = 0; i < 20; i++) {
    unsigned char *same = mmap(code, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    MUST(same == code);
    write_constant(code, 1000 + i);
    MUST(call(code) == 1000 + i);
  }
  printf("mapped anew: fine\n");
}

static void other_ways_to_write(void) {
  int ends[2];
  unsigned char machine_code[6];
  unsigned char *code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  write_constant(code, 1);
  int before = call(code);
  // By a system call.
  MUST(pipe(ends) == 0);
  write_constant(machine_code, 2);
  MUST(write(ends[1], machine_code, 6) == 6 && read(ends[0], code, 6) == 6);
  printf("by read: %d then %d\n", before, call(code));
  // By another mapping of the same file, and by a write to the file.
  int file = open("code", O_RDWR | O_CREAT, 0700);
  MUST(ftruncate(file, PAGE) == 0);
  unsigned char *writable = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  unsigned char *runnable = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
  MUST(writable != MAP_FAILED && runnable != MAP_FAILED);
  long sum = 0;
  for (int i = 0; i < 500; i++) {
    write_constant(writable, i);
    sum += call(runnable);
  }
  printf("by another mapping: %ld\n", sum);
  write_constant(machine_code, 77);
  MUST(pwrite(file, machine_code, 6, 0) == 6);
  printf("by a write to the file: %d\n", call(runnable));
  // A child's change is its own.
  write_constant(code, 5);
  fflush(stdout);
  int status;
  pid_t pid = fork();
  if (pid == 0) {
    write_constant(code, 6);
    _exit(call(code));
  }
  waitpid(pid, &status, 0);
  printf("child ran %d, parent runs %d\n", WEXITSTATUS(status), call(code));
}

static unsigned char *shared_code;
static volatile int turn;
static void *writer(void *unused) {
  (void)unused;
  for (int i = 0; i < 50; i++) {
    while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) != 2 * i) usleep(10);
    write_constant(shared_code, i * 3);
    __atomic_store_n(&turn, 2 * i + 1, __ATOMIC_SEQ_CST);
  }
  return NULL;
}

static void by_a_thread(void) {
  pthread_t thread;
  long sum = 0;
  shared_code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  pthread_create(&thread, NULL, writer, NULL);
  for (int i = 0; i < 50; i++) {
    while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) != 2 * i + 1) usleep(10);
    // Other processors serialize here by an instruction that does.
    unsigned a = 0, b, c = 0, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    sum += call(shared_code);
    __atomic_store_n(&turn, 2 * i + 2, __ATOMIC_SEQ_CST);
  }
  pthread_join(thread, NULL);
  printf("by another thread: %ld\n", sum);
}

int main(void) {
  rewriting();
  protection_changes();
  other_ways_to_write();
  by_a_thread();
  return 0;
}
