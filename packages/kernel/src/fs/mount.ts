// SPDX-License-Identifier: MPL-2.0

import type { Dentry } from "./dentry.ts";
import type { FileSystem } from "./file-system.ts";

/** Flags of mount(2) (linux/mount.h). */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  SYNCHRONOUS: 16,
  REMOUNT: 32,
  MANDLOCK: 64,
  DIRSYNC: 128,
  NOSYMFOLLOW: 256,
  NOATIME: 1024,
  NODIRATIME: 2048,
  BIND: 4096,
  MOVE: 8192,
  REC: 16384,
  SILENT: 32768,
  UNBINDABLE: 0x20000,
  PRIVATE: 0x40000,
  SLAVE: 0x80000,
  SHARED: 0x100000,
  RELATIME: 0x200000,
  STRICTATIME: 0x1000000,
  LAZYTIME: 0x2000000,
} as const;

/** The flags that belong to a mount rather than to its file system. */
export const PER_MOUNT_FLAGS: number =
  MS.RDONLY |
  MS.NOSUID |
  MS.NODEV |
  MS.NOEXEC |
  MS.NOATIME |
  MS.NODIRATIME |
  MS.RELATIME |
  MS.NOSYMFOLLOW;

/** A file system (or a part of one) at a place in the tree. */
export class Mount {
  /** As in /proc/PID/mountinfo. */
  readonly id: number;
  readonly fs: FileSystem;
  /** The top of what is visible through this mount. */
  readonly root: Dentry;
  /** What was given to mount(2) as the source. */
  readonly source: string;
  /** MS_* bits of `PER_MOUNT_FLAGS`. */
  flags: number;
  /** Where it is mounted; both undefined for the root of the tree and after umount. */
  parent: Mount | undefined = undefined;
  mountpoint: Dentry | undefined = undefined;
  readonly children: Mount[] = [];
  /** Not MS_UNBINDABLE: it may be shown at another place too. */
  isBindable = true;
  /** Open files, working directories and roots inside, which make umount(2) fail with EBUSY. */
  private users = 0;
  /** Regular files open for writing: they keep it from becoming read-only. */
  private writers = 0;
  /** It was taken out of the tree for good, and goes with its last user. */
  private isUnmounted = false;
  /** How often path walks came in, and how often they had when it was last marked to expire. */
  crossings = 0;
  expiryMark = -1;

  constructor(id: number, fs: FileSystem, root: Dentry, source: string, flags: number) {
    this.id = id;
    this.fs = fs;
    this.root = root;
    this.source = source;
    this.flags = flags;
    fs.mountCount++;
    // A bind mount shows its file also when that has lost its name.
    root.inode.openCount++;
  }

  get isInUse(): boolean {
    return this.users > 0;
  }

  get isBeingWritten(): boolean {
    return this.writers > 0;
  }
  /** A regular file was opened for writing (`by` 1), or closed again (-1). */
  changeWriters(by: 1 | -1): void {
    this.writers += by;
    this.fs.writers += by;
  }

  /** An open file, working directory or root inside; each needs one `letGo`. */
  hold(): void {
    this.users++;
  }
  letGo(): void {
    this.users--;
    if (this.isUnmounted && this.users === 0) this.gone();
  }

  /** umount(2) has taken it out of the tree. */
  unmounted(): void {
    this.isUnmounted = true;
    if (this.users === 0) this.gone();
  }

  /** umount(2) with MNT_DETACH took it out of the tree, and somebody is still inside. */
  get hasLeftTree(): boolean {
    return this.isUnmounted;
  }

  private gone(): void {
    const { inode } = this.root;
    inode.openCount--;
    inode.dropIfUnused();
    this.fs.mountGone();
  }
}
