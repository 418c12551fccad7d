// SPDX-License-Identifier: MPL-2.0
//
// Files without a name: their mode, owner and times, which sockets and pipes have of their own, and their file systems.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/xattr.h>
#include <unistd.h>

static int error(int result) { return result < 0 ? errno : 0; }

static void look(const char *name, int fd) {
  struct stat st;
  struct statfs fs;
  fstat(fd, &st);
  fstatfs(fd, &fs);
  printf("%s: mode %o, owner %u:%u, %u links, on %lx with flags %lx\n", name, st.st_mode, st.st_uid,
         st.st_gid, (unsigned)st.st_nlink, (unsigned long)fs.f_type, (unsigned long)fs.f_flags);
  int changed = error(fchmod(fd, 0200)), owned = error(fchown(fd, 5, 6));
  struct timeval times[2] = {{1, 0}, {2, 0}};
  int timed = error(futimes(fd, times));
  fstat(fd, &st);
  printf("  chmod %d, chown %d, utimes %d: mode %o, owner %u:%u%s\n", changed, owned, timed,
         st.st_mode, st.st_uid, st.st_gid, st.st_atime == 1 && st.st_mtime == 2 ? ", at 1 and 2" : "");
  printf("  truncate %d, fsync %d\n", error(ftruncate(fd, 0)), error(fsync(fd)));
}

int main(void) {
  int pipes[2], sockets[2];
  sigset_t none;
  sigemptyset(&none);
  pipe(pipes);
  socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
  look("pipe", pipes[0]);
  look("its other end", pipes[1]);
  look("socket", sockets[0]);
  look("its peer", sockets[1]);
  printf("a socket's attributes: %d\n", error(fsetxattr(sockets[0], "user.a", "x", 1, 0)));
  look("datagram", socket(AF_UNIX, SOCK_DGRAM, 0));
  look("eventfd", eventfd(0, 0));
  look("epoll", epoll_create1(0));
  look("timerfd", timerfd_create(CLOCK_MONOTONIC, 0));
  look("signalfd", signalfd(-1, &none, 0));
  look("inotify", inotify_init());
  return 0;
}
