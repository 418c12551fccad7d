// SPDX-License-Identifier: MPL-2.0

/** Layouts of the structures of file system calls on x86-64, as offsets in bytes (see layout.ts). */

/** struct stat (asm/stat.h). */
export const StatLayout = {
  name: "stat",
  size: 144,
  dev: 0,
  ino: 8,
  nlink: 16,
  mode: 24,
  uid: 28,
  gid: 32,
  rdev: 40,
  fileSize: 48,
  blksize: 56,
  blocks: 64,
  atime: 72,
  atimeNsec: 80,
  mtime: 88,
  mtimeNsec: 96,
  ctime: 104,
  ctimeNsec: 112,
} as const;

/** struct statx (linux/stat.h). */
export const StatxLayout = {
  name: "statx",
  size: 256,
  mask: 0,
  blksize: 4,
  attributes: 8,
  nlink: 16,
  uid: 20,
  gid: 24,
  mode: 28,
  ino: 32,
  fileSize: 40,
  blocks: 48,
  attributesMask: 56,
  atime: 64,
  btime: 80,
  ctime: 96,
  mtime: 112,
  rdevMajor: 128,
  rdevMinor: 132,
  devMajor: 136,
  devMinor: 140,
  mountId: 144,
} as const;

/** struct statfs (asm-generic/statfs.h). */
export const StatfsLayout = {
  name: "statfs",
  size: 120,
  type: 0,
  bsize: 8,
  blocks: 16,
  bfree: 24,
  bavail: 32,
  files: 40,
  ffree: 48,
  fsid: 56,
  namelen: 64,
  frsize: 72,
  flags: 80,
} as const;

/** struct flock (asm-generic/fcntl.h). */
export const Flock = {
  name: "flock",
  size: 32,
  type: 0,
  whence: 2,
  start: 8,
  len: 16,
  pid: 24,
} as const;

/** struct f_owner_ex. */
export const FOwnerEx = { name: "f_owner_ex", size: 8, type: 0, pid: 4 } as const;

/** struct iovec. */
export const Iovec = { name: "iovec", size: 16, base: 0, len: 8 } as const;

/** struct linux_dirent64: the header before the name. */
export const Dirent64 = {
  name: "linux_dirent64",
  ino: 0,
  off: 8,
  reclen: 16,
  type: 18,
  nameStart: 19,
} as const;

/** struct linux_dirent: the header; the type is the last byte of the record. */
export const Dirent = { name: "linux_dirent", ino: 0, off: 8, reclen: 16, nameStart: 18 } as const;

/** struct open_how of openat2(2). */
export const OpenHow = { name: "open_how", size: 24, flags: 0, mode: 8, resolve: 16 } as const;

/** struct utimbuf. */
export const Utimbuf = { name: "utimbuf", size: 16, actime: 0, modtime: 8 } as const;
