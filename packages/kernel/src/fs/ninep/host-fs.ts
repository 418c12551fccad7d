// SPDX-License-Identifier: MPL-2.0

import { memoryStatistics } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { FileSystem, FileSystemType, Mounter } from "../file-system.ts";
import type { FramePages } from "../frame-pages.ts";
import type { NewFile } from "../inode.ts";
import { RamFs, UNLIMITED } from "../ramfs/ramfs.ts";
import type { StatFs } from "../stat.ts";
import type { Vfs } from "../vfs.ts";
import type { NinePClient } from "./client.ts";
import { HostDirectory } from "./host-directory.ts";
import type { HostPages } from "./host-pages.ts";

/** What becomes of changes: refused, kept in memory, or made on the host too. */
export type HostMode = "ro" | "cow" | "rw";

const V9FS_MAGIC = 0x0102_1997;
/** Pages that can be read again make room below this share of free memory. */
const MIN_FREE_SHARE = 1 / 16;
const RECLAIM_PAGES = 1024;

/**
 * A folder of the host, over 9P. The tree is one in memory (ramfs) whose directories are filled
 * from the host when they are first looked at, and whose files read their pages from it. With `rw`
 * each change is made on the host before it is made in memory.
 */
export class HostFs extends RamFs {
  readonly client: NinePClient;
  readonly mode: HostMode;
  /** Files whose mapped pages may have changed; files written since the last sync. */
  readonly dirtyFiles: Set<HostPages> = new Set();
  readonly writtenFiles: Set<HostPages> = new Set();
  /** Files with pages that can be read again. */
  private readonly cleanFiles: Set<FramePages> = new Set();

  private constructor(vfs: Vfs, device: number, client: NinePClient, mode: HostMode) {
    super(vfs, "9p", device, UNLIMITED);
    this.client = client;
    this.mode = mode;
    this.readOnly = mode === "ro";
  }

  /** Mounts the folder that `client` is attached to. */
  static open(vfs: Vfs, device: number, client: NinePClient, mode: HostMode): HostFs | Result {
    const fs = new HostFs(vfs, device, client, mode);
    const fid = client.walk(0);
    if (fid < 0) return fid;
    const top = fs.root.inode;
    const found = top instanceof HostDirectory ? top.adoptTop(fid) : -Errno.EIO;
    return found < 0 ? found : fs;
  }

  protected override makeRoot(file: NewFile): HostDirectory {
    return new HostDirectory(this, file);
  }

  /** Whether changes go to the host. */
  get writesThrough(): boolean {
    return this.mode === "rw";
  }
  /** The host would not keep them. */
  override get hasFileFlags(): boolean {
    return !this.writesThrough;
  }

  override statfs(out: StatFs): Result {
    const result = this.client.statfs(0, out);
    out.type = V9FS_MAGIC;
    return result;
  }

  override mountOptions(): string {
    return this.mode === "ro" ? "trans=virtio" : `trans=virtio,${this.mode}`;
  }

  override remount(_options: string, readOnly: boolean): Result {
    return this.mode === "ro" && !readOnly
      ? fail(Errno.EROFS, "the host gives the folder for reading only")
      : 0;
  }

  override sync(): Result {
    let result: Result = 0;
    for (const pages of this.dirtyFiles) result = Math.min(result, pages.flush());
    for (const pages of this.writtenFiles) result = Math.min(result, pages.sync());
    this.writtenFiles.clear();
    return result;
  }

  override shutdown(): void {
    this.sync();
  }

  // --- Room in memory

  addClean(file: FramePages): void {
    this.cleanFiles.add(file);
  }
  removeClean(file: FramePages): void {
    this.cleanFiles.delete(file);
  }

  /** Gives pages back when little memory is free. */
  makeRoom(): void {
    const { free, total } = memoryStatistics();
    if (free < total * MIN_FREE_SHARE) this.reclaim(RECLAIM_PAGES);
  }

  override dropCaches(): void {
    this.reclaim(Infinity);
  }

  private reclaim(count: number): void {
    let done = 0;
    for (const file of this.cleanFiles) {
      if (done >= count) break;
      done += file.dropClean(count - done);
      if (!file.hasClean) this.cleanFiles.delete(file);
    }
  }
}

/** Options that say what this file system does anyway. */
const ACCEPTED = /^(trans=virtio|version=9p2000\.L|msize=\d+|access=\w+)$/;

class HostType implements FileSystemType {
  readonly name = "9p";
  readonly nodev = true;
  create(
    vfs: Vfs,
    device: number,
    source: string,
    options: string,
    mounter?: Mounter,
  ): FileSystem | Result {
    const folder = vfs.kernel.hostFolders.get(source);
    if (folder === undefined) return fail(Errno.ENXIO, "no device offers a folder of this name");
    let mode: HostMode = mounter?.readOnly === true ? "ro" : "cow";
    for (const option of options.split(",")) {
      if (option === "ro" || option === "cow" || option === "rw") mode = option;
      else if (option !== "" && !ACCEPTED.test(option)) {
        return fail(Errno.EINVAL, "an option of 9p is unknown");
      }
    }
    const client = folder.connect();
    return typeof client === "number" ? client : HostFs.open(vfs, device, client, mode);
  }
}

export const HOST_TYPE: FileSystemType = new HostType();
