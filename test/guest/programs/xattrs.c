// SPDX-License-Identifier: MPL-2.0
//
// Extended attributes: set, get, list, remove, flags, sizes, namespaces, links and descriptors.

#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

// The names of a list in alphabetical order, so that the file system's order does not show.
static int by_name(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }
static void show_list(const char *path) {
  char list[1000], *names[50];
  ssize_t length = listxattr(path, list, sizeof list);
  int count = 0;
  for (ssize_t at = 0; at < length; at += strlen(list + at) + 1) names[count++] = list + at;
  qsort(names, count, sizeof *names, by_name);
  printf("list %zd:", length);
  for (int i = 0; i < count; i++) printf(" %s", names[i]);
  printf("\n");
}

int main(void) {
  char value[100], big[70000];
  memset(big, 'x', sizeof big);
  close(open("f", O_CREAT | O_WRONLY, 0644));
  MUST(symlink("f", "link") == 0 && mkdir("d", 0755) == 0);
  TRY(setxattr("f", "user.one", "first", 5, 0));
  TRY(getxattr("f", "user.one", value, sizeof value));
  printf("%.5s\n", value);
  TRY(getxattr("f", "user.one", NULL, 0));
  TRY(getxattr("f", "user.one", value, 3));
  TRY(getxattr("f", "user.none", value, 3) == -1 && errno == ENODATA);
  TRY(setxattr("f", "user.one", "again", 5, XATTR_CREATE));
  TRY(setxattr("f", "user.one", "second", 6, XATTR_REPLACE));
  TRY(setxattr("f", "user.two", "x", 1, XATTR_REPLACE) == -1 && errno == ENODATA);
  TRY(setxattr("f", "user.two", "", 0, XATTR_CREATE));
  TRY(getxattr("f", "user.two", value, sizeof value));
  TRY(setxattr("f", "user.x", "x", 1, 4));
  show_list("f");
  TRY(listxattr("f", value, 5));
  TRY(listxattr("f", NULL, 0));
  TRY(removexattr("f", "user.two"));
  TRY(removexattr("f", "user.two") == -1 && errno == ENODATA);
  show_list("f");
  printf("-- names\n");
  TRY(setxattr("f", "bare", "x", 1, 0) == -1 && errno == EOPNOTSUPP);
  TRY(setxattr("f", "user.", "x", 1, 0));
  TRY(setxattr("f", "", "x", 1, 0));
  char name[300];
  memset(name, 'n', sizeof name);
  memcpy(name, "user.", 5);
  name[255] = 0;
  TRY(setxattr("f", name, "x", 1, 0));
  name[255] = 'n';
  name[256] = 0;
  TRY(setxattr("f", name, "x", 1, 0));
  TRY(setxattr("f", "user.big", big, 65537, 0));
  TRY(setxattr("none", "user.a", "x", 1, 0));
  TRY(setxattr("f", "trusted.t", "root", 4, 0));
  TRY(getxattr("f", "trusted.t", value, sizeof value));
  printf("-- links and folders\n");
  TRY(getxattr("link", "user.one", value, sizeof value));
  TRY(lgetxattr("link", "user.one", value, sizeof value) == -1 && (errno == ENODATA || errno == EPERM));
  TRY(lsetxattr("link", "user.one", "x", 1, 0));
  TRY(lsetxattr("link", "trusted.l", "x", 1, 0));
  TRY(llistxattr("link", value, sizeof value));
  TRY(setxattr("d", "user.dir", "x", 1, 0));
  int fd = open("f", O_RDONLY);
  TRY(fsetxattr(fd, "user.fd", "abc", 3, 0));
  TRY(fgetxattr(fd, "user.fd", value, sizeof value));
  TRY(fremovexattr(fd, "user.fd"));
  TRY(flistxattr(99, value, sizeof value));
  int path = open("f", O_PATH);
  TRY(fgetxattr(path, "user.one", value, sizeof value));
  MUST(link("f", "hard") == 0 && rename("f", "g") == 0);
  TRY(getxattr("hard", "user.one", value, sizeof value));
  printf("-- without privileges\n");
  chmod("g", 0644);
  chown("g", 0, 0);
  chmod(".", 0755);
  MUST(seteuid(65534) == 0);
  TRY(fgetxattr(fd, "user.one", value, sizeof value));
  TRY(fsetxattr(fd, "user.one", "x", 1, 0));
  TRY(fgetxattr(fd, "trusted.t", value, sizeof value) == -1 && errno == ENODATA);
  TRY(fsetxattr(fd, "trusted.t", "x", 1, 0));
  TRY(flistxattr(fd, NULL, 0) < 300);
  return 0;
}
