// SPDX-License-Identifier: MPL-2.0

/** File types and permission bits of st_mode (inode(7)). */
export const S = {
  IFMT: 0o170000,
  IFSOCK: 0o140000,
  IFLNK: 0o120000,
  IFREG: 0o100000,
  IFBLK: 0o060000,
  IFDIR: 0o040000,
  IFCHR: 0o020000,
  IFIFO: 0o010000,
  ISUID: 0o4000,
  ISGID: 0o2000,
  ISVTX: 0o1000,
  /** All bits that chmod(2) sets. */
  PERMISSIONS: 0o7777,
} as const;

/** d_type of getdents64(2) for a file type: the upper bits of st_mode. */
export function directoryEntryType(mode: number): number {
  return (mode & S.IFMT) >> 12;
}

/** The device number of stat(2) and mknod(2): makedev(3). */
export function makeDevice(major: number, minor: number): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8)) + (minor - (minor & 0xff)) * 0x1000;
}

export function deviceMajor(device: number): number {
  return (device >>> 8) & 0xfff;
}

export function deviceMinor(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00);
}
