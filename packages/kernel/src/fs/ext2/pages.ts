// SPDX-License-Identifier: MPL-2.0

import type { UFrame, VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { PAGE_BEYOND_END, PAGE_OUT_OF_MEMORY } from "../../vm/page-source.ts";
import type { PageFailure } from "../../vm/page-source.ts";
import { FilePages } from "../file-pages.ts";
import { allocateBlock, diskBlockOf, freeBlocks, maxFileBytes } from "./block-map.ts";
import type { CachedPage } from "./page-cache.ts";
import type { Ext2Regular } from "./regular.ts";

const PAGE_SIZE = 4096;
/** Pages read at once where a file is read from front to back. */
const READ_AHEAD_PAGES = 16;

/** The pages of a regular file: in memory as far as they were used, else on the disk. */
export class Ext2Pages extends FilePages {
  override size = 0;
  private readonly inode: Ext2Regular;
  private readonly pages = new Map<number, CachedPage>();
  private readonly dirtyPages = new Set<CachedPage>();
  /** The page after the last one that was read from the disk. */
  private expected = 0;

  constructor(inode: Ext2Regular) {
    super();
    this.inode = inode;
  }

  /** Pages newer than the disk, in the order in which they became so. */
  get dirty(): ReadonlySet<CachedPage> {
    return this.dirtyPages;
  }

  // --- Mappings

  override page(index: number): UFrame | PageFailure {
    if (index * PAGE_SIZE >= this.size) return PAGE_BEYOND_END;
    const page = this.bring(index);
    if (typeof page !== "number") return page.frame;
    return page === -Errno.ENOMEM ? PAGE_OUT_OF_MEMORY : PAGE_BEYOND_END;
  }

  override cachedPage(index: number): UFrame | undefined {
    if (index * PAGE_SIZE >= this.size) return undefined;
    return this.pages.get(index)?.frame;
  }

  override markDirty(index: number): boolean {
    const page = this.pages.get(index);
    if (page === undefined) return false;
    const start = index * PAGE_SIZE;
    const end = Math.min(start + PAGE_SIZE, this.size);
    if (this.allocate(start, end) < 0) return false;
    this.setDirty(page);
    const now = this.inode.fs.now();
    this.inode.mtime = now;
    this.inode.ctime = now;
    // Nothing may be written back before the page is mapped: it would not be told of the writes.
    this.inode.fs.willWriteBack();
    return true;
  }

  // --- Reading

  override read(writer: VmWriter, offset: number): Result {
    const end = Math.min(offset + writer.avail, this.size);
    let at = offset;
    while (at < end) {
      const inPage = at % PAGE_SIZE;
      const count = Math.min(PAGE_SIZE - inPage, end - at);
      const page = this.bring((at - inPage) / PAGE_SIZE);
      if (typeof page === "number") return at > offset ? at - offset : page;
      page.used = true;
      const moved = writer.write(page.frame.reader(inPage, count), count);
      at += moved;
      if (moved < count) return at > offset ? at - offset : fail(Errno.EFAULT);
    }
    return Math.max(0, at - offset);
  }

  /** The page `index` in memory, or an error. */
  private bring(index: number): CachedPage | Result {
    const kept = this.pages.get(index);
    if (kept !== undefined) return kept;
    const ahead = index === this.expected ? READ_AHEAD_PAGES : 1;
    return this.readRun(index, ahead) ?? this.readPage(index);
  }

  /**
   * Reads the page `index` and up to `most` in all behind it with one request, where they lie one
   * behind the other on the disk; undefined where not even the first does.
   */
  private readRun(index: number, most: number): CachedPage | Result | undefined {
    const { volume, geometry } = this.inode.fs;
    const perPage = PAGE_SIZE / geometry.blockBytes;
    const first = diskBlockOf(this.inode, index * perPage);
    if (first <= 0) return undefined;
    const lastPage = Math.ceil(this.size / PAGE_SIZE);
    let blocks = 1;
    const limit = Math.min(most, lastPage - index) * perPage;
    while (
      blocks < limit &&
      (blocks % perPage !== 0 || !this.pages.has(index + blocks / perPage)) &&
      diskBlockOf(this.inode, index * perPage + blocks) === first + blocks
    ) {
      blocks++;
    }
    const pages = Math.floor(blocks / perPage);
    if (pages === 0) return undefined;
    if (!volume.read(first, pages * perPage)) return fail(Errno.EIO, "the disk can not be read");
    let result: CachedPage | undefined = undefined;
    for (let i = 0; i < pages; i++) {
      const page = this.add(index + i, false);
      if (page === undefined) break;
      volume.copyToFrame(i * PAGE_SIZE, page.frame, 0, PAGE_SIZE);
      this.zeroBeyondEnd(page);
      result ??= page;
    }
    this.expected = index + pages;
    return result ?? fail(Errno.ENOMEM);
  }

  /** Reads one page block by block; holes are zeros. */
  private readPage(index: number): CachedPage | Result {
    const page = this.add(index, true);
    if (page === undefined) return fail(Errno.ENOMEM);
    const read = this.readBlocks(page, 0);
    if (read < 0) {
      this.letGo(page);
      return read;
    }
    this.zeroBeyondEnd(page);
    this.expected = index + 1;
    return page;
  }

  /** Fills the page from the byte `from` on with what the disk has; holes are left as they are. */
  private readBlocks(page: CachedPage, from: number): Result {
    const { volume, geometry } = this.inode.fs;
    const { blockBytes } = geometry;
    for (let at = from - (from % blockBytes); at < PAGE_SIZE; at += blockBytes) {
      const block = diskBlockOf(this.inode, (page.index * PAGE_SIZE + at) / blockBytes);
      if (block < 0) return block;
      if (block === 0) continue;
      if (!volume.read(block, 1)) return fail(Errno.EIO, "the disk can not be read");
      const skip = Math.max(0, from - at);
      volume.copyToFrame(skip, page.frame, at + skip, blockBytes - skip);
    }
    return 0;
  }

  // --- Writing

  override write(reader: VmReader, offset: number): Result {
    const { fs } = this.inode;
    if (offset >= maxFileBytes(fs.geometry.blockBytes)) return fail(Errno.EFBIG);
    if (offset > this.size) this.zeroTail();
    const end = offset + reader.remain;
    let at = offset;
    let failure: Result = 0;
    while (at < end && failure === 0) {
      const inPage = at % PAGE_SIZE;
      const count = Math.min(PAGE_SIZE - inPage, end - at);
      const moved = this.writeInPage(reader, at, count);
      if (moved > 0) {
        at += moved;
        if (at > this.size) this.setSize(at);
      }
      if (moved < count) failure = moved < 0 ? moved : -Errno.EFAULT;
    }
    if (failure < 0 && end > this.size) this.trim(end);
    if (at > offset) fs.dirtied();
    return at > offset ? at - offset : failure;
  }

  /** A write that was to go up to `end` has failed: blocks taken for it beyond the end go back. */
  private trim(end: number): void {
    const { blockBytes } = this.inode.fs.geometry;
    const firstGone = Math.ceil(this.size / PAGE_SIZE);
    this.forgetFrom(firstGone);
    for (const page of this.pages.values()) {
      if (page.index >= firstGone) this.letGo(page);
    }
    freeBlocks(this.inode, Math.ceil(this.size / blockBytes), Math.ceil(end / blockBytes));
  }

  /** Writes `count` bytes, all in one page, at `offset` of the file. */
  private writeInPage(reader: VmReader, offset: number, count: number): Result {
    const inPage = offset % PAGE_SIZE;
    const index = (offset - inPage) / PAGE_SIZE;
    const replacesAll = count === PAGE_SIZE || (inPage === 0 && offset + count >= this.size);
    const isFresh = replacesAll && !this.pages.has(index);
    const page = isFresh
      ? (this.add(index, count < PAGE_SIZE) ?? -Errno.ENOMEM)
      : this.bring(index);
    if (typeof page === "number") return page;
    const wasHole = this.isHole(offset, count);
    const allocated = this.allocate(offset, offset + count);
    if (allocated < 0) {
      if (isFresh) this.letGo(page);
      return allocated;
    }
    page.used = true;
    const moved = reader.read(page.frame.writer(inPage, count), count);
    if (moved < count && isFresh) {
      // The rest of the page is what it was before the copy stopped.
      page.frame.fill(0, inPage + moved);
      if (!wasHole) this.readBlocks(page, moved);
      this.zeroBeyondEnd(page, offset + moved);
    }
    if (moved > 0 || isFresh) this.setDirty(page);
    return moved;
  }

  /** Whether no block of the range is on the disk. */
  private isHole(offset: number, count: number): boolean {
    const { blockBytes } = this.inode.fs.geometry;
    for (let at = offset - (offset % blockBytes); at < offset + count; at += blockBytes) {
      if (diskBlockOf(this.inode, at / blockBytes) !== 0) return false;
    }
    return true;
  }

  /** Takes blocks for `[start, end)` where there are none. */
  private allocate(start: number, end: number): Result {
    const { blockBytes } = this.inode.fs.geometry;
    for (let at = start - (start % blockBytes); at < end; at += blockBytes) {
      const block = allocateBlock(this.inode, at / blockBytes);
      if (block < 0) return block;
    }
    return 0;
  }

  // --- Size

  override truncate(size: number): Result {
    const { inode } = this;
    const { blockBytes } = inode.fs.geometry;
    if (size > maxFileBytes(blockBytes)) return fail(Errno.EFBIG);
    if (size > this.size) {
      this.zeroTail();
    } else if (size < this.size) {
      const cut = this.cutTail(size);
      if (cut < 0) return cut;
      const firstGone = Math.ceil(size / PAGE_SIZE);
      this.forgetFrom(firstGone);
      for (const page of this.pages.values()) {
        if (page.index >= firstGone) this.letGo(page);
      }
      freeBlocks(inode, Math.ceil(size / blockBytes), Infinity);
    }
    this.setSize(size);
    inode.fs.dirtied();
    return 0;
  }

  private setSize(size: number): void {
    this.size = size;
    if (size >= 0x8000_0000) this.inode.fs.hasLargeFile();
  }

  /** Before the file grows: what a mapping wrote beyond its end is not part of it. */
  private zeroTail(): void {
    const inPage = this.size % PAGE_SIZE;
    if (inPage !== 0) this.pages.get((this.size - inPage) / PAGE_SIZE)?.frame.fill(0, inPage);
  }

  /** Before the file shrinks: the rest of its last page becomes zeros, on the disk too. */
  private cutTail(size: number): Result {
    const inPage = size % PAGE_SIZE;
    const index = (size - inPage) / PAGE_SIZE;
    if (inPage === 0 || (!this.pages.has(index) && this.isHole(size, PAGE_SIZE - inPage))) return 0;
    const page = this.bring(index);
    if (typeof page === "number") return page;
    page.frame.fill(0, inPage);
    this.setDirty(page);
    return 0;
  }

  // --- fallocate(2), lseek(2)

  override punchHole(start: number, end: number): Result {
    const { blockBytes } = this.inode.fs.geometry;
    const stop = Math.min(end, this.size);
    if (stop <= start) return 0;
    const firstWhole = Math.ceil(start / PAGE_SIZE);
    // The end of the file counts as the end of its page.
    const lastWhole =
      stop === this.size ? Math.ceil(stop / PAGE_SIZE) : Math.floor(stop / PAGE_SIZE);
    if (firstWhole > lastWhole) return this.zeroRange(start, stop);
    const before = this.zeroRange(start, firstWhole * PAGE_SIZE);
    const after = this.zeroRange(Math.max(start, lastWhole * PAGE_SIZE), stop);
    this.forgetShown(firstWhole, lastWhole);
    for (const page of this.pages.values()) {
      if (page.index >= firstWhole && page.index < lastWhole) this.letGo(page);
    }
    const perPage = PAGE_SIZE / blockBytes;
    freeBlocks(this.inode, firstWhole * perPage, lastWhole * perPage);
    this.inode.fs.dirtied();
    return Math.min(before, after);
  }

  /** Zeros the bytes `[start, end)`, which lie in one page. */
  private zeroRange(start: number, end: number): Result {
    if (end <= start || this.isHole(start, end - start)) return 0;
    const inPage = start % PAGE_SIZE;
    const page = this.bring((start - inPage) / PAGE_SIZE);
    if (typeof page === "number") return page;
    page.frame.fill(0, inPage, end - start);
    this.setDirty(page);
    return 0;
  }

  /** Blocks beyond the end are damage to e2fsck. */
  override get reservesBeyondEnd(): boolean {
    return false;
  }

  override reserve(start: number, end: number): Result {
    const { blockBytes } = this.inode.fs.geometry;
    for (let at = start - (start % blockBytes); at < end; at += blockBytes) {
      const fileBlock = at / blockBytes;
      if (diskBlockOf(this.inode, fileBlock) !== 0) continue;
      // The block's old bytes are another file's: the page replaces them.
      const index = Math.floor(at / PAGE_SIZE);
      const page = this.bring(index);
      const block = typeof page === "number" ? page : allocateBlock(this.inode, fileBlock);
      if (block < 0 || typeof page === "number") {
        if (end > this.size) this.trim(end);
        return block;
      }
      this.setDirty(page);
    }
    this.inode.fs.dirtied();
    return 0;
  }

  override seekData(from: number, data: boolean): number {
    const { blockBytes } = this.inode.fs.geometry;
    for (let at = from - (from % blockBytes); at < this.size; at += blockBytes) {
      const isData = diskBlockOf(this.inode, at / blockBytes) !== 0;
      if (isData === data) return Math.max(at, from);
    }
    return data ? -1 : this.size;
  }

  // --- Pages in memory

  private add(index: number, zeroed: boolean): CachedPage | undefined {
    const page = this.inode.fs.pages.add(this, index, zeroed);
    if (page !== undefined) this.pages.set(index, page);
    return page;
  }

  /** Forgets a page, with whatever it holds. */
  letGo(page: CachedPage): void {
    this.pages.delete(page.index);
    this.dirtyPages.delete(page);
    this.inode.fs.pages.remove(page);
  }

  /** Forgets all pages. */
  forgetAll(): void {
    for (const page of this.pages.values()) this.letGo(page);
  }

  private setDirty(page: CachedPage): void {
    this.inode.fs.pages.markDirty(page);
    if (!this.dirtyPages.has(page)) {
      const { currentThread } = this.inode.fs.kernel;
      if (currentThread !== undefined) currentThread.usage.diskWrittenBytes += PAGE_SIZE;
      this.dirtyPages.add(page);
    }
    this.inode.fs.dirtyFiles.add(this.inode);
  }

  /** The page is on its way to the disk: from now on, writes through mappings are told again. */
  written(page: CachedPage): void {
    this.writeProtect(page.index);
    this.dirtyPages.delete(page);
    this.inode.fs.pages.markClean(page);
  }

  /** Bytes of the last page beyond the end of the file are zeros, on the disk too. */
  zeroBeyondEnd(page: CachedPage, end: number = this.size): void {
    const inPage = Math.max(end, this.size) - page.index * PAGE_SIZE;
    if (inPage > 0 && inPage < PAGE_SIZE) page.frame.fill(0, inPage);
  }
}
