// SPDX-License-Identifier: MPL-2.0

import { IN } from "./notify.ts";
import type { FileWatch } from "./notify.ts";
import type { Kernel } from "../kernel.ts";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";
import type { Dentry } from "./dentry.ts";
import type { StatFs } from "./stat.ts";
import type { Timestamp } from "./timestamp.ts";
import type { Vfs } from "./vfs.ts";

/** One mounted-or-mountable file system (a superblock). */
export abstract class FileSystem {
  /** Watches of its files (inotify(7)), which end when it is unmounted. */
  readonly watches: Set<FileWatch> = new Set();

  readonly vfs: Vfs;
  /** As in /proc/filesystems: "ramfs", "tmpfs", "proc", ... */
  readonly typeName: string;
  /** st_dev of its files. */
  readonly device: number;
  /** Mounted read-only as a whole. */
  readOnly = false;
  /** Mounts that show it: in the tree, or out of it and in use. */
  mountCount = 0;
  /** Regular files open for writing through any mount of it. */
  writers = 0;

  protected constructor(vfs: Vfs, typeName: string, device: number) {
    this.vfs = vfs;
    this.typeName = typeName;
    this.device = device;
  }

  get kernel(): Kernel {
    return this.vfs.kernel;
  }

  /** The top directory. */
  abstract readonly root: Dentry;

  abstract statfs(out: StatFs): Result;

  /** Its files tell when they were made, and statx(2) may leave times out that nobody asks for. */
  get tellsBirth(): boolean {
    return false;
  }

  /** Nothing of it may be executed, however it is mounted. */
  get forbidsExecution(): boolean {
    return false;
  }

  /** Options as /proc/mounts prints them after the flags, e.g. "size=65536k"; empty for none. */
  mountOptions(): string {
    return "";
  }

  /** mount(2) with MS_REMOUNT; `readOnly` itself is set by the caller. */
  remount(_options: string, _readOnly: boolean): Result {
    return 0;
  }

  /** Writes all that changed to where it lives, and waits for it: 0 or -EIO. */
  sync(): Result {
    return 0;
  }

  /** Gives the memory back that holds only what can be read again (/proc/sys/vm/drop_caches). */
  dropCaches(): void {}

  /** The last mount has gone, or the system goes down: nothing may be left to write. */
  shutdown(): void {}

  /** A mount has gone that was taken out of the tree; with the last one the file system goes. */
  mountGone(): void {
    this.mountCount--;
    if (this.mountCount > 0) return;
    this.shutdown();
    for (const watch of [...this.watches]) watch.notify(IN.UNMOUNT, 0, "", false);
    this.destroy();
  }

  /** Nobody can reach it any more: frees what lives in memory alone. */
  protected destroy(): void {}

  /** The time that changed inodes get. */
  now(): Timestamp {
    return this.vfs.now();
  }
}

/** Who mounts, and how: for file systems that live on a device. */
export interface Mounter {
  readonly thread: Thread;
  readonly readOnly: boolean;
}

/** A kind of file system that mount(2) knows by name. Stateless. */
export interface FileSystemType {
  readonly name: string;
  /** Needs no block device ("nodev" in /proc/filesystems). */
  readonly nodev: boolean;
  /**
   * Makes (or finds) the file system. `device` is a fresh st_dev, for those without a device of
   * their own.
   */
  create(
    vfs: Vfs,
    device: number,
    source: string,
    options: string,
    mounter?: Mounter,
  ): FileSystem | Result;
}
