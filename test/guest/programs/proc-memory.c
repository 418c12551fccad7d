// SPDX-License-Identifier: MPL-2.0
//
// What /proc tells of a process's inside: mem, pagemap, clear_refs, io, syscall, timers, children.

#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
static char buffer[20000];
static void *volatile nowhere = NULL;

static char *pages(int count, int protection, int flags, int fd) {
  char *start = mmap(NULL, (size_t)count * PAGE, protection, flags, fd, 0);
  MUST(start != MAP_FAILED);
  return start;
}
// What was printed is printed once.
static pid_t fork_clean(void) {
  fflush(stdout);
  return fork();
}
static int open_of(pid_t pid, const char *name, int flags) {
  char path[64];
  sprintf(path, "/proc/%d/%s", pid, name);
  return open(path, flags);
}
#define AT(address) ((off_t)(size_t)(address))

static void memory(void) {
  printf("-- mem\n");
  int mem = open("/proc/self/mem", O_RDWR);
  int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  pages(1, PROT_NONE, anonymous, -1);
  char *all = pages(6, PROT_READ | PROT_WRITE, anonymous, -1);
  MUST(munmap(all, PAGE) == 0 && munmap(all + 3 * PAGE, PAGE) == 0);
  char *two = all + PAGE;
  strcpy(two, "first");
  TRY(pread(mem, buffer, 6, AT(two)));
  SHOW(strcmp(buffer, "first"));
  TRY(pread(mem, buffer, 3 * PAGE, AT(two)));
  TRY(pread(mem, buffer, PAGE + 1, AT(two + PAGE)));
  TRY(pwrite(mem, "second", 7, AT(two)));
  puts(two);
  memset(buffer, 'x', sizeof buffer);
  TRY(pwrite(mem, buffer, 2 * PAGE + 50, AT(two)));
  SHOW(two[2 * PAGE - 1]);
  TRY(pread(mem, buffer, 1, AT(two + 2 * PAGE)));
  TRY(pwrite(mem, buffer, 1, AT(two + 2 * PAGE)));
  TRY(pread(mem, buffer, 1, 0));
  TRY(pread(mem, buffer, 0, 0));
  TRY(pread(mem, nowhere, 1, AT(two)));
  TRY(pwrite(mem, nowhere, 1, AT(two)));
  TRY(pread(mem, nowhere, 1, 0));
  TRY(pread(mem, buffer, 1, 0x7ffffffff000));
  MUST(mprotect(two, PAGE, PROT_NONE) == 0);
  TRY(pread(mem, buffer, 2, AT(two)));
  TRY(pwrite(mem, "third", 6, AT(two)));
  MUST(mprotect(two, PAGE, PROT_READ) == 0);
  puts(two);
  TRY(pwrite(mem, "fourth", 7, AT(two)));
  puts(two);
  char *fresh = pages(1, PROT_NONE, anonymous, -1);
  TRY(pread(mem, buffer, 1, AT(fresh)));
  SHOW(buffer[0]);
  TRY(pwrite(mem, "none", 5, AT(fresh)));
  MUST(mprotect(fresh, PAGE, PROT_READ) == 0);
  puts(fresh);

  int file = open("f", O_CREAT | O_RDWR, 0644);
  MUST(write(file, "of a file", 10) == 10 && ftruncate(file, 2 * PAGE) == 0);
  char *copy = pages(4, PROT_READ, MAP_PRIVATE, file), *shared = pages(2, PROT_READ | PROT_WRITE, MAP_SHARED, file);
  TRY(pwrite(mem, "ON", 2, AT(copy)));
  puts(copy);
  puts(shared);
  TRY(pread(mem, buffer, 3 * PAGE, AT(copy)));
  TRY(pread(mem, buffer, 1, AT(copy + 3 * PAGE)));
  TRY(pwrite(mem, "IN", 2, AT(shared)));
  MUST(pread(file, buffer, 10, 0) == 10);
  puts(buffer);
  MUST(mprotect(shared, PAGE, PROT_READ) == 0);
  TRY(pwrite(mem, "NO", 2, AT(shared)));
  TRY(pread(mem, buffer, 2, AT(shared)));
  // Code that has run, and runs again when it was changed behind its back.
  unsigned char code[] = {0xb8, 1, 0, 0, 0, 0xc3};
  char *program = pages(1, PROT_READ | PROT_WRITE, anonymous, -1);
  memcpy(program, code, sizeof code);
  MUST(mprotect(program, PAGE, PROT_READ | PROT_EXEC) == 0);
  int (*function)(void) = (int (*)(void))program;
  int sum = 0;
  for (int i = 0; i < 3000; i++) sum += function();
  SHOW(sum);
  TRY(pwrite(mem, "\2", 1, AT(program + 1)));
  SHOW(function());

  TRY(lseek(mem, 0, SEEK_END));
  TRY(lseek(mem, AT(copy) - AT(copy) + 5, SEEK_SET));
  TRY(lseek(mem, 1, SEEK_CUR));
  TRY(ftruncate(mem, 0));
  TRY(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, mem, 0) != MAP_FAILED);
  TRY(lseek(mem, AT(copy), SEEK_SET) == AT(copy));
  TRY(read(mem, buffer, 4));
  TRY(lseek(mem, 0, SEEK_CUR) == AT(copy) + 4);
  int only = open("/proc/self/mem", O_RDONLY);
  TRY(pwrite(only, "x", 1, AT(copy)));
  struct stat status;
  MUST(fstat(mem, &status) == 0);
  printf("mode %o size %d\n", status.st_mode, (int)status.st_size);

  printf("-- another's\n");
  int ends[2];
  MUST(pipe(ends) == 0);
  strcpy(program = pages(1, PROT_READ | PROT_WRITE, anonymous, -1), "of both");
  pid_t child = fork_clean();
  if (child == 0) {
    MUST(read(ends[0], buffer, 1) == 1);
    printf("child: %s\n", program);
    fflush(stdout);
    _exit(0);
  }
  fflush(stdout);
  int other = open_of(child, "mem", O_RDWR);
  TRY(pwrite(other, "of mine", 8, AT(program)));
  puts(program);
  fflush(stdout);
  MUST(write(ends[1], "x", 1) == 1);
  siginfo_t info;
  MUST(waitid(P_PID, child, &info, WEXITED | WNOWAIT) == 0);
  TRY(pread(other, buffer, 1, AT(program)));
  TRY(pwrite(other, buffer, 1, AT(program)));
  TRY(open_of(child, "mem", O_RDONLY) == -1 && errno == ESRCH);
  MUST(waitpid(child, NULL, 0) == child);
  TRY(pread(other, buffer, 1, AT(program)));
  close(other);
  // What was opened is the memory of then, not that of another program.
  MUST(pipe2(ends, O_CLOEXEC) == 0);
  child = fork_clean();
  if (child == 0) {
    usleep(100000);
    execl("/bin/sleep", "sleep", "100", NULL);
    _exit(1);
  }
  fflush(stdout);
  other = open_of(child, "mem", O_RDONLY);
  close(ends[1]);
  MUST(read(ends[0], buffer, 1) == 0);
  TRY(pread(other, buffer, 1, AT(program)));
  kill(child, SIGKILL);
  MUST(waitpid(child, NULL, 0) == child);

  printf("-- rights\n");
  child = fork_clean();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pid_t root = getppid();
    int before = open("/proc/self/mem", O_RDWR);
    MUST(setgid(1000) == 0 && setuid(1000) == 0);
    TRY(open("/proc/self/mem", O_RDONLY));
    TRY(pwrite(before, "x", 1, AT(program)));
    MUST(prctl(PR_SET_DUMPABLE, 1) == 0);
    TRY(open("/proc/self/mem", O_RDWR) > 0);
    const char *names[] = {"mem", "pagemap", "io", "syscall", "timers", "clear_refs", "timerslack_ns", "wchan"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
      int fd = open_of(root, names[i], i == 5 ? O_WRONLY : O_RDONLY);
      ssize_t got = fd < 0 ? -2 : i == 5 ? 0 : read(fd, buffer, 1);
      printf("%s: %s %s\n", names[i], fd < 0 ? errno_name(errno) : "opened", got == -1 ? errno_name(errno) : "");
    }
    _exit(fflush(stdout));
  }
  MUST(waitpid(child, NULL, 0) == child);
}

static void show_entry(int map, const char *what, void *address) {
  unsigned long entry = 0;
  ssize_t got = pread(map, &entry, 8, AT(address) / 512);
  printf("%s: %d %lx frame %d\n", what, (int)got, entry >> 55, (entry & ((1UL << 55) - 1)) != 0 && entry >> 63);
}
static void page_map(void) {
  printf("-- pagemap\n");
  int map = open("/proc/self/pagemap", O_RDONLY);
  int file = open("f", O_RDWR), anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  char *own = pages(4, PROT_READ | PROT_WRITE, anonymous, -1), *shared = pages(2, PROT_READ, MAP_SHARED, file);
  madvise(own, 4 * PAGE, MADV_NOHUGEPAGE);
  show_entry(map, "untouched", own);
  buffer[0] = *(volatile char *)own;
  show_entry(map, "read", own);
  own[0] = own[PAGE] = 1;
  show_entry(map, "written", own);
  MUST(mprotect(own, PAGE, PROT_NONE) == 0);
  show_entry(map, "without access", own);
  MUST(madvise(own + 2 * PAGE, PAGE, 102) == 0);
  show_entry(map, "guard", own + 2 * PAGE);
  buffer[0] = *(volatile char *)shared;
  show_entry(map, "file", shared);
  pid_t child = fork_clean();
  if (child == 0) {
    show_entry(map, "of the parent, shared", own + PAGE);
    own[PAGE] = 2;
    int mine = open("/proc/self/pagemap", O_RDONLY);
    show_entry(mine, "of the child, copied", own + PAGE);
    MUST(setuid(1000) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0);
    show_entry(open("/proc/self/pagemap", O_RDONLY), "of a user", own + PAGE);
    _exit(fflush(stdout));
  }
  MUST(waitpid(child, NULL, 0) == child);
  show_entry(map, "alone again", own + PAGE);
  TRY(pread(map, buffer, 7, 0));
  TRY(pread(map, buffer, 8, 4));
  TRY(pread(map, buffer, 8, 0x7ffffffff000 / 512));
  TRY(pread(map, buffer, 16, 0x7fffffffe000 / 512));
  TRY(pread(map, buffer, sizeof buffer - sizeof buffer % 8, 0x10000 / 512) > 0);
  TRY(write(map, buffer, 8));
  TRY(lseek(map, 0, SEEK_END));
  int clear = open("/proc/self/clear_refs", O_RDWR);
  TRY(read(clear, buffer, 1));
  TRY(write(clear, "0", 1));
  TRY(write(clear, "4\n", 2));
  TRY(write(clear, "5", 1));
  TRY(write(clear, "6", 1));
  TRY(write(clear, "x", 1));
}

static void text_of(pid_t pid, const char *name) {
  int fd = open_of(pid, name, O_RDONLY);
  ssize_t length = read(fd, buffer, sizeof buffer - 1);
  close(fd);
  MUST(length >= 0);
  buffer[length] = 0;
}
static long figure(const char *name) {
  text_of(getpid(), "io");
  char *line = strstr(buffer, name);
  MUST(line != NULL);
  return atol(line + strlen(name) + 1);
}
static void *thread_of_io(void *unused) {
  (void)unused;
  int null = open("/dev/null", O_WRONLY);
  for (int i = 0; i < 100; i++) MUST(write(null, buffer, 1000) == 1000);
  close(null);
  char path[64];
  sprintf(path, "/proc/self/task/%d/io", (int)syscall(SYS_gettid));
  int fd = open(path, O_RDONLY);
  MUST(read(fd, buffer, sizeof buffer) > 0);
  close(fd);
  printf("thread %.20s", strstr(buffer, "wchar"));
  return NULL;
}
static void transfers(void) {
  printf("-- io\n");
  long read_before = figure("rchar:"), calls_before = figure("syscr:"), write_before = figure("wchar:"), write_calls = figure("syscw:");
  int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY), file = open("f", O_RDWR);
  MUST(read(zero, buffer, 1000) == 1000 && pread(file, buffer, 10, 0) == 10);
  int mid = figure("syscr:") - calls_before;
  printf("calls %d, chars above 1010: %d\n", mid - 5, figure("rchar:") - read_before > 1010);
  MUST(write(null, buffer, 300) == 300 && write(-1, buffer, 5) == -1 && write(null, buffer, 0) == 0);
  MUST(sendfile(null, file, NULL, 50) == 50);
  int ends[2];
  MUST(pipe2(ends, O_NONBLOCK) == 0 && read(ends[0], buffer, 1) == -1);
  printf("wchar %ld syscw %ld\n", figure("wchar:") - write_before, figure("syscw:") - write_calls);
  fflush(stdout);
  write_before = figure("wchar:");
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, thread_of_io, NULL) == 0 && pthread_join(thread, NULL) == 0);
  pid_t child = fork_clean();
  if (child == 0) {
    MUST(write(null, buffer, 5000) == 5000);
    _exit(0);
  }
  printf("with a thread %d\n", figure("wchar:") - write_before >= 100000);
  MUST(waitpid(child, NULL, 0) == child);
  printf("with a child %d\n", figure("wchar:") - write_before >= 105000);
  SHOW(figure("cancelled_write_bytes:"));
}

static void calls(void) {
  printf("-- syscall, children, timers\n");
  int ends[2];
  MUST(pipe(ends) == 0);
  pid_t child = fork_clean();
  if (child == 0) {
    close(ends[1]);
    syscall(SYS_read, ends[0], buffer, 77, 0x1234567890, -1, 3);
    for (volatile int i = 0;; i++) {
    }
  }
  do {
    usleep(1000);
    text_of(child, "syscall");
  } while (buffer[0] == 'r');
  long number, values[8] = {0};
  SHOW(sscanf(buffer, "%ld %lx %lx %lx %lx %lx %lx %lx %lx", &number, values, values + 1, values + 2, values + 3, values + 4,
              values + 5, values + 6, values + 7));
  printf("%ld: %d %d %ld %lx %lx %lx | %d %d\n", number, values[0] == ends[0], values[1] == AT(buffer), values[2],
         values[3], values[4], values[5], values[6] != 0, values[7] != 0);
  char path[64];
  sprintf(path, "/proc/%d/task/%d/children", getpid(), getpid());
  FILE *file = fopen(path, "r");
  MUST(file != NULL && fscanf(file, "%ld", &number) == 1);
  fclose(file);
  SHOW(number == child);
  MUST(write(ends[1], "x", 1) == 1);
  usleep(100000);
  text_of(child, "syscall");
  printf("%s", buffer);
  MUST(kill(child, SIGSTOP) == 0 && waitpid(child, NULL, WUNTRACED) == child);
  text_of(child, "syscall");
  printf("%.3s\n", buffer);
  kill(child, SIGKILL);
  siginfo_t info;
  MUST(waitid(P_PID, child, &info, WEXITED | WNOWAIT) == 0);
  text_of(child, "syscall");
  printf("%s", buffer);
  MUST(waitpid(child, NULL, 0) == child);

  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_ptr = (void *)0x123456789a};
  timer_t timer;
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  event.sigev_notify = SIGEV_NONE;
  MUST(timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0);
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGRTMAX;
  MUST(timer_create(CLOCK_REALTIME, &event, &timer) == 0);
  text_of(getpid(), "timers");
  for (char *line = strtok(buffer, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    char *dot = strchr(line, '.');
    if (dot != NULL) printf("%.*s own %d\n", (int)(dot - line), line, atoi(dot + 1) == getpid());
    else puts(line);
  }
  int slack = open("/proc/self/timerslack_ns", O_RDWR);
  TRY(write(slack, "70000", 5));
  SHOW(prctl(PR_GET_TIMERSLACK));
  TRY(write(slack, "x", 1));
  TRY(write(slack, "0", 1));
  text_of(getpid(), "timerslack_ns");
  printf("%s", buffer);
}

int main(void) {
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  MUST(chdir("/tmp") == 0);
  memory();
  page_map();
  transfers();
  calls();
  return 0;
}
