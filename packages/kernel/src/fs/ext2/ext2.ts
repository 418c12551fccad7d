// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics, monotonicNs, Timer } from "@aster/ostd";
import type { TimerHandler } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import type { DiskDevice } from "../../device/block/disk-device.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";
import { Dentry } from "../dentry.ts";
import { FileSystem } from "../file-system.ts";
import type { NewFile } from "../inode.ts";
import type { StatFs } from "../stat.ts";
import { EPOCH, Timestamp } from "../timestamp.ts";
import type { Vfs } from "../vfs.ts";
import { Allocator } from "./allocator.ts";
import { BlockCache } from "./block-cache.ts";
import { Ext2Directory } from "./directory.ts";
import type { Ext2Inode } from "./inode.ts";
import {
  EXT2_MAGIC,
  inheritedFlags,
  InodeField,
  ROOT_INODE,
  Super,
  SUPERBLOCK_OFFSET,
} from "./layout.ts";
import { isKnownOption } from "./options.ts";
import { PageCache } from "./page-cache.ts";
import { Ext2Regular } from "./regular.ts";
import { Ext2Special } from "./special.ts";
import { markClean, markLargeFile, markMounted, readGeometry } from "./superblock.ts";
import type { Geometry } from "./superblock.ts";
import { Ext2Symlink } from "./symlink.ts";
import { Volume } from "./volume.ts";
import { WriteBack } from "./write-back.ts";

/** Changes reach the disk after this long at the latest. */
const WRITE_BACK_DELAY_NS = 5_000_000_000;
/** So much that is newer than the disk is written at once, which takes a few milliseconds. */
const MAX_DIRTY_PAGES = 1024;
const MAX_DIRTY_BLOCKS = 512;
/** Pages of files stay in at most this part of the memory, and in no fewer than these. */
const CACHE_SHARE = 4;
const MIN_CACHE_PAGES = 256;

/**
 * The second extended file system on a disk.
 *
 * Every operation is over when it returns: what it needs is read at once, what it changes is in
 * memory until the write-back (see `WriteBack`) or a program's fsync(2).
 */
export class Ext2 extends FileSystem implements TimerHandler {
  readonly geometry: Geometry;
  readonly volume: Volume;
  readonly cache: BlockCache;
  readonly allocator: Allocator;
  readonly pages: PageCache;
  /** Files with pages that are newer than the disk. */
  readonly dirtyFiles: Set<Ext2Regular> = new Set();
  readonly root: Dentry;
  private readonly disk: DiskDevice;
  private readonly inodes = new Map<number, Ext2Inode>();
  private readonly writeBack: WriteBack;
  private readonly timer: Timer = new Timer(this);
  private second: Timestamp = EPOCH;
  private isDamaged = false;
  /** Nothing is read or written any more. */
  isDown = false;

  private constructor(vfs: Vfs, disk: DiskDevice, volume: Volume, parts: Parts) {
    super(vfs, "ext2", disk.number);
    this.disk = disk;
    this.volume = volume;
    this.geometry = parts.geometry;
    this.cache = parts.cache;
    this.allocator = parts.allocator;
    const share = Math.floor(memoryStatistics().total / CACHE_SHARE);
    this.pages = new PageCache(Math.max(MIN_CACHE_PAGES, share));
    this.writeBack = new WriteBack(this);
    this.root = new Dentry("", undefined, new Ext2Directory(this, ROOT_INODE, S.IFDIR));
  }

  /** Reads the file system on `disk`; the log tells what is wrong with it where it can not be had. */
  static open(vfs: Vfs, disk: DiskDevice, readOnly: boolean): Ext2 | Result {
    const { log } = vfs.kernel;
    disk.cache.writeBack();
    disk.cache.invalidate();
    const volume = Volume.open(disk.disk);
    if (volume === undefined) return fail(Errno.ENOMEM);
    const parts = readParts(volume);
    if (typeof parts === "string") {
      log.error(`EXT2-fs (${disk.name}): error: ${parts}`);
      volume.close();
      return fail(Errno.EINVAL, "no file system that this kernel can read");
    }
    if (!readOnly && parts.geometry.mustReadOnly) {
      log.error(`EXT2-fs (${disk.name}): error: unknown features: it can be mounted read-only`);
      volume.close();
      return fail(Errno.EINVAL);
    }
    const fs = new Ext2(vfs, disk, volume, parts);
    const root = fs.readInode(ROOT_INODE);
    if (!(root instanceof Ext2Directory)) {
      log.error(`EXT2-fs (${disk.name}): error: the root directory can not be read`);
      volume.close();
      return fail(Errno.EINVAL);
    }
    if (!parts.geometry.isClean) {
      log.warn(
        `EXT2-fs (${disk.name}): warning: mounting unchecked fs, running e2fsck is recommended`,
      );
    }
    if (!readOnly) fs.startWriting();
    return fs;
  }

  /** Says on the disk that it is in use. */
  startWriting(): void {
    markMounted(this.allocator.superView, this.now().seconds);
    this.allocator.superChanged();
    this.writeBack.run();
  }

  // --- Inodes

  get inodesInMemory(): Iterable<Ext2Inode> {
    return this.inodes.values();
  }

  /** The inode `ino` of a directory entry, or -EIO where there is no file. */
  inode(ino: number): Ext2Inode | Result {
    const kept = this.inodes.get(ino);
    if (kept !== undefined) return kept;
    const isReserved = ino < this.geometry.firstInode && ino !== ROOT_INODE;
    if (ino < 1 || ino > this.geometry.inodes || isReserved) {
      this.reportDamage(`a name leads to inode ${ino}`);
      return fail(Errno.EIO);
    }
    return this.readInode(ino);
  }

  private readInode(ino: number): Ext2Inode | Result {
    const block = this.allocator.inodeTableBlock(ino);
    if (block === undefined) return fail(Errno.EIO, "the disk can not be read");
    const at = this.allocator.inodeTableOffset(ino);
    const mode = block.view.getUint16(at + InodeField.MODE, true);
    const inode = ino === ROOT_INODE ? this.rootInode(mode) : this.makeInode(ino, mode);
    if (inode === undefined || block.view.getUint16(at + InodeField.LINKS, true) === 0) {
      this.reportDamage(`a name leads to inode ${ino}, which is not in use`);
      return fail(Errno.EIO);
    }
    inode.load(block.view, at);
    this.keep(inode);
    return inode;
  }

  private keep(inode: Ext2Inode): void {
    this.inodes.set(inode.ino, inode);
    this.kernel.memory.chargeAlways(ObjectCost.INODE);
  }

  private rootInode(mode: number): Ext2Directory | undefined {
    const { inode } = this.root;
    const isDirectory = (mode & S.IFMT) === S.IFDIR;
    return isDirectory && inode instanceof Ext2Directory ? inode : undefined;
  }

  private makeInode(ino: number, mode: number): Ext2Inode | undefined {
    switch (mode & S.IFMT) {
      case S.IFDIR:
        return new Ext2Directory(this, ino, mode);
      case S.IFREG:
        return new Ext2Regular(this, ino, mode);
      case S.IFLNK:
        return new Ext2Symlink(this, ino, mode);
      case S.IFCHR:
      case S.IFBLK:
      case S.IFIFO:
      case S.IFSOCK:
        return new Ext2Special(this, ino, mode);
      default:
        return undefined;
    }
  }

  /** A new file, without a name yet: -ENOSPC where there is no inode for it. */
  newInode(parent: Ext2Inode, file: NewFile): Ext2Inode | Result {
    const isDirectory = (file.mode & S.IFMT) === S.IFDIR;
    let ino = this.allocator.takeInode(parent.ino, isDirectory);
    if (ino === 0 && this.allocator.hasFreed && this.writeBack.run()) {
      ino = this.allocator.takeInode(parent.ino, isDirectory);
    }
    if (ino === 0) return fail(Errno.ENOSPC, "the file system has no inode left");
    const block = this.allocator.inodeTableBlock(ino);
    const inode = this.makeInode(ino, file.mode);
    if (block === undefined || inode === undefined) {
      this.allocator.giveInode(ino, isDirectory);
      return fail(Errno.EIO, "the disk can not be read");
    }
    const at = this.allocator.inodeTableOffset(ino);
    inode.generation = (block.view.getUint32(at + InodeField.GENERATION, true) + 1) >>> 0;
    block.bytes.fill(0, at, at + this.geometry.inodeBytes);
    this.cache.markDirty(block);
    inode.uid = file.uid;
    inode.gid = file.gid;
    inode.fileFlags = inheritedFlags(parent.fileFlags, file.mode & S.IFMT);
    if (inode instanceof Ext2Special) inode.setDevice(file.rdev);
    inode.goal = this.allocator.firstBlockOf(this.allocator.groupOfInode(ino));
    this.keep(inode);
    this.dirtied();
    return inode;
  }

  /** The file has no name and no user, and has given its blocks back. */
  inodeGone(inode: Ext2Inode): void {
    this.inodes.delete(inode.ino);
    this.kernel.memory.release(ObjectCost.INODE);
    if (inode instanceof Ext2Regular) this.dirtyFiles.delete(inode);
    this.allocator.giveInode(inode.ino, inode.isDirectory);
    this.writeBack.inodeFreed(inode.ino, this.now().seconds);
    this.dirtied();
  }

  // --- Blocks

  /** A free block for `inode`, near its last one; 0 when there is none that the caller may have. */
  takeBlock(inode: Ext2Inode): number {
    if (this.allocator.freeBlocks <= this.geometry.reservedBlocks && !this.mayUseReserve())
      return 0;
    const goal = inode.goal === 0 ? this.homeOf(inode) : inode.goal;
    let block = this.allocator.takeBlock(goal);
    if (block === 0 && this.allocator.hasFreed && this.writeBack.run()) {
      block = this.allocator.takeBlock(goal);
    }
    if (block !== 0) inode.goal = block + 1;
    return block;
  }

  private homeOf(inode: Ext2Inode): number {
    return this.allocator.firstBlockOf(this.allocator.groupOfInode(inode.ino));
  }

  /** Some blocks are for root, so that a full file system can be tidied up. */
  private mayUseReserve(): boolean {
    const { currentThread } = this.kernel;
    return currentThread === undefined || currentThread.credentials.has(Capability.SYS_RESOURCE);
  }

  // --- Writing back

  /** Block `second` of a directory must not be on the disk before block `first`. */
  writeBefore(first: number, second: number): void {
    this.writeBack.order(first, second);
  }

  /** Something changed, and the change is complete: it is written by and by, or now if it is much. */
  dirtied(): void {
    this.willWriteBack();
    if (this.pages.dirtyCount > MAX_DIRTY_PAGES) this.writeBack.writeData();
    if (this.cache.dirtyCount > MAX_DIRTY_BLOCKS) this.writeBack.run();
  }

  /** Sees to it that what changed is written after a while. */
  willWriteBack(): void {
    if (!this.timer.isSet) this.timer.set(monotonicNs() + WRITE_BACK_DELAY_NS);
  }

  onTimer(): void {
    if (!this.isDown) this.sync();
  }

  override dropCaches(): void {
    this.pages.dropClean();
  }

  override sync(): Result {
    if (this.readOnly || this.isDown) return 0;
    this.timer.cancel();
    this.allocator.superView.setUint32(Super.WRITE_TIME, this.now().seconds, true);
    return this.writeBack.run() ? 0 : fail(Errno.EIO, "a write failed");
  }

  override shutdown(): void {
    if (this.isDown) return;
    if (!this.readOnly) {
      for (const inode of [...this.inodes.values()]) inode.dropOrphan();
      this.sync();
      if (!this.isDamaged) markClean(this.allocator.superView, this.now().seconds);
      this.allocator.superChanged();
      this.writeBack.run();
    }
    this.isDown = true;
    this.timer.cancel();
    for (const inode of this.inodes.values()) {
      inode.forget();
      this.kernel.memory.release(ObjectCost.INODE);
    }
    this.inodes.clear();
    this.volume.close();
    this.disk.cache.invalidate();
  }

  override remount(options: string, readOnly: boolean): Result {
    if (!isKnownOption(options)) return fail(Errno.EINVAL, "an option of ext2 is unknown");
    if (readOnly === this.readOnly) return 0;
    if (!readOnly && (this.disk.disk.readOnly || this.geometry.mustReadOnly)) {
      return fail(Errno.EROFS, "the disk, or a feature of the file system, allows reading only");
    }
    if (readOnly) {
      for (const inode of this.inodes.values()) {
        if (inode.nlink === 0) return fail(Errno.EBUSY, "a file without a name is in use");
      }
      this.sync();
      if (!this.isDamaged) markClean(this.allocator.superView, this.now().seconds);
      this.allocator.superChanged();
      this.writeBack.run();
    } else {
      this.startWriting();
    }
    return 0;
  }

  // --- What it tells

  /** The disk holds something impossible, or can not be read. The file system goes on without it. */
  reportDamage(what: string): void {
    if (!this.isDamaged) this.kernel.log.error(`EXT2-fs (${this.disk.name}): error: ${what}`);
    this.isDamaged = true;
  }

  /** A file of 2 GiB or more is there. */
  hasLargeFile(): void {
    markLargeFile(this.allocator.superView);
    this.allocator.superChanged();
  }

  override statfs(out: StatFs): Result {
    const { geometry, allocator } = this;
    out.type = EXT2_MAGIC;
    out.blockSize = geometry.blockBytes;
    out.blocks = geometry.blocks - this.overheadBlocks;
    out.blocksFree = allocator.freeBlocks;
    out.blocksAvailable = Math.max(0, allocator.freeBlocks - geometry.reservedBlocks);
    out.files = geometry.inodes;
    out.filesFree = allocator.freeInodes;
    return 0;
  }

  /** Blocks that hold the file system itself: bitmaps and inode tables of all groups. */
  private get overheadBlocks(): number {
    const { geometry } = this;
    const table = Math.ceil((geometry.inodesPerGroup * geometry.inodeBytes) / geometry.blockBytes);
    return geometry.firstDataBlock + geometry.groups * (2 + table);
  }

  /** The disk has whole seconds. */
  override now(): Timestamp {
    const { seconds } = super.now();
    if (seconds !== this.second.seconds) this.second = new Timestamp(seconds, 0);
    return this.second;
  }
}

interface Parts {
  readonly geometry: Geometry;
  readonly cache: BlockCache;
  readonly allocator: Allocator;
}

function readParts(volume: Volume): Parts | string {
  const superblock = new Uint8Array(SUPERBLOCK_OFFSET);
  const start = SUPERBLOCK_OFFSET / volume.blockBytes;
  if (!volume.read(start, SUPERBLOCK_OFFSET / volume.blockBytes))
    return "unable to read superblock";
  volume.buffer.readBytes(0, superblock, 0, superblock.length);
  const geometry = readGeometry(superblock, volume.blockCount * volume.blockBytes);
  if (typeof geometry === "string") return geometry;
  volume.blockBytes = geometry.blockBytes;
  const cache = new BlockCache(volume);
  const allocator = Allocator.load(geometry, cache);
  return typeof allocator === "string" ? allocator : { geometry, cache, allocator };
}
