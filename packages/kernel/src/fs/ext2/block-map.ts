// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { BlockKind } from "./block-cache.ts";
import type { MetaBlock } from "./block-cache.ts";
import type { Ext2Inode } from "./inode.ts";
import { DIRECT_BLOCKS } from "./layout.ts";

/** Where in the tree of pointers a block of a file stands. */
interface Place {
  /** Index in i_block. */
  readonly slot: number;
  /** Blocks of pointers on the way: 0 to 3. */
  readonly depth: number;
  /** The number of the block below that pointer. */
  readonly index: number;
}

function placeOf(perBlock: number, fileBlock: number): Place | undefined {
  if (fileBlock < DIRECT_BLOCKS) return { slot: fileBlock, depth: 0, index: 0 };
  let index = fileBlock - DIRECT_BLOCKS;
  let reach = perBlock;
  for (let depth = 1; depth <= 3; depth++) {
    if (index < reach) return { slot: DIRECT_BLOCKS + depth - 1, depth, index };
    index -= reach;
    reach *= perBlock;
  }
  return undefined;
}

/** The most bytes that a file can have with blocks of this size: i_blocks has 32 bits. */
export function maxFileBytes(blockBytes: number): number {
  const perBlock = blockBytes / 4;
  const blocks = DIRECT_BLOCKS + perBlock + perBlock ** 2 + perBlock ** 3;
  return Math.min(blocks * blockBytes, 0xffff_0000 * 512);
}

const INDIRECT = [BlockKind.INDIRECT_1, BlockKind.INDIRECT_2, BlockKind.INDIRECT_3] as const;

/** The block of pointers `number`, which covers `depth` levels. */
function pointersAt(inode: Ext2Inode, number: number, depth: number): MetaBlock | undefined {
  const { allocator, cache } = inode.fs;
  const kind = INDIRECT[depth - 1];
  return kind === undefined || !allocator.isDataBlock(number) ? undefined : cache.get(number, kind);
}

/** The block of the disk that holds block `fileBlock` of the file; 0 for a hole, or -EIO. */
export function diskBlockOf(inode: Ext2Inode, fileBlock: number): Result {
  const { allocator, geometry } = inode.fs;
  const perBlock = geometry.blockBytes / 4;
  const place = placeOf(perBlock, fileBlock);
  if (place === undefined) return 0;
  let pointer = inode.pointers[place.slot] ?? 0;
  for (let depth = place.depth; depth > 0 && pointer !== 0; depth--) {
    const block = pointersAt(inode, pointer, depth);
    if (block === undefined) return damaged(inode, `a block of pointers at ${pointer}`);
    const at = Math.floor(place.index / perBlock ** (depth - 1)) % perBlock;
    pointer = block.view.getUint32(at * 4, true);
  }
  if (pointer !== 0 && !allocator.isDataBlock(pointer)) return damaged(inode, `block ${pointer}`);
  return pointer;
}

/** As `diskBlockOf`, and where there is none takes one: then -ENOSPC may come. */
export function allocateBlock(inode: Ext2Inode, fileBlock: number): Result {
  const { fs } = inode;
  const perBlock = fs.geometry.blockBytes / 4;
  const place = placeOf(perBlock, fileBlock);
  if (place === undefined) return fail(Errno.EFBIG, "the file has no room for more blocks");
  const there = diskBlockOf(inode, fileBlock);
  if (there !== 0) return there;

  // All blocks are taken before any is linked, so that a full disk leaves nothing half done.
  const missing = missingBlocks(inode, place, perBlock);
  const taken: number[] = [];
  while (taken.length < missing) {
    const block = fs.takeBlock(inode);
    if (block === 0) {
      for (const other of taken) fs.allocator.giveBlock(other);
      return fail(Errno.ENOSPC, "the file system is full");
    }
    taken.push(block);
  }
  inode.sectors += missing * (fs.geometry.blockBytes / 512);
  return link(inode, place, perBlock, taken);
}

/** How many blocks have to be taken for a place that holds none: its own, and pointers to it. */
function missingBlocks(inode: Ext2Inode, place: Place, perBlock: number): number {
  let pointer = inode.pointers[place.slot] ?? 0;
  let depth = place.depth;
  for (; depth > 0 && pointer !== 0; depth--) {
    const block = pointersAt(inode, pointer, depth);
    const at = Math.floor(place.index / perBlock ** (depth - 1)) % perBlock;
    pointer = block?.view.getUint32(at * 4, true) ?? 0;
  }
  return depth + 1;
}

/** Hangs the blocks that were taken into the tree, from the top. The last one is for the data. */
function link(inode: Ext2Inode, place: Place, perBlock: number, taken: number[]): Result {
  const { cache } = inode.fs;
  let parent: MetaBlock | undefined = undefined;
  let at = place.slot;
  for (let depth = place.depth; ; depth--) {
    let pointer: number = parent?.view.getUint32(at * 4, true) ?? inode.pointers[at] ?? 0;
    const isTaken = pointer === 0;
    if (isTaken) {
      pointer = taken.shift() ?? 0;
      if (parent === undefined) {
        inode.pointers[at] = pointer;
      } else {
        parent.view.setUint32(at * 4, pointer, true);
        cache.markDirty(parent);
      }
    }
    if (depth === 0) return pointer;
    const kind = INDIRECT[depth - 1] ?? BlockKind.INDIRECT_1;
    const child = isTaken ? cache.fresh(pointer, kind) : pointersAt(inode, pointer, depth);
    if (child === undefined) return damaged(inode, `a block of pointers at ${pointer}`);
    parent = child;
    at = Math.floor(place.index / perBlock ** (depth - 1)) % perBlock;
  }
}

/**
 * Frees the blocks `[first, end)` of the file, and the pointers that lead to nothing any more.
 * What can not be read stays in use until the file system is checked.
 */
export function freeBlocks(inode: Ext2Inode, first: number, end: number): void {
  const perBlock = inode.fs.geometry.blockBytes / 4;
  for (let slot = 0; slot < inode.pointers.length; slot++) {
    const pointer = inode.pointers[slot] ?? 0;
    if (pointer === 0) continue;
    const depth = Math.max(0, slot - DIRECT_BLOCKS + 1);
    const isEmpty = freeTree(inode, pointer, depth, firstBlockOf(slot, perBlock), first, end);
    if (isEmpty) inode.pointers[slot] = 0;
  }
}

/** The first block of the file that the pointer `slot` of the inode covers. */
function firstBlockOf(slot: number, perBlock: number): number {
  if (slot <= DIRECT_BLOCKS) return slot;
  const second = DIRECT_BLOCKS + perBlock;
  return slot === DIRECT_BLOCKS + 1 ? second : second + perBlock ** 2;
}

/** Frees what lies in `[first, end)` below `pointer`; whether nothing is left, and it is free too. */
function freeTree(
  inode: Ext2Inode,
  pointer: number,
  depth: number,
  base: number,
  first: number,
  end: number,
): boolean {
  const { fs } = inode;
  const perBlock = fs.geometry.blockBytes / 4;
  const reach = perBlock ** depth;
  if (base >= end || base + reach <= first) return false;
  if (depth > 0) {
    const block = pointersAt(inode, pointer, depth);
    if (block === undefined) return false;
    const below = perBlock ** (depth - 1);
    let isEmpty = true;
    for (let at = 0; at < perBlock; at++) {
      const child = block.view.getUint32(at * 4, true);
      if (child === 0) continue;
      if (freeTree(inode, child, depth - 1, base + at * below, first, end)) {
        block.view.setUint32(at * 4, 0, true);
        fs.cache.markDirty(block);
      } else {
        isEmpty = false;
      }
    }
    if (!isEmpty) return false;
  }
  fs.allocator.giveBlock(pointer);
  inode.sectors = Math.max(0, inode.sectors - fs.geometry.blockBytes / 512);
  return true;
}

function damaged(inode: Ext2Inode, what: string): Result {
  inode.fs.reportDamage(`inode ${inode.ino}: ${what} lies outside, or can not be read`);
  return fail(Errno.EIO);
}
