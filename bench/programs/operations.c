// SPDX-License-Identifier: MPL-2.0
//
// How long a kernel takes for what programs ask of it: calls, signals, pipes, processes, memory and
// files. Each operation is made in batches that take some milliseconds; the median of seven counts. As
// process 1 it prepares a root in memory first, and powers the machine off at the end.
#define _GNU_SOURCE
#include "measure.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCH_NS = 40000000, WARM_UP_NS = 200000000, BATCHES = 7, PAGE = 4096, MIB = 1 << 20 };

static const char *self;
/* The only operation to be measured, where an argument names one: for who looks for what takes long. */
static const char *only;
static uint64_t check;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int by_value(const void *a, const void *b) {
  double one = *(const double *)a, other = *(const double *)b;
  return (one > other) - (one < other);
}

/* Nanoseconds of one of `run(n)`'s n operations, when it has run for a while. */
static double time_of(void (*run)(long)) {
  double begin = now_ns();
  long n = 1;
  for (;;) {
    double start = now_ns();
    run(n);
    double elapsed = now_ns() - start;
    if (elapsed >= BATCH_NS && now_ns() - begin >= WARM_UP_NS) break;
    if (elapsed >= BATCH_NS) continue;
    n = elapsed < BATCH_NS / 20 ? n * 8 : (long)(n * 1.3 * BATCH_NS / elapsed) + 1;
  }
  double all[BATCHES];
  for (int i = 0; i < BATCHES; i++) {
    double start = now_ns();
    run(n);
    all[i] = (now_ns() - start) / n;
  }
  qsort(all, BATCHES, sizeof *all, by_value);
  return all[BATCHES / 2];
}

/* `each`: what one operation of `run` consists of. */
static void measure_each(const char *name, void (*run)(long), int each) {
  if (only != NULL && strcmp(name, only) != 0) return;
  report(name, time_of(run) / 1000 / each, "us", 0);
  fflush(stdout);
}
static void measure(const char *name, void (*run)(long)) { measure_each(name, run, 1); }

/* --- Calls */

static int zero, null, file;
static char buffer[65536];

static void null_call(long n) { while (n-- > 0) check += syscall(SYS_getppid); }
static void read_byte(long n) { while (n-- > 0) check += read(zero, buffer, 1); }
static void write_byte(long n) { while (n-- > 0) check += write(null, buffer, 1); }
static void stat_file(long n) {
  struct stat status;
  while (n-- > 0) check += stat("/tmp/bench/file", &status);
}
static void open_close(long n) { while (n-- > 0) close(open("/tmp/bench/file", O_RDONLY)); }

static fd_set hundred;
static int highest;
static void select_100(long n) {
  struct timeval now = {0, 0};
  while (n-- > 0) {
    fd_set set = hundred;
    check += select(highest + 1, &set, NULL, NULL, &now);
  }
}

/* --- Signals */

static void on_signal(int signo) { check += signo; }
static void signal_install(long n) {
  struct sigaction action = {.sa_handler = on_signal};
  while (n-- > 0) sigaction(SIGUSR1, &action, NULL);
}
static void signal_catch(long n) {
  pid_t pid = getpid();
  while (n-- > 0) kill(pid, SIGUSR1);
}

/* --- Pipes: a child that answers, or that takes all */

static int there[2], back[2];
static void answer_child(void) {
  if (pipe(there) || pipe(back)) die("pipe");
  if (fork() != 0) return;
  close(there[1]);
  while (read(there[0], buffer, 1) == 1 && write(back[1], buffer, 1) == 1) {}
  _exit(0);
}
static void round_trip(long n) {
  while (n-- > 0)
    if (write(there[1], buffer, 1) != 1 || read(back[0], buffer, 1) != 1) die("pipe");
}
static void take_child(void) {
  if (pipe(there) || pipe(back)) die("pipe");
  if (fork() != 0) return;
  close(there[1]);
  long left = MIB;
  for (;;) {
    ssize_t count = read(there[0], buffer, sizeof buffer);
    if (count <= 0) _exit(0);
    if ((left -= count) > 0) continue;
    left += MIB;
    if (write(back[1], buffer, 1) != 1) _exit(0);
  }
}
static void pipe_mib(long n) {
  while (n-- > 0) {
    for (int i = 0; i < MIB / (int)sizeof buffer; i++)
      if (write(there[1], buffer, sizeof buffer) != sizeof buffer) die("write");
    if (read(back[0], buffer, 1) != 1) die("read");
  }
}
static void end_child(void) {
  for (int i = 0; i < 2; i++) close(there[i]), close(back[i]);
  while (wait(NULL) > 0) {}
}

/* A token goes round eight processes. */
enum { RING = 8 };
static int ring[RING][2];
static void ring_children(void) {
  for (int i = 0; i < RING; i++)
    if (pipe(ring[i])) die("pipe");
  for (int i = 1; i < RING; i++) {
    if (fork() != 0) continue;
    /* The ring ends when its first process closes the way in: nobody else may keep one open. */
    for (int k = 0; k < RING; k++)
      if (k != i) close(ring[k][1]);
    char token;
    while (read(ring[i - 1][0], &token, 1) == 1 && write(ring[i][1], &token, 1) == 1) {}
    _exit(0);
  }
}
static void context_switch(long n) {
  char token = 0;
  while (n-- > 0)
    if (write(ring[0][1], &token, 1) != 1 || read(ring[RING - 1][0], &token, 1) != 1) die("ring");
}

/* --- Processes */

static void child(long n, int kind) {
  while (n-- > 0) {
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) {
      if (kind == 1) execl(self, self, "--nothing", (char *)NULL);
      if (kind == 2) execl("/bin/sh", "sh", "-c", "true; exit 0", (char *)NULL);
      _exit(kind != 0);
    }
    int status;
    waitpid(pid, &status, 0);
    if (status != 0) die("child");
  }
}
static void fork_exit(long n) { child(n, 0); }
static void fork_exec(long n) { child(n, 1); }
static void fork_shell(long n) { child(n, 2); }

/* --- Memory */

enum { PAGES = 1024 };
static void page_fault(long n) {
  while (n-- > 0) {
    char *at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < PAGES; i++) at[i * PAGE] = 1;
    munmap(at, PAGES * PAGE);
  }
}
static void file_fault(long n) {
  while (n-- > 0) {
    char *at = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_SHARED, file, 0);
    for (int i = 0; i < PAGES; i++) check += at[i * PAGE];
    munmap(at, PAGES * PAGE);
  }
}
static void map_unmap(long n) {
  while (n-- > 0) munmap(mmap(NULL, 4 * MIB, PROT_READ, MAP_SHARED, file, 0), 4 * MIB);
}

/* --- Files */

static void file_name(char *name, long i) { sprintf(name, "/tmp/bench/made/%ld", i); }

/* Made and deleted in lots, so that each is measured by itself. */
static double file_time(int deletes) {
  enum { LOT = 200 };
  double all[BATCHES * 4];
  for (int batch = 0; batch < BATCHES * 4; batch++) {
    char name[64];
    double start = now_ns();
    for (long i = 0; i < LOT; i++) {
      file_name(name, i);
      close(open(name, O_WRONLY | O_CREAT, 0644));
    }
    double middle = now_ns();
    for (long i = 0; i < LOT; i++) {
      file_name(name, i);
      unlink(name);
    }
    all[batch] = (deletes ? now_ns() - middle : middle - start) / LOT;
  }
  qsort(all, BATCHES * 4, sizeof *all, by_value);
  return all[BATCHES * 2];
}
static void read_mib(long n) {
  while (n-- > 0) {
    lseek(file, 0, SEEK_SET);
    for (int i = 0; i < MIB / (int)sizeof buffer; i++) check += read(file, buffer, sizeof buffer);
  }
}

static void as_init(void) {
  mkdir("/proc", 0755);
  mkdir("/dev", 0755);
  mkdir("/tmp", 0777);
  mount("proc", "/proc", "proc", 0, NULL);
  mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
  mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
  self = "/init";
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--nothing") == 0) return 0;
  self = argv[0];
  if (getpid() == 1) as_init();
  else if (argc > 1) only = argv[1];
  mkdir("/tmp/bench", 0777);
  mkdir("/tmp/bench/made", 0777);
  zero = open("/dev/zero", O_RDONLY);
  null = open("/dev/null", O_WRONLY);
  file = open("/tmp/bench/file", O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (zero < 0 || null < 0 || file < 0) die("open");
  for (int i = 0; i < 4 * MIB / (int)sizeof buffer; i++)
    if (write(file, buffer, sizeof buffer) != sizeof buffer) die("write");

  measure("null-call", null_call);
  measure("read", read_byte);
  measure("write", write_byte);
  measure("stat", stat_file);
  measure("open-close", open_close);
  for (int i = 0; i < 50; i++) {
    int pair[2];
    if (pipe(pair)) die("pipe");
    for (int k = 0; k < 2; k++) FD_SET(pair[k], &hundred), highest = pair[k];
  }
  measure("select-100", select_100);
  for (int fd = 0; fd <= highest; fd++)
    if (FD_ISSET(fd, &hundred)) close(fd);
  measure("signal-install", signal_install);
  measure("signal-catch", signal_catch);
  answer_child();
  measure("pipe-latency", round_trip);
  end_child();
  take_child();
  measure("pipe-mib", pipe_mib);
  end_child();
  ring_children();
  measure_each("context-switch", context_switch, RING);
  for (int i = 0; i < RING; i++) close(ring[i][0]), close(ring[i][1]);
  while (wait(NULL) > 0) {}
  measure("fork", fork_exit);
  measure("fork-exec", fork_exec);
  measure("fork-sh", fork_shell);
  measure_each("page-fault", page_fault, PAGES);
  measure_each("file-page-fault", file_fault, PAGES);
  measure("mmap", map_unmap);
  if (only == NULL) report("file-create", file_time(0) / 1000, "us", 0);
  if (only == NULL) report("file-delete", file_time(1) / 1000, "us", 0);
  measure("file-read-mib", read_mib);
  fflush(stdout);
  if (getpid() == 1) reboot(RB_POWER_OFF);
  return 0;
}
