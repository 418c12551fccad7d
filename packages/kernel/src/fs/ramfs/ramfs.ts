// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import type { KernelMemory } from "../../kernel-memory.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Dentry } from "../dentry.ts";
import { FileSystem } from "../file-system.ts";
import type { FileSystemType } from "../file-system.ts";
import { PageBudget } from "../frame-pages.ts";
import type { NewFile } from "../inode.ts";
import type { StatFs } from "../stat.ts";
import type { Vfs } from "../vfs.ts";
import { RamDirectory } from "./directory.ts";
import { parseTmpfsOptions, renderTmpfsOptions } from "./options.ts";
import type { TmpfsOptions } from "./options.ts";
import type { RamInode } from "./inode.ts";

const PAGE_SIZE = 4096;
/** statfs(2). */
const RAMFS_MAGIC = 0x8584_58f6;
const TMPFS_MAGIC = 0x0102_1994;

/** A file system in memory: ramfs without limits, tmpfs and devtmpfs with them. */
export class RamFs extends FileSystem {
  readonly root: Dentry;
  readonly pageBudget: PageBudget;
  private readonly options: TmpfsOptions;
  /** Charged for inodes, names, texts of links and attributes. */
  readonly memory: KernelMemory;
  private inodesUsed = 0;
  private nextInode = 1;

  /** Whether files have FS_*_FL, as those of Linux's tmpfs and its kin. */
  get hasFileFlags(): boolean {
    return this.typeName !== "ramfs";
  }

  constructor(vfs: Vfs, typeName: string, device: number, options: Readonly<TmpfsOptions>) {
    super(vfs, typeName, device);
    this.memory = vfs.kernel.memory;
    // A remount changes them.
    this.options = { ...options };
    this.pageBudget = new PageBudget(options.maxPages);
    this.root = new Dentry(
      "",
      undefined,
      this.makeRoot({
        mode: S.IFDIR | options.rootMode,
        uid: options.uid,
        gid: options.gid,
        rdev: 0,
      }),
    );
  }

  /** The top directory; called while the file system is made. */
  protected makeRoot(file: NewFile): RamDirectory {
    return new RamDirectory(this, file);
  }

  /** Whether fcntl(F_GET_SEALS) works, as on Linux's tmpfs. */
  get hasSeals(): boolean {
    return this.typeName === "tmpfs";
  }

  mayAddInode(): boolean {
    return this.inodesUsed < this.options.maxInodes && !this.memory.isExhausted;
  }

  takeInodeNumber(): number {
    this.inodesUsed++;
    this.memory.chargeAlways(ObjectCost.INODE);
    return this.nextInode++;
  }

  releaseInode(): void {
    this.inodesUsed--;
    this.memory.release(ObjectCost.INODE);
  }

  /** Without a mount no name leads to a file: all of them go. */
  protected override destroy(): void {
    const left: RamInode[] = [];
    for (let inode = this.root.inode; ;) {
      inode.nlink = 0;
      if (inode instanceof RamDirectory) inode.clear(left);
      inode.dropIfUnused();
      const next = left.pop();
      if (next === undefined) return;
      inode = next;
    }
  }

  override get tellsBirth(): boolean {
    return true;
  }

  statfs(out: StatFs): Result {
    const { maxPages, maxInodes } = this.options;
    const used = this.pageBudget.used;
    out.type = this.typeName === "ramfs" ? RAMFS_MAGIC : TMPFS_MAGIC;
    out.blockSize = PAGE_SIZE;
    // statfs(2): a limit that is not there shows as zero.
    out.blocks = maxPages === Infinity ? 0 : maxPages;
    out.blocksFree = maxPages === Infinity ? 0 : Math.max(0, maxPages - used);
    out.blocksAvailable = out.blocksFree;
    out.files = maxInodes === Infinity ? 0 : maxInodes;
    out.filesFree = maxInodes === Infinity ? 0 : maxInodes - this.inodesUsed;
    return 0;
  }

  override mountOptions(): string {
    return this.typeName === "ramfs" ? "" : renderTmpfsOptions(this.options);
  }

  override remount(text: string, _readOnly: boolean): Result {
    const options = parseTmpfsOptions(text, this.options);
    if (options === undefined) {
      return fail(Errno.EINVAL, "an option of tmpfs is unknown or wrong");
    }
    if (options.maxPages < this.pageBudget.used || options.maxInodes < this.inodesUsed) {
      return fail(Errno.EINVAL, "the new limit is below what is in use");
    }
    this.options.maxPages = options.maxPages;
    this.options.maxInodes = options.maxInodes;
    this.pageBudget.limit = options.maxPages;
    return 0;
  }
}

/** What a file system in memory starts from that nothing limits. */
export const UNLIMITED: Readonly<TmpfsOptions> = {
  maxPages: Infinity,
  maxInodes: Infinity,
  rootMode: 0o755,
  uid: 0,
  gid: 0,
  text: "",
};

/** Half of the memory, and as many inodes as half of its pages: the default of tmpfs(5). */
function defaultLimits(): TmpfsOptions {
  const half = Math.floor(memoryStatistics().total / 2);
  return { ...UNLIMITED, maxPages: half, maxInodes: half };
}

/** What a system starts with: limited as a tmpfs, so that filling it does not take all memory. */
export function createLimitedRamFs(vfs: Vfs, typeName: string, device: number): RamFs {
  return new RamFs(vfs, typeName, device, defaultLimits());
}

/** A ramfs without any limit but memory. */
export function createRamFs(vfs: Vfs, typeName: string, device: number): RamFs {
  return new RamFs(vfs, typeName, device, { ...UNLIMITED });
}

class RamfsType implements FileSystemType {
  readonly name = "ramfs";
  readonly nodev = true;
  create(vfs: Vfs, device: number): FileSystem {
    return createRamFs(vfs, "ramfs", device);
  }
}

export const RAMFS_TYPE: FileSystemType = new RamfsType();

class TmpfsType implements FileSystemType {
  readonly name = "tmpfs";
  readonly nodev = true;
  create(vfs: Vfs, device: number, _source: string, text: string): FileSystem | Result {
    const options = parseTmpfsOptions(text, { ...defaultLimits(), rootMode: 0o1777 });
    return options === undefined
      ? fail(Errno.EINVAL, "an option of tmpfs is unknown or wrong")
      : new RamFs(vfs, "tmpfs", device, options);
  }
}

export const TMPFS_TYPE: FileSystemType = new TmpfsType();
