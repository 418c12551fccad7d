// SPDX-License-Identifier: MPL-2.0
//
// inotify: which events come for which calls, in what order, with which names; flags and errors.

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef IN_MASK_CREATE
#define IN_MASK_CREATE 0x10000000
#endif

static int fd;
static char base[] = "/tmp/inotify.XXXXXX";
static unsigned last_cookie;

static const struct {
  unsigned bit;
  const char *name;
} names[] = {
    {IN_ACCESS, "ACCESS"}, {IN_MODIFY, "MODIFY"}, {IN_ATTRIB, "ATTRIB"},
    {IN_CLOSE_WRITE, "CLOSE_WRITE"}, {IN_CLOSE_NOWRITE, "CLOSE_NOWRITE"}, {IN_OPEN, "OPEN"},
    {IN_MOVED_FROM, "MOVED_FROM"}, {IN_MOVED_TO, "MOVED_TO"}, {IN_CREATE, "CREATE"},
    {IN_DELETE, "DELETE"}, {IN_DELETE_SELF, "DELETE_SELF"}, {IN_MOVE_SELF, "MOVE_SELF"},
    {IN_UNMOUNT, "UNMOUNT"}, {IN_Q_OVERFLOW, "Q_OVERFLOW"}, {IN_IGNORED, "IGNORED"},
    {IN_ISDIR, "ISDIR"},
};

static void show(const char *what) {
  char buffer[8192] __attribute__((aligned(8)));
  printf("%s:", what);
  for (;;) {
    ssize_t length = read(fd, buffer, sizeof buffer);
    if (length < 0) break;
    for (char *at = buffer; at < buffer + length;) {
      struct inotify_event *event = (struct inotify_event *)at;
      printf(" [%d", event->wd);
      for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (event->mask & names[i].bit) printf(" %s", names[i].name);
      if (event->len) printf(" %s/%u", event->name, event->len);
      if (event->cookie) {
        printf(" %s", event->cookie == last_cookie ? "same" : "cookie");
        last_cookie = event->cookie;
      }
      printf("]");
      at += sizeof *event + event->len;
    }
  }
  printf("\n");
}

static void touch(const char *name) {
  int file = open(name, O_CREAT | O_WRONLY, 0644);
  MUST(file >= 0);
  close(file);
}

int main(void) {
  MUST(mkdtemp(base) != NULL && chdir(base) == 0);
  MUST(mkdir("d", 0755) == 0 && mkdir("e", 0755) == 0);
  fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  MUST(fd >= 0);
  SHOW(fcntl(fd, F_GETFD));
  TRY(inotify_add_watch(fd, "d", IN_ALL_EVENTS));
  show("nothing yet");

  int file = open("d/file", O_CREAT | O_RDWR, 0644);
  show("create");
  write(file, "hello", 5);
  write(file, "hello", 5);
  show("two writes");
  char bytes[8];
  pread(file, bytes, 5, 0);
  show("read");
  ftruncate(file, 3);
  show("ftruncate");
  fchmod(file, 0600);
  show("fchmod");
  close(file);
  show("close");
  close(open("d/file", O_RDONLY));
  show("open and close");
  close(open("d/file", O_WRONLY | O_TRUNC));
  show("truncating open");
  truncate("d/file", 9);
  show("truncate");
  struct timespec both[2] = {{1, 0}, {2, 0}}, first[2] = {{1, 0}, {0, UTIME_OMIT}},
                  second[2] = {{0, UTIME_OMIT}, {1, 0}};
  utimensat(AT_FDCWD, "d/file", both, 0);
  utimensat(AT_FDCWD, "d/file", first, 0);
  utimensat(AT_FDCWD, "d/file", second, 0);
  show("times");
  link("d/file", "d/name");
  show("link");
  symlink("file", "d/link");
  show("symlink");
  mkfifo("d/fifo", 0644);
  show("mkfifo");
  mkdir("d/sub", 0755);
  show("mkdir");
  rmdir("d/sub");
  show("rmdir");
  rename("d/file", "d/renamed");
  show("rename within");
  rename("d/renamed", "e/out");
  show("rename out");
  rename("e/out", "d/a-name-of-more-than-sixteen");
  show("rename in");
  touch("e/x");
  show("elsewhere");
  rename("e/x", "d/link");
  show("rename over");
  unlink("d/link");
  show("unlink");
  unlink("d/name");
  show("unlink one of two");

  printf("-- a file\n");
  touch("f");
  TRY(inotify_add_watch(fd, "f", IN_ALL_EVENTS));
  touch("f");
  chmod("f", 0640);
  link("f", "g");
  unlink("g");
  rename("f", "h");
  show("touch, chmod, link, unlink, rename");
  file = open("h", O_RDONLY);
  unlink("h");
  show("unlink while open");
  close(file);
  show("and closed");

  printf("-- flags\n");
  TRY(inotify_add_watch(fd, "e", IN_CREATE));
  TRY(inotify_add_watch(fd, "e", IN_DELETE | IN_MASK_ADD));
  touch("e/1");
  unlink("e/1");
  show("added");
  TRY(inotify_add_watch(fd, "e", IN_DELETE));
  touch("e/1");
  unlink("e/1");
  show("replaced");
  TRY(inotify_add_watch(fd, "e", IN_DELETE | IN_MASK_CREATE));
  TRY(inotify_add_watch(fd, "e", IN_DELETE | IN_MASK_CREATE | IN_MASK_ADD));
  TRY(inotify_add_watch(fd, "e", IN_CREATE | IN_ONESHOT));
  touch("e/1");
  touch("e/2");
  show("one shot");
  touch("p");
  symlink("p", "s");
  TRY(inotify_add_watch(fd, "s", IN_ATTRIB | IN_DONT_FOLLOW));
  TRY(inotify_add_watch(fd, "p", IN_ATTRIB | IN_ONLYDIR));
  chmod("s", 0600);
  unlink("s");
  show("the link itself");
  TRY(inotify_add_watch(fd, "e", IN_MODIFY | IN_EXCL_UNLINK));
  file = open("e/1", O_WRONLY);
  write(file, "x", 1);
  unlink("e/1");
  write(file, "x", 1);
  close(file);
  show("unlinked children");

  printf("-- reading\n");
  TRY(inotify_add_watch(fd, "e", IN_CREATE));
  int available = -1;
  struct pollfd entry = {fd, POLLIN, 0};
  SHOW(poll(&entry, 1, 0));
  touch("e/new");
  SHOW(poll(&entry, 1, 0));
  MUST(ioctl(fd, FIONREAD, &available) == 0);
  SHOW(available);
  TRY(read(fd, bytes, 8));
  show("after a short buffer");
  TRY(read(fd, bytes, 8));
  TRY(write(fd, bytes, 8));
  touch("e/m");
  unlink("e/m");
  TRY(inotify_rm_watch(fd, 99));
  int wd = inotify_add_watch(fd, "e", IN_CREATE);
  TRY(inotify_rm_watch(fd, wd));
  show("removed");
  TRY(inotify_rm_watch(fd, wd));
  TRY(inotify_rm_watch(1, wd));
  TRY(inotify_rm_watch(77, wd));
  TRY(inotify_add_watch(fd, "none", IN_CREATE));
  TRY(inotify_add_watch(fd, "e", 0));
  TRY(inotify_add_watch(1, "e", IN_CREATE));
  TRY(inotify_add_watch(77, "e", IN_CREATE));
  TRY(inotify_add_watch(fd, (char *)8, IN_CREATE));
  TRY(inotify_init1(5));

  printf("-- a directory that goes\n");
  MUST(mkdir("gone", 0755) == 0);
  wd = inotify_add_watch(fd, "gone", IN_ALL_EVENTS);
  rename("gone", "going");
  rmdir("going");
  show("renamed and removed");
  if (system("rm -rf /tmp/inotify.*") != 0) return 1;
  return 0;
}
