// SPDX-License-Identifier: MPL-2.0

import type { Volume } from "./volume.ts";

/** Clean blocks are kept up to this many. */
const MAX_BLOCKS = 2048;

/** What a block holds: tells when it is written (see `WriteBack`). */
export const BlockKind = {
  /** Pointers to data blocks; to such blocks; to those. */
  INDIRECT_1: 1,
  INDIRECT_2: 2,
  INDIRECT_3: 3,
  ATTRIBUTES: 4,
  BITMAP: 5,
  INODE_TABLE: 6,
  DIRECTORY: 7,
  /** The superblock and the group descriptors. */
  SUMMARY: 8,
} as const;
export type BlockKind = (typeof BlockKind)[keyof typeof BlockKind];

/** A block of metadata in memory. */
export class MetaBlock {
  readonly number: number;
  readonly kind: BlockKind;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  dirty = false;
  /** Nothing on the disk leads to it yet. */
  isNew = false;

  constructor(number: number, kind: BlockKind, bytes: Uint8Array) {
    this.number = number;
    this.kind = kind;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

/** The metadata of a file system in memory: what is asked for, and all that is to be written. */
export class BlockCache {
  private readonly volume: Volume;
  /** In order of use, the least recently used first. */
  private readonly blocks = new Map<number, MetaBlock>();
  private readonly dirtyBlocks = new Set<MetaBlock>();

  constructor(volume: Volume) {
    this.volume = volume;
  }

  get dirtyCount(): number {
    return this.dirtyBlocks.size;
  }
  get dirty(): ReadonlySet<MetaBlock> {
    return this.dirtyBlocks;
  }

  /** The block `number`, read where it is not in memory; undefined where the disk can not read it. */
  get(number: number, kind: BlockKind): MetaBlock | undefined {
    const kept = this.blocks.get(number);
    if (kept !== undefined) {
      this.blocks.delete(number);
      this.blocks.set(number, kept);
      return kept;
    }
    if (!this.volume.read(number, 1)) return undefined;
    const block = this.add(number, kind);
    this.volume.buffer.readBytes(0, block.bytes, 0, block.bytes.length);
    return block;
  }

  /** A block that was just allocated: zeros, to be written. */
  fresh(number: number, kind: BlockKind): MetaBlock {
    const block = this.add(number, kind);
    block.isNew = true;
    this.markDirty(block);
    return block;
  }

  markDirty(block: MetaBlock): void {
    block.dirty = true;
    // While the caller held it, it may have made room for others.
    this.blocks.set(block.number, block);
    this.dirtyBlocks.add(block);
  }

  /** The block was freed: what it held is never written. */
  forget(number: number): void {
    const block = this.blocks.get(number);
    if (block === undefined) return;
    this.blocks.delete(number);
    this.dirtyBlocks.delete(block);
    block.dirty = false;
  }

  /** Writes one block; false when the disk can not. */
  write(block: MetaBlock): boolean {
    this.volume.buffer.writeBytes(0, block.bytes);
    if (!this.volume.write(block.number, 1)) return false;
    block.dirty = false;
    block.isNew = false;
    this.dirtyBlocks.delete(block);
    return true;
  }

  private add(number: number, kind: BlockKind): MetaBlock {
    if (this.blocks.size >= MAX_BLOCKS) this.evictOne();
    const block = new MetaBlock(number, kind, new Uint8Array(this.volume.blockBytes));
    this.blocks.set(number, block);
    return block;
  }

  private evictOne(): void {
    for (const block of this.blocks.values()) {
      if (block.dirty) continue;
      this.blocks.delete(block.number);
      return;
    }
  }
}
