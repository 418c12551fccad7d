// SPDX-License-Identifier: MPL-2.0

import {
  COMPATIBLE_EXT_ATTR,
  EXT2_MAGIC,
  GROUP_DESCRIPTOR_BYTES,
  INCOMPATIBLE_FILETYPE,
  LARGE_FILE,
  READ_ONLY_COMPATIBLE_KNOWN,
  STATE_CLEAN,
  STATE_ERRORS,
  Super,
  SUPERBLOCK_BYTES,
} from "./layout.ts";

const MIN_BLOCK_BYTES = 1024;
const MAX_BLOCK_BYTES = 4096;
const OLD_INODE_BYTES = 128;
const OLD_FIRST_INODE = 11;

/** The shape of a file system, as its superblock tells. */
export interface Geometry {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly inodes: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly inodeBytes: number;
  /** Inodes below this number are the file system's own. */
  readonly firstInode: number;
  readonly groups: number;
  readonly reservedBlocks: number;
  readonly hasFileTypes: boolean;
  readonly hasAttributes: boolean;
  /** Features that this kernel does not know allow reading only. */
  readonly mustReadOnly: boolean;
  readonly isClean: boolean;
}

/**
 * Reads and checks the superblock of a disk with room for `diskBytes`; a text tells what is wrong.
 * Nothing that it says is believed before it was checked: the disk may be anybody's.
 */
export function readGeometry(bytes: Uint8Array, diskBytes: number): Geometry | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SUPERBLOCK_BYTES);
  const word = (offset: number): number => view.getUint32(offset, true);
  const magic = view.getUint16(Super.MAGIC, true);
  if (magic !== EXT2_MAGIC) return `no ext2 file system: magic 0x${magic.toString(16)}`;
  const logBlockSize = word(Super.LOG_BLOCK_SIZE);
  const blockBytes = logBlockSize <= 2 ? MIN_BLOCK_BYTES << logBlockSize : 0;
  if (blockBytes < MIN_BLOCK_BYTES || blockBytes > MAX_BLOCK_BYTES) {
    return `blocks of 1024 << ${logBlockSize} bytes are not supported`;
  }
  const isDynamic = word(Super.REVISION) >= 1;
  const unknown = isDynamic ? word(Super.INCOMPATIBLE) & ~INCOMPATIBLE_FILETYPE : 0;
  if (unknown !== 0) {
    return `incompatible features 0x${unknown.toString(16)}: not an ext2, or of a later kind`;
  }
  const blocks = word(Super.BLOCKS);
  const inodes = word(Super.INODES);
  const firstDataBlock = word(Super.FIRST_DATA_BLOCK);
  const blocksPerGroup = word(Super.BLOCKS_PER_GROUP);
  const inodesPerGroup = word(Super.INODES_PER_GROUP);
  const inodeBytes = isDynamic ? view.getUint16(Super.INODE_SIZE, true) : OLD_INODE_BYTES;
  const bitsPerBlock = blockBytes * 8;
  if (firstDataBlock !== (blockBytes === MIN_BLOCK_BYTES ? 1 : 0)) {
    return `the first data block is ${firstDataBlock}`;
  }
  if (blocksPerGroup === 0 || blocksPerGroup > bitsPerBlock || blocksPerGroup % 8 !== 0) {
    return `${blocksPerGroup} blocks in a group`;
  }
  if (inodesPerGroup === 0 || inodesPerGroup > bitsPerBlock) {
    return `${inodesPerGroup} inodes in a group`;
  }
  if (inodeBytes < OLD_INODE_BYTES || inodeBytes > blockBytes || !isPowerOfTwo(inodeBytes)) {
    return `inodes of ${inodeBytes} bytes`;
  }
  if (blocks <= firstDataBlock || blocks * blockBytes > diskBytes) {
    return `${blocks} blocks of ${blockBytes} bytes, and the disk has ${diskBytes} bytes`;
  }
  const groups = Math.ceil((blocks - firstDataBlock) / blocksPerGroup);
  if (inodes !== groups * inodesPerGroup) {
    return `${inodes} inodes in ${groups} groups of ${inodesPerGroup}`;
  }
  if (groups * GROUP_DESCRIPTOR_BYTES > blocks * blockBytes) return `${groups} groups`;
  const readOnlyFeatures = isDynamic ? word(Super.READ_ONLY_COMPATIBLE) : 0;
  const state = view.getUint16(Super.STATE, true);
  return {
    blockBytes,
    blocks,
    inodes,
    firstDataBlock,
    blocksPerGroup,
    inodesPerGroup,
    inodeBytes,
    firstInode: isDynamic ? word(Super.FIRST_INODE) : OLD_FIRST_INODE,
    groups,
    reservedBlocks: word(Super.RESERVED_BLOCKS),
    hasFileTypes: isDynamic && (word(Super.INCOMPATIBLE) & INCOMPATIBLE_FILETYPE) !== 0,
    hasAttributes: isDynamic && (word(Super.COMPATIBLE) & COMPATIBLE_EXT_ATTR) !== 0,
    mustReadOnly: (readOnlyFeatures & ~READ_ONLY_COMPATIBLE_KNOWN) !== 0,
    isClean: (state & STATE_CLEAN) !== 0 && (state & STATE_ERRORS) === 0,
  };
}

function isPowerOfTwo(value: number): boolean {
  return (value & (value - 1)) === 0;
}

/** Says in the superblock that it is mounted for writing; false where it says so of large files too. */
export function markMounted(view: DataView, seconds: number): void {
  view.setUint16(Super.STATE, view.getUint16(Super.STATE, true) & ~STATE_CLEAN, true);
  view.setUint16(Super.MOUNT_COUNT, (view.getUint16(Super.MOUNT_COUNT, true) + 1) & 0xffff, true);
  view.setUint32(Super.MOUNT_TIME, seconds, true);
  view.setUint32(Super.WRITE_TIME, seconds, true);
}

/** Says in the superblock that all is written. */
export function markClean(view: DataView, seconds: number): void {
  view.setUint16(Super.STATE, view.getUint16(Super.STATE, true) | STATE_CLEAN, true);
  view.setUint32(Super.WRITE_TIME, seconds, true);
}

/** A file of 2 GiB or more is there: old kernels may only read. */
export function markLargeFile(view: DataView): void {
  const features = view.getUint32(Super.READ_ONLY_COMPATIBLE, true);
  if ((features & LARGE_FILE) === 0)
    view.setUint32(Super.READ_ONLY_COMPATIBLE, features | LARGE_FILE, true);
}
