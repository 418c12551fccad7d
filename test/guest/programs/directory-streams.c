// SPDX-License-Identifier: MPL-2.0
//
// getdents: every name once, seeking back, names added and removed while reading, small buffers, types, errors.

#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct entry { unsigned long long ino; long long next; unsigned short length; unsigned char type; char name[]; };
static int seen[600];
static int read_some(int fd, int size, int *names) {
  char buffer[4096];
  int bytes = syscall(SYS_getdents64, fd, buffer, size);
  for (int at = 0; at < bytes;) {
    struct entry *e = (struct entry *)(buffer + at);
    int number;
    if (sscanf(e->name, "file%d", &number) == 1) seen[number]++;
    (*names)++;
    at += e->length;
  }
  return bytes;
}

int main(void) {
  char name[32];
  MUST(mkdir("d", 0755) == 0);
  for (int i = 0; i < 300; i++) {
    sprintf(name, "d/file%d", i);
    close(open(name, O_CREAT | O_WRONLY, 0600));
  }
  int fd = open("d", O_RDONLY | O_DIRECTORY), names = 0;
  while (read_some(fd, 4096, &names) > 0) {}
  SHOW(names);
  int once = 0;
  for (int i = 0; i < 300; i++) once += seen[i] == 1;
  SHOW(once);
  TRY(read_some(fd, 4096, &names));
  SHOW(lseek(fd, 0, SEEK_SET));
  memset(seen, 0, sizeof seen);
  names = 0;
  while (read_some(fd, 200, &names) > 0) {}
  SHOW(names);
  lseek(fd, 0, SEEK_SET);
  TRY(read_some(fd, 10, &names));
  TRY(read_some(fd, 0, &names));
  printf("-- changes while reading\n");
  memset(seen, 0, sizeof seen);
  lseek(fd, 0, SEEK_SET);
  names = 0;
  read_some(fd, 1000, &names);
  int before = names;
  SHOW(before > 2);
  int removed = 0;
  for (int i = 0; i < 300; i += 3) {
    sprintf(name, "d/file%d", i);
    if (!seen[i]) removed += unlink(name) == 0;
  }
  while (read_some(fd, 1000, &names) > 0) {}
  SHOW(names == 302 - removed);
  int wrong = 0;
  for (int i = 0; i < 300; i++) wrong += seen[i] > 1 || (i % 3 != 0 && seen[i] != 1);
  SHOW(wrong);
  printf("-- positions\n");
  DIR *stream = opendir("d");
  struct dirent *e;
  for (int i = 0; i < 10; i++) MUST(readdir(stream) != NULL);
  long place = telldir(stream);
  e = readdir(stream);
  char eleventh[256];
  strcpy(eleventh, e->d_name);
  while (readdir(stream) != NULL) {}
  seekdir(stream, place);
  e = readdir(stream);
  SHOW(strcmp(e->d_name, eleventh));
  rewinddir(stream);
  names = 0;
  while (readdir(stream) != NULL) names++;
  SHOW(names == 302 - removed);
  closedir(stream);
  printf("-- types\n");
  MUST(mkdir("t", 0755) == 0 && mkdir("t/dir", 0755) == 0 && symlink("x", "t/link") == 0 && mkfifo("t/pipe", 0600) == 0);
  close(open("t/plain", O_CREAT | O_WRONLY, 0600));
  int types[16] = {0};
  stream = opendir("t");
  while ((e = readdir(stream)) != NULL) {
    struct stat s;
    MUST(fstatat(dirfd(stream), e->d_name, &s, AT_SYMLINK_NOFOLLOW) == 0);
    if (strcmp(e->d_name, "..") != 0 && s.st_ino != e->d_ino) printf("%s: another inode\n", e->d_name);
    types[e->d_type]++;
  }
  closedir(stream);
  printf("folders %d files %d links %d fifos %d\n", types[DT_DIR], types[DT_REG], types[DT_LNK], types[DT_FIFO]);
  printf("-- errors\n");
  int file = open("t/plain", O_RDONLY);
  TRY(read_some(file, 4096, &names));
  TRY(read_some(99, 4096, &names));
  TRY(syscall(SYS_getdents64, fd, (void *)1, 4096));
  int path = open("d", O_PATH);
  TRY(read_some(path, 4096, &names));
  int gone = open("t/dir", O_RDONLY);
  rmdir("t/dir");
  TRY(read_some(gone, 4096, &names));
  TRY(read(gone, name, 1));
  TRY(write(gone, name, 1));
  TRY(openat(gone, "x", O_CREAT | O_WRONLY, 0600));
  return 0;
}
