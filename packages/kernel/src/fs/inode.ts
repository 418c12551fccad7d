// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { directoryEntryType, S } from "../abi/stat.ts";
import type { Credentials } from "../process/credentials.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { OpenFile } from "./file.ts";
import type { FileLocks } from "./locks/file-locks.ts";
import type { FileSystem } from "./file-system.ts";
import { IN, notifyInode } from "./notify.ts";
import type { Leases } from "./locks/lease.ts";
import type { FileWatch } from "./notify.ts";
import type { Path } from "./path.ts";
import type { Pipe } from "./pipe/pipe.ts";
import type { UnixSocket } from "../net/unix/socket.ts";
import type { Stat } from "./stat.ts";
import type { Timestamp } from "./timestamp.ts";

/** Takes directory entries from `Inode.readdir`. */
export interface DirectorySink {
  /**
   * Takes one entry; `next` is the position after it. False when there is no room: the entry was
   * not taken and the walk stops.
   */
  emit(name: string, ino: number, type: number, next: number): boolean;
}

/** What a new file starts with. `mode` holds the type and the permissions after the umask. */
export interface NewFile {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** For device nodes. */
  readonly rdev: number;
  /** FS_*_FL of the directory, some of which are inherited. */
  readonly directoryFlags?: number;
}

/**
 * A file, whatever its type. Names are byte strings (one character per byte). The path walk
 * checks permissions, mount flags and name lengths before it calls; an inode only does the work.
 */
export abstract class Inode {
  readonly fs: FileSystem;
  readonly ino: number;
  /** st_mode: type and permissions. */
  mode: number;
  uid: number;
  gid: number;
  nlink = 1;
  /** Made by O_TMPFILE without O_EXCL: linkat(2) may give it its first name. */
  isLinkable = false;
  /** FS_*_FL (ioctl_iflags(2)): immutable, append-only and so on. */
  fileFlags = 0;
  /** Device nodes: which device. */
  rdev = 0;
  atime: Timestamp;
  mtime: Timestamp;
  ctime: Timestamp;
  btime: Timestamp;
  /** Open file descriptions of this inode; data lives while this or nlink is above zero. */
  openCount = 0;
  /** Descriptions open for writing; -1 or less counts programs running from the file (ETXTBSY). */
  writeCount = 0;
  /** FIFOs: what the open ends share. */
  fifo: Pipe | undefined = undefined;
  /** Sockets: who is bound to the name (unix(7)). */
  boundSocket: UnixSocket | undefined = undefined;
  /** Who wants to know what happens to it (inotify(7)); undefined where nobody does. */
  watches: Set<FileWatch> | undefined = undefined;
  /** F_SETLEASE; undefined until the first one. */
  leases: Leases | undefined = undefined;
  /** F_SET_RW_HINT: how long what is written is expected to live; told, and without effect. */
  writeHint = 0;
  /** flock(2) and fcntl(2) record locks, made when the first is asked for. */
  locks: FileLocks | undefined = undefined;

  protected constructor(fs: FileSystem, ino: number, mode: number, uid: number, gid: number) {
    this.fs = fs;
    this.ino = ino;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    const now = fs.now();
    this.atime = now;
    this.mtime = now;
    this.ctime = now;
    this.btime = now;
  }

  get type(): number {
    return this.mode & S.IFMT;
  }
  get isDirectory(): boolean {
    return (this.mode & S.IFMT) === S.IFDIR;
  }
  get isRegular(): boolean {
    return (this.mode & S.IFMT) === S.IFREG;
  }
  get isSymlink(): boolean {
    return (this.mode & S.IFMT) === S.IFLNK;
  }
  get entryType(): number {
    return directoryEntryType(this.mode);
  }

  /** Bytes. */
  abstract get size(): number;

  /** Storage used, in units of 512 bytes. */
  get blocks(): number {
    return 0;
  }

  /** Whether dentries of this directory's names may be kept; false where names come and go by themselves. */
  get cachesNames(): boolean {
    return true;
  }

  stat(out: Stat): Result {
    out.dev = this.fs.device;
    out.ino = this.ino;
    out.mode = this.mode;
    out.nlink = this.nlink;
    out.uid = this.uid;
    out.gid = this.gid;
    out.rdev = this.rdev;
    out.size = this.size;
    out.blockSize = 4096;
    out.blocks = this.blocks;
    out.atime = this.atime;
    out.mtime = this.mtime;
    out.ctime = this.ctime;
    out.btime = this.btime;
    out.tellsBirth = this.fs.tellsBirth;
    out.fileFlags = this.fileFlags;
    out.visibleFlags = this.visibleFlags;
    return 0;
  }

  // --- Opening

  /**
   * A new open file description with `flags` (O_*), or an error. Devices and FIFOs are opened by
   * the VFS, which calls this for the rest. `BLOCKED` asks to be called again.
   */
  open(_thread: Thread, _path: Path, _flags: number): OpenFile | Result {
    return fail(Errno.ENXIO, "the file can not be opened");
  }

  // --- Directories

  /** The inode called `name`, or -ENOENT. */
  lookup(_thread: Thread, _name: string): Inode | Result {
    return fail(Errno.ENOTDIR);
  }
  /** Makes a regular file, directory, FIFO, socket or device node. The name is free. */
  create(_name: string, _file: NewFile): Inode | Result {
    return fail(Errno.EPERM, "the file system does not make files");
  }
  symlink(_name: string, _target: string, _uid: number, _gid: number): Inode | Result {
    return fail(Errno.EPERM, "the file system does not make symbolic links");
  }
  link(_name: string, _inode: Inode): Result {
    return fail(Errno.EPERM, "the file system does not make links");
  }
  unlink(_name: string, _inode: Inode): Result {
    return fail(Errno.EPERM);
  }
  rmdir(_name: string, _inode: Inode): Result {
    return fail(Errno.EPERM);
  }
  /**
   * Moves `name` (which is `inode`) to `newName` in `newDirectory`, in place of `replaced` where
   * there is one. With `exchange` the two change places.
   */
  rename(
    _name: string,
    _inode: Inode,
    _newDirectory: Inode,
    _newName: string,
    _replaced: Inode | undefined,
    _exchange: boolean,
  ): Result {
    return fail(Errno.EPERM);
  }
  /** An unnamed regular file (O_TMPFILE). */
  tmpfile(_file: NewFile): Inode | Result {
    return fail(Errno.EOPNOTSUPP);
  }
  /** Emits entries from position `from` (2 or more; "." and ".." are the caller's). Returns 0 or an error. */
  readdir(_thread: Thread, _from: number, _sink: DirectorySink): Result {
    return fail(Errno.ENOTDIR);
  }

  // --- Symbolic links

  /** The text of a symbolic link. */
  readlink(_thread: Thread): string | Result {
    return fail(Errno.EINVAL, "not a symbolic link");
  }
  /** Where the link leads: text to walk, or the place itself (the links of /proc/PID/fd). */
  follow(thread: Thread): string | Path | Result {
    return this.readlink(thread);
  }

  // --- Data and attributes

  /** Cuts or extends a regular file; the new part reads as zeros. */
  truncate(_size: number): Result {
    return fail(Errno.EINVAL);
  }
  /** Whether mode, owner and times may be changed: 0 or an error. Called before the change. */
  mayChangeAttributes(): Result {
    return 0;
  }

  /**
   * Mode (permissions) or times are about to become these; undefined ones stay. Stores them where
   * the file system keeps such things elsewhere: 0 or an error, after which nothing is changed.
   */
  storeAttributes(
    _mode: number | undefined,
    _atime: Timestamp | undefined,
    _mtime: Timestamp | undefined,
  ): Result {
    return 0;
  }

  /** Which flags FS_IOC_GETFLAGS tells of; 0 where the file system has none (ENOTTY). */
  get visibleFlags(): number {
    return 0;
  }
  /** Sets the flags that can be set; -EOPNOTSUPP for others, where they are not left out. */
  setFileFlags(_flags: number): Result {
    return fail(Errno.ENOTTY);
  }

  /** Whether extended attributes are there to be asked for, whatever their names; if not, EOPNOTSUPP. */
  get takesXattrs(): boolean {
    return true;
  }

  /** Extended attributes; undefined where the file system has none (EOPNOTSUPP). */
  xattrs(): Map<string, Uint8Array> | undefined {
    return undefined;
  }

  /** Whether there is an attribute, asked often: makes no map where there is none. */
  hasXattr(_name: string): boolean {
    return false;
  }

  /** The map of `xattrs` was changed: stores it. 0, or an error after which the change is undone. */
  xattrsChanged(): Result {
    return 0;
  }

  /** Whether it may be opened with O_DIRECT. */
  get takesDirect(): boolean {
    return this.isRegular || this.type === S.IFBLK;
  }

  /** Directories: whether a name that is not there could be made (of procfs not one could). */
  get takesNames(): boolean {
    return true;
  }

  /** Directories and files whose permission is not a matter of their mode alone. */
  grantsBeyondMode(_credentials: Credentials): boolean {
    return false;
  }

  // --- Lifetime

  /** The last name or the last open description may have gone: frees the data when both have. */
  dropIfUnused(): void {
    if (this.nlink === 0 && this.openCount === 0) {
      if (this.watches !== undefined) notifyInode(this, IN.DELETE_SELF);
      this.evict();
    }
  }
  protected evict(): void {}
}
