// SPDX-License-Identifier: MPL-2.0

import { S } from "../../abi/stat.ts";
import { DiskDevice } from "../../device/block/disk-device.ts";
import type { Kernel } from "../../kernel.ts";
import { RamDirectory } from "../ramfs/directory.ts";
import type { RamInode } from "../ramfs/inode.ts";
import { RamRegular } from "../ramfs/regular.ts";
import { Timestamp } from "../timestamp.ts";
import { ImageBacking } from "./image-backing.ts";
import { readImageIndex } from "./image-index.ts";
import type { ImageEntry } from "./image-index.ts";
import { ImageMedium } from "./image-medium.ts";

/**
 * Fills the root file system with the files of the image on the disk that `root=` names, where
 * `rootfstype=` says that it has one. All of the tree is in memory at once, and the data of files
 * when they are read; changes stay in memory.
 */
export function loadImageRoot(kernel: Kernel): void {
  const { commandLine, log, vfs } = kernel;
  if (commandLine.get("rootfstype") !== ROOT_IMAGE_TYPE) return;
  const name = commandLine.get("root") ?? "";
  const device = findDisk(kernel, name);
  const top = vfs.rootMount.root.inode;
  if (device === undefined || !(top instanceof RamDirectory)) {
    log.error(`root image: there is no disk "${name}"`);
    return;
  }
  const medium = ImageMedium.open(device.disk);
  if (medium === undefined) {
    log.error("root image: out of memory");
    return;
  }
  const entries = readImageIndex(medium);
  if (typeof entries === "string") {
    log.error(`root image: ${name}: ${entries}`);
    return;
  }
  kernel.rootImage = medium;
  const made = new ImageTree(top, medium).add(entries);
  log.info(`root image: ${made} of ${entries.length} files of ${name}`);
}

/** What `rootfstype=` calls a root image. */
const ROOT_IMAGE_TYPE = "rootimage";

function findDisk(kernel: Kernel, name: string): DiskDevice | undefined {
  for (const device of kernel.devices.list("block")) {
    if (device instanceof DiskDevice && `/dev/${device.disk.name}` === name) return device;
  }
  return undefined;
}

/** A tree under construction. */
class ImageTree {
  private readonly top: RamDirectory;
  private readonly medium: ImageMedium;
  private readonly linkSets = new Map<number, RamInode>();
  /** The directory of the last file, which is often that of the next one too. */
  private lastPath = "";
  private lastDirectory: RamDirectory;

  constructor(top: RamDirectory, medium: ImageMedium) {
    this.top = top;
    this.medium = medium;
    this.lastDirectory = top;
  }

  /** How many files could be made. */
  add(entries: readonly ImageEntry[]): number {
    let made = 0;
    for (const entry of entries) if (this.addEntry(entry)) made++;
    // Making files in a directory has changed its time.
    for (const entry of entries) {
      if ((entry.mode & S.IFMT) !== S.IFDIR) continue;
      const directory = this.directoryAt(entry.path);
      if (directory !== undefined) setTimes(directory, entry);
    }
    return made;
  }

  private addEntry(entry: ImageEntry): boolean {
    const { path, mode, uid, gid, rdev } = entry;
    if (path === "") {
      this.top.mode = S.IFDIR | (mode & S.PERMISSIONS);
      this.top.uid = uid;
      this.top.gid = gid;
      return true;
    }
    const slash = path.lastIndexOf("/");
    const directory = this.directoryAt(slash < 0 ? "" : path.slice(0, slash));
    if (directory === undefined) return false;
    const name = path.slice(slash + 1);
    const linked = entry.linkSet === 0 ? undefined : this.linkSets.get(entry.linkSet);
    if (linked !== undefined) return directory.link(name, linked) === 0;
    const inode =
      (mode & S.IFMT) === S.IFLNK
        ? directory.symlink(name, entry.target, uid, gid)
        : directory.create(name, { mode: mode & 0xffff, uid, gid, rdev });
    if (typeof inode === "number") return false;
    if (inode instanceof RamRegular && entry.size > 0) {
      inode.pages.attachBacking(new ImageBacking(this.medium, entry.dataOffset, entry.size));
    }
    if (entry.linkSet !== 0) this.linkSets.set(entry.linkSet, inode);
    setTimes(inode, entry);
    return true;
  }

  private directoryAt(path: string): RamDirectory | undefined {
    if (path === this.lastPath) return this.lastDirectory;
    let here: RamDirectory = this.top;
    for (const part of path === "" ? [] : path.split("/")) {
      const next = here.lookupName(part);
      if (!(next instanceof RamDirectory)) return undefined;
      here = next;
    }
    this.lastPath = path;
    this.lastDirectory = here;
    return here;
  }
}

function setTimes(inode: RamInode, entry: ImageEntry): void {
  const time = new Timestamp(entry.mtimeSeconds, entry.mtimeNanoseconds);
  inode.atime = time;
  inode.mtime = time;
  inode.ctime = time;
}
