// SPDX-License-Identifier: MPL-2.0
//
// Corners of calls about files: what statx tells of what was not asked for, kinds of propagation, capabilities
// of files, offsets at the end of all numbers, clones, figures of disks.

#include "check.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

struct told {
  uint32_t mask, block_size;
  uint64_t attributes;
  uint32_t links, uid, gid;
  uint16_t mode, spare;
  uint64_t inode, size, blocks, attributes_mask;
  char rest[192];
};
static void tell(const char *path, unsigned mask) {
  struct told told;
  memset(&told, 0xff, sizeof told);
  long result = syscall(SYS_statx, AT_FDCWD, path, 0, mask, &told);
  printf("%s, %#x: %ld, told %#x, attributes of all %#llx\n", path, mask, result, told.mask & 0xfff,
         (unsigned long long)told.attributes_mask & 0x203000);
}

static void times(void) {
  printf("-- statx\n");
  tell("m/file", 0xfff);
  tell("m/file", 0);
  tell("m/file", 0x40);
  tell("m/file", 0x800);
  tell("m/file", 0x73f);
  tell("/proc/version", 0xfff);
}

static void attributes(void) {
  printf("-- capabilities of files\n");
  static const unsigned second[5] = {0x02000001, 1}, third[6] = {0x03000000, 1}, unknown[5] = {0x04000000, 1};
  char bytes[64];
  TRY(setxattr("m/file", "security.capability", "v", 1, 0));
  TRY(setxattr("m/file", "security.capability", second, 12, 0));
  TRY(setxattr("m/file", "security.capability", unknown, sizeof unknown, 0));
  TRY(setxattr("m/file", "security.capability", third, 20, 0));
  TRY(setxattr("m/file", "security.capability", second, sizeof second, 0));
  TRY(getxattr("m/file", "security.capability", bytes, sizeof bytes));
  TRY(chown("m/file", 1, 1));
  printf("after chown: %s\n", getxattr("m/file", "security.capability", bytes, sizeof bytes) == -1 ? "gone" : "there");
}

static void ranges(void) {
  printf("-- ranges and clones\n");
  int in = open("m/file", O_RDWR), out = open("m/copy", O_CREAT | O_RDWR, 0600);
  int append = open("m/copy", O_WRONLY | O_APPEND), directory = open("m", O_RDONLY);
  MUST(write(in, "0123456789", 10) == 10);
  loff_t from = 0, to = INT64_MAX;
  TRY(syscall(SYS_copy_file_range, in, &from, out, &to, 5, 0));
  to = 0;
  from = INT64_MAX;
  TRY(syscall(SYS_copy_file_range, in, &from, out, &to, 5, 0));
  enum { CLONE = 0x40049409, CLONE_RANGE = 0x4020940d };
  TRY(ioctl(out, CLONE, in));
  TRY(ioctl(out, CLONE, 99));
  TRY(ioctl(out, CLONE, directory));
  TRY(ioctl(append, CLONE, in));
  TRY(ioctl(directory, CLONE, in));
  TRY(ioctl(out, CLONE, append));
  struct {
    int64_t fd;
    uint64_t offset, length, destination;
  } range = {in, 0, 4096, 0};
  TRY(ioctl(out, CLONE_RANGE, &range));
  TRY(ioctl(out, CLONE_RANGE, NULL));
}

static void propagation(void) {
  printf("-- propagation\n");
  mkdir("bound", 0700);
  TRY(mount("x", "bound", NULL, 0, NULL));
  TRY(mount(NULL, "m", NULL, MS_PRIVATE | MS_RDONLY, NULL));
  TRY(mount(NULL, "m", NULL, MS_PRIVATE | MS_SLAVE, NULL));
  TRY(mount(NULL, "bound", NULL, MS_PRIVATE, NULL));
  TRY(mount(NULL, "m", NULL, MS_SLAVE, NULL));
  TRY(mount("m", "bound", NULL, MS_BIND, NULL));
  TRY(umount("bound"));
  TRY(mount(NULL, "m", NULL, MS_UNBINDABLE | MS_REC, NULL));
  TRY(mount("m", "bound", NULL, MS_BIND, NULL));
  TRY(mount(".", "bound", NULL, MS_BIND | MS_REC, NULL));
  printf("seen below: %d\n", access("bound/m/file", F_OK) == 0);
  TRY(umount("bound"));
  TRY(mount(NULL, "m", NULL, MS_PRIVATE, NULL));
  TRY(mount("m", "bound", NULL, MS_BIND, NULL));
  TRY(umount("bound"));
}

int main(void) {
  mkdir("m", 0700);
  MUST(mount("none", "m", "tmpfs", 0, NULL) == 0);
  MUST(mount(NULL, "m", NULL, MS_PRIVATE, NULL) == 0);
  close(open("m/file", O_CREAT | O_RDWR, 0600));
  times();
  attributes();
  ranges();
  propagation();
  printf("disks: %d\n", access("/proc/diskstats", R_OK));
  fflush(stdout);
  umount2("m", MNT_DETACH);
  return 0;
}
