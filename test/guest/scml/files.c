// SPDX-License-Identifier: MPL-2.0
//
// Probes of calls on files and their names.

#include "probe.h"

#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/uio.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

// O_DIRECTORY wants a directory, O_TMPFILE one that it may write, O_EXCL a file that is new.
static const char *path_for(const char *name) {
  a_file();
  if (is(name, "O_DIRECTORY") || is(name, "O_TMPFILE")) return ".";
  return is(name, "O_EXCL") ? "new" : "f";
}

static int flags_for(unsigned long value, const char *name) {
  if (is(name, "O_TMPFILE") || is(name, "O_TRUNC")) return value | O_RDWR;
  return is(name, "O_EXCL") ? (int)value | O_CREAT : (int)value;
}

PROBE(open, flags) {
  const char *path = path_for(name);
  return syscall(SYS_open, path, flags_for(value, name), 0600);
}
PROBE(openat, flags) {
  const char *path = path_for(name);
  return syscall(SYS_openat, AT_FDCWD, path, flags_for(value, name), 0600);
}
PROBE(openat2, how_flags) {
  struct open_how how = {.flags = flags_for(value, name)};
  const char *path = path_for(name);
  if (how.flags & O_CREAT || is(name, "O_TMPFILE")) how.mode = 0600;
  return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}
PROBE(openat2, how_resolve) {
  struct open_how how = {.flags = O_RDONLY, .resolve = value};
  return close(a_file()), syscall(SYS_openat2, AT_FDCWD, "f", &how, sizeof how);
}

PROBE(access, mode) { return close(a_file()), chmod("f", 0700), syscall(SYS_access, "f", value); }
PROBE(faccessat, mode) {
  return close(a_file()), chmod("f", 0700), syscall(SYS_faccessat, AT_FDCWD, "f", value);
}
PROBE(faccessat2, mode) {
  return close(a_file()), chmod("f", 0700), syscall(SYS_faccessat2, AT_FDCWD, "f", value, 0);
}
PROBE(faccessat2, flags) { return close(a_file()), syscall(SYS_faccessat2, AT_FDCWD, "f", R_OK, value); }

PROBE(mknod, mode) { return syscall(SYS_mknod, "new", value | 0600, 0x103); }
PROBE(mknodat, mode) { return syscall(SYS_mknodat, AT_FDCWD, "new", value | 0600, 0x103); }

PROBE(newfstatat, flags) {
  struct stat st;
  return close(a_file()), syscall(SYS_newfstatat, AT_FDCWD, "f", &st, value);
}
static struct statx statx_buffer;
PROBE(statx, flags) {
  return close(a_file()), syscall(SYS_statx, AT_FDCWD, "f", value, STATX_BASIC_STATS, &statx_buffer);
}
PROBE(statx, mask) { return close(a_file()), syscall(SYS_statx, AT_FDCWD, "f", 0, value, &statx_buffer); }

PROBE(fchownat, flags) { return close(a_file()), syscall(SYS_fchownat, AT_FDCWD, "f", 0, 0, value); }
PROBE(fchmodat2, flags) { return close(a_file()), syscall(SYS_fchmodat2, AT_FDCWD, "f", 0600, value); }
PROBE(utimensat, flags) { return close(a_file()), syscall(SYS_utimensat, AT_FDCWD, "f", NULL, value); }
PROBE(linkat, flags) { return close(a_file()), syscall(SYS_linkat, AT_FDCWD, "f", AT_FDCWD, "g", value); }
PROBE(unlinkat, flags) {
  close(a_file());
  mkdir("d", 0700);
  return syscall(SYS_unlinkat, AT_FDCWD, value == AT_REMOVEDIR ? "d" : "f", value);
}
PROBE(renameat2, flags) {
  close(a_file());
  if (value == RENAME_EXCHANGE) close(open("g", O_CREAT | O_WRONLY, 0600));
  return syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "g", value);
}

static void prepare_attribute(unsigned long value) {
  close(a_file());
  if (value == 2) syscall(SYS_setxattr, "f", "user.a", "x", 1, 0);
}
PROBE(setxattr, flags) {
  return prepare_attribute(value), syscall(SYS_setxattr, "f", "user.a", "y", 1, value);
}
PROBE(lsetxattr, flags) {
  return prepare_attribute(value), syscall(SYS_lsetxattr, "f", "user.a", "y", 1, value);
}
PROBE(fsetxattr, flags) {
  return prepare_attribute(value), syscall(SYS_fsetxattr, a_file(), "user.a", "y", 1, value);
}

PROBE(lseek, whence) { return syscall(SYS_lseek, a_file(), 0, value); }
PROBE(fadvise64, advice) { return syscall(SYS_fadvise64, a_file(), 0, 0, value); }
PROBE(fallocate, mode) {
  // A hole is punched inside; the others of these change the size of the file.
  return syscall(SYS_fallocate, a_file(), is(name, "FALLOC_FL_PUNCH_HOLE") ? value | 1 : value, 0, PAGE);
}
PROBE(sync_file_range, flags) { return syscall(SYS_sync_file_range, a_file(), 0, 0, value); }
PROBE(flock, operation) { return syscall(SYS_flock, a_file(), is(name, "LOCK_NB") ? value | 1 : value); }
PROBE(close_range, flags) { return syscall(SYS_close_range, 50, 60, value); }
PROBE(dup3, flags) { return syscall(SYS_dup3, 1, 40, value); }
PROBE(pipe2, flags) {
  int fds[2];
  return syscall(SYS_pipe2, fds, value);
}
// Data in one pipe, and another that is empty.
static void two_pipes(int from[2], int to[2]) {
  MUST(pipe(from) == 0 && pipe(to) == 0 && write(from[1], "hello", 5) == 5);
}
PROBE(splice, flags) {
  int from[2], to[2];
  two_pipes(from, to);
  return syscall(SYS_splice, from[0], NULL, to[1], NULL, 5, value);
}
PROBE(tee, flags) {
  int from[2], to[2];
  two_pipes(from, to);
  return syscall(SYS_tee, from[0], to[1], 5, value);
}
PROBE(memfd_create, flags) { return syscall(SYS_memfd_create, "name", value); }

static struct iovec vector = {"ab", 2};
static char byte[2];
static struct iovec in_vector = {byte, 2};
// RWF_NOWAIT is for pipes; memory file systems do not know it.
PROBE(preadv2, flags) {
  int ends[2];
  MUST(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
  if (is(name, "RWF_NOWAIT")) return syscall(SYS_preadv2, ends[0], &in_vector, 1, -1L, -1L, value);
  return syscall(SYS_preadv2, a_file(), &in_vector, 1, 0, 0, value);
}
PROBE(pwritev2, flags) {
  int ends[2];
  MUST(pipe(ends) == 0);
  if (is(name, "RWF_NOWAIT")) return syscall(SYS_pwritev2, ends[1], &vector, 1, -1L, -1L, value);
  return syscall(SYS_pwritev2, a_file(), &vector, 1, 0, 0, value);
}

PROBE(vmsplice, flags) {
  int ends[2];
  MUST(pipe(ends) == 0);
  return syscall(SYS_vmsplice, ends[1], &vector, 1, value);
}

PROBE(fcntl, cmd) {
  static struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
  struct { int type; pid_t pid; } owner = {1, getpid()};
  int pipes[2], fd = a_file();
  uint64_t hint = 0;
  MUST(pipe(pipes) == 0);
  if (is(name, "F_SETPIPE_SZ") || is(name, "F_GETPIPE_SZ")) {
    return syscall(SYS_fcntl, pipes[0], value, 65536);
  }
  if (is(name, "F_ADD_SEALS") || is(name, "F_GET_SEALS")) {
    return syscall(SYS_fcntl, (int)syscall(SYS_memfd_create, "m", 2), value, F_SEAL_GROW);
  }
  if (is(name, "F_SETOWN")) return syscall(SYS_fcntl, fd, value, getpid());
  if (is(name, "F_SETSIG")) return syscall(SYS_fcntl, fd, value, SIGUSR1);
  if (is(name, "F_SETOWN_EX") || is(name, "F_GETOWN_EX")) return syscall(SYS_fcntl, fd, value, &owner);
  if (strstr(name, "LK") != NULL) return syscall(SYS_fcntl, fd, value, &lock);
  if (strstr(name, "HINT") != NULL) return syscall(SYS_fcntl, fd, value, &hint);
  if (is(name, "F_SETLEASE")) return close(fd), fcntl(open("f", O_RDONLY), value, F_RDLCK);
  if (is(name, "F_NOTIFY")) return syscall(SYS_fcntl, open(".", O_RDONLY), value, 1);
  return syscall(SYS_fcntl, fd, value, 0);
}

// The argument's flags tell the command that it belongs to.
PROBE(fcntl, arg) {
  if (is(name, "FD_CLOEXEC")) return syscall(SYS_fcntl, a_file(), F_SETFD, value);
  if (strncmp(name, "F_SEAL_", 7) == 0) {
    return syscall(SYS_fcntl, (int)syscall(SYS_memfd_create, "m", 2), F_ADD_SEALS, value);
  }
  return syscall(SYS_fcntl, a_file(), F_SETFL, value);
}

PROBE(execveat, flags) {
  char *arguments[] = {"true", NULL};
  // A link is no program with AT_SYMLINK_NOFOLLOW; the binary itself is.
  MUST(vfork() != 0 || (syscall(SYS_execveat, AT_FDCWD, "/bin/busybox", arguments, NULL, value), _exit(errno), 1));
  int status;
  wait(&status);
  errno = WEXITSTATUS(status);
  return errno == 0 ? 0 : -1;
}
