// SPDX-License-Identifier: MPL-2.0

import { inotify_add_watch, inotify_init, inotify_init1, inotify_rm_watch } from "../inotify.ts";
import { access, faccessat, faccessat2 } from "../access.ts";
import { chdir, chroot, fchdir } from "../chdir.ts";
import { chmod, fchmod, fchmodat, fchmodat2 } from "../chmod.ts";
import { chown, fchown, fchownat, lchown } from "../chown.ts";
import { close } from "../close.ts";
import { close_range } from "../close_range.ts";
import { dup, dup2, dup3 } from "../dup.ts";
import { fadvise64, readahead } from "../fadvise64.ts";
import { fallocate } from "../fallocate.ts";
import { fcntl } from "../fcntl.ts";
import { flock } from "../flock.ts";
import { fdatasync, fsync, sync, sync_file_range, syncfs } from "../fsync.ts";
import { getcwd } from "../getcwd.ts";
import { getdents, getdents64 } from "../getdents64.ts";
import { ioctl } from "../ioctl.ts";
import { link, linkat } from "../link.ts";
import { lseek } from "../lseek.ts";
import { memfd_create } from "../memfd_create.ts";
import { mkdir, mkdirat } from "../mkdir.ts";
import { mknod, mknodat } from "../mknod.ts";
import { mount } from "../mount.ts";
import { creat, open, openat } from "../open.ts";
import { openat2 } from "../openat2.ts";
import { pipe, pipe2 } from "../pipe.ts";
import { pread64 } from "../pread64.ts";
import { pwrite64 } from "../pwrite64.ts";
import { read } from "../read.ts";
import { readlink, readlinkat } from "../readlink.ts";
import { preadv, preadv2, readv } from "../readv.ts";
import { rename, renameat, renameat2 } from "../rename.ts";
import { copy_file_range, sendfile } from "../sendfile.ts";
import { fstat, lstat, newfstatat, stat } from "../stat.ts";
import { fstatfs, statfs } from "../statfs.ts";
import { splice, tee, vmsplice } from "../splice.ts";
import { statx } from "../statx.ts";
import { symlink, symlinkat } from "../symlink.ts";
import { ftruncate, truncate } from "../truncate.ts";
import { umask } from "../umask.ts";
import { pivot_root, umount2 } from "../umount2.ts";
import { rmdir, unlink, unlinkat } from "../unlink.ts";
import { futimesat, utime, utimensat, utimes } from "../utime.ts";
import { write } from "../write.ts";
import { pwritev, pwritev2, writev } from "../writev.ts";
import { XATTR_SYSCALLS } from "../xattr.ts";
import type { Syscall } from "../define.ts";

/** System calls over files, names, descriptors and mounts. */
export const FS_SYSCALLS: readonly Syscall[] = [
  access,
  chdir,
  chmod,
  chown,
  chroot,
  close,
  close_range,
  copy_file_range,
  creat,
  dup,
  dup2,
  dup3,
  faccessat,
  faccessat2,
  fadvise64,
  fallocate,
  fchdir,
  fchmod,
  fchmodat,
  fchmodat2,
  fchown,
  fchownat,
  fcntl,
  fdatasync,
  flock,
  fstat,
  fstatfs,
  fsync,
  ftruncate,
  futimesat,
  getcwd,
  getdents,
  getdents64,
  inotify_init,
  inotify_init1,
  inotify_add_watch,
  inotify_rm_watch,
  ioctl,
  lchown,
  link,
  linkat,
  lseek,
  lstat,
  memfd_create,
  mkdir,
  mkdirat,
  mknod,
  mknodat,
  mount,
  newfstatat,
  open,
  openat,
  openat2,
  pipe,
  pipe2,
  pivot_root,
  pread64,
  preadv,
  preadv2,
  pwrite64,
  pwritev,
  pwritev2,
  read,
  readahead,
  readlink,
  readlinkat,
  readv,
  rename,
  renameat,
  renameat2,
  rmdir,
  sendfile,
  splice,
  tee,
  vmsplice,
  stat,
  statfs,
  statx,
  symlink,
  symlinkat,
  sync,
  sync_file_range,
  syncfs,
  truncate,
  umask,
  umount2,
  unlink,
  unlinkat,
  utime,
  utimensat,
  utimes,
  write,
  writev,
  ...XATTR_SYSCALLS,
];
