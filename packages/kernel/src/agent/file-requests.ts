// SPDX-License-Identifier: MPL-2.0

import { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../abi/errno.ts";
import { AT, AT_FDCWD, O } from "../abi/fcntl.ts";
import { changeMode } from "../fs/attributes.ts";
import { makeDirectory, makeSymlink } from "../fs/create.ts";
import type { OpenFile } from "../fs/file.ts";
import type { DirectorySink } from "../fs/inode.ts";
import { removeDirectory, removeFile } from "../fs/remove.ts";
import { rename } from "../fs/rename.ts";
import type { Timestamp } from "../fs/timestamp.ts";
import type { Thread } from "../process/thread.ts";
import { BLOCKED, fail } from "../result.ts";
import type { Result } from "../result.ts";
import { DATA_BYTES_MAX, FILE_STATUS_FIELDS, GuestMessage, HostMessage } from "./protocol.ts";
import type { FileStatus } from "./protocol.ts";
import type { Outbox } from "./outbox.ts";
import { MessageWriter } from "./wire.ts";
import type { Message } from "./wire.ts";

/** Files that the host may have open at a time. */
const MAX_HANDLES = 1024;

/** Takes directory entries up to what one message holds. */
class EntryList implements DirectorySink {
  readonly entries: { readonly type: number; readonly name: string }[] = [];
  private bytes = 0;

  emit(name: string, _ino: number, type: number): boolean {
    this.bytes += 8 + name.length;
    if (this.bytes > DATA_BYTES_MAX) return false;
    if (name !== "." && name !== "..") this.entries.push({ type, name });
    return true;
  }
}

/**
 * Answers the host's requests for files, as root and one after the other. A request is polled as
 * a system call is: where it has to wait for a disk, it is made again later.
 */
export class FileRequests {
  private readonly thread: Thread;
  private readonly outbox: Outbox;
  private readonly waiting: Message[] = [];
  private readonly handles: Map<number, OpenFile> = new Map();
  private nextHandle = 1;

  /** `thread`: in whose name the requests are made; its waits are this object's alone. */
  constructor(thread: Thread, outbox: Outbox) {
    this.thread = thread;
    this.outbox = outbox;
  }

  add(message: Message): void {
    this.waiting.push(message);
  }

  /** Answers what can be answered; whether there was anything. */
  pump(): boolean {
    let any = false;
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      next.rewind();
      const outcome = this.handle(next);
      if (outcome === BLOCKED) return any;
      this.thread.restart.clear();
      this.waiting.shift();
      any = true;
      if (typeof outcome === "number") this.outbox.fail(next.id, -outcome, "");
      else this.outbox.send(outcome);
    }
    return any;
  }

  /** The reply, minus an errno, or BLOCKED. */
  private handle(message: Message): MessageWriter | Result {
    const { thread } = this;
    const { vfs } = thread.kernel;
    switch (message.type) {
      case HostMessage.OPEN:
        return this.open(message);
      case HostMessage.READ:
        return this.read(message);
      case HostMessage.WRITE:
        return this.write(message);
      case HostMessage.CLOSE:
        return this.close(message);
      case HostMessage.READ_DIRECTORY:
        return this.readDirectory(message);
      case HostMessage.STAT:
        return this.stat(message);
      case HostMessage.READLINK:
        return this.readLink(message);
      case HostMessage.MAKE_DIRECTORY: {
        const path = message.text();
        return done(message, makeDirectory(vfs, thread, AT_FDCWD, path, message.u32()));
      }
      case HostMessage.UNLINK:
        return done(message, removeFile(vfs, thread, AT_FDCWD, message.text()));
      case HostMessage.REMOVE_DIRECTORY:
        return done(message, removeDirectory(vfs, thread, AT_FDCWD, message.text()));
      case HostMessage.RENAME: {
        const from = message.text();
        const to = message.text();
        return done(message, rename(vfs, thread, AT_FDCWD, from, AT_FDCWD, to, 0));
      }
      case HostMessage.SYMLINK: {
        const target = message.text();
        return done(message, makeSymlink(vfs, thread, target, AT_FDCWD, message.text()));
      }
      case HostMessage.CHMOD: {
        const place = vfs.resolve(thread, AT_FDCWD, message.text(), 0);
        if (typeof place === "number") return place;
        return done(message, changeMode(thread, place, message.u32()));
      }
      default:
        return fail(Errno.ENOSYS, "the agent does not know the request");
    }
  }

  private open(message: Message): MessageWriter | Result {
    if (this.handles.size >= MAX_HANDLES) return fail(Errno.EMFILE);
    const path = message.text();
    // A FIFO without a peer, or a terminal without input, must not keep all others waiting.
    const flags = message.u32() | O.NONBLOCK | O.NOCTTY;
    const { vfs } = this.thread.kernel;
    const file = vfs.open(this.thread, AT_FDCWD, path, flags, message.u32());
    if (typeof file === "number") return file;
    const handle = this.nextHandle++;
    this.handles.set(handle, file);
    return reply(message).u32(handle);
  }

  private read(message: Message): MessageWriter | Result {
    const file = this.handles.get(message.u32());
    if (file === undefined) return fail(Errno.EBADF);
    const bytes = new Uint8Array(Math.min(message.u32(), DATA_BYTES_MAX));
    const count = file.read(this.thread, VmWriter.from(bytes));
    return count < 0 ? count : reply(message).rest(bytes.subarray(0, count));
  }

  private write(message: Message): MessageWriter | Result {
    const file = this.handles.get(message.u32());
    if (file === undefined) return fail(Errno.EBADF);
    const { restart } = this.thread;
    const count = file.write(this.thread, VmReader.from(message.rest(), restart.bytesDone));
    return count < 0 ? count : reply(message).u32(restart.bytesDone + count);
  }

  private close(message: Message): MessageWriter | Result {
    const handle = message.u32();
    const file = this.handles.get(handle);
    if (file === undefined) return fail(Errno.EBADF);
    this.handles.delete(handle);
    const flushed = file.flush(this.thread);
    file.release();
    return done(message, flushed);
  }

  private readDirectory(message: Message): MessageWriter | Result {
    const file = this.handles.get(message.u32());
    if (file === undefined) return fail(Errno.EBADF);
    const list = new EntryList();
    const result = file.readdir(this.thread, list);
    if (result < 0) return result;
    const answer = reply(message).u32(list.entries.length);
    for (const { type, name } of list.entries) answer.u32(type).text(name);
    return answer;
  }

  private stat(message: Message): MessageWriter | Result {
    const path = message.text();
    const { vfs } = this.thread.kernel;
    const flags = message.u32() & AT.SYMLINK_NOFOLLOW;
    const place = vfs.resolve(this.thread, AT_FDCWD, path, flags);
    const result = typeof place === "number" ? place : place.inode.stat(vfs.stat);
    if (result < 0) return result;
    const { atime, mtime, ctime, ...rest } = vfs.stat;
    const status: FileStatus = {
      ...rest,
      atimeMs: milliseconds(atime),
      mtimeMs: milliseconds(mtime),
      ctimeMs: milliseconds(ctime),
    };
    const answer = reply(message);
    for (const field of FILE_STATUS_FIELDS) answer.f64(status[field]);
    return answer;
  }

  private readLink(message: Message): MessageWriter | Result {
    const { vfs } = this.thread.kernel;
    const place = vfs.resolve(this.thread, AT_FDCWD, message.text(), AT.SYMLINK_NOFOLLOW);
    if (typeof place === "number") return place;
    const target = place.inode.readlink(this.thread);
    if (typeof target === "number") return target;
    return reply(message).rest(Uint8Array.from(target, (character) => character.charCodeAt(0)));
  }
}

function reply(message: Message): MessageWriter {
  return new MessageWriter(GuestMessage.REPLY, message.id);
}

function done(message: Message, result: Result): MessageWriter | Result {
  return result < 0 ? result : reply(message);
}

function milliseconds({ seconds, nanoseconds }: Timestamp): number {
  return seconds * 1000 + nanoseconds / 1e6;
}
