// SPDX-License-Identifier: MPL-2.0
//
// utimensat, futimens, statx: UTIME_NOW and UTIME_OMIT, nanoseconds, links, permissions, what reads and writes change.

#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static void show(const char *path) {
  struct stat s;
  if (lstat(path, &s) < 0) { printf("%s: %s\n", path, errno_name(errno)); return; }
  int recent = s.st_ctim.tv_sec > 1500000000;
  if (s.st_atim.tv_sec > 1500000000) printf("%s: read now,", path);
  else printf("%s: read %lld.%09ld,", path, (long long)s.st_atim.tv_sec, s.st_atim.tv_nsec);
  if (s.st_mtim.tv_sec > 1500000000) printf(" written now,");
  else printf(" written %lld.%09ld,", (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
  printf(" changed %s\n", recent ? "now" : "long ago");
}
static int set(const char *path, long a, long an, long m, long mn, int flags) {
  struct timespec times[2] = {{a, an}, {m, mn}};
  return utimensat(AT_FDCWD, path, times, flags);
}

int main(void) {
  char byte;
  int fd = open("f", O_CREAT | O_RDWR, 0644);
  MUST(write(fd, "data", 4) == 4 && symlink("f", "l") == 0);
  TRY(set("f", 1000, 123456789, 2000, 987654321, 0));
  show("f");
  TRY(set("f", 0, UTIME_OMIT, 3000, 0, 0));
  show("f");
  TRY(set("f", 0, UTIME_NOW, 0, UTIME_OMIT, 0));
  show("f");
  TRY(set("f", 5, UTIME_OMIT, 5, UTIME_OMIT, 0));
  TRY(utimensat(AT_FDCWD, "f", NULL, 0));
  show("f");
  TRY(set("l", 10, 0, 20, 0, AT_SYMLINK_NOFOLLOW));
  TRY(set("l", 30, 0, 40, 0, 0));
  show("l");
  show("f");
  printf("-- bad values\n");
  TRY(set("f", 0, 1000000000, 0, 0, 0));
  TRY(set("f", 0, -1, 0, 0, 0));
  TRY(set("f", 0, 0, 0, 0, 0x4000));
  TRY(set("none", 0, 0, 0, 0, 0));
  TRY(set("f/x", 0, 0, 0, 0, 0));
  TRY(set("", 0, 0, 0, 0, 0));
  TRY(set("none", 0, UTIME_OMIT, 0, UTIME_OMIT, 0));
  TRY(futimens(fd, (struct timespec[2]){{-5, 0}, {7, 8}}));
  show("f");
  TRY(futimens(99, NULL));
  int path = open("f", O_PATH);
  TRY(futimens(path, NULL));
  TRY(utimensat(path, "", (struct timespec[2]){{50, 0}, {60, 0}}, AT_EMPTY_PATH));
  show("f");
  printf("-- what changes them\n");
  set("f", 100, 0, 200, 0, 0);
  SHOW(pread(fd, &byte, 1, 0));
  show("f");
  set("f", 100, 0, 200, 0, 0);
  int quiet = open("f", O_RDONLY | O_NOATIME);
  SHOW(read(quiet, &byte, 1));
  show("f");
  SHOW(pwrite(fd, "x", 1, 0));
  show("f");
  set("f", 100, 0, 200, 0, 0);
  SHOW(pwrite(fd, "", 0, 0));
  show("f");
  SHOW(ftruncate(fd, 4));
  show("f");
  set("f", 100, 0, 200, 0, 0);
  MUST(chmod("f", 0600) == 0 && link("f", "g") == 0 && rename("g", "h") == 0);
  show("h");
  MUST(mkdir("d", 0755) == 0);
  set("d", 300, 0, 400, 0, 0);
  close(open("d/x", O_CREAT | O_WRONLY, 0600));
  show("d");
  set("d", 300, 0, 400, 0, 0);
  close(open("d/x", O_WRONLY));
  chmod("d/x", 0644);
  show("d");
  rename("d/x", "d/y");
  show("d");
  printf("-- without rights\n");
  MUST(chmod(".", 0755) == 0 && chmod("f", 0644) == 0 && seteuid(65534) == 0);
  TRY(set("f", 1, 0, 1, 0, 0));
  TRY(utimensat(AT_FDCWD, "f", NULL, 0));
  TRY(set("f", 0, UTIME_NOW, 0, UTIME_OMIT, 0));
  TRY(open("f", O_RDONLY | O_NOATIME));
  MUST(seteuid(0) == 0 && chmod("f", 0666) == 0 && seteuid(65534) == 0);
  TRY(utimensat(AT_FDCWD, "f", NULL, 0));
  TRY(set("f", 0, UTIME_NOW, 0, UTIME_NOW, 0));
  TRY(set("f", 0, UTIME_NOW, 0, UTIME_OMIT, 0));
  TRY(set("f", 1, 0, 1, 0, 0));
  return 0;
}
