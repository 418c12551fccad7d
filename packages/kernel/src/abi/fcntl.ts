// SPDX-License-Identifier: MPL-2.0

/** open(2): access modes, creation flags and status flags of x86-64 (asm-generic/fcntl.h). */
export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  ACCMODE: 3,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DSYNC: 0o10000,
  ASYNC: 0o20000,
  DIRECT: 0o40000,
  LARGEFILE: 0o100000,
  DIRECTORY: 0o200000,
  NOFOLLOW: 0o400000,
  NOATIME: 0o1000000,
  CLOEXEC: 0o2000000,
  /** Contains O_DSYNC. */
  SYNC: 0o4010000,
  PATH: 0o10000000,
  /** Contains O_DIRECTORY. */
  TMPFILE: 0o20200000,
} as const;

/** Modes of fallocate(2). */
export const FALLOC = {
  KEEP_SIZE: 1,
  PUNCH_HOLE: 2,
  COLLAPSE_RANGE: 8,
  ZERO_RANGE: 16,
  INSERT_RANGE: 32,
  UNSHARE_RANGE: 64,
  WRITE_ZEROES: 128,
} as const;

/** What fcntl(F_SETFL) may change. */
export const SETFL_MASK: number = O.APPEND | O.NONBLOCK | O.ASYNC | O.DIRECT | O.NOATIME;

/** Flags that act during open(2) only and are not kept in the open file description. */
export const CREATION_FLAGS: number = O.CREAT | O.EXCL | O.NOCTTY | O.TRUNC | O.CLOEXEC;

/** How strace prints the flags of open(2). Wider flags stand before their parts. */
export const OPEN_FLAG_NAMES: Readonly<Record<string, number>> = {
  O_WRONLY: 1,
  O_RDWR: 2,
  O_TMPFILE: O.TMPFILE,
  O_SYNC: O.SYNC,
  O_CREAT: O.CREAT,
  O_EXCL: O.EXCL,
  O_NOCTTY: O.NOCTTY,
  O_TRUNC: O.TRUNC,
  O_APPEND: O.APPEND,
  O_NONBLOCK: O.NONBLOCK,
  O_DSYNC: O.DSYNC,
  O_ASYNC: O.ASYNC,
  O_DIRECT: O.DIRECT,
  O_LARGEFILE: O.LARGEFILE,
  O_DIRECTORY: O.DIRECTORY,
  O_NOFOLLOW: O.NOFOLLOW,
  O_NOATIME: O.NOATIME,
  O_CLOEXEC: O.CLOEXEC,
  O_PATH: O.PATH,
};

/** The directory descriptor that stands for the working directory. */
export const AT_FDCWD = -100;

/** Flags of the *at calls (linux/fcntl.h). */
export const AT = {
  SYMLINK_NOFOLLOW: 0x100,
  /** faccessat2(2); the same bit as AT_REMOVEDIR of unlinkat(2). */
  EACCESS: 0x200,
  REMOVEDIR: 0x200,
  SYMLINK_FOLLOW: 0x400,
  NO_AUTOMOUNT: 0x800,
  EMPTY_PATH: 0x1000,
  STATX_FORCE_SYNC: 0x2000,
  STATX_DONT_SYNC: 0x4000,
} as const;

/** Commands of fcntl(2). */
export const F = {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  GETLK: 5,
  SETLK: 6,
  SETLKW: 7,
  SETOWN: 8,
  GETOWN: 9,
  SETSIG: 10,
  GETSIG: 11,
  SETOWN_EX: 15,
  GETOWN_EX: 16,
  GETOWNER_UIDS: 17,
  OFD_GETLK: 36,
  OFD_SETLK: 37,
  OFD_SETLKW: 38,
  SETLEASE: 1024,
  GETLEASE: 1025,
  NOTIFY: 1026,
  DUPFD_QUERY: 1027,
  CREATED_QUERY: 1028,
  DUPFD_CLOEXEC: 1030,
  SETPIPE_SZ: 1031,
  GETPIPE_SZ: 1032,
  ADD_SEALS: 1033,
  GET_SEALS: 1034,
  GET_RW_HINT: 1035,
  SET_RW_HINT: 1036,
  GET_FILE_RW_HINT: 1037,
  SET_FILE_RW_HINT: 1038,
} as const;

/** The descriptor flag of F_GETFD and F_SETFD. */
export const FD_CLOEXEC = 1;

/** Types of record locks. */
export const F_RDLCK = 0;
export const F_WRLCK = 1;
export const F_UNLCK = 2;

/** Seals of memfd_create(2). */
export const SEAL = { SEAL: 1, SHRINK: 2, GROW: 4, WRITE: 8, FUTURE_WRITE: 16, EXEC: 32 } as const;

/** lseek(2). */
export const SEEK = { SET: 0, CUR: 1, END: 2, DATA: 3, HOLE: 4 } as const;
