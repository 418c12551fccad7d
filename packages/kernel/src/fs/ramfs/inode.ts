// SPDX-License-Identifier: MPL-2.0

import { Inode } from "../inode.ts";
import type { NewFile } from "../inode.ts";
import { attributeCost } from "../xattr.ts";
import type { RamFs } from "./ramfs.ts";

/** Bytes that a name costs a directory: BOGO_DIRENT_SIZE of Linux's tmpfs. */
export const DIRECTORY_ENTRY_SIZE = 20;

/** What all files of a ramfs share. */
export abstract class RamInode extends Inode {
  override readonly fs: RamFs;
  private attributes: Map<string, Uint8Array> | undefined = undefined;

  constructor(fs: RamFs, file: NewFile) {
    super(fs, fs.takeInodeNumber(), file.mode, file.uid, file.gid);
    this.fs = fs;
    this.rdev = file.rdev;
  }

  get size(): number {
    return 0;
  }

  override xattrs(): Map<string, Uint8Array> {
    this.attributes ??= new Map();
    return this.attributes;
  }

  protected override evict(): void {
    for (const [name, value] of this.attributes ?? []) {
      this.fs.memory.release(attributeCost(name, value));
    }
    this.fs.releaseInode();
  }
}

/** A FIFO, socket or device node: the VFS opens it by its type. */
export class RamSpecial extends RamInode {}
