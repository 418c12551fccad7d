// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { DirectoryFile } from "../directory-file.ts";
import type { OpenFile } from "../file.ts";
import type { DirectorySink, Inode, NewFile } from "../inode.ts";
import {
  directoryChanged,
  directoryRemoved,
  nameMoved,
  nameRemoved,
  namesExchanged,
} from "../link-counts.ts";
import type { Path } from "../path.ts";
import type { Timestamp } from "../timestamp.ts";
import { DirectoryEntries } from "./directory-entries.ts";
import { DIRECTORY_ENTRY_SIZE, RamInode, RamSpecial } from "./inode.ts";
import type { RamFs } from "./ramfs.ts";
import { RamRegular } from "./regular.ts";
import { RamSymlink } from "./symlink.ts";

/** A directory of a ramfs. Link counts are those of Linux: 2 and one more for each subdirectory. */
export class RamDirectory extends RamInode {
  private readonly entries: DirectoryEntries = new DirectoryEntries();

  constructor(fs: RamFs, file: NewFile) {
    super(fs, file);
    this.nlink = 2;
  }

  override get size(): number {
    return (this.entries.count + 2) * DIRECTORY_ENTRY_SIZE;
  }

  override open(_thread: Thread, path: Path, flags: number): OpenFile {
    return new DirectoryFile(path, flags);
  }

  override lookup(_thread: Thread | undefined, name: string): Inode | Result {
    return this.entries.get(name) ?? -Errno.ENOENT;
  }

  /** As `lookup`, for the kernel's own use. */
  lookupName(name: string): RamInode | undefined {
    return this.entries.get(name);
  }

  override create(name: string, file: NewFile): RamInode | Result {
    if (this.nlink === 0) {
      return fail(Errno.ENOENT, "the directory was removed");
    }
    if (!this.fs.mayAddInode()) {
      return fail(Errno.ENOSPC, "the file system has no inode left");
    }
    const inode = this.newInode(file);
    this.add(name, inode);
    return inode;
  }

  protected newInode(file: NewFile): RamInode {
    switch (file.mode & S.IFMT) {
      case S.IFDIR:
        return new RamDirectory(this.fs, file);
      case S.IFREG:
        return new RamRegular(this.fs, file);
      default:
        return new RamSpecial(this.fs, file);
    }
  }

  override symlink(name: string, target: string, uid: number, gid: number): RamInode | Result {
    if (this.nlink === 0) {
      return fail(Errno.ENOENT, "the directory was removed");
    }
    if (!this.fs.mayAddInode()) {
      return fail(Errno.ENOSPC, "the file system has no inode left");
    }
    const inode = new RamSymlink(this.fs, target, uid, gid);
    this.add(name, inode);
    return inode;
  }

  override link(name: string, inode: Inode): Result {
    if (!(inode instanceof RamInode)) {
      return fail(Errno.EXDEV);
    }
    if (this.nlink === 0) {
      return fail(Errno.ENOENT, "the directory was removed");
    }
    if (this.fs.memory.isExhausted) {
      return fail(Errno.ENOSPC, "the kernel's objects take too much memory");
    }
    this.addEntry(name, inode);
    inode.nlink++;
    inode.ctime = this.touch();
    return 0;
  }

  override unlink(name: string, inode: Inode): Result {
    this.removeEntry(name);
    nameRemoved(this, inode, this.fs.now());
    return 0;
  }

  override rmdir(name: string, inode: Inode): Result {
    if (inode instanceof RamDirectory && inode.entries.count > 0) {
      return fail(Errno.ENOTEMPTY);
    }
    this.removeEntry(name);
    directoryRemoved(this, inode, this.fs.now());
    return 0;
  }

  override rename(
    name: string,
    inode: Inode,
    newDirectory: Inode,
    newName: string,
    replaced: Inode | undefined,
    exchange: boolean,
  ): Result {
    if (!(newDirectory instanceof RamDirectory) || !(inode instanceof RamInode)) {
      return fail(Errno.EXDEV);
    }
    if (newDirectory.nlink === 0) {
      return fail(Errno.ENOENT, "the directory was removed");
    }
    if (exchange) {
      return this.exchange(name, inode, newDirectory, newName, replaced);
    }
    if (replaced instanceof RamDirectory && replaced.entries.count > 0) {
      return fail(Errno.ENOTEMPTY);
    }
    this.removeEntry(name);
    if (replaced === undefined) newDirectory.addEntry(newName, inode);
    else newDirectory.entries.replace(newName, inode);
    nameMoved(this, newDirectory, inode, replaced, this.fs.now());
    return 0;
  }

  private exchange(
    name: string,
    inode: RamInode,
    newDirectory: RamDirectory,
    newName: string,
    other: Inode | undefined,
  ): Result {
    if (!(other instanceof RamInode)) {
      return fail(Errno.ENOENT);
    }
    this.entries.replace(name, other);
    newDirectory.entries.replace(newName, inode);
    namesExchanged(this, newDirectory, inode, other, this.fs.now());
    return 0;
  }

  override tmpfile(file: NewFile): Inode | Result {
    if (!this.fs.mayAddInode()) {
      return fail(Errno.ENOSPC, "the file system has no inode left");
    }
    const inode = new RamRegular(this.fs, file);
    inode.nlink = 0;
    return inode;
  }

  override readdir(_thread: Thread, from: number, sink: DirectorySink): Result {
    const entries = this.entries.entriesInOrder;
    for (let i = this.entries.indexOf(from); i < entries.length; i++) {
      const entry = entries[i];
      if (entry === undefined || entry.removed) {
        continue;
      }
      const { inode } = entry;
      if (!sink.emit(entry.name, inode.ino, inode.entryType, entry.cookie + 1)) {
        break;
      }
    }
    return 0;
  }

  /** Takes all names out; inodes that have none left are added to `unnamed`. */
  clear(unnamed: RamInode[]): void {
    for (const { name, inode, removed } of this.entries.entriesInOrder) {
      if (removed) continue;
      this.removeEntry(name);
      inode.nlink = inode.isDirectory ? 0 : inode.nlink - 1;
      if (inode.nlink === 0) unnamed.push(inode);
    }
  }

  /** Adds a name without a word about times and link counts. */
  protected addEntry(name: string, inode: RamInode): void {
    this.fs.memory.chargeAlways(ObjectCost.NAME + name.length);
    this.entries.add(name, inode);
  }
  private removeEntry(name: string): void {
    this.fs.memory.release(ObjectCost.NAME + name.length);
    this.entries.remove(name);
  }

  private add(name: string, inode: RamInode): void {
    this.addEntry(name, inode);
    if (inode.isDirectory) {
      this.nlink++;
    }
    this.touch();
  }

  /** The directory changed now. */
  private touch(): Timestamp {
    const now = this.fs.now();
    directoryChanged(this, now);
    return now;
  }
}
