// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { bytesOf } from "../byte-string.ts";
import { BlockKind } from "./block-cache.ts";
import type { MetaBlock } from "./block-cache.ts";
import { allocateBlock, diskBlockOf } from "./block-map.ts";
import { addEntry, removeEntry, visitEntries, writeEntry } from "./directory-blocks.ts";
import type { Ext2Directory } from "./directory.ts";
import { Entry, entryBytes } from "./layout.ts";

/** Positions of readdir below this belong to "." and "..". */
const FIRST_POSITION = 2;
const TYPE_DIRECTORY = 2;

/** Where a name stands. */
export interface NamePlace {
  ino: number;
  /** Byte in the directory. */
  readonly offset: number;
}

/** The names of one directory, and where they stand in its blocks. */
export class DirectoryIndex {
  private readonly directory: Ext2Directory;
  private readonly places = new Map<string, NamePlace>();
  /** Blocks before this one were found full. */
  private roomFrom = 0;

  private constructor(directory: Ext2Directory) {
    this.directory = directory;
  }

  /** Reads all blocks; -EIO where one can not be read or is damaged. */
  static read(directory: Ext2Directory): DirectoryIndex | Result {
    const index = new DirectoryIndex(directory);
    const { blockBytes } = directory.fs.geometry;
    for (let start = 0; start < directory.size; start += blockBytes) {
      const block = index.block(start / blockBytes);
      if (block === undefined) return index.damaged();
      const isSound = visitEntries(block.bytes, block.view, {
        visit: (ino, _type, name, offset) => {
          if (name !== "." && name !== "..")
            index.places.set(name, { ino, offset: start + offset });
          return true;
        },
      });
      if (!isSound) return index.damaged();
    }
    return index;
  }

  /** The first block of a new directory. */
  static start(directory: Ext2Directory, parent: number): DirectoryIndex | Result {
    const index = new DirectoryIndex(directory);
    const block = index.grow();
    if (typeof block === "number") return block;
    const { bytes, view } = block;
    const type = directory.fs.geometry.hasFileTypes ? TYPE_DIRECTORY : 0;
    const dot = entryBytes(1);
    writeEntry(bytes, view, 0, dot, directory.ino, type, bytesOf("."));
    writeEntry(bytes, view, dot, bytes.length - dot, parent, type, bytesOf(".."));
    return index;
  }

  /** Names besides "." and "..". */
  get count(): number {
    return this.places.size;
  }

  get(name: string): NamePlace | undefined {
    return this.places.get(name);
  }

  /** The block of the disk in which a name stands; 0 for a name that is not there. */
  blockOf(name: string): number {
    const place = this.places.get(name);
    if (place === undefined) return 0;
    const { blockBytes } = this.directory.fs.geometry;
    return Math.max(0, diskBlockOf(this.directory, Math.floor(place.offset / blockBytes)));
  }

  /** Adds a name, which is free: 0, -ENOSPC or -EIO. */
  add(name: string, ino: number, type: number): Result {
    const { directory } = this;
    const { blockBytes, hasFileTypes } = directory.fs.geometry;
    const nameBytes = bytesOf(name);
    const diskType = hasFileTypes ? type : 0;
    const blocks = directory.size / blockBytes;
    for (let i = this.roomFrom; i < blocks; i++) {
      const block = this.block(i);
      if (block === undefined) return this.damaged();
      const offset = addEntry(block.bytes, block.view, ino, diskType, nameBytes);
      if (offset >= 0) {
        directory.fs.cache.markDirty(block);
        this.places.set(name, { ino, offset: i * blockBytes + offset });
        return 0;
      }
      // Short names may still find room there; what is lost is little, and found again on a removal.
      this.roomFrom = i + 1;
    }
    const block = this.grow();
    if (typeof block === "number") return block;
    writeEntry(block.bytes, block.view, 0, blockBytes, ino, diskType, nameBytes);
    this.roomFrom = blocks;
    this.places.set(name, { ino, offset: blocks * blockBytes });
    return 0;
  }

  /** Has a name lead to another inode. */
  replace(name: string, ino: number, type: number): Result {
    const place = this.places.get(name);
    const block = place === undefined ? undefined : this.blockAt(place);
    if (place === undefined || block === undefined) return this.damaged();
    const { blockBytes, hasFileTypes } = this.directory.fs.geometry;
    const at = place.offset % blockBytes;
    block.view.setUint32(at + Entry.INODE, ino, true);
    block.bytes[at + Entry.TYPE] = hasFileTypes ? type : 0;
    place.ino = ino;
    this.directory.fs.cache.markDirty(block);
    return 0;
  }

  remove(name: string): Result {
    const place = this.places.get(name);
    const block = place === undefined ? undefined : this.blockAt(place);
    if (place === undefined || block === undefined) return this.damaged();
    const { blockBytes } = this.directory.fs.geometry;
    removeEntry(block.bytes, block.view, place.offset % blockBytes);
    this.directory.fs.cache.markDirty(block);
    this.places.delete(name);
    this.roomFrom = Math.min(this.roomFrom, Math.floor(place.offset / blockBytes));
    return 0;
  }

  /** Sets a word of the record of ".." (`name`), which stands in the first block. */
  patchFirst(field: number, name: Uint8Array, value: number): void {
    const block = this.block(0);
    if (block === undefined) return;
    const wanted = String.fromCharCode(...name);
    visitEntries(block.bytes, block.view, {
      visit: (_ino, _type, found, offset) => {
        if (found === wanted) block.view.setUint32(offset + field, value, true);
        return found !== wanted;
      },
    });
    this.directory.fs.cache.markDirty(block);
  }

  /** Emits names from the position `from`, which is a byte of the directory and 2. */
  list(
    from: number,
    emit: (name: string, ino: number, type: number, next: number) => boolean,
  ): Result {
    const { directory } = this;
    const { blockBytes } = directory.fs.geometry;
    const start = from - FIRST_POSITION;
    let isFull = false;
    for (let i = Math.floor(start / blockBytes); i * blockBytes < directory.size && !isFull; i++) {
      const block = this.block(i);
      if (block === undefined) return this.damaged();
      visitEntries(block.bytes, block.view, {
        visit: (ino, type, name, offset) => {
          const at = i * blockBytes + offset;
          if (at < start || name === "." || name === "..") return true;
          // The next position is past the start of this record, wherever the next one begins.
          isFull = !emit(name, ino, type, at + 1 + FIRST_POSITION);
          return !isFull;
        },
      });
    }
    return 0;
  }

  private blockAt(place: NamePlace): MetaBlock | undefined {
    return this.block(Math.floor(place.offset / this.directory.fs.geometry.blockBytes));
  }

  private block(index: number): MetaBlock | undefined {
    const { directory } = this;
    const number = diskBlockOf(directory, index);
    return number > 0 ? directory.fs.cache.get(number, BlockKind.DIRECTORY) : undefined;
  }

  private grow(): MetaBlock | Result {
    const { directory } = this;
    const { blockBytes } = directory.fs.geometry;
    const number = allocateBlock(directory, directory.size / blockBytes);
    if (number < 0) return number;
    directory.setSize(directory.size + blockBytes);
    return directory.fs.cache.fresh(number, BlockKind.DIRECTORY);
  }

  private damaged(): Result {
    this.directory.fs.reportDamage(`directory ${this.directory.ino} can not be read`);
    return fail(Errno.EIO);
  }
}
