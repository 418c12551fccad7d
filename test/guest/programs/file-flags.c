// SPDX-License-Identifier: MPL-2.0
//
// FS_IOC_GETFLAGS and FS_IOC_SETFLAGS (ioctl_iflags(2)) on tmpfs: what may be set, by whom, and what
// immutable and append-only files and directories refuse.

#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

/* linux/fs.h, which musl does not have. */
#undef FS_IOC_GETFLAGS
#define FS_IOC_GETFLAGS _IOR('f', 1, long)
#define FS_IOC_SETFLAGS _IOW('f', 2, long)
#define FS_IMMUTABLE_FL 0x10
#define FS_APPEND_FL 0x20
#define FS_NODUMP_FL 0x40
#define FS_NOATIME_FL 0x80
#ifndef FALLOC_FL_KEEP_SIZE
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2
#endif

static const char *outcome(long result) {
  static char text[24];
  if (result >= 0) snprintf(text, sizeof text, "%ld", result);
  return result >= 0 ? text : errno == EOPNOTSUPP ? "EOPNOTSUPP" : errno_name(errno);
}
#define SAY(call) do { errno = 0; const char *what_ = outcome(call); printf("%s: %s\n", #call, what_); } while (0)

static int set_flags(const char *path, int flags) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) return -1;
  int result = ioctl(fd, FS_IOC_SETFLAGS, &flags), error = errno;
  close(fd);
  errno = error;
  return result;
}
static int get_flags(const char *path) {
  int fd = open(path, O_RDONLY), flags = -1;
  if (fd < 0) return -1;
  int result = ioctl(fd, FS_IOC_GETFLAGS, &flags), error = errno;
  close(fd);
  errno = error;
  return result < 0 ? -1 : flags;
}
static int make(const char *path) {
  int fd = open(path, O_CREAT | O_RDWR, 0644);
  return fd < 0 ? -1 : close(fd);
}
static int open_close(const char *path, int flags) {
  int fd = open(path, flags, 0600);
  return fd < 0 ? -1 : close(fd);
}

static void attributes(const char *path) {
  struct { unsigned mask, blksize; unsigned long long attributes; unsigned rest[4]; char more[40];
           unsigned long long attributes_mask; char end[400]; } info;
  memset(&info, 0, sizeof info);
  long result = syscall(SYS_statx, AT_FDCWD, path, 0, 0x7ff, &info);
  printf("statx %s: %ld %#llx\n", path, result, info.attributes & 0x70);
}

static void refused(const char *kind, int flag) {
  printf("-- %s file\n", kind);
  make("f");
  int before = open("f", O_RDWR);
  SAY(set_flags("f", flag));
  attributes("f");
  SAY(open_close("f", O_RDONLY));
  SAY(open_close("f", O_WRONLY));
  SAY(open_close("f", O_RDWR | O_APPEND));
  SAY(open_close("f", O_WRONLY | O_APPEND | O_TRUNC));
  SAY(open_close("f", O_RDONLY | O_TRUNC));
  SAY(open_close("f", O_RDONLY | O_CREAT));
  SAY(truncate("f", 0));
  SAY(ftruncate(before, 0));
  SAY(write(before, "x", 1));
  SAY(fallocate(before, 0, 0, 10));
  SAY(fallocate(before, FALLOC_FL_KEEP_SIZE, 0, 10));
  SAY(fallocate(before, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 10));
  SAY(access("f", R_OK));
  SAY(access("f", W_OK));
  SAY(chmod("f", 0600));
  SAY(chown("f", 1, 1));
  SAY(chown("f", -1, -1));
  SAY(utimensat(AT_FDCWD, "f", NULL, 0));
  struct timespec old[2] = {{1, 0}, {2, 0}};
  SAY(utimensat(AT_FDCWD, "f", old, 0));
  SAY(setxattr("f", "user.a", "v", 1, 0));
  SAY(removexattr("f", "user.a"));
  SAY(link("f", "f2"));
  SAY(rename("f", "f3"));
  make("other");
  SAY(rename("other", "f"));
  unlink("other");
  SAY(unlink("f"));
  int appending = open("f", O_WRONLY | O_APPEND);
  if (appending >= 0) {
    SAY(write(appending, "more", 4));
    SAY(fcntl(appending, F_SETFL, 0));
    SAY(fcntl(appending, F_SETFL, O_APPEND | O_NONBLOCK));
    close(appending);
  }
  SAY(set_flags("f", 0));
  close(before);
  SAY(unlink("f"));

  printf("-- %s directory\n", kind);
  mkdir("d", 0755);
  make("d/in");
  mkdir("d/sub", 0755);
  SAY(set_flags("d", flag));
  SAY(make("d/new"));
  SAY(make("d/in"));
  SAY(open_close("d", O_TMPFILE | O_RDWR));
  SAY(mkdir("d/more", 0755));
  SAY(symlink("x", "d/l"));
  SAY(mknod("d/p", S_IFIFO | 0600, 0));
  SAY(link("d/in", "d/in2"));
  SAY(link("d/in", "out"));
  SAY(unlink("out"));
  SAY(unlink("d/in"));
  SAY(rmdir("d/sub"));
  SAY(rename("d/in", "out"));
  make("o");
  SAY(rename("o", "d/o"));
  SAY(unlink("o"));
  SAY(open_close("d/in", O_WRONLY | O_TRUNC));
  SAY(chmod("d", 0700));
  SAY(chmod("d/in", 0700));
  SAY(rmdir("d"));
  SAY(rename("d", "e"));
  SAY(access("d", W_OK));
  SAY(set_flags("d", 0));
  if (system("rm -r d") != 0) puts("not removed");
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  make("a");
  mkdir("b", 0755);
  printf("fresh: %#x %#x\n", get_flags("a"), get_flags("b"));
  for (int bit = 0; bit < 32; bit++) {
    int result = set_flags("a", 1 << bit);
    if (result == 0) printf("flag %#x can be set: %#x\n", 1u << bit, get_flags("a"));
    else if (errno != EOPNOTSUPP) printf("flag %#x: %s\n", 1u << bit, outcome(result));
  }
  SAY(set_flags("a", FS_NODUMP_FL | FS_NOATIME_FL));
  printf("both: %#x\n", get_flags("a"));
  attributes("a");
  SAY(set_flags("b", FS_NODUMP_FL | FS_NOATIME_FL));
  make("b/new");
  mkdir("b/dir", 0755);
  symlink("new", "b/link");
  printf("inherited: %#x %#x\n", get_flags("b/new"), get_flags("b/dir"));
  struct stat stamps, after;
  struct timespec old[2] = {{1, 0}, {2, 0}};
  utimensat(AT_FDCWD, "a", old, 0);
  stat("a", &stamps);
  /* Times of inodes move in steps. */
  usleep(50000);
  set_flags("a", 0);
  stat("a", &after);
  printf("ctime changes: %d, mtime %d\n",
         stamps.st_ctim.tv_sec != after.st_ctim.tv_sec || stamps.st_ctim.tv_nsec != after.st_ctim.tv_nsec,
         stamps.st_mtim.tv_sec != after.st_mtim.tv_sec);

  puts("-- where");
  int pair[2], flags = 0;
  MUST(pipe(pair) == 0);
  SAY(ioctl(pair[0], FS_IOC_GETFLAGS, &flags));
  int null = open("/dev/null", O_RDWR), proc = open("/proc/self/stat", O_RDONLY), dir = open("/proc", O_RDONLY);
  SAY(ioctl(null, FS_IOC_GETFLAGS, &flags));
  SAY(ioctl(proc, FS_IOC_GETFLAGS, &flags));
  SAY(ioctl(dir, FS_IOC_GETFLAGS, &flags));
  SAY(ioctl(proc, FS_IOC_SETFLAGS, &flags));
  int path = open("a", O_PATH);
  SAY(ioctl(path, FS_IOC_GETFLAGS, &flags));
  int fd = open("a", O_RDONLY);
  SAY(ioctl(fd, FS_IOC_GETFLAGS, (void *)8));
  SAY(ioctl(fd, FS_IOC_SETFLAGS, (void *)8));
  close(fd);

  puts("-- who");
  chmod("a", 0666);
  fflush(stdout);
  if (fork() == 0) {
    MUST(setgid(1000) == 0 && setuid(1000) == 0);
    SAY(get_flags("a"));
    SAY(set_flags("a", FS_NODUMP_FL));
    _exit(0);
  }
  wait(NULL);
  chown("a", 1000, 1000);
  if (fork() == 0) {
    MUST(setgid(1000) == 0 && setuid(1000) == 0);
    SAY(set_flags("a", FS_NODUMP_FL));
    SAY(set_flags("a", FS_IMMUTABLE_FL));
    SAY(set_flags("a", FS_APPEND_FL | FS_NODUMP_FL));
    SAY(get_flags("a"));
    _exit(0);
  }
  wait(NULL);
  refused("immutable", FS_IMMUTABLE_FL);
  refused("append-only", FS_APPEND_FL);
  return 0;
}
