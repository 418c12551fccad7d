// SPDX-License-Identifier: MPL-2.0

import { FS_APPEND_FL, FS_IMMUTABLE_FL, FS_NOATIME_FL, FS_NODUMP_FL } from "../inode-flags.ts";
import { Inode } from "../inode.ts";
import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { NewFile } from "../inode.ts";
import { attributeCost } from "../xattr.ts";
import type { RamFs } from "./ramfs.ts";

/** What tmpfs has of FS_*_FL, and what new files have from their directory (tmpfs.rst). */
const TMPFS_FLAGS = FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL;
const TMPFS_INHERITED = FS_NODUMP_FL | FS_NOATIME_FL;

/** Bytes that a name costs a directory: BOGO_DIRENT_SIZE of Linux's tmpfs. */
export const DIRECTORY_ENTRY_SIZE = 20;

/** What all files of a ramfs share. */
export abstract class RamInode extends Inode {
  override readonly fs: RamFs;
  private attributes: Map<string, Uint8Array> | undefined = undefined;

  constructor(fs: RamFs, file: NewFile) {
    super(fs, fs.takeInodeNumber(), file.mode, file.uid, file.gid);
    this.fs = fs;
    this.fileFlags = (file.directoryFlags ?? 0) & TMPFS_INHERITED;
    this.rdev = file.rdev;
  }

  get size(): number {
    return 0;
  }

  override get visibleFlags(): number {
    return this.fs.hasFileFlags ? TMPFS_FLAGS : 0;
  }
  override setFileFlags(flags: number): Result {
    if (this.visibleFlags === 0) return super.setFileFlags(flags);
    if ((flags & ~TMPFS_FLAGS) !== 0) return fail(Errno.EOPNOTSUPP, "tmpfs has no such flag");
    this.fileFlags = flags;
    return 0;
  }

  override xattrs(): Map<string, Uint8Array> {
    this.attributes ??= new Map();
    return this.attributes;
  }

  override hasXattr(name: string): boolean {
    return this.attributes !== undefined && this.attributes.has(name);
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
