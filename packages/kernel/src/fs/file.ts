// SPDX-License-Identifier: MPL-2.0

import { IN, notifyFile } from "./notify.ts";
import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { O } from "../abi/fcntl.ts";
import type { Credentials } from "../process/credentials.ts";
import type { Thread } from "../process/thread.ts";
import { fail } from "../result.ts";
import type { Result } from "../result.ts";
import type { PageSource } from "../vm/page-source.ts";
import type { DirectorySink, Inode } from "./inode.ts";
import type { Path } from "./path.ts";
import type { AsyncOwner } from "./async-owner.ts";
import type { DirectoryWatch } from "./directory-watch.ts";
import type { FileLocks } from "./locks/file-locks.ts";
import type { PollQueue } from "./poll-queue.ts";
import type { Stat } from "./stat.ts";

const NO_QUEUES: readonly never[] = [];

/** Keeps something about an open file without holding it open: epoll(7). */
export interface CloseListener {
  fileClosed(file: OpenFile): void;
}

/**
 * An open file description (open(2)): what descriptors, mappings and files in flight share.
 *
 * Reads and writes return the bytes moved, an error, or `BLOCKED` after `thread.block(...)`. They
 * move as many bytes as the writer (reader) has room for; a fault after some bytes gives the
 * count, a fault before any gives -EFAULT.
 *
 * A blocking write that has moved a part adds it to `thread.restart.bytesDone` before it returns
 * BLOCKED. When it is called again, its reader starts behind those bytes, and it returns only what
 * this last call moved: the system call adds `bytesDone`.
 */
export abstract class OpenFile {
  /** O_ACCMODE and status flags; without creation flags. */
  statusFlags: number;
  /** The file position of read(2) and write(2). */
  offset = 0;
  /** Where it was opened; undefined for files without a name (pipe(2), eventfd(2), ...). */
  readonly location: Path | undefined;
  readonly inode: Inode | undefined;
  /** Table entries, mappings and calls in progress that hold this description. */
  private references = 1;
  private deniesWrites = false;
  /** It counts as one that writes to a regular file: no program may run from that meanwhile. */
  private isWriter = false;
  /** Whose it was opened with; undefined where no program did. */
  readonly openedBy: Credentials | undefined;
  private closeListeners: Set<CloseListener> | undefined = undefined;
  /** F_SETOWN, F_SETSIG, O_ASYNC; undefined until one of them was used. */
  asyncOwner: AsyncOwner | undefined = undefined;
  /** F_SET_RW_HINT of a file without an inode of its own. */
  writeHint = 0;
  /** Locks of a file without an inode of its own. */
  locks: FileLocks | undefined = undefined;
  /** open(2) has made the file (F_CREATED_QUERY). */
  wasCreated = false;
  /** F_NOTIFY. */
  directoryWatch: DirectoryWatch | undefined = undefined;

  protected constructor(statusFlags: number, location: Path | undefined, inode?: Inode) {
    this.statusFlags = statusFlags;
    this.location = location;
    this.inode = inode ?? location?.inode;
    if (location !== undefined) {
      location.mount.hold();
    }
    this.openedBy = this.inode?.fs.kernel.currentThread?.credentials;
    if (this.inode !== undefined) {
      this.inode.openCount++;
      this.inode.fs.kernel.memory.chargeOpenFile();
      if (this.writable && this.inode.isRegular) {
        this.isWriter = true;
        this.inode.writeCount++;
        location?.mount.changeWriters(1);
      }
    }
  }

  get readable(): boolean {
    // As Linux's OPEN_FMODE: the access mode 3 permits neither.
    return ((this.statusFlags + 1) & 1) !== 0;
  }
  get writable(): boolean {
    return ((this.statusFlags + 1) & 2) !== 0;
  }
  get nonBlocking(): boolean {
    return (this.statusFlags & O.NONBLOCK) !== 0;
  }

  /** Watchers of the file have been told that it was opened (inotify(7)). */
  private notifiesClose = false;

  /** Tells watchers that a program has opened the file, and later that it was closed. */
  notifyOpen(): this {
    if (this.location !== undefined && !this.isPathOnly && !this.notifiesClose) {
      this.notifiesClose = true;
      notifyFile(this.location, IN.OPEN);
    }
    return this;
  }

  /** Where its mode and attributes are: where it was opened, or what all files of its kind share. */
  get attributePlace(): Path | undefined {
    return this.location;
  }

  /** Whether one call may ask not to wait (RWF_NOWAIT): what has to be waited for, unless it is a regular file. */
  get takesNoWait(): boolean {
    return this.inode?.isRegular !== true && this.pollQueues().length > 0;
  }

  /** Whether it tells its owner by signals (O_ASYNC): terminals, pipes, sockets and inotify do. */
  get takesAsync(): boolean {
    return false;
  }

  /** Opened with O_PATH. */
  get isPathOnly(): boolean {
    return false;
  }

  /** A program runs from the file: nobody may open it for writing until this description goes. */
  denyWrites(): void {
    if (this.inode !== undefined && !this.deniesWrites) {
      this.deniesWrites = true;
      this.inode.writeCount--;
    }
  }

  /** Programs may run from the file although this description writes to it (memfd_create(2)). */
  stopWriting(): void {
    if (this.isWriter && this.inode !== undefined) {
      this.isWriter = false;
      this.inode.writeCount--;
      this.location?.mount.changeWriters(-1);
    }
  }

  /** Holds the description once more; each `retain` needs one `release`. */
  retain(): this {
    this.references++;
    return this;
  }
  /** How many hold it: table entries, mappings, messages, calls in progress. */
  protected get referenceCount(): number {
    return this.references;
  }
  release(): void {
    this.references--;
    if (this.references === 0) {
      if (this.closeListeners !== undefined) {
        for (const listener of this.closeListeners) {
          listener.fileClosed(this);
        }
      }
      if (this.location !== undefined && this.notifiesClose) {
        notifyFile(this.location, this.writable ? IN.CLOSE_WRITE : IN.CLOSE_NOWRITE);
      }
      this.asyncOwner?.watch(false, -1);
      this.endDirectoryWatch();
      this.endLease();
      this.onLastClose();
      if (this.inode !== undefined) {
        this.releaseInode(this.inode);
      }
      // The last: with it the file system may go.
      this.location?.mount.letGo();
    }
  }

  endDirectoryWatch(): void {
    this.directoryWatch?.remove();
    this.directoryWatch = undefined;
  }

  private endLease(): void {
    const leases = this.inode?.leases;
    const lease = leases?.of(this);
    if (lease !== undefined) leases?.remove(lease);
  }

  /** Has `listener` told when the last reference goes, before anything else happens. */
  addCloseListener(listener: CloseListener): void {
    this.closeListeners ??= new Set();
    this.closeListeners.add(listener);
  }
  removeCloseListener(listener: CloseListener): void {
    this.closeListeners?.delete(listener);
  }

  private releaseInode(inode: Inode): void {
    inode.openCount--;
    inode.fs.kernel.memory.releaseOpenFile();
    if (this.deniesWrites) {
      inode.writeCount++;
    }
    this.stopWriting();
    inode.locks?.releaseOwner(this);
    inode.dropIfUnused();
  }

  /** What /proc/PID/fd shows, e.g. "/bin/sh" or "pipe:[12]". */
  path(): string {
    const location = this.location;
    return location === undefined
      ? "anon_inode:[unknown]"
      : location.mount.fs.vfs.pathName(location);
  }

  // --- Data

  /**
   * Whether it gives and takes any amount at once, without a wait: large reads and writes are then
   * made in stretches, between which others have their turn.
   */
  get isBulk(): boolean {
    return false;
  }

  /** read(2): at the offset, which it moves. The caller has checked that the file is open for reading. */
  abstract read(thread: Thread, writer: VmWriter): Result;
  /** write(2): at the offset (the end with O_APPEND), which it moves. */
  abstract write(thread: Thread, reader: VmReader): Result;
  /** pread(2). */
  readAt(_thread: Thread, _writer: VmWriter, _offset: number): Result {
    return fail(Errno.ESPIPE);
  }
  /** pwrite(2). */
  writeAt(_thread: Thread, _reader: VmReader, _offset: number): Result {
    return fail(Errno.ESPIPE);
  }
  /** lseek(2); `whence` is one of `SEEK`. */
  seek(_offset: number, _whence: number): Result {
    return fail(Errno.ESPIPE);
  }
  /** Whether the file has a position (FMODE_LSEEK). */
  get seekable(): boolean {
    return false;
  }

  // --- Readiness and control

  /**
   * The POLL* bits of `events` that hold now (POLLERR and POLLHUP always count). When `thread` is
   * given and nothing is ready, registers it on the file's queues with `thread.blockMore(queue)`.
   * Files that never block are always ready: POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM.
   */
  poll(_thread: Thread | undefined, events: number): number {
    return events & 0x145;
  }
  /**
   * The queues whose wake-ups may change what `poll` answers, for epoll(7); always the same ones.
   * Without any, the file can not be watched by epoll (EPERM).
   */
  pollQueues(): readonly PollQueue[] {
    return NO_QUEUES;
  }
  /** ioctl(2), except for the generic requests, which the system call does. */
  ioctl(_thread: Thread, _request: number, _argument: number): Result {
    return fail(Errno.ENOTTY);
  }
  /** Bytes that a read would get now (FIONREAD); -1 where the file has no such count (ENOTTY). */
  get bytesReadable(): number {
    return -1;
  }
  /** Tells that fcntl(F_SETFL) or ioctl(FIONBIO) changed `statusFlags`. */
  statusFlagsChanged(): void {}

  stat(out: Stat): Result {
    return this.inode === undefined ? fail(Errno.EBADF) : this.inode.stat(out);
  }
  /** getdents64(2): from the offset, which it moves. */
  readdir(_thread: Thread, _sink: DirectorySink): Result {
    return fail(Errno.ENOTDIR);
  }
  /** What a mapping of the file shows; undefined where the file can not be mapped (ENODEV). */
  pageSource(): PageSource | undefined {
    return undefined;
  }
  /** /dev/zero: a mapping of it is memory of its own, as without a file. */
  get mapsZeros(): boolean {
    return false;
  }
  /** The file is sealed against writes: shared mappings of it stay read-only (memfd_create(2)). */
  get forbidsWritableMappings(): boolean {
    return false;
  }
  truncate(_thread: Thread, _size: number): Result {
    return fail(Errno.EINVAL);
  }
  /** fallocate(2) on a regular file: `mode` is 0, KEEP_SIZE, or PUNCH_HOLE with KEEP_SIZE. */
  allocate(_thread: Thread, _mode: number, _start: number, _length: number): Result {
    return fail(Errno.EOPNOTSUPP);
  }
  /** fsync(2); may answer BLOCKED. */
  fsync(_thread: Thread): Result {
    return fail(Errno.EINVAL, "the file does not support synchronization");
  }
  /** close(2) of one descriptor, before it is released. Its result is close's; the descriptor goes in any case. */
  flush(_thread: Thread): Result {
    return 0;
  }
  /** The last reference has gone. */
  protected onLastClose(): void {}
  /** Extra lines of /proc/PID/fdinfo/N, each ended by a newline. */
  fdinfo(): string {
    return "";
  }
}
