// SPDX-License-Identifier: MPL-2.0
// A compiler inside the guest: code that it generates runs hot, and is then changed in every way there is.

#include "check.h"
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, HOT = 200000 };
typedef uint64_t (*function)(uint64_t count);

static function at(const void *place) {
  function f;
  memcpy(&f, &place, sizeof f);
  return f;
}

static unsigned char *map(int protection) {
  unsigned char *area = mmap(NULL, 4 * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(area != MAP_FAILED);
  return area;
}

// --- The compiler: postfix programs over x (the loop's counter) and a (the accumulator)

struct emitter {
  unsigned char *out;
};

static void put(struct emitter *e, const char *bytes, size_t n) {
  memcpy(e->out, bytes, n);
  e->out += n;
}
static void put32(struct emitter *e, int32_t value) {
  memcpy(e->out, &value, 4);
  e->out += 4;
}

// uint64_t f(uint64_t count): for x = count … 1: a = OPERATIONS; returns a. Gives where its constant stands.
static unsigned char *compile(unsigned char *place, const char *operations, int32_t constant) {
  struct emitter e = {place};
  unsigned char *operand = NULL;
  put(&e, "\x31\xc0", 2); // xor eax, eax
  unsigned char *loop = e.out;
  for (const char *o = operations; *o; o++) {
    switch (*o) {
      case '+': put(&e, "\x48\x01\xf8", 3); break;         // add rax, rdi
      case '-': put(&e, "\x48\x29\xf8", 3); break;         // sub rax, rdi
      case '^': put(&e, "\x48\x31\xf8", 3); break;         // xor rax, rdi
      case '*': put(&e, "\x48\x6b\xc0\x1f", 4); break;     // imul rax, rax, 31
      case 'r': put(&e, "\x48\xc1\xc0\x07", 4); break;     // rol rax, 7
      case 'n': put(&e, "\x90", 1); break;                 // nop
      case 'c':                                            // add rax, constant
        put(&e, "\x48\x05", 2);
        operand = e.out;
        put32(&e, constant);
        break;
    }
  }
  put(&e, "\x48\xff\xcf", 3); // dec rdi
  put(&e, "\x0f\x85", 2);     // jnz loop
  put32(&e, (int32_t)(loop - (e.out + 4)));
  put(&e, "\xc3", 1);
  return operand;
}

static uint64_t expected(const char *operations, int32_t constant, uint64_t count) {
  uint64_t a = 0;
  for (uint64_t x = count; x > 0; x--)
    for (const char *o = operations; *o; o++) {
      switch (*o) {
        case '+': a += x; break;
        case '-': a -= x; break;
        case '^': a ^= x; break;
        case '*': a *= 31; break;
        case 'r': a = a << 7 | a >> 57; break;
        case 'c': a += (uint64_t)(int64_t)constant; break;
      }
    }
  return a;
}

static void writable_and_executable(void) {
  static const char *const programs[] = {"+c", "*^", "c-r", "*c+n", "r^*c"};
  unsigned char *code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  int right = 0;
  for (int i = 0; i < 25; i++) {
    compile(code + i * 16, programs[i % 5], i * 1000 - 7);
    right += at(code + i * 16)(HOT / 10) == expected(programs[i % 5], i * 1000 - 7, HOT / 10);
  }
  printf("code rewritten after it ran hot: %d of 25\n", right);

  // Only a constant in the middle of the loop changes.
  unsigned char *operand = compile(code, "*c^", 1);
  right = 0;
  for (int32_t i = 0; i < 40; i++) {
    int32_t constant = i * i * 77 - 5;
    memcpy(operand, &constant, 4);
    right += at(code)(HOT / 20) == expected("*c^", constant, HOT / 20);
  }
  printf("a constant changed: %d of 40\n", right);

  // A change of one byte: add becomes sub, and back.
  compile(code, "+r", 0);
  right = 0;
  for (int i = 0; i < 40; i++) {
    code[2 + 1] = i % 2 ? 0x29 : 0x01;
    right += at(code)(5000) == expected(i % 2 ? "-r" : "+r", 0, 5000);
  }
  printf("an operation changed: %d of 40\n", right);
  munmap(code, 4 * PAGE);
}

// The page that is written is the page that runs: data and code side by side, and code that patches what comes later.
static void same_page(void) {
  unsigned char *code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  // counter in the page of the loop: 1: inc qword [rip + to code + 2048]; dec rdi; jnz 1b; mov rax, [same]; ret
  static const unsigned char counting[] = {0x48, 0xff, 0x05, 0xf9, 0x07, 0, 0, 0x48, 0xff, 0xcf, 0x75, 0xf4,
                                           0x48, 0x8b, 0x05, 0xed, 0x07, 0, 0, 0xc3};
  memcpy(code, counting, sizeof counting);
  printf("a counter beside the code: %llu\n", (unsigned long long)at(code)(HOT));

  // Each round adds 1 to the constant that it adds later in the same round.
  //   xor eax,eax; 1: inc dword [rip + constant]; add rax, imm32; dec rdi; jnz 1b; ret
  static const unsigned char patching[] = {0x31, 0xc0, 0xff, 0x05, 0x02, 0, 0, 0, 0x48, 0x05, 0, 0, 0, 0,
                                           0x48, 0xff, 0xcf, 0x75, 0xef, 0xc3};
  memcpy(code + PAGE, patching, sizeof patching);
  printf("a loop that patches itself: %llu\n", (unsigned long long)at(code + PAGE)(20000));

  // A loop that patches itself rarely, when it has been hot for long: every 4096th round.
  //   xor eax,eax; 1: test edi, 0xfff; jnz 2f; inc byte [rip + operand]; 2: add rax, imm8; dec rdi; jnz 1b; ret
  static const unsigned char rarely[] = {0x31, 0xc0, 0xf7, 0xc7, 0xff, 0x0f, 0, 0, 0x75, 0x06, 0xfe, 0x05, 0x03, 0, 0, 0,
                                         0x48, 0x83, 0xc0, 0x01, 0x48, 0xff, 0xcf, 0x75, 0xe9, 0xc3};
  memcpy(code + 2 * PAGE, rarely, sizeof rarely);
  printf("a loop that patches itself rarely: %llu\n", (unsigned long long)at(code + 2 * PAGE)(HOT));

  // Code whose loop lies across two pages, of which now one and now the other changes.
  unsigned char *across = code + PAGE - 10;
  int right = 0;
  for (int i = 0; i < 30; i++) {
    unsigned char *operand = compile(across, "+c*", i);
    int32_t other = 1000 - i;
    memcpy(operand, &other, 4);
    right += at(across)(4000) == expected("+c*", other, 4000);
    ((volatile unsigned char *)across)[4 + i % 2 * 5] ^= 0; // a write that changes nothing
    right += at(across)(4000) == expected("+c*", other, 4000);
  }
  printf("a loop across pages: %d of 60\n", right);
  munmap(code, 4 * PAGE);
}

static void write_or_execute(void) {
  unsigned char *code = map(PROT_READ | PROT_WRITE);
  int right = 0;
  for (int i = 0; i < 40; i++) {
    MUST(mprotect(code, PAGE, PROT_READ | PROT_WRITE) == 0);
    compile(code, i % 3 ? "*c^" : "c+", i);
    MUST(mprotect(code, PAGE, PROT_READ | PROT_EXEC) == 0);
    right += at(code)(HOT / 20) == expected(i % 3 ? "*c^" : "c+", i, HOT / 20);
  }
  printf("written and executed in turn: %d of 40\n", right);
  // Hot code loses the right to run: the next call faults.
  fflush(stdout);
  pid_t pid = fork();
  MUST(pid >= 0);
  if (pid == 0) {
    mprotect(code, PAGE, PROT_READ);
    _exit((int)at(code)(10) & 1);
  }
  int status;
  waitpid(pid, &status, 0);
  printf("without the right to execute: killed by %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  munmap(code, 4 * PAGE);
}

// One view to write, another to execute, of the same memory.
static void two_views(void) {
  int file = memfd_create("code", 0);
  MUST(file >= 0 && ftruncate(file, PAGE) == 0);
  unsigned char *writable = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  unsigned char *runnable = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
  MUST(writable != MAP_FAILED && runnable != MAP_FAILED);
  int right = 0;
  for (int i = 0; i < 40; i++) {
    compile(writable + 64, i % 2 ? "r+c" : "c*", i * 3);
    right += at(runnable + 64)(HOT / 20) == expected(i % 2 ? "r+c" : "c*", i * 3, HOT / 20);
  }
  printf("through two views: %d of 40\n", right);
  // A child changes the shared code; the parent sees it.
  fflush(stdout);
  pid_t pid = fork();
  MUST(pid >= 0);
  if (pid == 0) {
    compile(writable + 64, "c^", 99);
    _exit(at(runnable + 64)(1000) != expected("c^", 99, 1000));
  }
  int status;
  waitpid(pid, &status, 0);
  printf("changed by a child: %d, and here %d\n", WEXITSTATUS(status), at(runnable + 64)(1000) == expected("c^", 99, 1000));
  // By a write to the file, and by moving the page elsewhere.
  unsigned char buffer[64];
  compile(buffer, "+*", 0);
  MUST(pwrite(file, buffer, sizeof buffer, 64) == sizeof buffer);
  printf("by a write to the file: %d\n", at(runnable + 64)(5000) == expected("+*", 0, 5000));
  unsigned char *moved = mremap(runnable, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, runnable + (1 << 20));
  MUST(moved != MAP_FAILED);
  printf("moved: %d\n", at(moved + 64)(5000) == expected("+*", 0, 5000));
}

// After fork the child's change is its own, though both run the same hot code.
static void private_copies(void) {
  unsigned char *code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  int right = 0;
  compile(code, "*c+", 5);
  MUST(at(code)(HOT) == expected("*c+", 5, HOT));
  for (int i = 0; i < 4; i++) {
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
      int same = at(code)(2000) == expected("*c+", 5, 2000);
      compile(code, "^c*", i);
      _exit(same && at(code)(HOT / 10) == expected("^c*", i, HOT / 10) ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    right += status == 0;
    right += at(code)(2000) == expected("*c+", 5, 2000);
  }
  printf("after fork: %d of 8\n", right);
}

int main(void) {
  writable_and_executable();
  same_page();
  write_or_execute();
  two_views();
  private_copies();
  return 0;
}
