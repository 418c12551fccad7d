// SPDX-License-Identifier: MPL-2.0

import { directoryEntryType, S } from "../../abi/stat.ts";

/** File types by their number in directory entries on the disk (1…7). */
const TYPES: readonly number[] = [
  0,
  S.IFREG,
  S.IFDIR,
  S.IFCHR,
  S.IFBLK,
  S.IFIFO,
  S.IFSOCK,
  S.IFLNK,
];

/** The number on the disk for the type in `mode`. */
export function diskTypeOf(mode: number): number {
  return Math.max(0, TYPES.indexOf(mode & S.IFMT));
}

/** d_type of getdents64(2) for a number on the disk; 0 (DT_UNKNOWN) where the disk has none. */
export function entryTypeOf(diskType: number): number {
  return directoryEntryType(TYPES[diskType] ?? 0);
}
