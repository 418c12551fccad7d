// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { byteString, bytesOf } from "../byte-string.ts";
import { BlockKind } from "./block-cache.ts";
import { allocateBlock, diskBlockOf } from "./block-map.ts";
import { Ext2Inode } from "./inode.ts";
import { BLOCK_POINTERS, FAST_SYMLINK_MAX } from "./layout.ts";

/** A symbolic link: its text stands in the place of the pointers, or in one block. */
export class Ext2Symlink extends Ext2Inode {
  private length = 0;

  override get size(): number {
    return this.length;
  }
  override setSize(bytes: number): void {
    this.length = bytes;
  }

  /** Without a block of its own, apart from that with attributes. */
  private get isFast(): boolean {
    const attributeSectors = this.attributeBlock === 0 ? 0 : this.fs.geometry.blockBytes / 512;
    return this.sectors === attributeSectors;
  }

  override readlink(): string | Result {
    if (this.isFast) {
      if (this.length > FAST_SYMLINK_MAX) return this.damaged();
      return byteString(pointerBytes(this.pointers), 0, this.length);
    }
    const number = diskBlockOf(this, 0);
    const block = number > 0 ? this.fs.cache.get(number, BlockKind.ATTRIBUTES) : undefined;
    if (block === undefined || this.length >= block.bytes.length) return this.damaged();
    return byteString(block.bytes, 0, this.length);
  }

  /** Stores the text of a new link. */
  setTarget(target: string): Result {
    const bytes = bytesOf(target);
    if (bytes.length >= this.fs.geometry.blockBytes) {
      return fail(Errno.ENAMETOOLONG, "the target does not fit into one block");
    }
    if (bytes.length <= FAST_SYMLINK_MAX) {
      const room = new Uint8Array(BLOCK_POINTERS * 4);
      room.set(bytes);
      const view = new DataView(room.buffer);
      for (let i = 0; i < BLOCK_POINTERS; i++) this.pointers[i] = view.getUint32(i * 4, true);
    } else {
      const number = allocateBlock(this, 0);
      if (number < 0) return number;
      this.fs.cache.fresh(number, BlockKind.ATTRIBUTES).bytes.set(bytes);
    }
    this.length = bytes.length;
    return 0;
  }

  protected override dropData(): void {
    if (!this.isFast) super.dropData();
  }

  private damaged(): Result {
    this.fs.reportDamage(`symbolic link ${this.ino} can not be read`);
    return fail(Errno.EIO);
  }
}

function pointerBytes(pointers: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(pointers.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < pointers.length; i++) view.setUint32(i * 4, pointers[i] ?? 0, true);
  return bytes;
}
