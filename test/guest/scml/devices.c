// SPDX-License-Identifier: MPL-2.0
//
// Probes of ioctl(2) on terminals and files, and of mounts.

#include "probe.h"

#include <linux/loop.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

static int master, terminal;

static void open_terminal(void) {
  int unlocked = 0, number;
  master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  if (master < 0) {
    MUST(mkdir("/dev/pts", 0755) == 0 || errno == EEXIST);
    MUST(mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666") == 0);
    master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY);
  }
  MUST(master >= 0 && ioctl(master, TIOCSPTLCK, &unlocked) == 0 && ioctl(master, TIOCGPTN, &number) == 0);
  char path[32];
  snprintf(path, sizeof path, "/dev/pts/%d", number);
  terminal = open(path, O_RDWR | O_NOCTTY);
  MUST(terminal >= 0);
}

// A disk, opened for reading: Aster's first, or on Linux a loop device that goes with its descriptor.
static int a_disk(void) {
  int fd = open("/dev/vda", O_RDONLY);
  if (fd >= 0) return fd;
  MUST(mknod("/dev/loop7", S_IFBLK | 0600, makedev(7, 7)) == 0 || errno == EEXIST);
  fd = open("/dev/loop7", O_RDONLY);
  int file = a_file();
  MUST(ftruncate(file, 1 << 20) == 0);
  struct loop_config config = {.fd = file, .info.lo_flags = LO_FLAGS_AUTOCLEAR};
  MUST(ioctl(fd, LOOP_CONFIGURE, &config) == 0);
  return fd;
}

static int wants_master(const char *name) {
  return strncmp(name, "TIOCGPT", 7) == 0 || is(name, "TIOCSPTLCK") || is(name, "TIOCPKT") ||
         is(name, "TIOCGPKT") || is(name, "TIOCSIG");
}

PROBE(ioctl, request) {
  static char argument[4096];
  int count = 0;
  if (strncmp(name, "BLK", 3) == 0) return syscall(SYS_ioctl, a_disk(), value, argument);
  if (is(name, "FIOASYNC")) {
    int ends[2];
    MUST(pipe(ends) == 0);
    return syscall(SYS_ioctl, ends[0], value, argument);
  }
  if (strncmp(name, "FI", 2) == 0 || strncmp(name, "FS_", 3) == 0) {
    return syscall(SYS_ioctl, a_file(), value, argument);
  }
  if (is(name, "SIOCATMARK")) {
    int ends[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    return syscall(SYS_ioctl, ends[0], value, argument);
  }
  // TFD_IOC_SET_TICKS, EPIOCSPARAMS and EPIOCGPARAMS.
  if (value == 0x40085400) {
    unsigned long ticks = 1;
    return syscall(SYS_ioctl, timerfd_create(CLOCK_MONOTONIC, 0), value, &ticks);
  }
  if (value == 0x40088a01 || value == 0x80088a02) return syscall(SYS_ioctl, epoll_create1(0), value, argument);
  signal(SIGTTOU, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  open_terminal();
  if (wants_master(name)) {
    if (is(name, "TIOCSIG")) return syscall(SYS_ioctl, master, value, SIGINT);
    if (is(name, "TIOCGPTPEER")) return syscall(SYS_ioctl, master, value, O_RDWR | O_NOCTTY);
    return syscall(SYS_ioctl, master, value, argument);
  }
  // What is about a session needs one whose terminal this is.
  MUST(setsid() >= 0);
  if (!is(name, "TIOCSCTTY")) MUST(ioctl(terminal, TIOCSCTTY, 0) == 0);
  if (is(name, "TIOCSPGRP")) {
    count = getpid();
    return syscall(SYS_ioctl, terminal, value, &count);
  }
  if (strncmp(name, "TCSET", 5) == 0) {
    // What is set is what is there.
    unsigned long get = strchr(name, '2') ? 0x802c542a : strncmp(name, "TCSETA", 6) == 0 ? 0x5405 : 0x5401;
    MUST(ioctl(terminal, get, argument) == 0);
  }
  if (is(name, "TCSBRK") || is(name, "TCSBRKP") || is(name, "TCXONC") || is(name, "TCFLSH") ||
      is(name, "TIOCSCTTY") || is(name, "TIOCSBRK") || is(name, "TIOCCBRK")) {
    return syscall(SYS_ioctl, terminal, value, is(name, "TCSBRK") || is(name, "TCSBRKP") ? 1 : 0);
  }
  return syscall(SYS_ioctl, terminal, value, argument);
}

PROBE(mount, mountflags) {
  mkdir("m", 0755);
  mkdir("n", 0755);
  int is_new = value != MS_REMOUNT && value != MS_BIND && value != MS_MOVE && value != MS_REC &&
               value != MS_UNBINDABLE && value != MS_PRIVATE && value != MS_SLAVE && value != MS_SHARED;
  if (is_new) return syscall(SYS_mount, "tmpfs", "m", "tmpfs", value, NULL);
  MUST(mount("tmpfs", "m", "tmpfs", 0, NULL) == 0);
  if (value == MS_BIND) return syscall(SYS_mount, "m", "n", NULL, value, NULL);
  if (value == MS_REC) return syscall(SYS_mount, "m", "n", NULL, value | MS_BIND, NULL);
  if (value == MS_MOVE) {
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 || 1);
    return syscall(SYS_mount, "m", "n", NULL, value, NULL);
  }
  return syscall(SYS_mount, NULL, "m", NULL, value, NULL);
}
PROBE(umount2, flags) {
  mkdir("m", 0755);
  MUST(mount("tmpfs", "m", "tmpfs", 0, NULL) == 0);
  return syscall(SYS_umount2, "m", value);
}
