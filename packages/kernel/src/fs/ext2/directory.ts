// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { S } from "../../abi/stat.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { bytesOf } from "../byte-string.ts";
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
import { DirectoryIndex } from "./directory-index.ts";
import { diskTypeOf, entryTypeOf } from "./entry-type.ts";
import { Ext2Inode } from "./inode.ts";
import { Entry, FLAG_INDEX, LINK_MAX } from "./layout.ts";
import { Ext2Symlink } from "./symlink.ts";

/** A directory: names in its blocks, and an index of them in memory once they were read. */
export class Ext2Directory extends Ext2Inode {
  private bytes = 0;
  private index: DirectoryIndex | undefined = undefined;

  override get size(): number {
    return this.bytes;
  }
  override setSize(bytes: number): void {
    this.bytes = bytes;
  }

  override open(_thread: Thread, path: Path, flags: number): OpenFile {
    return new DirectoryFile(path, flags);
  }

  override lookup(_thread: Thread, name: string): Inode | Result {
    const names = this.names();
    if (typeof names === "number") return names;
    const place = names.get(name);
    return place === undefined ? -Errno.ENOENT : this.fs.inode(place.ino);
  }

  override readdir(_thread: Thread, from: number, sink: DirectorySink): Result {
    const names = this.names();
    if (typeof names === "number") return names;
    return names.list(from, (name, ino, type, next) =>
      sink.emit(name, ino, entryTypeOf(type), next),
    );
  }

  // --- Making names

  override create(name: string, file: NewFile): Inode | Result {
    const isDirectory = (file.mode & S.IFMT) === S.IFDIR;
    if (isDirectory && this.nlink >= LINK_MAX) {
      return fail(Errno.EMLINK, "the directory has too many subdirectories");
    }
    const names = this.namesToChange();
    if (typeof names === "number") return names;
    const made = this.fs.newInode(this, file);
    if (typeof made === "number") return made;
    if (made instanceof Ext2Directory) {
      const started = made.start(this.ino);
      if (started < 0) return this.undo(made, started);
    }
    return this.addNew(names, name, made);
  }

  override symlink(name: string, target: string, uid: number, gid: number): Inode | Result {
    const names = this.namesToChange();
    if (typeof names === "number") return names;
    const made = this.fs.newInode(this, { mode: S.IFLNK | 0o777, uid, gid, rdev: 0 });
    if (typeof made === "number") return made;
    const stored = made instanceof Ext2Symlink ? made.setTarget(target) : -Errno.EIO;
    return stored < 0 ? this.undo(made, stored) : this.addNew(names, name, made);
  }

  override tmpfile(file: NewFile): Inode | Result {
    const made = this.fs.newInode(this, file);
    if (typeof made !== "number") made.nlink = 0;
    return made;
  }

  override link(name: string, inode: Inode): Result {
    if (!(inode instanceof Ext2Inode)) return fail(Errno.EXDEV);
    if (inode.nlink >= LINK_MAX) return fail(Errno.EMLINK, "the file has too many names");
    const names = this.namesToChange();
    if (typeof names === "number") return names;
    const added = names.add(name, inode.ino, diskTypeOf(inode.mode));
    if (added < 0) return added;
    inode.nlink++;
    inode.ctime = this.touch();
    return 0;
  }

  private addNew(names: DirectoryIndex, name: string, made: Ext2Inode): Inode | Result {
    const added = names.add(name, made.ino, diskTypeOf(made.mode));
    if (added < 0) return this.undo(made, added);
    if (made.isDirectory) this.nlink++;
    this.touch();
    return made;
  }

  /** A new file could not get its name after all. */
  private undo(made: Ext2Inode, result: Result): Result {
    made.nlink = 0;
    made.dropIfUnused();
    return result;
  }

  // --- Removing names

  override unlink(name: string, inode: Inode): Result {
    const names = this.namesToChange();
    if (typeof names === "number") return names;
    const removed = names.remove(name);
    if (removed < 0) return removed;
    nameRemoved(this, inode, this.fs.now());
    return 0;
  }

  override rmdir(name: string, inode: Inode): Result {
    const names = this.namesToChange();
    if (typeof names === "number") return names;
    const empty = inode instanceof Ext2Directory ? inode.mustBeEmpty() : 0;
    if (empty < 0) return empty;
    const removed = names.remove(name);
    if (removed < 0) return removed;
    directoryRemoved(this, inode, this.fs.now());
    return 0;
  }

  private mustBeEmpty(): Result {
    const names = this.names();
    if (typeof names === "number") return names;
    return names.count > 0 ? fail(Errno.ENOTEMPTY) : 0;
  }

  // --- Moving names

  override rename(
    name: string,
    inode: Inode,
    newDirectory: Inode,
    newName: string,
    replaced: Inode | undefined,
    exchange: boolean,
  ): Result {
    if (!(newDirectory instanceof Ext2Directory) || !(inode instanceof Ext2Inode)) {
      return fail(Errno.EXDEV);
    }
    const from = this.namesToChange();
    if (typeof from === "number") return from;
    const to = newDirectory === this ? from : newDirectory.namesToChange();
    if (typeof to === "number") return to;
    if (exchange) return this.exchange(from, name, inode, newDirectory, to, newName, replaced);
    if (replaced instanceof Ext2Directory) {
      const empty = replaced.mustBeEmpty();
      if (empty < 0) return empty;
    }
    const movesUp = inode.isDirectory && newDirectory !== this;
    if (movesUp && replaced === undefined && newDirectory.nlink >= LINK_MAX) {
      return fail(Errno.EMLINK, "the directory has too many subdirectories");
    }
    const placed =
      replaced === undefined
        ? to.add(newName, inode.ino, diskTypeOf(inode.mode))
        : to.replace(newName, inode.ino, diskTypeOf(inode.mode));
    if (placed < 0) return placed;
    // The new name is on the disk before the old one goes, so that no power cut loses the file.
    this.fs.writeBefore(to.blockOf(newName), from.blockOf(name));
    from.remove(name);
    if (movesUp && inode instanceof Ext2Directory) inode.setParent(newDirectory.ino);
    nameMoved(this, newDirectory, inode, replaced, this.fs.now());
    return 0;
  }

  private exchange(
    from: DirectoryIndex,
    name: string,
    inode: Ext2Inode,
    newDirectory: Ext2Directory,
    to: DirectoryIndex,
    newName: string,
    other: Inode | undefined,
  ): Result {
    if (!(other instanceof Ext2Inode)) return fail(Errno.ENOENT);
    from.replace(name, other.ino, diskTypeOf(other.mode));
    to.replace(newName, inode.ino, diskTypeOf(inode.mode));
    if (newDirectory !== this) {
      if (inode instanceof Ext2Directory) inode.setParent(newDirectory.ino);
      if (other instanceof Ext2Directory) other.setParent(this.ino);
    }
    namesExchanged(this, newDirectory, inode, other, this.fs.now());
    return 0;
  }

  // --- The names themselves

  private names(): DirectoryIndex | Result {
    if (this.index !== undefined) return this.index;
    const read = DirectoryIndex.read(this);
    if (typeof read !== "number") this.index = read;
    return read;
  }

  /** The names, for one who will change them. */
  private namesToChange(): DirectoryIndex | Result {
    if (this.nlink === 0) return fail(Errno.ENOENT, "the directory was removed");
    // A tree of hashes that Linux's ext4 keeps would be wrong after the change.
    this.fileFlags &= ~FLAG_INDEX;
    return this.names();
  }

  /** Gives a new directory its first block, with "." and "..". */
  private start(parent: number): Result {
    const names = DirectoryIndex.start(this, parent);
    if (typeof names === "number") return names;
    this.index = names;
    this.nlink = 2;
    return 0;
  }

  /** The directory was moved: ".." leads elsewhere. */
  private setParent(parent: number): void {
    const names = this.names();
    if (typeof names === "number") return;
    names.patchFirst(Entry.INODE, bytesOf(".."), parent);
  }

  /** The directory changed now. */
  private touch(): Timestamp {
    const now = this.fs.now();
    directoryChanged(this, now);
    return now;
  }
}
