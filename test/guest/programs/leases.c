// SPDX-License-Identifier: MPL-2.0
//
// Leases on files (F_SETLEASE): who may have which, who breaks them, what the holder is told, and how openers wait.

#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef F_SETLEASE
#define F_SETLEASE 1024
#define F_GETLEASE 1025
#endif
#ifndef F_SETSIG
#define F_SETSIG 10
#endif

static volatile int count, code, fd_told;
static void on_break(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  count++;
  code = info->si_code;
  fd_told = info->si_fd;
}
static void nap(int ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&t, &t) != 0) continue;
}
static const char *kind(int lease) { return lease == F_RDLCK ? "read" : lease == F_WRLCK ? "write" : lease == F_UNLCK ? "none" : "error"; }

// A child that opens (or truncates), and tells with its status how that went.
static pid_t opener(int flags, int truncates) {
  fflush(stdout);
  pid_t child = fork();
  if (child != 0) return child;
  // The lease ends with the last descriptor of its file: it must not be ours.
  for (int fd = 3; fd < 20; fd++) close(fd);
  errno = 0;
  int result = truncates ? truncate("f", 1) : open("f", flags);
  _exit(result >= 0 ? 0 : errno);
}
static const char *end_of(pid_t child) {
  int status;
  while (waitpid(child, &status, 0) != child) continue;
  return errno_name(WEXITSTATUS(status));
}
static int runs(pid_t child) { return waitpid(child, NULL, WNOHANG) == 0; }
static void await(void) {
  for (int i = 0; i < 400 && count == 0; i++) nap(10);
  printf("  told %d, code %d, its fd %d\n", count, code, fd_told);
  count = 0;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_break, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGRTMIN, &action, NULL);
  sigaction(SIGIO, &action, NULL);
  int writer = open("f", O_CREAT | O_RDWR, 0600);
  MUST(write(writer, "text", 4) == 4);
  printf("lease %s\n", kind(fcntl(writer, F_GETLEASE)));
  TRY(fcntl(writer, F_SETLEASE, F_RDLCK));
  TRY(fcntl(writer, F_SETLEASE, F_UNLCK));
  TRY(fcntl(writer, F_SETLEASE, F_WRLCK));
  printf("lease %s\n", kind(fcntl(writer, F_GETLEASE)));
  TRY(fcntl(writer, F_SETLEASE, F_UNLCK));
  TRY(fcntl(writer, F_SETLEASE, 7));
  close(writer);
  int fd = open("f", O_RDONLY), other = open("f", O_RDONLY);
  TRY(fcntl(fd, F_SETLEASE, F_WRLCK));
  TRY(fcntl(fd, F_SETLEASE, F_RDLCK));
  TRY(fcntl(other, F_SETLEASE, F_RDLCK));
  TRY(fcntl(other, F_SETLEASE, F_UNLCK));
  TRY(fcntl(open(".", O_RDONLY), F_SETLEASE, F_RDLCK));
  close(other);
  fcntl(fd, F_SETSIG, SIGRTMIN);

  printf("reading beside a read lease: %s\n", end_of(opener(O_RDONLY, 0)));
  SHOW(count);
  printf("writing, without waiting: %s\n", end_of(opener(O_WRONLY | O_NONBLOCK, 0)));
  fd_told = fd_told == fd;
  await();
  printf("lease %s\n", kind(fcntl(fd, F_GETLEASE)));
  TRY(fcntl(fd, F_SETLEASE, F_RDLCK));
  TRY(fcntl(fd, F_SETLEASE, F_UNLCK));
  printf("lease %s\n", kind(fcntl(fd, F_GETLEASE)));

  TRY(fcntl(fd, F_SETLEASE, F_RDLCK));
  pid_t child = opener(O_RDWR, 0);
  await();
  nap(50);
  printf("waits: %d, lease %s\n", runs(child), kind(fcntl(fd, F_GETLEASE)));
  TRY(fcntl(fd, F_SETLEASE, F_UNLCK));
  printf("then: %s\n", end_of(child));

  TRY(fcntl(fd, F_SETLEASE, F_WRLCK));
  child = opener(O_RDONLY, 0);
  await();
  printf("waits: %d, lease %s\n", runs(child), kind(fcntl(fd, F_GETLEASE)));
  TRY(fcntl(fd, F_SETLEASE, F_RDLCK));
  printf("then: %s, lease %s\n", end_of(child), kind(fcntl(fd, F_GETLEASE)));

  child = opener(0, 1);
  await();
  printf("truncating waits: %d\n", runs(child));
  close(fd);
  printf("then: %s\n", end_of(child));
  struct stat st;
  stat("f", &st);
  SHOW(st.st_size);

  // A signal ends the wait.
  fd = open("f", O_RDONLY);
  TRY(fcntl(fd, F_SETLEASE, F_RDLCK));
  child = opener(O_WRONLY, 0);
  for (int i = 0; i < 400 && count == 0; i++) nap(10);
  kill(child, SIGTERM);
  int status;
  while (waitpid(child, &status, 0) != child) continue;
  printf("killed: %d\n", WIFSIGNALED(status));
  close(fd);
  unlink("f");
  return 0;
}
