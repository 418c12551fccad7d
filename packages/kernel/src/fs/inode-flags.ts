// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { Inode } from "./inode.ts";

/** Flags of an inode: ioctl_iflags(2), linux/fs.h. */
export const FS_SYNC_FL = 0x8;
export const FS_IMMUTABLE_FL = 0x10;
export const FS_APPEND_FL = 0x20;
export const FS_NODUMP_FL = 0x40;
export const FS_NOATIME_FL = 0x80;

export const PROTECTION: number = FS_IMMUTABLE_FL | FS_APPEND_FL;

/** Whether nobody may change, link or remove the file. */
export function isProtected(inode: Inode): boolean {
  return (inode.fileFlags & PROTECTION) !== 0;
}
export function isAppendOnly(inode: Inode): boolean {
  return (inode.fileFlags & FS_APPEND_FL) !== 0;
}
export function isImmutable(inode: Inode): boolean {
  return (inode.fileFlags & FS_IMMUTABLE_FL) !== 0;
}

/** -EPERM for a file whose flags keep it as it is. */
export function mayAlter(inode: Inode): Result {
  return isProtected(inode)
    ? fail(Errno.EPERM, "the file is immutable, or may only be appended to")
    : 0;
}
