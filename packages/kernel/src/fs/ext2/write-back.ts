// SPDX-License-Identifier: MPL-2.0

import { BlockKind } from "./block-cache.ts";
import type { MetaBlock } from "./block-cache.ts";
import { diskBlockOf } from "./block-map.ts";
import type { Ext2 } from "./ext2.ts";
import { InodeField } from "./layout.ts";
import type { CachedPage } from "./page-cache.ts";
import type { Ext2Regular } from "./regular.ts";

const PAGE_SIZE = 4096;

/** A freed inode, whose place on the disk still shows the file. */
interface FreedInode {
  readonly ino: number;
  /** Seconds since 1970. */
  readonly deletedAt: number;
}

/**
 * Brings memory to the disk, in an order that leaves a tree that e2fsck can mend wherever the power
 * is cut, with everything that an earlier write-back has written:
 *
 * 1. what nothing on the disk leads to yet: data, blocks of pointers, new blocks of directories;
 * 2. bitmaps, and inodes that are in use;
 * 3. names: those that came before those that went;
 * 4. inodes that are free now, and the counts.
 *
 * Only then may freed blocks and inodes be used again.
 */
export class WriteBack {
  private readonly fs: Ext2;
  private freed: FreedInode[] = [];
  /** Blocks of directories that are written only after others: by number. */
  private readonly after = new Map<number, Set<number>>();
  /** Copied to the transfer buffer and not written yet: where it goes, and how many blocks. */
  private runStart = 0;
  private runBlocks = 0;

  constructor(fs: Ext2) {
    this.fs = fs;
  }

  /** The inode has no name and no user any more. */
  inodeFreed(ino: number, deletedAt: number): void {
    this.freed.push({ ino, deletedAt });
  }

  /** Block `second` of a directory is written after block `first`. */
  order(first: number, second: number): void {
    if (first === 0 || second === 0 || first === second) return;
    // Two blocks that wait for each other: what was asked for before is done first.
    if (this.waitsFor(first, second)) this.run();
    let before = this.after.get(second);
    if (before === undefined) {
      before = new Set();
      this.after.set(second, before);
    }
    before.add(first);
  }

  private waitsFor(block: number, other: number): boolean {
    for (const before of this.after.get(block) ?? []) {
      if (before === other || this.waitsFor(before, other)) return true;
    }
    return false;
  }

  /** Writes everything; false where the disk failed. What could not be written stays dirty. */
  run(): boolean {
    const { fs } = this;
    const { volume } = fs;
    let ok = this.writeData();
    ok = this.writeBlocks((block) => block.kind <= BlockKind.ATTRIBUTES || isNewName(block)) && ok;
    ok = volume.flush() && ok;
    this.storeInodes();
    ok = this.writeBlocks(isOf(BlockKind.BITMAP)) && ok;
    ok = this.writeBlocks(isOf(BlockKind.INODE_TABLE)) && ok;
    ok = volume.flush() && ok;
    ok = this.writeNames() && ok;
    ok = volume.flush() && ok;
    this.storeFreedInodes();
    ok = this.writeBlocks(isOf(BlockKind.INODE_TABLE)) && ok;
    ok = this.writeBlocks(isOf(BlockKind.SUMMARY)) && ok;
    ok = volume.flush() && ok;
    if (ok) fs.allocator.releaseFreed();
    return ok;
  }

  // --- Data

  /** Writes the dirty pages of all files. */
  writeData(): boolean {
    const { dirtyFiles } = this.fs;
    let ok = true;
    for (const inode of dirtyFiles) {
      const pages = [...inode.pages.dirty].sort((a, b) => a.index - b.index);
      for (const page of pages) {
        ok = this.writePage(inode, page) && ok;
      }
    }
    ok = this.endRun() && ok;
    if (ok) dirtyFiles.clear();
    return ok;
  }

  private writePage(inode: Ext2Regular, page: CachedPage): boolean {
    const { blockBytes } = this.fs.geometry;
    let ok = true;
    inode.pages.zeroBeyondEnd(page);
    for (let at = 0; at < PAGE_SIZE; at += blockBytes) {
      const block = diskBlockOf(inode, (page.index * PAGE_SIZE + at) / blockBytes);
      if (block > 0) ok = this.addToRun(page, at, block) && ok;
    }
    inode.pages.written(page);
    return ok;
  }

  /** Copies a block to the transfer buffer; writes what is there first if it does not follow on it. */
  private addToRun(page: CachedPage, at: number, block: number): boolean {
    const { volume, geometry } = this.fs;
    const follows = block === this.runStart + this.runBlocks;
    const ok = follows && this.runBlocks < volume.transferBlocks ? true : this.endRun();
    if (this.runBlocks === 0) this.runStart = block;
    volume.copyFromFrame(this.runBlocks * geometry.blockBytes, page.frame, at, geometry.blockBytes);
    this.runBlocks++;
    return ok;
  }

  private endRun(): boolean {
    const { runStart, runBlocks } = this;
    this.runBlocks = 0;
    return runBlocks === 0 || this.fs.volume.write(runStart, runBlocks);
  }

  // --- Metadata

  /** Writes the dirty blocks that `isWanted`, blocks of pointers from the lowest level up. */
  private writeBlocks(isWanted: (block: MetaBlock) => boolean): boolean {
    const { cache } = this.fs;
    const blocks = [...cache.dirty].filter(isWanted);
    blocks.sort((a, b) => a.kind - b.kind || a.number - b.number);
    let ok = true;
    for (const block of blocks) ok = cache.write(block) && ok;
    return ok;
  }

  /** Puts the inodes in memory into the blocks of the inode tables, apart from those that are going. */
  private storeInodes(): void {
    for (const inode of this.fs.inodesInMemory) {
      if (inode.nlink === 0) continue;
      const place = this.inodePlace(inode.ino);
      if (place === undefined) continue;
      const { block, view, before } = place;
      inode.store(view, 0);
      if (differs(block.bytes, this.fs.allocator.inodeTableOffset(inode.ino), before)) {
        this.fs.cache.markDirty(block);
      }
    }
  }

  private storeFreedInodes(): void {
    const { inodes } = this.fs.geometry;
    for (const { ino, deletedAt } of this.freed) {
      const place = this.inodePlace(ino);
      if (place === undefined) continue;
      const { block, view } = place;
      view.setUint16(InodeField.LINKS, 0, true);
      // e2fsck takes small numbers for those of inodes, in a list of files to be deleted. What the
      // field has no room for is left out, as of all times.
      const dtime = Math.max(inodes, deletedAt >>> 0);
      view.setUint32(InodeField.DTIME, dtime, true);
      view.setUint32(InodeField.SIZE, 0, true);
      view.setUint32(InodeField.SECTORS, 0, true);
      view.setUint32(InodeField.FILE_ACL, 0, true);
      for (let at: number = InodeField.BLOCKS; at < InodeField.GENERATION; at++)
        view.setUint8(at, 0);
      this.fs.cache.markDirty(block);
    }
    this.freed = [];
    for (const inode of this.fs.inodesInMemory) {
      // A file in use whose last name has gone.
      if (inode.nlink !== 0) continue;
      const place = this.inodePlace(inode.ino);
      if (place === undefined) continue;
      inode.store(place.view, 0);
      this.fs.cache.markDirty(place.block);
    }
  }

  private inodePlace(
    ino: number,
  ): { block: MetaBlock; view: DataView; before: Uint8Array } | undefined {
    const { allocator, geometry } = this.fs;
    const block = allocator.inodeTableBlock(ino);
    if (block === undefined) return undefined;
    const at = allocator.inodeTableOffset(ino);
    const { buffer, byteOffset } = block.bytes;
    const view = new DataView(buffer, byteOffset + at, geometry.inodeBytes);
    return { block, view, before: block.bytes.slice(at, at + geometry.inodeBytes) };
  }

  /** Writes blocks of directories, each after those that it waits for. */
  private writeNames(): boolean {
    const { cache } = this.fs;
    let ok = true;
    const waiting = new Map<number, MetaBlock>();
    for (const block of cache.dirty) {
      if (block.kind === BlockKind.DIRECTORY) waiting.set(block.number, block);
    }
    const write = (block: MetaBlock): void => {
      waiting.delete(block.number);
      for (const number of this.after.get(block.number) ?? []) {
        const first = waiting.get(number);
        if (first !== undefined) write(first);
      }
      ok = cache.write(block) && ok;
    };
    for (const block of waiting.values()) write(block);
    this.after.clear();
    return ok;
  }
}

function isOf(kind: BlockKind): (block: MetaBlock) => boolean {
  return (block) => block.kind === kind;
}
function isNewName(block: MetaBlock): boolean {
  return block.kind === BlockKind.DIRECTORY && block.isNew;
}

function differs(bytes: Uint8Array, at: number, before: Uint8Array): boolean {
  for (let i = 0; i < before.length; i++) {
    if (bytes[at + i] !== before[i]) return true;
  }
  return false;
}
