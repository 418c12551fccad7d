// SPDX-License-Identifier: MPL-2.0
//
// Extended attributes of files without a name, which have none, by descriptor and by /proc/self/fd; what the inode
// is that a pidfd shows; and what else can be done by /proc/self/fd with files that share an inode.

#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *after(long result) {
  return result >= 0 ? "OK" : errno == ENODATA ? "ENODATA" : errno_name(errno);
}

static void attributes(const char *kind, int fd) {
  static const char *const names[] = {"user.a", "user.", "security.a", "security.capability", "system.a", "odd",
                                      "trusted."};
  char path[40], value[40];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  printf("%s:", kind);
  // Linux 6.18 gives pidfds trusted attributes.
  int count = sizeof names / sizeof *names - (strcmp(kind, "pidfd") == 0);
  for (int i = 0; i < count; i++) {
    printf(" %s get %s", names[i], after(fgetxattr(fd, names[i], value, sizeof value)));
    printf(" %s", after(getxattr(path, names[i], value, sizeof value)));
    printf(" set %s", after(fsetxattr(fd, names[i], "x", 1, 0)));
    printf(" %s", after(setxattr(path, names[i], "x", 1, 0)));
    if (strcmp(kind, "socket") != 0) printf(" remove %s", after(fremovexattr(fd, names[i])));
    printf(";");
  }
  if (strcmp(kind, "socket") != 0) printf(" list %d", (int)flistxattr(fd, value, sizeof value));
  printf("\n");
}

static void by_path(const char *kind, int fd) {
  char path[40];
  struct stat st;
  struct statfs fs;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  printf("%s by its path: stat %s", kind, after(stat(path, &st)));
  printf(", mode %o", st.st_mode);
  printf(", statfs %s", after(statfs(path, &fs)));
  printf(", type %lx", (unsigned long)fs.f_type);
  printf(", open %s", after(open(path, O_RDWR)));
  printf(", O_PATH %s", after(open(path, O_PATH)));
  printf(", chmod %s", after(chmod(path, 0600)));
  printf(", chown %s", after(chown(path, 0, 0)));
  printf(", utimensat %s", after(utimensat(AT_FDCWD, path, NULL, 0)));
  printf(", access %s", after(access(path, R_OK)));
  printf(" %s", after(access(path, X_OK)));
  printf(", link %s", after(linkat(AT_FDCWD, path, AT_FDCWD, "link", AT_SYMLINK_FOLLOW)));
  printf(", bind %s\n", after(mount(path, "place", NULL, MS_BIND, NULL)));
}

int main(void) {
  int ends[2];
  sigset_t none;
  sigemptyset(&none);
  MUST(pipe(ends) == 0);
  attributes("pipe", ends[0]);
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  attributes("socket", ends[0]);
  int event = eventfd(0, 0);
  attributes("eventfd", event);
  attributes("epoll", epoll_create1(0));
  attributes("signalfd", signalfd(-1, &none, 0));
  attributes("timerfd", timerfd_create(CLOCK_MONOTONIC, 0));
  attributes("inotify", inotify_init());
  int self = syscall(434, getpid(), 0), again = syscall(434, getpid(), 0), parent = syscall(434, getppid(), 0);
  MUST(self >= 0 && again >= 0 && parent >= 0);
  attributes("pidfd", self);

  struct stat first, second, third;
  struct statfs fs;
  MUST(fstat(self, &first) == 0 && fstat(again, &second) == 0 && fstat(parent, &third) == 0);
  printf("pidfds of a process share an inode: %d, those of two do not: %d\n", first.st_ino == second.st_ino,
         first.st_ino != third.st_ino);
  MUST(fstatfs(self, &fs) == 0);
  printf("mode %o, %u link, owner %u:%u, on %lx with flags %lx\n", first.st_mode, (unsigned)first.st_nlink,
         first.st_uid, first.st_gid, (unsigned long)fs.f_type, (unsigned long)fs.f_flags);
  close(open("place", O_CREAT | O_WRONLY, 0600));
  by_path("pidfd", self);
  by_path("eventfd", event);
  return 0;
}
