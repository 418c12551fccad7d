// SPDX-License-Identifier: MPL-2.0
//
// renameat2: RENAME_NOREPLACE and RENAME_EXCHANGE, folders and files, ancestors, links, trailing slashes.

#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOREPLACE 1
#define EXCHANGE 2
#define WHITEOUT 4
static int rename2(const char *from, const char *to, unsigned flags) {
  return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}
static void make(const char *path, const char *text) {
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
  MUST(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
  close(fd);
}
static void show(const char *path) {
  char text[32] = "";
  struct stat s;
  if (lstat(path, &s) < 0) { printf("%s: %s\n", path, errno_name(errno)); return; }
  if (S_ISDIR(s.st_mode)) { printf("%s: a folder with %d links\n", path, (int)s.st_nlink); return; }
  if (S_ISLNK(s.st_mode)) { printf("%s: -> %.*s\n", path, (int)readlink(path, text, 31), text); return; }
  int fd = open(path, O_RDONLY);
  read(fd, text, 31);
  close(fd);
  printf("%s: %s\n", path, text);
}

int main(void) {
  make("a", "first");
  make("b", "second");
  TRY(rename2("a", "b", NOREPLACE));
  TRY(rename2("a", "c", NOREPLACE));
  TRY(rename2("c", "c", NOREPLACE));
  TRY(rename2("b", "c", EXCHANGE));
  show("b");
  show("c");
  TRY(rename2("b", "none", EXCHANGE));
  TRY(rename2("none", "b", EXCHANGE));
  TRY(rename2("b", "c", EXCHANGE | NOREPLACE));
  TRY(rename2("b", "c", 8));
  TRY(rename2("b", "c", EXCHANGE | WHITEOUT));
  printf("-- folders\n");
  MUST(mkdir("d", 0755) == 0 && mkdir("d/e", 0755) == 0 && mkdir("x", 0755) == 0);
  make("d/f", "inside");
  TRY(rename2("d", "b", EXCHANGE));
  show("d");
  show("b");
  show("b/f");
  TRY(rename2("b", "d", EXCHANGE));
  TRY(rename2("d", "d/e", EXCHANGE));
  TRY(rename2("d/e", "d", EXCHANGE));
  TRY(rename2("d", "x", EXCHANGE));
  show("x/f");
  show("d");
  TRY(rename2("x/e", "b", EXCHANGE));
  show("x");
  show("b");
  show(".");
  TRY(rename2("x", "d", 0));
  show("d");
  TRY(rename2("b", "d", 0));
  TRY(rename2("b", "d", NOREPLACE));
  printf("-- links and slashes\n");
  MUST(symlink("c", "link") == 0);
  TRY(rename2("link", "c", EXCHANGE));
  show("link");
  show("c");
  TRY(rename2("c", "link", NOREPLACE));
  TRY(rename2("link/", "y", 0));
  TRY(rename2("b/", "y/", 0));
  show("y");
  TRY(rename2("y/.", "z", 0));
  TRY(rename2("y", "..", 0));
  TRY(rename2("y", ".", EXCHANGE));
  TRY(rename2("y", "/", 0));
  TRY(rename2("", "z", 0));
  MUST(link("link", "hard") == 0);
  TRY(rename2("link", "hard", 0));
  show("link");
  TRY(rename2("link", "hard", EXCHANGE));
  TRY(rename2("link", "hard", NOREPLACE));
  TRY(rename2("/proc/self/status", "z", 0));
  TRY(rename2("y", "/proc/y", NOREPLACE));
  return 0;
}
