// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { O } from "../../abi/fcntl.ts";
import { set32, StructBuffer } from "../../abi/layout.ts";
import { POLL_READABLE } from "../../abi/poll.ts";
import { AnonymousFile } from "../../fs/anonymous-file.ts";
import { bytesOf } from "../../fs/byte-string.ts";
import type { Inode } from "../../fs/inode.ts";
import { IN } from "../../fs/notify.ts";
import type { FileWatch } from "../../fs/notify.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import type { Kernel } from "../../kernel.ts";
import { ObjectCost } from "../../kernel-memory.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";

/** fs.inotify.max_queued_events. */
export const MAX_QUEUED_EVENTS = 16_384;
export const IN_EXCL_UNLINK = 0x0400_0000;
export const IN_ONESHOT = 0x8000_0000;

/** struct inotify_event: wd, mask, cookie, len, then the name and zeros. */
const EVENT_BYTES = 16;

/** One event that waits to be read. */
interface InotifyEvent {
  readonly wd: number;
  readonly mask: number;
  readonly cookie: number;
  readonly name: string;
}

/** A watch of one file for one inotify descriptor. */
export class InotifyWatch implements FileWatch {
  readonly owner: InotifyFile;
  readonly wd: number;
  readonly inode: Inode;
  /** Events that are wanted, and IN_ONESHOT and IN_EXCL_UNLINK. */
  mask: number;

  constructor(owner: InotifyFile, wd: number, inode: Inode, mask: number) {
    this.owner = owner;
    this.wd = wd;
    this.inode = inode;
    this.mask = mask;
  }

  notify(told: number, cookie: number, name: string, isUnlinked: boolean): void {
    const { owner, wd } = this;
    // As Linux, which does not say of these whether it was a directory.
    const mask = (told & (IN.DELETE_SELF | IN.MOVE_SELF)) === 0 ? told : told & ~IN.ISDIR;
    const isLast = (mask & (IN.DELETE_SELF | IN.UNMOUNT)) !== 0;
    const isWanted =
      (this.mask & mask & IN.ALL_EVENTS) !== 0 &&
      !(isUnlinked && (this.mask & IN_EXCL_UNLINK) !== 0);
    if (isWanted || (mask & IN.UNMOUNT) !== 0) owner.add({ wd, mask, cookie, name });
    if (isLast || (isWanted && (this.mask & IN_ONESHOT) !== 0)) owner.removeWatch(this);
  }
}

/** inotify_init(2). */
export class InotifyFile extends AnonymousFile {
  private readonly watches = new Map<number, InotifyWatch>();
  private events: InotifyEvent[] = [];
  private nextWd = 1;
  private readonly queue: PollQueue = new PollQueue();

  constructor(kernel: Kernel, statusFlags: number) {
    super(kernel, O.RDONLY | statusFlags, "inotify");
  }

  override get takesAsync(): boolean {
    return true;
  }

  override path(): string {
    return "anon_inode:inotify";
  }

  // --- Watches

  /** The watch of `inode`, if this descriptor has one. */
  watchOf(inode: Inode): InotifyWatch | undefined {
    for (const watch of inode.watches ?? []) {
      if (watch instanceof InotifyWatch && watch.owner === this) return watch;
    }
    return undefined;
  }

  findWatch(wd: number): InotifyWatch | undefined {
    return this.watches.get(wd);
  }

  /** The number of a new watch; -ENOSPC when the kernel's objects take too much memory. */
  addWatch(inode: Inode, mask: number): Result {
    if (!this.kernel.memory.charge(ObjectCost.EPOLL_ENTRY)) {
      return fail(Errno.ENOSPC, "there are too many watches");
    }
    const watch = new InotifyWatch(this, this.nextWd++, inode, mask);
    this.watches.set(watch.wd, watch);
    inode.watches ??= new Set();
    inode.watches.add(watch);
    inode.fs.watches.add(watch);
    this.kernel.vfs.watchCount++;
    return watch.wd;
  }

  /** Ends a watch, and says so to the reader. */
  removeWatch(watch: InotifyWatch): void {
    if (!this.watches.delete(watch.wd)) return;
    this.forget(watch);
    this.add({ wd: watch.wd, mask: IN.IGNORED, cookie: 0, name: "" });
  }

  private forget(watch: InotifyWatch): void {
    const { inode } = watch;
    inode.watches?.delete(watch);
    inode.fs.watches.delete(watch);
    if (inode.watches?.size === 0) inode.watches = undefined;
    this.kernel.vfs.watchCount--;
    this.kernel.memory.release(ObjectCost.EPOLL_ENTRY);
  }

  protected override onLastClose(): void {
    for (const watch of this.watches.values()) this.forget(watch);
    this.watches.clear();
    this.events = [];
    super.onLastClose();
  }

  // --- Events

  add(event: InotifyEvent): void {
    const last = this.events.at(-1);
    if (last !== undefined && isSame(last, event)) return;
    if (this.events.length > MAX_QUEUED_EVENTS) return;
    this.events.push(
      this.events.length === MAX_QUEUED_EVENTS
        ? { wd: -1, mask: IN.Q_OVERFLOW, cookie: 0, name: "" }
        : event,
    );
    this.queue.wakeAll();
  }

  read(thread: Thread, writer: VmWriter): Result {
    const [first] = this.events;
    if (first === undefined) {
      return this.nonBlocking ? fail(Errno.EAGAIN) : thread.block(this.queue);
    }
    if (writer.avail < sizeOf(first)) return fail(Errno.EINVAL, "no room for the next event");
    let moved = 0;
    let taken = 0;
    for (const event of this.events) {
      const size = sizeOf(event);
      if (writer.avail < size) break;
      if (writer.writeBytes(encode(event)) < size) break;
      moved += size;
      taken++;
    }
    this.events.splice(0, taken);
    return moved > 0 ? moved : fail(Errno.EFAULT);
  }

  write(_thread: Thread, _reader: VmReader): Result {
    return fail(Errno.EBADF);
  }

  override poll(thread: Thread | undefined, events: number): number {
    const ready = (this.events.length > 0 ? POLL_READABLE : 0) & events;
    if (ready === 0 && thread !== undefined) thread.blockMore(this.queue);
    return ready;
  }
  override pollQueues(): readonly PollQueue[] {
    return [this.queue];
  }

  override get bytesReadable(): number {
    return this.events.reduce((sum, event) => sum + sizeOf(event), 0);
  }

  override fdinfo(): string {
    let text = "";
    for (const { wd, inode, mask } of this.watches.values()) {
      const [ino, device] = [inode.ino.toString(16), inode.fs.device.toString(16)];
      text += `inotify wd:${wd.toString(16)} ino:${ino} sdev:${device} `;
      text += `mask:${(mask >>> 0).toString(16)} ignored_mask:0 \n`;
    }
    return text;
  }
}

function isSame(a: InotifyEvent, b: InotifyEvent): boolean {
  return a.mask === b.mask && a.wd === b.wd && a.cookie === b.cookie && a.name === b.name;
}

/** Names end with a NUL and are filled up to the size of an event. */
function sizeOf({ name }: InotifyEvent): number {
  const length = name === "" ? 0 : Math.ceil((name.length + 1) / EVENT_BYTES) * EVENT_BYTES;
  return EVENT_BYTES + length;
}

function encode(event: InotifyEvent): Uint8Array {
  const { bytes, view } = new StructBuffer(sizeOf(event));
  set32(view, 0, event.wd);
  set32(view, 4, event.mask);
  set32(view, 8, event.cookie);
  set32(view, 12, bytes.length - EVENT_BYTES);
  bytes.set(bytesOf(event.name), EVENT_BYTES);
  return bytes;
}
