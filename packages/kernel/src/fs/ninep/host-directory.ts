// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { AT, O } from "../../abi/fcntl.ts";
import { S } from "../../abi/stat.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { DirectorySink, Inode, NewFile } from "../inode.ts";
import { RamDirectory } from "../ramfs/directory.ts";
import { RamSpecial } from "../ramfs/inode.ts";
import type { RamInode } from "../ramfs/inode.ts";
import { RamSymlink } from "../ramfs/symlink.ts";
import type { Timestamp } from "../timestamp.ts";
import type { NinePClient, RemoteAttributes } from "./client.ts";
import type { HostFs } from "./host-fs.ts";
import { HostRegular, storeRemotely } from "./host-regular.ts";

/** No directory of the host is behind it: made in a copy-on-write folder. */
const NO_FID = -1;

/** A directory of a folder of the host: filled when it is first looked at. */
export class HostDirectory extends RamDirectory {
  private readonly host: HostFs;
  private fid: number = NO_FID;
  private isFilled = true;

  constructor(fs: HostFs, file: NewFile) {
    super(fs, file);
    this.host = fs;
  }

  private get client(): NinePClient {
    return this.host.client;
  }
  private get writesThrough(): boolean {
    return this.host.writesThrough && this.fid !== NO_FID;
  }

  /** The top of the folder is behind `fid`. */
  adoptTop(fid: number): Result {
    const attributes = this.client.getattr(fid);
    if (typeof attributes === "number") return attributes;
    if ((attributes.mode & S.IFMT) !== S.IFDIR) return fail(Errno.ENOTDIR);
    this.mode = attributes.mode;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    this.adopt(fid, attributes);
    return 0;
  }

  private adopt(fid: number, attributes: RemoteAttributes): void {
    this.fid = fid;
    this.isFilled = false;
    // find(1) takes it for the number of subdirectories.
    this.nlink = Math.max(2, attributes.nlink);
    setTimes(this, attributes);
  }

  // --- What the host has

  /** Takes over the host's names, once: 0 or an error. */
  private fill(): Result {
    if (this.isFilled) return 0;
    const names = this.listRemote();
    if (typeof names === "number") return names;
    this.isFilled = true;
    this.nlink = 2;
    for (const name of names) this.takeName(name);
    return 0;
  }

  private listRemote(): string[] | Result {
    const fid = this.client.walk(this.fid);
    if (fid < 0) return fid;
    const opened = this.client.open(fid, O.RDONLY);
    const names = opened < 0 ? opened : this.client.list(fid);
    this.client.clunk(fid);
    return names;
  }

  /** Adds the file that the host calls `name`; undefined where it can not be had (any more). */
  private takeName(name: string): RamInode | undefined {
    const fid = this.client.walk(this.fid, name);
    if (fid < 0) return undefined;
    const attributes = this.client.getattr(fid);
    const inode = typeof attributes === "number" ? undefined : this.takeFile(fid, attributes);
    if (inode === undefined) {
      this.client.clunk(fid);
      return undefined;
    }
    this.addEntry(name, inode);
    if (inode.isDirectory) this.nlink++;
    return inode;
  }

  /** The inode of the file behind `fid`, which it keeps or gives back. */
  private takeFile(fid: number, attributes: RemoteAttributes): RamInode | undefined {
    if (!this.host.mayAddInode()) return undefined;
    const { mode, uid, gid } = attributes;
    const file = { mode, uid, gid, rdev: 0 };
    if ((mode & S.IFMT) === S.IFLNK) {
      const target = this.client.readlink(fid);
      if (typeof target === "number") return undefined;
      this.client.clunk(fid);
      return withTimes(new RamSymlink(this.host, target, uid, gid), attributes);
    }
    const inode = this.newInode(file);
    if (inode instanceof HostDirectory) inode.adopt(fid, attributes);
    else if (inode instanceof HostRegular) {
      inode.adopt(fid, attributes);
      inode.nlink = Math.max(1, attributes.nlink);
    } else this.client.clunk(fid);
    return withTimes(inode, attributes);
  }

  protected override newInode(file: NewFile): RamInode {
    switch (file.mode & S.IFMT) {
      case S.IFDIR:
        return new HostDirectory(this.host, file);
      case S.IFREG:
        return new HostRegular(this.host, file);
      default:
        return new RamSpecial(this.host, file);
    }
  }

  // --- Looking

  override lookup(thread: Thread | undefined, name: string): Inode | Result {
    const filled = this.fill();
    if (filled < 0) return filled;
    const known = super.lookup(thread, name);
    if (known !== -Errno.ENOENT || this.host.mode === "cow" || this.fid === NO_FID) return known;
    // Somebody on the host may have made it since.
    return this.takeName(name) ?? known;
  }

  override readdir(thread: Thread, from: number, sink: DirectorySink): Result {
    const filled = this.fill();
    if (filled < 0) return filled;
    if (from <= 2 && this.host.mode !== "cow" && this.fid !== NO_FID) this.takeNewNames();
    return super.readdir(thread, from, sink);
  }

  private takeNewNames(): void {
    const names = this.listRemote();
    if (typeof names === "number") return;
    for (const name of names) if (this.lookupName(name) === undefined) this.takeName(name);
  }

  // --- Making names

  override create(name: string, file: NewFile): RamInode | Result {
    const filled = this.fill();
    if (filled < 0) return filled;
    if (!this.writesThrough) return super.create(name, file);
    const fid = this.createRemote(name, file);
    if (fid < 0) return fid;
    const made = super.create(name, file);
    if (typeof made === "number") {
      this.client.clunk(fid);
      this.client.unlink(this.fid, name, (file.mode & S.IFMT) === S.IFDIR ? AT.REMOVEDIR : 0);
    } else if (made instanceof HostDirectory) made.fid = fid;
    else if (made instanceof HostRegular) made.adoptNew(fid);
    return made;
  }

  /** Makes the file on the host: its fid, or an error. */
  private createRemote(name: string, { mode, gid }: NewFile): number {
    const permissions = mode & S.PERMISSIONS;
    if ((mode & S.IFMT) === S.IFDIR) {
      const made = this.client.mkdir(this.fid, name, permissions, gid);
      return made < 0 ? made : this.client.walk(this.fid, name);
    }
    if ((mode & S.IFMT) !== S.IFREG) {
      return fail(Errno.EPERM, "folders of the host get no FIFOs, sockets and devices");
    }
    const fid = this.client.walk(this.fid);
    if (fid < 0) return fid;
    const made = this.client.create(fid, name, O.RDWR, permissions, gid);
    if (made < 0) this.client.clunk(fid);
    return made < 0 ? made : fid;
  }

  override symlink(name: string, target: string, uid: number, gid: number): RamInode | Result {
    const filled = this.fill();
    if (filled < 0) return filled;
    const made = this.writesThrough ? this.client.symlink(this.fid, name, target, gid) : 0;
    return made < 0 ? made : super.symlink(name, target, uid, gid);
  }

  override link(name: string, inode: Inode): Result {
    const filled = this.fill();
    if (filled < 0) return filled;
    if (!this.writesThrough) return super.link(name, inode);
    if (!(inode instanceof HostRegular) || inode.pages.fileId < 0) {
      return fail(Errno.EPERM, "only regular files of the host get second names");
    }
    const made = this.client.link(this.fid, inode.pages.fileId, name);
    return made < 0 ? made : super.link(name, inode);
  }

  override tmpfile(file: NewFile): Inode | Result {
    return this.writesThrough
      ? fail(Errno.EOPNOTSUPP, "the host makes no files without a name")
      : super.tmpfile(file);
  }

  // --- Removing and moving names

  override unlink(name: string, inode: Inode): Result {
    if (this.writesThrough) {
      const kept = keepWhileUsed(inode);
      if (kept < 0) return kept;
      const removed = this.client.unlink(this.fid, name, 0);
      if (removed < 0) return removed;
    }
    return super.unlink(name, inode);
  }

  override rmdir(name: string, inode: Inode): Result {
    const filled = inode instanceof HostDirectory ? inode.fill() : 0;
    if (filled < 0) return filled;
    if (this.writesThrough) {
      const removed = this.client.unlink(this.fid, name, AT.REMOVEDIR);
      if (removed < 0) return removed;
    }
    return super.rmdir(name, inode);
  }

  override rename(
    name: string,
    inode: Inode,
    newDirectory: Inode,
    newName: string,
    replaced: Inode | undefined,
    exchange: boolean,
  ): Result {
    if (!(newDirectory instanceof HostDirectory)) return fail(Errno.EXDEV);
    const filled = Math.min(
      newDirectory.fill(),
      replaced instanceof HostDirectory ? replaced.fill() : 0,
    );
    if (filled < 0) return filled;
    if (this.writesThrough) {
      if (exchange) return fail(Errno.EINVAL, "9P can not exchange names");
      const kept = replaced === undefined ? 0 : keepWhileUsed(replaced);
      const moved = kept < 0 ? kept : this.client.rename(this.fid, name, newDirectory.fid, newName);
      if (moved < 0) return moved;
    }
    return super.rename(name, inode, newDirectory, newName, replaced, exchange);
  }

  // --- Attributes and the end

  override storeAttributes(
    mode: number | undefined,
    atime: Timestamp | undefined,
    mtime: Timestamp | undefined,
  ): Result {
    return this.writesThrough ? storeRemotely(this.client, this.fid, mode, atime, mtime) : 0;
  }

  protected override evict(): void {
    if (this.fid !== NO_FID) this.client.clunk(this.fid);
    this.fid = NO_FID;
    super.evict();
  }
}

/** The last name of a file in use goes: brings its bytes into memory first. */
function keepWhileUsed(inode: Inode): Result {
  if (!(inode instanceof HostRegular) || inode.nlink > 1) return 0;
  return inode.openCount > 0 || inode.pages.isMapped ? inode.pages.leaveHost() : 0;
}

function withTimes<T extends RamInode>(inode: T, attributes: RemoteAttributes): T {
  setTimes(inode, attributes);
  return inode;
}

function setTimes(inode: Inode, { atime, mtime, ctime }: RemoteAttributes): void {
  inode.atime = atime;
  inode.mtime = mtime;
  inode.ctime = ctime;
}
