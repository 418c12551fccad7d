// SPDX-License-Identifier: MPL-2.0
//
// Corners of many calls, as their man pages and the kernel's sources tell them: what a failed conversion
// of a lock leaves, how deep epoll files may be nested, which signals of timers still arrive.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
static void nap(int ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
  while (nanosleep(&t, &t) != 0) continue;
}

static void show_lock(int fd, int command, int type, off_t start, off_t length) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  int result = fcntl(fd, command, &lock);
  printf("lock command %d type %d: %s", command, type, result == 0 ? "done" : errno_name(errno));
  if (result == 0 && (command == F_GETLK || command == F_OFD_GETLK)) {
    printf(", type %d from %lld, %lld bytes", lock.l_type, (long long)lock.l_start, (long long)lock.l_len);
  }
  printf("\n");
}

static void locks(void) {
  printf("-- locks\n");
  int first = open("file", O_CREAT | O_RDWR, 0600), second = open("file", O_RDWR);
  TRY(flock(first, LOCK_SH));
  TRY(flock(second, LOCK_SH));
  // The conversion fails, and the lock that there was is lost.
  TRY(flock(first, LOCK_EX | LOCK_NB));
  TRY(flock(second, LOCK_EX | LOCK_NB));
  show_lock(first, F_OFD_SETLK, F_WRLCK, 4, 10);
  show_lock(first, F_OFD_GETLK, F_UNLCK, 0, 0);
  show_lock(second, F_OFD_GETLK, F_UNLCK, 0, 0);
  show_lock(second, F_GETLK, F_UNLCK, 0, 0);
  show_lock(second, F_SETLK, F_RDLCK, INT64_MAX, 1);
  show_lock(second, F_SETLK, F_RDLCK, INT64_MAX, 2);
  show_lock(second, F_SETLK, F_UNLCK, 0, INT64_MAX);
  // A regular file tells nobody by signals.
  TRY(fcntl(first, F_SETFL, O_ASYNC | O_APPEND));
  printf("flags: %#x\n", fcntl(first, F_GETFL) & (O_ASYNC | O_APPEND));
  int on = 1;
  TRY(ioctl(first, FIOASYNC, &on));
  close(first);
  close(second);
}

static void nested_epoll(void) {
  printf("-- epoll files that watch each other\n");
  int chain[7];
  struct epoll_event event = {EPOLLIN, {.fd = 0}};
  for (int i = 0; i < 7; i++) chain[i] = epoll_create1(0);
  for (int i = 0; i < 6; i++) TRY(epoll_ctl(chain[i], EPOLL_CTL_ADD, chain[i + 1], &event));
  TRY(epoll_ctl(chain[6], EPOLL_CTL_ADD, chain[5], &event));
  // With a link gone there is room again.
  TRY(epoll_ctl(chain[0], EPOLL_CTL_DEL, chain[1], NULL));
  TRY(epoll_ctl(chain[4], EPOLL_CTL_ADD, chain[5], &event));
  close(chain[1]);
  TRY(epoll_ctl(chain[0], EPOLL_CTL_ADD, chain[2], &event));
  struct {
    uint32_t microseconds;
    uint16_t budget;
    uint8_t preferred, padding;
  } params = {50, 8, 1, 0};
  TRY(ioctl(chain[0], _IOW(0x8a, 1, uint64_t), &params));
  params.microseconds = params.budget = params.preferred = 0;
  TRY(ioctl(chain[0], _IOR(0x8a, 2, uint64_t), &params));
  printf("%u %u %u\n", params.microseconds, params.budget, params.preferred);
  params.preferred = 2;
  TRY(ioctl(chain[0], _IOW(0x8a, 1, uint64_t), &params));
  TRY(ioctl(chain[0], FIONREAD, &params));
}

static int signals;
static void show_signal(void) {
  struct signalfd_siginfo s;
  if (read(signals, &s, sizeof s) != sizeof s) {
    printf("  none: %s\n", errno_name(errno));
    return;
  }
  printf("  code %d pid %u uid %u fd %d tid %u band %u overrun %u int %d ptr %llx addr %llx\n", s.ssi_code,
         s.ssi_pid, s.ssi_uid, s.ssi_fd, s.ssi_tid, s.ssi_band, s.ssi_overrun, s.ssi_int,
         (unsigned long long)s.ssi_ptr, (unsigned long long)s.ssi_addr);
}
static int32_t delivered[12];
static void on_signal(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)context;
  memcpy(delivered, info, sizeof delivered);
}

static void signal_layouts(void) {
  printf("-- what signalfd makes of codes\n");
  sigset_t mask, old;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigprocmask(SIG_BLOCK, &mask, &old);
  signals = signalfd(-1, &mask, SFD_NONBLOCK);
  static const int codes[] = {-1, 0, 1, 6, 7, 0x80, -2, -3, -5, -6, -60};
  for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++) {
    int32_t info[32] = {0, 0, codes[i], 0, 77, 88, 4, 5, 6, 7};
    TRY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, info));
    show_signal();
  }
  // A handler gets what was sent, whatever it means.
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, NULL);
  int32_t info[32] = {0, 3, 1, 0, 77, 88, 4, 5, 6, 7, 8, 9};
  TRY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, info));
  sigprocmask(SIG_SETMASK, &old, NULL);
  for (int i = 0; i < 12; i++) printf("%d ", delivered[i] == SIGUSR1 && i == 0 ? 0 : delivered[i]);
  printf("\n");
}

static int is_pending(int number) {
  sigset_t set;
  sigpending(&set);
  return sigismember(&set, number);
}
static volatile int caught;
static void count(int number) {
  (void)number;
  caught++;
}

static void timers(void) {
  printf("-- timers that are set anew\n");
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
  struct itimerspec soon = {{0, 0}, {0, 1000000}}, often = {{0, 1000000}, {0, 1000000}}, never = {{0, 0}, {0, 0}};
  sigset_t mask, old;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR2);
  signal(SIGUSR2, count);
  sigprocmask(SIG_BLOCK, &mask, &old);
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  timer_settime(timer, 0, &often, NULL);
  nap(30);
  // Only a signal that was delivered tells of an overrun; one of before stays pending, and reaches nobody.
  printf("overrun %d, pending %d\n", timer_getoverrun(timer), is_pending(SIGUSR2));
  timer_settime(timer, 0, &never, NULL);
  printf("disarmed: pending %d\n", is_pending(SIGUSR2));
  struct timespec at_once = {0, 0};
  TRY(sigtimedwait(&mask, NULL, &at_once));
  printf("asked for: pending %d\n", is_pending(SIGUSR2));
  timer_settime(timer, 0, &often, NULL);
  nap(30);
  MUST(sigtimedwait(&mask, NULL, &at_once) == SIGUSR2);
  printf("overrun %d\n", timer_getoverrun(timer) > 5);
  timer_settime(timer, 0, &soon, NULL);
  nap(10);
  TRY(timer_delete(timer));
  printf("deleted: pending %d\n", is_pending(SIGUSR2));
  kill(getpid(), SIGUSR2);
  sigprocmask(SIG_SETMASK, &old, NULL);
  printf("caught %d\n", caught);

  fflush(stdout);
  if (fork() == 0) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_SIGPENDING, &none);
    MUST(setresuid(1000, 1000, 1000) == 0);
    TRY(timer_create(CLOCK_MONOTONIC, NULL, &timer));
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);

  printf("-- timerfd\n");
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  uint64_t ticks = 9;
  TRY(ioctl(fd, _IOW('T', 0, uint64_t), &ticks));
  ticks = 0;
  TRY(ioctl(fd, _IOW('T', 0, uint64_t), &ticks));
  TRY(read(fd, &ticks, sizeof ticks));
  printf("ticks %d\n", (int)ticks);
  timerfd_settime(fd, TFD_TIMER_ABSTIME, &(struct itimerspec){{0, 5}, {1, 0}}, NULL);
  timerfd_settime(fd, 0, &never, NULL);
  timerfd_settime(fd, 0, &(struct itimerspec){{7, 5}, {0, 0}}, NULL);
  char line[200];
  snprintf(line, sizeof line, "/proc/self/fdinfo/%d", fd);
  FILE *info = fopen(line, "r");
  while (fgets(line, sizeof line, info) != NULL) {
    if (strncmp(line, "mnt_id", 6) != 0 && strncmp(line, "ino", 3) != 0) fputs(line, stdout);
  }
  fclose(info);
  printf("-- clocks that nobody sets\n");
  struct timespec late = {0x7fffffffffffLL, 0};
  TRY(syscall(SYS_clock_settime, CLOCK_REALTIME, &late));
  TRY(syscall(SYS_clock_settime, -6, &late));
  TRY(syscall(SYS_clock_settime, -2, &late));
  TRY(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &late));
}

static void memory(void) {
  printf("-- memory\n");
  char line[300];
  int zero = open("/dev/zero", O_RDWR);
  char *mine = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, PAGE);
  char *ours = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, zero, 0);
  MUST(mine != MAP_FAILED && ours != MAP_FAILED);
  close(zero);
  printf("%d %d\n", mine[PAGE], ours[PAGE]);
  fflush(stdout);
  if (fork() == 0) {
    mine[0] = ours[0] = 'c';
    _exit(0);
  }
  wait(NULL);
  printf("%d %d\n", mine[0], ours[0]);
  FILE *maps = fopen("/proc/self/maps", "r");
  while (fgets(line, sizeof line, maps) != NULL) {
    char *name = strstr(line, "/dev/zero");
    if (name != NULL) fputs(name, stdout);
  }
  fclose(maps);
  // A resize to the same size leaves one mapping one.
  char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  p[PAGE] = 'b';
  MUST((char *)syscall(SYS_mremap, p, PAGE, PAGE, 0, 0) == p);
  char *q = (char *)syscall(SYS_mremap, p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | 4, 0);
  printf("moved %d: %d %d\n", q != p && q != MAP_FAILED, q[PAGE], p[PAGE]);
  fflush(stdout);
  if (fork() == 0) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_DATA, &none);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    TRY(syscall(SYS_mmap, NULL, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0));
    printf("%d\n", mmap(NULL, PAGE, PROT_READ, flags, -1, 0) != MAP_FAILED);
    printf("%d\n", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    void *head;
    size_t length;
    TRY(syscall(SYS_get_robust_list, getppid(), &head, &length));
    MUST(setresuid(1000, 1000, 1000) == 0);
    TRY(syscall(SYS_get_robust_list, getppid(), &head, &length));
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
}

static void processes(void) {
  printf("-- groups by pidfd\n");
  pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  int fd = syscall(SYS_pidfd_open, child, 0);
  TRY(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 4));
  MUST(setpgid(child, child) == 0);
  TRY(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 4));
  TRY(syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 4));
  int status;
  waitpid(child, &status, 0);
  printf("status %#x\n", status);
}

static void special_files(void) {
  printf("-- a FIFO in a watched directory\n");
  int watch = inotify_init1(IN_NONBLOCK);
  mkdir("watched", 0700);
  mkfifo("watched/fifo", 0600);
  TRY(inotify_add_watch(watch, "watched", IN_ALL_EVENTS));
  TRY(inotify_add_watch(watch, "watched/fifo", IN_ALL_EVENTS));
  int fd = open("watched/fifo", O_RDWR);
  char bytes[4096] __attribute__((aligned(8))) = "x";
  MUST(write(fd, bytes, 1) == 1 && read(fd, bytes, 1) == 1);
  close(fd);
  ssize_t length = read(watch, bytes, sizeof bytes);
  for (ssize_t at = 0; at < length;) {
    struct inotify_event *event = (void *)(bytes + at);
    printf("%d: %#x %s\n", event->wd, event->mask, event->len > 0 ? event->name : "");
    at += sizeof *event + event->len;
  }
}

static void scheduling(void) {
  printf("-- attributes of scheduling, of the size that both sides know\n");
  unsigned attributes[32];
  static const unsigned sizes[] = {47, 48, 52, 56, 64, 128};
  for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    memset(attributes, 0xff, sizeof attributes);
    errno = 0;
    long result = syscall(SYS_sched_getattr, 0, attributes, sizes[i], 0);
    printf("%u: %s, %d, %#x %#x %#x\n", sizes[i], errno_name(errno), (int)attributes[0], attributes[11], attributes[12], attributes[14]);
    MUST(result == 0 || result == -1);
  }
  memset(attributes, 0, sizeof attributes);
  attributes[0] = 48;
  attributes[2] = 0x20;
  TRY(syscall(SYS_sched_setattr, 0, attributes, 0));
  attributes[0] = 56;
  TRY(syscall(SYS_sched_setattr, 0, attributes, 0));
}

int main(void) {
  locks();
  scheduling();
  nested_epoll();
  signal_layouts();
  timers();
  memory();
  processes();
  special_files();
  return 0;
}
