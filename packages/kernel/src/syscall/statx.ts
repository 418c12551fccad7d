// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT } from "../abi/fcntl.ts";
import { StatxLayout } from "../abi/file-layout.ts";
import { set32, set64, setU16 } from "../abi/layout.ts";
import { deviceMajor, deviceMinor } from "../abi/stat.ts";
import type { Timestamp } from "../fs/timestamp.ts";
import { fail } from "../result.ts";
import { dirfd, flags, path, structOut } from "./args.ts";
import { StatAtNames } from "./at-flags.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { statPath } from "./stat.ts";

const MaskNames = {
  STATX_ALL: 0xfff,
  STATX_BASIC_STATS: 0x7ff,
  STATX_TYPE: 1,
  STATX_MODE: 2,
  STATX_NLINK: 4,
  STATX_UID: 8,
  STATX_GID: 16,
  STATX_ATIME: 32,
  STATX_MTIME: 64,
  STATX_CTIME: 128,
  STATX_INO: 256,
  STATX_SIZE: 512,
  STATX_BLOCKS: 1024,
  STATX_BTIME: 2048,
  STATX_MNT_ID: 4096,
  STATX_MNT_ID_UNIQUE: 0x4000,
} as const;
const STATX_ATTR_MOUNT_ROOT = 0x2000;
/** What no file system decides: STATX_ATTR_AUTOMOUNT, STATX_ATTR_MOUNT_ROOT, STATX_ATTR_DAX. */
const ATTRIBUTES_OF_ALL = 0x20_3000;
/** STATX_ATTR_* that have the values of FS_*_FL: compressed, immutable, append-only, not to be dumped. */
const ATTRIBUTE_FLAGS = 0x74;
/** Numbers that no other mount ever had stand above those that are used again. */
const UNIQUE_BASE = 0x1_0000_0000;
const STATX_RESERVED = 0x8000_0000;

/** As Linux in memory: times that would cost something to be exact are told where they are asked for. */
function lazilyTold(mask: number): number {
  const changes = MaskNames.STATX_MTIME | MaskNames.STATX_CTIME;
  let told: number = MaskNames.STATX_BASIC_STATS;
  if ((mask & changes) === 0) told &= ~changes;
  return told | (mask & MaskNames.STATX_BTIME);
}

function setTime(view: DataView, offset: number, time: Timestamp): void {
  set64(view, offset, time.seconds);
  set32(view, offset + 8, time.nanoseconds);
}

/** statx(2). */
export const statx: Syscall = defineSyscall({
  name: "statx",
  number: { x86_64: 332 },
  args: [
    dirfd(),
    path(),
    flags("flags", StatAtNames),
    flags("mask", MaskNames),
    structOut("statxbuf", "statx"),
  ],
  support: "partial",
  note: "Of the attributes tells the root of a mount and flags of files; nothing of alignments, subvolumes and atomic writes.",
  handler(thread, directory, pathAddress, atFlags, mask, address) {
    const sync = AT.STATX_FORCE_SYNC | AT.STATX_DONT_SYNC;
    const known = AT.SYMLINK_NOFOLLOW | AT.NO_AUTOMOUNT | AT.EMPTY_PATH | sync;
    if ((atFlags & ~known) !== 0 || (atFlags & sync) === sync || mask >= STATX_RESERVED) {
      return fail(Errno.EINVAL, "a flag is unknown, or flags exclude each other");
    }
    const found = statPath(thread, directory, pathAddress, atFlags);
    if (found < 0) {
      return found;
    }
    const { stat, scratch } = thread.kernel.vfs;
    const { bytes, view } = scratch;
    bytes.fill(0, 0, StatxLayout.size);
    const told = stat.tellsBirth ? lazilyTold(mask) : MaskNames.STATX_BASIC_STATS;
    const isUnique = (mask & MaskNames.STATX_MNT_ID_UNIQUE) !== 0;
    const identity = isUnique ? MaskNames.STATX_MNT_ID_UNIQUE : MaskNames.STATX_MNT_ID;
    set32(view, StatxLayout.mask, told | identity);
    set64(view, StatxLayout.mountId, stat.mountId + (isUnique ? UNIQUE_BASE : 0));
    const root = stat.isMountRoot ? STATX_ATTR_MOUNT_ROOT : 0;
    set64(view, StatxLayout.attributes, root | (stat.fileFlags & ATTRIBUTE_FLAGS));
    const attributes = ATTRIBUTES_OF_ALL | (stat.visibleFlags & ATTRIBUTE_FLAGS);
    set64(view, StatxLayout.attributesMask, attributes);
    set32(view, StatxLayout.blksize, stat.blockSize);
    set32(view, StatxLayout.nlink, stat.nlink);
    set32(view, StatxLayout.uid, stat.uid);
    set32(view, StatxLayout.gid, stat.gid);
    setU16(view, StatxLayout.mode, stat.mode);
    set64(view, StatxLayout.ino, stat.ino);
    set64(view, StatxLayout.fileSize, stat.size);
    set64(view, StatxLayout.blocks, stat.blocks);
    setTime(view, StatxLayout.atime, stat.atime);
    if ((told & MaskNames.STATX_BTIME) !== 0) setTime(view, StatxLayout.btime, stat.btime);
    setTime(view, StatxLayout.ctime, stat.ctime);
    setTime(view, StatxLayout.mtime, stat.mtime);
    set32(view, StatxLayout.rdevMajor, deviceMajor(stat.rdev));
    set32(view, StatxLayout.rdevMinor, deviceMinor(stat.rdev));
    set32(view, StatxLayout.devMajor, deviceMajor(stat.dev));
    set32(view, StatxLayout.devMinor, deviceMinor(stat.dev));
    const { size } = StatxLayout;
    return thread.memory.writeBytes(address, bytes, 0, size) < size ? fail(Errno.EFAULT) : 0;
  },
});
