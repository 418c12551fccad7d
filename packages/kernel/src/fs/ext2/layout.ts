// SPDX-License-Identifier: MPL-2.0

import { S } from "../../abi/stat.ts";

/** Where the fields stand on the disk (Linux, Documentation/filesystems/ext2). Little-endian. */

export const SUPERBLOCK_OFFSET = 1024;
export const SUPERBLOCK_BYTES = 1024;
export const EXT2_MAGIC = 0xef53;

/** struct ext2_super_block, offsets in bytes. */
export const Super = {
  INODES: 0,
  BLOCKS: 4,
  RESERVED_BLOCKS: 8,
  FREE_BLOCKS: 12,
  FREE_INODES: 16,
  FIRST_DATA_BLOCK: 20,
  LOG_BLOCK_SIZE: 24,
  BLOCKS_PER_GROUP: 32,
  INODES_PER_GROUP: 40,
  MOUNT_TIME: 44,
  WRITE_TIME: 48,
  MOUNT_COUNT: 52,
  MAGIC: 56,
  STATE: 58,
  REVISION: 76,
  FIRST_INODE: 84,
  INODE_SIZE: 88,
  COMPATIBLE: 92,
  INCOMPATIBLE: 96,
  READ_ONLY_COMPATIBLE: 100,
  UUID: 104,
} as const;

/** s_state. */
export const STATE_CLEAN = 1;
export const STATE_ERRORS = 2;

/** s_feature_incompat: a kernel that does not know one of these may not touch the file system. */
export const INCOMPATIBLE_FILETYPE = 2;
/** s_feature_ro_compat: a kernel that does not know one of these may only read. */
export const READ_ONLY_COMPATIBLE_KNOWN: number = 1 /* sparse_super */ | 2; /* large_file */
export const LARGE_FILE = 2;
export const COMPATIBLE_EXT_ATTR = 8;

/** struct ext2_group_desc. */
export const GROUP_DESCRIPTOR_BYTES = 32;
export const Group = {
  BLOCK_BITMAP: 0,
  INODE_BITMAP: 4,
  INODE_TABLE: 8,
  FREE_BLOCKS: 12,
  FREE_INODES: 14,
  USED_DIRECTORIES: 16,
} as const;

/** struct ext2_inode. */
export const InodeField = {
  MODE: 0,
  UID: 2,
  SIZE: 4,
  ATIME: 8,
  CTIME: 12,
  MTIME: 16,
  DTIME: 20,
  GID: 24,
  LINKS: 26,
  SECTORS: 28,
  FLAGS: 32,
  BLOCKS: 40,
  GENERATION: 100,
  FILE_ACL: 104,
  SIZE_HIGH: 108,
  UID_HIGH: 120,
  GID_HIGH: 122,
} as const;

/** i_block: direct blocks, then one pointer each of one, two and three levels of indirection. */
export const DIRECT_BLOCKS = 12;
export const BLOCK_POINTERS = 15;
/** A symbolic link shorter than the pointers is kept in their place. */
export const FAST_SYMLINK_MAX = 59;

/** i_flags: FS_*_FL of ioctl_iflags(2). */
export const FLAG_INDEX = 0x1000;
/** What programs are told of, and what they may set (EXT2_FL_USER_VISIBLE, EXT2_FL_USER_MODIFIABLE). */
export const FLAGS_VISIBLE = 0x3_dfff;
export const FLAGS_MODIFIABLE = 0x3_80ff;
/** What new files have from their directory: `s u c S d A B X j t D`, as chattr(1) calls them. */
const FLAGS_INHERITED = 0x1_c6cf;
/** Those that only directories, and those that files of any type have. */
const FLAGS_OF_DIRECTORIES = 0x3_0000;
const FLAGS_OF_ALL = 0xc0;

/** The flags of a new file of type `type` (S.IF*) in a directory with these flags. */
export function inheritedFlags(directoryFlags: number, type: number): number {
  const inherited = directoryFlags & FLAGS_INHERITED;
  if (type === S.IFDIR) return inherited;
  return inherited & (type === S.IFREG ? ~FLAGS_OF_DIRECTORIES : FLAGS_OF_ALL);
}

export const ROOT_INODE = 2;
/** The most names of one file (EXT2_LINK_MAX). */
export const LINK_MAX = 32_000;

/** struct ext2_dir_entry_2: inode, record length, name length, type, name. */
export const Entry = { INODE: 0, LENGTH: 4, NAME_LENGTH: 6, TYPE: 7, NAME: 8 } as const;
/** The record length of a name of `length` bytes. */
export function entryBytes(length: number): number {
  return Entry.NAME + Math.ceil(length / 4) * 4;
}
