// SPDX-License-Identifier: MPL-2.0

import type { BlockCache, MetaBlock } from "./block-cache.ts";
import { BlockKind } from "./block-cache.ts";
import { Group, GROUP_DESCRIPTOR_BYTES, Super, SUPERBLOCK_OFFSET } from "./layout.ts";
import type { Geometry } from "./superblock.ts";

/**
 * Which blocks and inodes are in use: bitmaps, and the counts in group descriptors and superblock.
 *
 * What is freed can not be had again before the write-back has taken the reference to it off the
 * disk: after a power cut, no two files may claim one block.
 */
export class Allocator {
  private readonly geometry: Geometry;
  private readonly cache: BlockCache;
  private readonly superBlock: MetaBlock;
  private readonly superAt: number;
  private readonly descriptors: readonly MetaBlock[];
  private readonly freedBlocks = new Set<number>();
  private readonly freedInodes = new Set<number>();

  private constructor(
    geometry: Geometry,
    cache: BlockCache,
    superBlock: MetaBlock,
    superAt: number,
    descriptors: readonly MetaBlock[],
  ) {
    this.geometry = geometry;
    this.cache = cache;
    this.superBlock = superBlock;
    this.superAt = superAt;
    this.descriptors = descriptors;
  }

  /** Reads superblock and group descriptors and checks them; a text tells what is wrong. */
  static load(geometry: Geometry, cache: BlockCache): Allocator | string {
    const superBlock = cache.get(geometry.firstDataBlock, BlockKind.SUMMARY);
    if (superBlock === undefined) return "the superblock can not be read";
    const superAt = SUPERBLOCK_OFFSET % geometry.blockBytes;
    const perBlock = geometry.blockBytes / GROUP_DESCRIPTOR_BYTES;
    const descriptors: MetaBlock[] = [];
    for (let group = 0; group < geometry.groups; group += perBlock) {
      const number = geometry.firstDataBlock + 1 + group / perBlock;
      const block = cache.get(number, BlockKind.SUMMARY);
      if (block === undefined) return "the group descriptors can not be read";
      descriptors.push(block);
    }
    const made = new Allocator(geometry, cache, superBlock, superAt, descriptors);
    for (let group = 0; group < geometry.groups; group++) {
      const problem = made.checkGroup(group);
      if (problem !== undefined) return problem;
    }
    return made;
  }

  private checkGroup(group: number): string | undefined {
    const { geometry } = this;
    const tableBlocks = Math.ceil(
      (geometry.inodesPerGroup * geometry.inodeBytes) / geometry.blockBytes,
    );
    for (const [field, length] of [
      [Group.BLOCK_BITMAP, 1],
      [Group.INODE_BITMAP, 1],
      [Group.INODE_TABLE, tableBlocks],
    ] as const) {
      const block = this.groupWord(group, field);
      if (block <= geometry.firstDataBlock || block + length > geometry.blocks) {
        return `group ${group} has its tables at block ${block}`;
      }
    }
    return undefined;
  }

  /** The superblock, for changes; the caller marks it with `superChanged`. */
  get superView(): DataView {
    const { bytes } = this.superBlock;
    return new DataView(bytes.buffer, bytes.byteOffset + this.superAt, bytes.length - this.superAt);
  }
  superChanged(): void {
    this.cache.markDirty(this.superBlock);
  }

  get freeBlocks(): number {
    return this.superBlock.view.getUint32(this.superAt + Super.FREE_BLOCKS, true);
  }
  get freeInodes(): number {
    return this.superBlock.view.getUint32(this.superAt + Super.FREE_INODES, true);
  }

  /** Whether something could be had once a write-back is done. */
  get hasFreed(): boolean {
    return this.freedBlocks.size > 0 || this.freedInodes.size > 0;
  }
  /** The write-back is done: what was freed before it can be had again. */
  releaseFreed(): void {
    this.freedBlocks.clear();
    this.freedInodes.clear();
  }

  /** The block that holds inode `ino` and where in it; undefined where it can not be read. */
  inodeTableBlock(ino: number): MetaBlock | undefined {
    const { geometry } = this;
    const group = Math.floor((ino - 1) / geometry.inodesPerGroup);
    const byte = ((ino - 1) % geometry.inodesPerGroup) * geometry.inodeBytes;
    const block = this.groupWord(group, Group.INODE_TABLE) + Math.floor(byte / geometry.blockBytes);
    return this.cache.get(block, BlockKind.INODE_TABLE);
  }
  /** Where in its block inode `ino` stands. */
  inodeTableOffset(ino: number): number {
    const { geometry } = this;
    const byte = ((ino - 1) % geometry.inodesPerGroup) * geometry.inodeBytes;
    return byte % geometry.blockBytes;
  }

  /** The group in which inode `ino` stands. */
  groupOfInode(ino: number): number {
    return Math.floor((ino - 1) / this.geometry.inodesPerGroup);
  }
  /** The first block of a group: where the blocks of its files are looked for. */
  firstBlockOf(group: number): number {
    return this.geometry.firstDataBlock + group * this.geometry.blocksPerGroup;
  }

  /** Whether `block` may be a file's: inside the file system and none of its first blocks. */
  isDataBlock(block: number): boolean {
    return block > this.geometry.firstDataBlock && block < this.geometry.blocks;
  }

  // --- Blocks

  /** Takes a free block near `goal`; 0 when there is none. */
  takeBlock(goal: number): number {
    const { geometry } = this;
    const { firstDataBlock, blocksPerGroup, groups } = geometry;
    const wanted = this.isDataBlock(goal) ? goal : firstDataBlock;
    const home = Math.floor((wanted - firstDataBlock) / blocksPerGroup);
    for (let step = 0; step <= groups; step++) {
      const group = (home + step) % groups;
      if (this.groupHalf(group, Group.FREE_BLOCKS) === 0) continue;
      const bitmap = this.bitmap(group, Group.BLOCK_BITMAP);
      if (bitmap === undefined) continue;
      const from = step === 0 ? (wanted - firstDataBlock) % blocksPerGroup : 0;
      const first = this.firstBlockOf(group);
      const end = Math.min(blocksPerGroup, geometry.blocks - first);
      const bit = findZeroBit(bitmap.bytes, from, end, first, this.freedBlocks);
      if (bit < 0) continue;
      setBit(bitmap.bytes, bit);
      this.cache.markDirty(bitmap);
      this.count(group, Group.FREE_BLOCKS, Super.FREE_BLOCKS, -1);
      return first + bit;
    }
    return 0;
  }

  giveBlock(block: number): void {
    const { firstDataBlock, blocksPerGroup } = this.geometry;
    if (!this.isDataBlock(block)) return;
    const group = Math.floor((block - firstDataBlock) / blocksPerGroup);
    const bitmap = this.bitmap(group, Group.BLOCK_BITMAP);
    const bit = (block - firstDataBlock) % blocksPerGroup;
    this.cache.forget(block);
    if (bitmap === undefined || !clearBit(bitmap.bytes, bit)) return;
    this.freedBlocks.add(block);
    this.cache.markDirty(bitmap);
    this.count(group, Group.FREE_BLOCKS, Super.FREE_BLOCKS, 1);
  }

  // --- Inodes

  /** Takes a free inode number, near that of the directory `parent`; 0 when there is none. */
  takeInode(parent: number, isDirectory: boolean): number {
    const { geometry } = this;
    const { groups, inodesPerGroup } = geometry;
    const home = isDirectory ? this.roomiestGroup() : this.groupOfInode(parent);
    for (let step = 0; step < groups; step++) {
      const group = (home + step) % groups;
      if (this.groupHalf(group, Group.FREE_INODES) === 0) continue;
      const bitmap = this.bitmap(group, Group.INODE_BITMAP);
      if (bitmap === undefined) continue;
      const first = group * inodesPerGroup + 1;
      const from = group === 0 ? geometry.firstInode - 1 : 0;
      const bit = findZeroBit(bitmap.bytes, from, inodesPerGroup, first, this.freedInodes);
      if (bit < 0) continue;
      setBit(bitmap.bytes, bit);
      this.cache.markDirty(bitmap);
      this.count(group, Group.FREE_INODES, Super.FREE_INODES, -1);
      if (isDirectory) this.countDirectories(group, 1);
      return first + bit;
    }
    return 0;
  }

  giveInode(ino: number, isDirectory: boolean): void {
    const group = this.groupOfInode(ino);
    const bitmap = this.bitmap(group, Group.INODE_BITMAP);
    if (bitmap === undefined) return;
    if (!clearBit(bitmap.bytes, (ino - 1) % this.geometry.inodesPerGroup)) return;
    this.freedInodes.add(ino);
    this.cache.markDirty(bitmap);
    this.count(group, Group.FREE_INODES, Super.FREE_INODES, 1);
    if (isDirectory) this.countDirectories(group, -1);
  }

  /** New directories go where most is free, so that their files find room near them. */
  private roomiestGroup(): number {
    let best = 0;
    let bestFree = -1;
    for (let group = 0; group < this.geometry.groups; group++) {
      if (this.groupHalf(group, Group.FREE_INODES) === 0) continue;
      const free = this.groupHalf(group, Group.FREE_BLOCKS);
      if (free > bestFree) {
        best = group;
        bestFree = free;
      }
    }
    return best;
  }

  // --- Group descriptors

  private bitmap(group: number, field: number): MetaBlock | undefined {
    return this.cache.get(this.groupWord(group, field), BlockKind.BITMAP);
  }

  private count(group: number, groupField: number, superField: number, by: number): void {
    const at = this.groupOffset(group) + groupField;
    const descriptor = this.descriptorOf(group);
    descriptor.view.setUint16(at, Math.max(0, descriptor.view.getUint16(at, true) + by), true);
    this.cache.markDirty(descriptor);
    const { view } = this.superBlock;
    const total = view.getUint32(this.superAt + superField, true) + by;
    view.setUint32(this.superAt + superField, Math.max(0, total), true);
    this.superChanged();
  }

  private countDirectories(group: number, by: number): void {
    const at = this.groupOffset(group) + Group.USED_DIRECTORIES;
    const { view } = this.descriptorOf(group);
    view.setUint16(at, Math.max(0, view.getUint16(at, true) + by), true);
  }

  private groupWord(group: number, field: number): number {
    return this.descriptorOf(group).view.getUint32(this.groupOffset(group) + field, true);
  }
  private groupHalf(group: number, field: number): number {
    return this.descriptorOf(group).view.getUint16(this.groupOffset(group) + field, true);
  }
  private groupOffset(group: number): number {
    return (group * GROUP_DESCRIPTOR_BYTES) % this.geometry.blockBytes;
  }
  private descriptorOf(group: number): MetaBlock {
    const index = Math.floor((group * GROUP_DESCRIPTOR_BYTES) / this.geometry.blockBytes);
    return this.descriptors[index] ?? this.superBlock;
  }
}

/** The first zero bit of `[from, end)` whose number (from `base` on) is not in `except`; -1: none. */
function findZeroBit(
  bits: Uint8Array,
  from: number,
  end: number,
  base: number,
  except: ReadonlySet<number>,
): number {
  for (let bit = from; bit < end; bit++) {
    const byte = bits[bit >>> 3] ?? 0xff;
    if (byte === 0xff) {
      bit |= 7;
      continue;
    }
    if ((byte & (1 << (bit & 7))) === 0 && !except.has(base + bit)) return bit;
  }
  return -1;
}

function setBit(bits: Uint8Array, bit: number): void {
  bits[bit >>> 3] = (bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
}

/** False where it was clear already. */
function clearBit(bits: Uint8Array, bit: number): boolean {
  const byte = bits[bit >>> 3] ?? 0;
  if ((byte & (1 << (bit & 7))) === 0) return false;
  bits[bit >>> 3] = byte & ~(1 << (bit & 7));
  return true;
}
