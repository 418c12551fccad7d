// SPDX-License-Identifier: MPL-2.0
//
// Pseudo-terminals: sides, settings, timed reads, sessions, background groups, hangups.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
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
    fflush(stdout); \
  } while (0)

static void show_bytes(const char *what, long count, const char *bytes) {
  printf("%s: %s \"", what, result(count));
  for (long i = 0; i < count; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (byte >= 32 && byte < 127) putchar(byte);
    else printf("\\%03o", byte);
  }
  printf("\"\n");
  fflush(stdout);
}

static void show_read(const char *what, int fd) {
  char bytes[256];
  long count = read(fd, bytes, sizeof bytes);
  show_bytes(what, count, bytes);
}

static void nap(int ms) {
  struct timespec time = {0, ms * 1000000L};
  while (nanosleep(&time, &time) < 0 && errno == EINTR) {}
}

static int open_pair(int *slave) {
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  int zero = 0, index = -1;
  ioctl(master, TIOCSPTLCK, &zero);
  ioctl(master, TIOCGPTN, &index);
  char name[32];
  snprintf(name, sizeof name, "/dev/pts/%d", index);
  *slave = open(name, O_RDWR | O_NOCTTY);
  return master;
}

static void raw(int fd, int minimum, int tenths) {
  struct termios settings;
  tcgetattr(fd, &settings);
  settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  settings.c_cc[VMIN] = (cc_t)minimum;
  settings.c_cc[VTIME] = (cc_t)tenths;
  tcsetattr(fd, TCSANOW, &settings);
}

// A bare root has neither: the test brings them.
static void prepare(void) {
  if (access("/dev/ptmx", F_OK) < 0) {
    mkdir("/dev/pts", 0755);
    mount("devpts", "/dev/pts", "devpts", 0, "newinstance,ptmxmode=666");
    symlink("pts/ptmx", "/dev/ptmx");
  }
  if (access("/dev/tty", F_OK) < 0) mknod("/dev/tty", S_IFCHR | 0666, makedev(5, 0));
}

static void opening(void) {
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  int index = -1, locked = -1;
  CALL("index: %s\n", ioctl(master, TIOCGPTN, &index));
  CALL("locked: %s %d\n", ioctl(master, TIOCGPTLCK, &locked), locked);
  char name[32];
  snprintf(name, sizeof name, "/dev/pts/%d", index);
  CALL("open while locked: %s\n", open(name, O_RDWR | O_NOCTTY));
  CALL("unlock: %s\n", unlockpt(master));
  printf("name is right: %d\n", strcmp(ptsname(master), name) == 0);
  int slave = open(name, O_RDWR | O_NOCTTY);
  struct stat info;
  CALL("stat: %s type %o major %d\n", fstat(slave, &info), (unsigned)info.st_mode & S_IFMT,
       (int)(info.st_rdev >> 8));
  printf("ttyname is right: %d\n", strcmp(ttyname(slave), name) == 0);
  printf("terminals: %d %d\n", isatty(master), isatty(slave));
  int peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  printf("peer: %d\n", peer >= 0 && strcmp(ttyname(peer), name) == 0);
  CALL("master number of slave: %s\n", ioctl(slave, TIOCGPTN, &index));
  CALL("seek: %s\n", lseek(slave, 0, SEEK_SET));
  CALL("pread: %s\n", pread(slave, name, 1, 0));
  struct termios settings;
  tcgetattr(slave, &settings);
  printf("flags %o %o %o %o speed %d\n", settings.c_iflag, settings.c_oflag, settings.c_cflag,
         settings.c_lflag, cfgetospeed(&settings) == B38400);
  for (int i = 0; i < 17; i++) printf("%d ", settings.c_cc[i]);
  printf("\n");
  close(peer);
  close(slave);
  close(master);
  CALL("open after close: %s\n", access(name, F_OK));
}

static void talking(void) {
  int slave, master = open_pair(&slave);
  write(master, "hello\n", 6);
  show_read("slave", slave);
  show_read("echo", master);
  write(slave, "a\nb\n", 4);
  show_read("master", master);
  int count = 0;
  write(master, "one\ntwo", 7);
  nap(10);
  CALL("readable: %s %d\n", ioctl(slave, FIONREAD, &count), count);
  CALL("flush: %s\n", tcflush(slave, TCIFLUSH));
  CALL("readable: %s %d\n", ioctl(slave, FIONREAD, &count), count);
  CALL("flush of nothing: %s\n", tcflush(slave, 7));
  struct winsize size = {24, 80, 1, 2};
  CALL("size: %s\n", ioctl(master, TIOCSWINSZ, &size));
  memset(&size, 0, sizeof size);
  CALL("size of slave: %s %d %d %d %d\n", ioctl(slave, TIOCGWINSZ, &size), size.ws_row,
       size.ws_col, size.ws_xpixel, size.ws_ypixel);
  CALL("typing for others: %s\n", ioctl(slave, TIOCSTI, "x"));
  CALL("not ours: %s\n", tcgetpgrp(slave));
  CALL("of the master: %s\n", tcgetpgrp(master));
  CALL("session: %s\n", tcgetsid(slave));
  int line = 7;
  CALL("discipline: %s %d\n", ioctl(slave, TIOCGETD, &line), line);
  line = 99;
  CALL("other discipline: %s\n", ioctl(slave, TIOCSETD, &line));
  CALL("unknown request: %s\n", ioctl(slave, 0x5499, 0));
  CALL("drain: %s\n", tcdrain(slave));
  CALL("flow: %s\n", tcflow(slave, 9));
  close(slave);
  close(master);
}

static long long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void timed(void) {
  int slave, master = open_pair(&slave);
  raw(slave, 0, 0);
  show_read("polling read", slave);
  write(master, "ab", 2);
  show_read("polling read", slave);
  raw(slave, 0, 1);
  long long start = milliseconds();
  show_read("timed read", slave);
  long long took = milliseconds() - start;
  printf("took %d\n", took >= 95 && took < 2000);
  pid_t child = fork();
  if (child == 0) {
    nap(30);
    write(master, "x", 1);
    _exit(0);
  }
  raw(slave, 0, 20);
  start = milliseconds();
  show_read("timed read with data", slave);
  printf("took %d\n", milliseconds() - start < 1500);
  waitpid(child, NULL, 0);
  raw(slave, 3, 0);
  child = fork();
  if (child == 0) {
    for (int i = 0; i < 4; i++) {
      nap(20);
      write(master, "123" + i % 3, 1);
    }
    _exit(0);
  }
  show_read("three bytes", slave);
  waitpid(child, NULL, 0);
  show_read("does not wait for the rest", open("/dev/null", O_RDONLY));
  raw(slave, 5, 1);
  child = fork();
  if (child == 0) {
    nap(20);
    write(master, "yz", 2);
    _exit(0);
  }
  show_read("between bytes", slave);
  waitpid(child, NULL, 0);
  raw(slave, 5, 0);
  fcntl(slave, F_SETFL, O_NONBLOCK);
  show_read("non-blocking", slave);
  write(master, "pq", 2);
  show_read("non-blocking with fewer", slave);
  struct pollfd entry = {slave, POLLIN | POLLOUT, 0};
  write(master, "pq", 2);
  CALL("poll below MIN: %s %#x\n", poll(&entry, 1, 0), entry.revents);
  write(master, "rst", 3);
  entry.revents = 0;
  CALL("poll at MIN: %s %#x\n", poll(&entry, 1, 0), entry.revents);
  close(slave);
  close(master);
}

static void packets(void) {
  int slave, master = open_pair(&slave), on = 1;
  fcntl(master, F_SETFL, O_NONBLOCK);
  CALL("packet mode: %s\n", ioctl(master, TIOCPKT, &on));
  show_read("nothing", master);
  write(slave, "data", 4);
  show_read("data", master);
  tcflush(slave, TCIOFLUSH);
  show_read("flushed", master);
  tcflow(slave, TCOOFF);
  show_read("stopped", master);
  tcflow(slave, TCOON);
  struct pollfd entry = {master, POLLIN | POLLPRI, 0};
  poll(&entry, 1, 0);
  printf("poll %#x\n", entry.revents);
  show_read("started", master);
  struct termios settings;
  tcgetattr(slave, &settings);
  settings.c_iflag &= ~(tcflag_t)IXON;
  tcsetattr(slave, TCSANOW, &settings);
  show_read("no keys", master);
  show_read("nothing", master);
  close(slave);
  close(master);
}

static volatile sig_atomic_t last;
static void note(int signo) { last = signo; }

static void catch(int signo, int flags) {
  struct sigaction action = {.sa_handler = note, .sa_flags = flags};
  sigaction(signo, &action, NULL);
}

static void ending(void) {
  int slave, master = open_pair(&slave);
  fcntl(master, F_SETFL, O_NONBLOCK);
  show_read("open slave", master);
  write(slave, "last", 4);
  close(slave);
  struct pollfd entry = {master, POLLIN | POLLOUT, 0};
  poll(&entry, 1, 0);
  printf("poll %#x\n", entry.revents);
  show_read("what was left", master);
  show_read("closed slave", master);
  poll(&entry, 1, 0);
  printf("poll %#x\n", entry.revents);
  slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  show_read("open again", master);
  close(master);
  show_read("closed master", slave);
  CALL("write: %s\n", write(slave, "x", 1));
  entry = (struct pollfd){slave, POLLIN | POLLOUT, 0};
  poll(&entry, 1, 0);
  printf("poll %#x\n", entry.revents);
  struct termios settings;
  CALL("settings: %s\n", tcgetattr(slave, &settings));
  CALL("group: %s\n", tcsetpgrp(slave, getpid()));
  close(slave);
}

// The leader of a session of its own, with the terminal.
static void session(int master, int slave) {
  char bytes[64];
  int status;
  CALL("setsid: %s\n", setsid() == getpid() ? 0 : -1);
  CALL("no terminal: %s\n", open("/dev/tty", O_RDWR));
  CALL("take: %s\n", ioctl(slave, TIOCSCTTY, 0));
  CALL("take again: %s\n", ioctl(slave, TIOCSCTTY, 0));
  int tty = open("/dev/tty", O_RDWR);
  printf("open %d same session %d\n", tty >= 0, tcgetsid(tty) == getpid());
  printf("foreground %d\n", tcgetpgrp(slave) == getpgrp());
  catch(SIGINT, 0);
  catch(SIGWINCH, 0);
  catch(SIGTTOU, 0);
  write(master, "ab\003", 3);
  nap(10);
  printf("signal %d\n", last);
  struct winsize size = {10, 20, 0, 0};
  last = 0;
  ioctl(master, TIOCSWINSZ, &size);
  nap(10);
  printf("signal %d\n", last);
  last = 0;
  ioctl(master, TIOCSWINSZ, &size);
  nap(10);
  printf("same size: signal %d\n", last);

  pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    signal(SIGTTIN, SIG_DFL);
    read(slave, bytes, 1);
    _exit(1);
  }
  waitpid(child, &status, WUNTRACED);
  printf("background read: stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
  tcsetpgrp(slave, child);
  printf("child in front %d\n", tcgetpgrp(slave) == child);
  write(master, "q\n", 2);
  kill(child, SIGCONT);
  waitpid(child, &status, 0);
  printf("background read: exit %d\n", WEXITSTATUS(status));

  // We are in the background now.
  last = 0;
  CALL("set from the background: %s", tcsetpgrp(slave, getpgrp()));
  printf(" signal %d\n", last);
  signal(SIGTTOU, SIG_IGN);
  CALL("set with SIGTTOU ignored: %s\n", tcsetpgrp(slave, getpgrp()));
  CALL("no such group: %s\n", tcsetpgrp(slave, 30000));
  CALL("negative group: %s\n", tcsetpgrp(slave, -2));

  child = fork();
  if (child == 0) {
    setpgid(0, 0);
    signal(SIGTTIN, SIG_IGN);
    CALL("ignored SIGTTIN: %s\n", read(slave, bytes, 1));
    struct termios settings;
    tcgetattr(slave, &settings);
    settings.c_lflag |= TOSTOP;
    CALL("ignored SIGTTOU: %s\n", tcsetattr(slave, TCSANOW, &settings));
    signal(SIGTTOU, SIG_DFL);
    write(slave, "x", 1);
    _exit(2);
  }
  waitpid(child, &status, WUNTRACED);
  printf("background write: stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
  kill(child, SIGKILL);
  waitpid(child, &status, 0);

  // A group whose only link to the session goes is orphaned.
  child = fork();
  if (child == 0) {
    pid_t grandchild = fork();
    if (grandchild == 0) {
      setpgid(0, 0);
      nap(50);
      signal(SIGTTIN, SIG_DFL);
      CALL("orphaned: %s\n", read(slave, bytes, 1));
      _exit(0);
    }
    _exit(0);
  }
  waitpid(child, &status, 0);
  nap(150);

  catch(SIGHUP, 0);
  catch(SIGCONT, 0);
  last = 0;
  CALL("give up: %s\n", ioctl(slave, TIOCNOTTY));
  printf("signal %d\n", last == SIGHUP || last == SIGCONT);
  CALL("no terminal: %s\n", open("/dev/tty", O_RDWR));
  CALL("no session: %s\n", tcgetsid(slave));
  int again = open(ptsname(master), O_RDWR);
  printf("opening takes it %d\n", tcgetsid(again) == getpid());
  fflush(stdout);
}

static void sessions(void) {
  int slave, master = open_pair(&slave), status;
  pid_t leader = fork();
  if (leader == 0) {
    session(master, slave);
    // Our child is in the foreground group when we go.
    signal(SIGHUP, SIG_DFL);
    if (fork() == 0) {
      close(master);
      pause();
    }
    _exit(3);
  }
  waitpid(leader, &status, 0);
  printf("leader: exit %d\n", WEXITSTATUS(status));
  CALL("after the leader: %s\n", tcgetpgrp(master));
  leader = fork();
  if (leader == 0) {
    setsid();
    int mine = open(ptsname(master), O_RDWR);
    catch(SIGHUP, 0);
    last = 0;
    printf("session of its own %d\n", tcgetsid(mine) == getpid());
    fflush(stdout);
    close(master);
    write(1, "waits\n", 6);
    while (last == 0) nap(10);
    printf("signal %d\n", last);
    show_read("hung up", mine);
    _exit(4);
  }
  close(slave);
  nap(200);
  close(master);
  waitpid(leader, &status, 0);
  printf("leader: exit %d\n", WEXITSTATUS(status));
}

// Who reads when the master goes is told so; who comes later finds the end.
static void master_goes(void) {
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), unlocked = 0, number;
  MUST(ioctl(master, TIOCSPTLCK, &unlocked) == 0 && ioctl(master, TIOCGPTN, &number) == 0);
  char name[32], byte;
  snprintf(name, sizeof name, "/dev/pts/%d", number);
  int slave = open(name, O_RDWR | O_NOCTTY);
  MUST(slave >= 0);
  fflush(stdout);
  if (fork() == 0) {
    usleep(100000);
    _exit(0);
  }
  close(master);
  TRY(read(slave, &byte, 1));
  TRY(read(slave, &byte, 1));
  TRY(write(slave, "x", 1));
  wait(NULL);
  close(slave);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  prepare();
  opening();
  talking();
  timed();
  packets();
  ending();
  sessions();
  master_goes();
  return 0;
}
