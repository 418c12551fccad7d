// SPDX-License-Identifier: MPL-2.0

import type { Result } from "../../result.ts";
import { Inode } from "../inode.ts";
import { Timestamp } from "../timestamp.ts";
import { attributeCost } from "../xattr.ts";
import { freeBlocks } from "./block-map.ts";
import type { Ext2 } from "./ext2.ts";
import { BLOCK_POINTERS, FLAGS_MODIFIABLE, FLAGS_VISIBLE, InodeField } from "./layout.ts";
import { loadAttributes, storeAttributes } from "./xattr.ts";

/** What all files of an ext2 share: the fields of the inode on the disk. */
export abstract class Ext2Inode extends Inode {
  override readonly fs: Ext2;
  /** i_block: where the data is, or what stands in its place. */
  readonly pointers: Uint32Array = new Uint32Array(BLOCK_POINTERS);
  /** i_blocks: storage used, in units of 512 bytes. */
  sectors = 0;
  generation = 0;
  /** The block with extended attributes; 0 for none. */
  attributeBlock = 0;
  /** Where the next block of the file is looked for. */
  goal = 0;
  private attributes: Map<string, Uint8Array> | undefined = undefined;

  constructor(fs: Ext2, ino: number, mode: number) {
    super(fs, ino, mode, 0, 0);
    this.fs = fs;
  }

  override get blocks(): number {
    return this.sectors;
  }

  /** Sets the size as the disk has it. */
  protected abstract setSize(bytes: number): void;

  /** Fills the inode from its place on the disk. */
  load(view: DataView, at: number): void {
    const half = (field: number): number => view.getUint16(at + field, true);
    const word = (field: number): number => view.getUint32(at + field, true);
    const time = (field: number): Timestamp => new Timestamp(view.getInt32(at + field, true), 0);
    this.mode = half(InodeField.MODE);
    this.uid = half(InodeField.UID) + half(InodeField.UID_HIGH) * 0x1_0000;
    this.gid = half(InodeField.GID) + half(InodeField.GID_HIGH) * 0x1_0000;
    this.nlink = half(InodeField.LINKS);
    this.sectors = word(InodeField.SECTORS);
    this.fileFlags = word(InodeField.FLAGS);
    this.generation = word(InodeField.GENERATION);
    this.attributeBlock = word(InodeField.FILE_ACL);
    this.atime = time(InodeField.ATIME);
    this.mtime = time(InodeField.MTIME);
    this.ctime = time(InodeField.CTIME);
    this.btime = this.ctime;
    for (let i = 0; i < BLOCK_POINTERS; i++) this.pointers[i] = word(InodeField.BLOCKS + i * 4);
    const high = this.isRegular ? word(InodeField.SIZE_HIGH) : 0;
    this.setSize(word(InodeField.SIZE) + high * 0x1_0000_0000);
  }

  /** Puts the inode to its place on the disk; `at` is in `view`. */
  store(view: DataView, at: number): void {
    const half = (field: number, value: number): void => view.setUint16(at + field, value, true);
    const word = (field: number, value: number): void => view.setUint32(at + field, value, true);
    half(InodeField.MODE, this.mode);
    half(InodeField.UID, this.uid & 0xffff);
    half(InodeField.UID_HIGH, this.uid >>> 16);
    half(InodeField.GID, this.gid & 0xffff);
    half(InodeField.GID_HIGH, this.gid >>> 16);
    half(InodeField.LINKS, this.nlink);
    word(InodeField.SECTORS, this.sectors);
    word(InodeField.FLAGS, this.fileFlags);
    word(InodeField.GENERATION, this.generation);
    word(InodeField.FILE_ACL, this.attributeBlock);
    word(InodeField.DTIME, 0);
    view.setInt32(at + InodeField.ATIME, this.atime.seconds, true);
    view.setInt32(at + InodeField.MTIME, this.mtime.seconds, true);
    view.setInt32(at + InodeField.CTIME, this.ctime.seconds, true);
    for (let i = 0; i < BLOCK_POINTERS; i++) word(InodeField.BLOCKS + i * 4, this.pointers[i] ?? 0);
    word(InodeField.SIZE, this.size % 0x1_0000_0000);
    // Directories have an access control list there, which nobody uses.
    word(InodeField.SIZE_HIGH, this.isRegular ? Math.floor(this.size / 0x1_0000_0000) : 0);
  }

  override get visibleFlags(): number {
    return FLAGS_VISIBLE;
  }
  override setFileFlags(flags: number): Result {
    this.fileFlags = (this.fileFlags & ~FLAGS_MODIFIABLE) | (flags & FLAGS_MODIFIABLE);
    this.fs.dirtied();
    return 0;
  }

  // --- Extended attributes

  override xattrs(): Map<string, Uint8Array> | undefined {
    if (!this.fs.geometry.hasAttributes) return undefined;
    if (this.attributes === undefined) {
      this.attributes = loadAttributes(this);
      this.chargeAttributes(1);
    }
    return this.attributes;
  }
  override hasXattr(name: string): boolean {
    return this.attributeBlock !== 0 && this.xattrs()?.has(name) === true;
  }
  override xattrsChanged(): Result {
    return storeAttributes(this, this.attributes ?? new Map());
  }

  // --- Lifetime

  /** The inode leaves memory; the disk keeps what it has. */
  forget(): void {
    this.chargeAttributes(-1);
    this.attributes = undefined;
  }

  private chargeAttributes(sign: 1 | -1): void {
    const { memory } = this.fs.kernel;
    for (const [name, value] of this.attributes ?? []) {
      memory.chargeAlways(sign * attributeCost(name, value));
    }
  }

  /** The system goes down while somebody uses a file without a name: it is free on the disk. */
  dropOrphan(): void {
    if (this.nlink === 0) this.evict();
  }

  /** Gives all storage back. */
  protected override evict(): void {
    if (this.fs.isDown) return;
    if (this.attributeBlock !== 0) storeAttributes(this, new Map());
    this.dropData();
    this.forget();
    this.fs.inodeGone(this);
  }

  /** Gives the blocks of the data back, where there are any. */
  protected dropData(): void {
    freeBlocks(this, 0, Infinity);
  }
}
