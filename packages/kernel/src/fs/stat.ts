// SPDX-License-Identifier: MPL-2.0

import { EPOCH } from "./timestamp.ts";
import type { Timestamp } from "./timestamp.ts";

/** What stat(2) and statx(2) tell of a file. Filled in place and written out by the system calls. */
export class Stat {
  dev = 0;
  ino = 0;
  mode = 0;
  nlink = 0;
  uid = 0;
  gid = 0;
  rdev = 0;
  size = 0;
  blockSize = 4096;
  /** Units of 512 bytes. */
  blocks = 0;
  /** Whether `btime` means anything. */
  tellsBirth = false;
  atime: Timestamp = EPOCH;
  mtime: Timestamp = EPOCH;
  ctime: Timestamp = EPOCH;
  btime: Timestamp = EPOCH;
  /** For statx(2) alone: FS_*_FL that are set, and those that the file system has. */
  fileFlags = 0;
  visibleFlags = 0;
  /** For statx(2) alone: the mount that the name led to, and whether it is its root. */
  mountId = 0;
  isMountRoot = false;
}

/** What statfs(2) tells of a file system. */
export class StatFs {
  type = 0;
  blockSize = 4096;
  blocks = 0;
  blocksFree = 0;
  blocksAvailable = 0;
  files = 0;
  filesFree = 0;
  fsid = 0;
  nameLength = 255;
  /** ST_* flags of the mount. */
  flags = 0;
}
