// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../abi/errno.ts";
import { AT, O } from "../abi/fcntl.ts";
import { StructBuffer } from "../abi/layout.ts";
import { makeDevice } from "../abi/stat.ts";
import type { Kernel } from "../kernel.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import { createDevFs } from "./devfs/devfs.ts";
import type { OpenFile } from "./file.ts";
import type { FileSystem, FileSystemType, Mounter } from "./file-system.ts";
import type { Mount } from "./mount.ts";
import { MS } from "./mount.ts";
import { MountTable } from "./mount-table.ts";
import { openExecutable, openFile } from "./open.ts";
import { Path } from "./path.ts";
import { NamelessFs, SharedInode } from "./nameless-fs.ts";
import { createLimitedRamFs, createRamFs } from "./ramfs/ramfs.ts";
import type { RamFs } from "./ramfs/ramfs.ts";
import { Stat } from "./stat.ts";
import { EPOCH, Timestamp } from "./timestamp.ts";
import { makeUuid } from "./uuid.ts";
import { Walker } from "./walker.ts";

/** Inode times move in steps of this size, so that most changes allocate no new timestamp. */
const TIMESTAMP_STEP_US = 1000;

/** What statfs(2) tells as f_type. */
const PIPEFS_MAGIC = 0x5049_5045;
const SOCKFS_MAGIC = 0x534f_434b;
const ANON_INODE_FS_MAGIC = 0x0904_1934;
const PIDFS_MAGIC = 0x5049_4446;

/** The tree of files: mounts, path names, and opening. One per kernel. */
export class Vfs {
  /** Watches of files; while there are none, nobody is told of what happens to them. */
  watchCount = 0;
  /** Joins the two events of the last rename. */
  moveCookie = 0;
  readonly kernel: Kernel;
  readonly mounts: MountTable = new MountTable();
  /** The mount at the top of the tree (rootfs, where the initramfs is unpacked). */
  readonly rootMount: Mount;
  /** The one walker of the system: a resolution is over before the next begins. */
  readonly walker: Walker;
  /** Holds what has no name in the tree: files of memfd_create(2). */
  readonly anonymous: Mount;
  /** The file system at /dev. */
  readonly devices: RamFs;
  /** Hangs nowhere: keeps `devices` while no other mount does, as on Linux. */
  readonly deviceMount: Mount;
  /** Hold what is not even memory: pipes, sockets, and what eventfd(2) and its kin open. */
  readonly pipes: NamelessFs;
  readonly sockets: NamelessFs;
  readonly anonymousInodes: NamelessFs;
  /** The one inode of those. */
  readonly anonymousInode: Path;
  /** Inodes of processes, which pidfds show (pidfd_open(2)). */
  readonly processes: NamelessFs;
  /** /proc/sys/kernel/random/boot_id: tells one boot from another. */
  readonly bootId: string = makeUuid();
  /** What stat(2) and its kin fill and copy out of; used up before the call ends. */
  readonly stat: Stat = new Stat();
  readonly scratch: StructBuffer = new StructBuffer(256);
  private readonly types: Map<string, FileSystemType> = new Map();
  private nextAnonymousDevice = 1;
  private timestamp: Timestamp = EPOCH;
  private timestampStep = -1;

  /** Who does not own a file, nor may read and write it, gives it no other name (proc_sys_fs(5)). */
  protectsHardLinks = true;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    const rootfs = createLimitedRamFs(this, "rootfs", this.takeAnonymousDevice());
    this.rootMount = this.mounts.create(rootfs, rootfs.root, "rootfs", MS.RELATIME);
    this.mounts.setTop(this.rootMount);
    const memory = createRamFs(this, "tmpfs", this.takeAnonymousDevice());
    this.anonymous = this.mounts.create(memory, memory.root, "tmpfs", MS.NOATIME);
    this.devices = createDevFs(this);
    this.deviceMount = this.mounts.create(this.devices, this.devices.root, "devtmpfs", 0);
    this.pipes = new NamelessFs(this, "pipefs", PIPEFS_MAGIC);
    this.sockets = new NamelessFs(this, "sockfs", SOCKFS_MAGIC);
    this.anonymousInodes = new NamelessFs(this, "anon_inodefs", ANON_INODE_FS_MAGIC);
    const anonymous = new SharedInode(this.anonymousInodes, 0o600);
    this.anonymousInode = this.anonymousInodes.pathOf("anon_inode", anonymous);
    this.processes = new NamelessFs(this, "pidfs", PIDFS_MAGIC);
    this.walker = new Walker(this.root);
  }

  /** A fresh st_dev for a file system without a block device: major 0. */
  takeAnonymousDevice(): number {
    return makeDevice(0, this.nextAnonymousDevice++);
  }

  /** The time for inode timestamps; the same object until the clock moves on. */
  now(): Timestamp {
    const step = Math.floor(this.kernel.clock.coarseRealtimeUs() / TIMESTAMP_STEP_US);
    if (step !== this.timestampStep) {
      this.timestampStep = step;
      this.timestamp = Timestamp.fromMicroseconds(step * TIMESTAMP_STEP_US);
    }
    return this.timestamp;
  }

  /** What `now` gave last: for comparisons in days. */
  get recentTime(): Timestamp {
    return this.timestamp;
  }

  /** The root directory, where init starts. */
  get root(): Path {
    return new Path(this.rootMount, this.rootMount.root);
  }

  // --- File systems

  registerType(type: FileSystemType): void {
    this.types.set(type.name, type);
  }
  fileSystemTypes(): Iterable<FileSystemType> {
    return this.types.values();
  }

  /** Makes a file system of the type called `typeName`; -ENODEV when there is none. */
  createFileSystem(
    typeName: string,
    source: string,
    options: string,
    mounter?: Mounter,
  ): FileSystem | Result {
    const type = this.types.get(typeName);
    if (type === undefined) {
      return fail(Errno.ENODEV, "the kernel has no file system of this type");
    }
    return type.create(this, this.takeAnonymousDevice(), source, options, mounter);
  }

  /** The system goes down: all that programs wrote reaches the disks. */
  shutdown(): void {
    for (const mount of this.mounts.list()) {
      mount.fs.shutdown();
    }
  }

  /** Mounts a file system at `at`. */
  mount(fs: FileSystem, at: Path, source: string, flags: number): Mount {
    const mount = this.mounts.create(fs, fs.root, source, flags);
    this.mounts.attach(mount, at);
    return mount;
  }

  // --- Path names

  /**
   * Resolves `pathname` from `dirfd` (or AT_FDCWD) as the thread sees the tree. `flags`: of AT,
   * SYMLINK_NOFOLLOW and EMPTY_PATH count.
   */
  resolve(thread: Thread, dirfd: number, pathname: string, flags: number): Path | Result {
    const { walker } = this;
    if (pathname === "" && (flags & AT.EMPTY_PATH) === 0) {
      return fail(Errno.ENOENT, "the path name is empty");
    }
    const begun = walker.begin(thread, dirfd, pathname);
    if (begun < 0 || pathname === "") {
      return begun < 0 ? begun : walker.here();
    }
    const walked = walker.toParent(pathname);
    if (walked < 0) {
      return walked;
    }
    const arrived = walker.toLast((flags & AT.SYMLINK_NOFOLLOW) === 0);
    return arrived < 0 ? arrived : walker.here();
  }

  /**
   * Resolves all but the last component, for calls that make, remove or rename it. The name is
   * then in `walker.last` and the walker stands in the directory, which the caller may search.
   */
  resolveParent(thread: Thread, dirfd: number, pathname: string): Result {
    if (pathname === "") {
      return fail(Errno.ENOENT, "the path name is empty");
    }
    const begun = this.walker.begin(thread, dirfd, pathname);
    return begun < 0 ? begun : this.walker.toParent(pathname);
  }

  /** The path name of `path` as seen from `root` (the system's root where absent). */
  pathName(path: Path, root: Path = this.root): string {
    return (
      pathNameFrom(path, root) ??
      pathNameFrom(path, this.root) ??
      // Not in the tree: a file of memfd_create(2), or of a mount that was taken away.
      pathNameFrom(path, new Path(path.mount, path.mount.root)) ??
      "/"
    );
  }

  /** As `pathName`, but undefined where `path` does not lie below `root` (getcwd(2)). */
  pathNameBelow(path: Path, root: Path): string | undefined {
    return pathNameFrom(path, root);
  }

  // --- Opening

  /** open(2). `mode` is for files that are made, before the umask. BLOCKED: a FIFO waits for its peer. */
  open(
    thread: Thread,
    dirfd: number,
    pathname: string,
    flags: number,
    mode: number,
  ): OpenFile | Result {
    return openFile(this, thread, dirfd, pathname, flags | O.LARGEFILE, mode, 0);
  }

  /**
   * Opens a program for execve(2) or execveat(2): checks the type and the execute permission, and
   * keeps others from writing to it until the file is released (ETXTBSY). `flags`: of AT.
   */
  openExecutable(
    thread: Thread,
    dirfd: number,
    pathname: string,
    flags: number,
  ): OpenFile | Result {
    return openExecutable(this, thread, dirfd, pathname, flags);
  }
}

/** Names from `path` up to `root`; undefined when the way up ends elsewhere. */
function pathNameFrom(path: Path, root: Path): string | undefined {
  let name = "";
  let { mount, dentry } = path;
  const suffix = dentry.unlinked ? " (deleted)" : "";
  while (dentry !== root.dentry || mount !== root.mount) {
    if (dentry === mount.root) {
      if (mount.parent === undefined || mount.mountpoint === undefined) {
        return undefined;
      }
      dentry = mount.mountpoint;
      mount = mount.parent;
    } else {
      if (dentry.parent === undefined) {
        return undefined;
      }
      name = `/${dentry.name}${name}`;
      dentry = dentry.parent;
    }
  }
  return (name === "" ? "/" : name) + suffix;
}
