// SPDX-License-Identifier: MPL-2.0
// Files: offsets, appending, holes, vectors, truncation, renaming, unlinking, directories.

#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void offsets(void) {
  char buffer[128] = {0};
  int file = open("data", O_RDWR | O_CREAT | O_EXCL, 0640);
  MUST(file >= 0);
  TRY(open("data", O_RDWR | O_CREAT | O_EXCL, 0640));
  TRY(write(file, "0123456789", 10));
  TRY(lseek(file, 0, SEEK_CUR));
  TRY(lseek(file, -4, SEEK_END));
  TRY(read(file, buffer, 100));
  printf("tail %s\n", buffer);
  TRY(read(file, buffer, 100));
  TRY(lseek(file, -1, SEEK_SET));
  TRY(lseek(file, 3, 99));
  TRY(lseek(file, 5, SEEK_SET));
  TRY(pwrite(file, "AB", 2, 2));
  TRY(pread(file, buffer, 4, 1));
  printf("pread %.4s, offset still %d\n", buffer, (int)lseek(file, 0, SEEK_CUR));
  TRY(pread(file, buffer, 4, -1));
  TRY(lseek(file, 100, SEEK_SET));
  TRY(write(file, "far", 3));
  TRY(pread(file, buffer, 64, 8));
  printf("hole: %c%c%d%d\n", buffer[0], buffer[1], buffer[2], buffer[63]);
  struct stat status;
  MUST(fstat(file, &status) == 0);
  printf("size %lld, mode %o, links %d\n", (long long)status.st_size, status.st_mode, (int)status.st_nlink);
  TRY(ftruncate(file, 5));
  TRY(lseek(file, 0, SEEK_END));
  TRY(ftruncate(file, 8));
  TRY(pread(file, buffer, 64, 0));
  printf("grown: %.5s then %d%d%d\n", buffer, buffer[5], buffer[6], buffer[7]);
  TRY(ftruncate(file, -1));
  TRY(truncate("data", 2));
  TRY(lseek(file, 0, SEEK_END));
  TRY(read(99, buffer, 1));
  int reader = open("data", O_RDONLY);
  TRY(write(reader, "x", 1));
  TRY(ftruncate(reader, 0));
  close(reader);
  close(file);
  TRY(close(file));
}

static void appending(void) {
  char buffer[64] = {0};
  int first = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600), second = open("log", O_RDWR | O_APPEND);
  MUST(write(first, "a", 1) == 1 && write(second, "b", 1) == 1 && write(first, "c", 1) == 1);
  lseek(first, 0, SEEK_SET);
  MUST(write(first, "d", 1) == 1);
  TRY(pread(second, buffer, 64, 0));
  printf("log %s\n", buffer);
  int twin = dup(second);
  lseek(twin, 2, SEEK_SET);
  TRY(lseek(second, 0, SEEK_CUR));
  close(first), close(second), close(twin);
  TRY(open("log", O_RDONLY | O_TRUNC | O_DIRECTORY));
}

static void vectors(void) {
  char a[4] = {0}, b[7] = {0}, c[4] = {0};
  int file = open("vec", O_RDWR | O_CREAT, 0600);
  struct iovec out[] = {{"one ", 4}, {"", 0}, {"two ", 4}, {"three", 5}};
  TRY(writev(file, out, 4));
  lseek(file, 0, SEEK_SET);
  struct iovec in[] = {{a, 3}, {b, 6}, {c, 3}};
  TRY(readv(file, in, 3));
  printf("[%s] [%s] [%s]\n", a, b, c);
  TRY(preadv(file, in, 1, 4));
  TRY(pwritev(file, out, 1, 20));
  volatile int negative = -1;
  TRY(readv(file, in, negative));
  TRY(readv(file, in, 0));
  TRY(lseek(file, 0, SEEK_END));
  // Holes can be found where the file system knows them; data always is data.
  TRY(lseek(file, 0, SEEK_DATA));
  TRY(lseek(file, 1000, SEEK_DATA));
  close(file);
}

static void names(void) {
  struct stat status;
  char buffer[64];
  int file = open("old", O_RDWR | O_CREAT, 0600);
  MUST(write(file, "content", 7) == 7);
  TRY(rename("old", "new"));
  TRY(access("old", F_OK));
  TRY(link("new", "second"));
  TRY(rename("new", "second"));
  TRY(access("new", F_OK));
  TRY(unlink("new"));
  TRY(unlink("second"));
  TRY(unlink("second"));
  MUST(fstat(file, &status) == 0);
  printf("unlinked: links %d, size %d\n", (int)status.st_nlink, (int)status.st_size);
  TRY(pread(file, buffer, 64, 0));
  close(file);
  TRY(mkdir("dir", 0755));
  TRY(mkdir("dir", 0755));
  TRY(mkdir("dir/sub", 0700));
  TRY(rmdir("dir"));
  TRY(unlink("dir"));
  TRY(rename("dir", "dir/sub/x"));
  TRY(rename("dir/sub", "moved"));
  TRY(rename("data", "moved"));
  TRY(rename("moved", "data"));
  TRY(rmdir("moved/."));
  TRY(rmdir("data"));
  TRY(symlink("data", "link"));
  TRY(readlink("link", buffer, 3));
  TRY(readlink("data", buffer, 64));
  TRY(open("link", O_RDONLY | O_NOFOLLOW));
  TRY(open("dir", O_WRONLY));
  TRY(open("data/x", O_RDONLY));
  TRY(open("", O_RDONLY));
  char name[300];
  memset(name, 'n', 299), name[299] = 0;
  TRY(open(name, O_RDONLY | O_CREAT, 0600));
  TRY(chdir("dir"));
  TRY(rmdir("../dir"));
  TRY(open("file", O_WRONLY | O_CREAT, 0600));
  printf("getcwd: %s\n", getcwd(buffer, sizeof buffer) == NULL ? errno_name(errno) : buffer);
  TRY(chdir(".."));
  TRY(chdir("/root"));
  printf("getcwd: %s\n", getcwd(buffer, 3) == NULL ? errno_name(errno) : buffer);
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static void directories(void) {
  char path[64], seen[100][32];
  int count = 0, kinds = 0;
  MUST(mkdir("many", 0700) == 0);
  for (int i = 0; i < 60; i++) {
    snprintf(path, sizeof path, "many/entry-%02d", i);
    if (i % 3 == 0) MUST(mkdir(path, 0700) == 0);
    else close(open(path, O_WRONLY | O_CREAT, 0600));
  }
  DIR *directory = opendir("many");
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    if (entry->d_type == DT_DIR) kinds++;
    strcpy(seen[count++], entry->d_name);
  }
  qsort(seen, count, sizeof *seen, by_name);
  printf("%d entries, %d directories, first %s %s, checksum %016llx\n", count, kinds, seen[0], seen[1], checksum(seen[2], strlen(seen[2])));
  rewinddir(directory);
  for (count = 0; (entry = readdir(directory)) != NULL; count++) {
    // Removing while reading loses nothing that is still there.
    if (entry->d_name[0] != '.') {
      snprintf(path, sizeof path, "many/%.20s", entry->d_name);
      MUST(remove(path) == 0);
    }
  }
  printf("read while removing: %d\n", count);
  closedir(directory);
  TRY(rmdir("many"));
}

int main(void) {
  umask(022);
  offsets();
  appending();
  vectors();
  names();
  directories();
  return 0;
}
