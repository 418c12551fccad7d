// SPDX-License-Identifier: MPL-2.0
//
// O_TMPFILE: files without a name, linked in later, O_EXCL, modes, space given back; linkat's flags.

#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(int fd) {
  struct stat s;
  MUST(fstat(fd, &s) == 0);
  printf("mode %o links %d size %lld\n", s.st_mode, (int)s.st_nlink, (long long)s.st_size);
}

int main(void) {
  char path[64], buffer[16];
  umask(027);
  MUST(mkdir("d", 0777) == 0);
  int fd = open("d", O_TMPFILE | O_RDWR, 0666);
  MUST(fd >= 0);
  show(fd);
  SHOW(write(fd, "hello", 5));
  SHOW(pread(fd, buffer, 16, 0));
  TRY(rmdir("d"));
  MUST(mkdir("d", 0777) == 0);
  TRY(open("d", O_TMPFILE | O_RDONLY, 0600));
  TRY(open("none", O_TMPFILE | O_RDWR, 0600));
  close(open("file", O_CREAT | O_WRONLY, 0600));
  TRY(open("file", O_TMPFILE | O_RDWR, 0600));
  TRY(open("d", 020000000 | O_RDWR, 0600));
  printf("-- linking\n");
  sprintf(path, "/proc/self/fd/%d", fd);
  TRY(linkat(AT_FDCWD, path, AT_FDCWD, "gone", AT_SYMLINK_FOLLOW));
  close(fd);
  fd = open("d", O_TMPFILE | O_WRONLY, 0640);
  SHOW(write(fd, "content", 7));
  sprintf(path, "/proc/self/fd/%d", fd);
  TRY(linkat(AT_FDCWD, path, AT_FDCWD, "d/named", 0));
  TRY(linkat(AT_FDCWD, path, AT_FDCWD, "d/named", AT_SYMLINK_FOLLOW));
  show(fd);
  TRY(linkat(AT_FDCWD, path, AT_FDCWD, "d/named", AT_SYMLINK_FOLLOW));
  TRY(linkat(fd, "", AT_FDCWD, "d/second", AT_EMPTY_PATH));
  show(fd);
  TRY(unlink("d/named"));
  TRY(unlink("d/second"));
  show(fd);
  TRY(linkat(fd, "", AT_FDCWD, "d/third", AT_EMPTY_PATH));
  close(fd);
  printf("-- O_EXCL\n");
  fd = open("d", O_TMPFILE | O_RDWR | O_EXCL, 0600);
  SHOW(fd >= 0);
  sprintf(path, "/proc/self/fd/%d", fd);
  TRY(linkat(AT_FDCWD, path, AT_FDCWD, "d/excl", AT_SYMLINK_FOLLOW));
  show(fd);
  printf("-- a folder that may not be written\n");
  MUST(chmod("d", 0555) == 0 && chmod(".", 0755) == 0 && seteuid(65534) == 0);
  TRY(open("d", O_TMPFILE | O_RDWR, 0600));
  MUST(seteuid(0) == 0 && chmod("d", 0777) == 0 && seteuid(65534) == 0);
  fd = open("d", O_TMPFILE | O_RDWR, 0600);
  show(fd);
  TRY(linkat(fd, "", AT_FDCWD, "d/mine", AT_EMPTY_PATH) == 0 || errno == ENOENT);
  TRY(fchmod(fd, 0));
  TRY(ftruncate(fd, 100));
  show(fd);
  return 0;
}
