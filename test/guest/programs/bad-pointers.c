// SPDX-License-Identifier: MPL-2.0
// Bad pointers to system calls: EFAULT, partial results, and nothing consumed.

#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Raw calls: a C library may look at the memory itself.
#define RAW(name, ...)                                                \
  do {                                                                \
    errno = 0;                                                        \
    long result_ = syscall(SYS_##name, __VA_ARGS__);                  \
    if (result_ == -1) printf("%-20s %s\n", #name, errno_name(errno)); \
    else printf("%-20s %ld\n", #name, result_);                       \
  } while (0)

int main(void) {
  int ends[2], file = open("file", O_RDWR | O_CREAT, 0600);
  MUST(file == 3 && write(file, "0123456789", 10) == 10 && pipe(ends) == 0);
  char *area = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(area != MAP_FAILED && mprotect(area + 4096, 4096, PROT_READ) == 0 && munmap(area + 2 * 4096, 4096) == 0);
  char *read_only = area + 4096, *gone = area + 2 * 4096;
  strcpy(area, "file");
  void *const bad[] = {NULL, (void *)1L, gone, (void *)0x8000000000000000L, (void *)-4096L, (void *)-1L};

  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    void *p = bad[i];
    printf("address %zu\n", i);
    RAW(read, file, p, 0);
    lseek(file, 0, SEEK_SET);
    RAW(read, file, p, 5);
    RAW(write, ends[1], p, 5);
    RAW(open, p, O_RDONLY);
    RAW(stat, p, area);
    RAW(stat, "file", p);
    RAW(fstat, file, p);
    RAW(execve, p, NULL, NULL);
    RAW(execve, "/bin/true", p == NULL ? (void *)1L : p, NULL);
    RAW(pipe, p);
    RAW(getcwd, p, 100);
    RAW(uname, p);
    RAW(rt_sigaction, SIGUSR1, p == NULL ? (void *)1L : p, NULL, 8);
    RAW(rt_sigprocmask, SIG_BLOCK, p == NULL ? (void *)1L : p, NULL, 8);
    RAW(nanosleep, p, NULL);
    RAW(clock_gettime, CLOCK_MONOTONIC, p == NULL ? (void *)1L : p);
    RAW(getrlimit, RLIMIT_NOFILE, p);
    RAW(poll, p, 1, 0);
    RAW(readv, file, p, 1);
    RAW(unlink, p);
    RAW(rename, p, "x");
    RAW(mkdir, p, 0700);
    RAW(chdir, p);
    RAW(readlink, "/proc/self/exe", p, 100);
    RAW(getdents64, open("/", O_RDONLY), p, 4096);
    RAW(wait4, -1, p == NULL ? (void *)1L : p, WNOHANG, NULL);
    for (int fd = 6; fd < 20; fd++) close(fd);
  }

  // A write into memory that may only be read, and strings that run off the map.
  RAW(read, file, read_only, 3);
  lseek(file, 0, SEEK_SET);
  // A buffer that ends in a hole: what fits is transferred.
  strcpy(read_only - 4, "abc");
  RAW(write, ends[1], gone - 10, 20);
  char got[100];
  TRY(fcntl(ends[0], F_SETFL, O_NONBLOCK));
  RAW(read, ends[0], got, 100);
  RAW(read, file, read_only - 4, 10);
  RAW(lseek, file, 0, SEEK_CUR);
  // A name without an end, right before the hole.
  MUST(mprotect(read_only, 4096, PROT_READ | PROT_WRITE) == 0);
  memset(gone - 5, 'n', 5);
  RAW(open, gone - 5, O_RDONLY);
  strcpy(gone - 5, "file");
  RAW(open, gone - 5, O_RDONLY);
  memset(area, 'p', 5000);
  RAW(open, area, O_RDONLY);

  // Vectors: the good ones before the bad one count.
  struct iovec vectors[3] = {{"good", 4}, {gone, 4}, {"more", 4}};
  RAW(writev, ends[1], vectors, 3);
  RAW(read, ends[0], got, 100);
  struct iovec targets[2] = {{got, 2}, {gone, 2}};
  lseek(file, 0, SEEK_SET);
  RAW(readv, file, targets, 2);
  RAW(lseek, file, 0, SEEK_CUR);

  // A pipe's bytes are not lost to a bad buffer.
  MUST(write(ends[1], "kept", 4) == 4);
  RAW(read, ends[0], gone, 4);
  RAW(read, ends[0], got, 100);

  // Numbers of calls that do not exist.
  printf("%s\n", syscall(9999) == -1 ? errno_name(errno) : "?");
  printf("%s\n", syscall(-1) == -1 ? errno_name(errno) : "?");

  // A handler whose stack cannot be written kills, as the signal cannot be delivered.
  fflush(stdout);
  int status;
  pid_t pid = fork();
  if (pid == 0) {
    stack_t stack = {.ss_sp = read_only, .ss_size = 4096};
    struct sigaction action = {.sa_handler = (void (*)(int))(void *)main, .sa_flags = SA_ONSTACK};
    mprotect(read_only, 4096, PROT_READ);
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    _exit(0);
  }
  waitpid(pid, &status, 0);
  printf("no stack for the handler: killed by %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  return 0;
}
