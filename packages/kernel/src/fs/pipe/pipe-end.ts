// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { O } from "../../abi/fcntl.ts";
import { POLLERR, POLLHUP, POLL_READABLE, POLL_WRITABLE } from "../../abi/poll.ts";
import type { Thread } from "../../process/thread.ts";
import type { Result } from "../../result.ts";
import { touchAccessTime } from "../access-time.ts";
import { OpenFile } from "../file.ts";
import { IN, notifyFile } from "../notify.ts";
import type { Path } from "../path.ts";
import type { PollQueue } from "../poll-queue.ts";
import type { Pipe } from "./pipe.ts";

/** An end of a pipe, or an open FIFO, which may be both ends. */
export class PipeEnd extends OpenFile {
  override readonly location: Path;
  readonly pipe: Pipe;
  /** `pipe.writerOpens` when this was opened: a FIFO hangs up only after a writer was there. */
  private readonly writersSeen: number;
  private readonly name: string | undefined;

  /** `name` is for pipes, which have no path name. */
  constructor(pipe: Pipe, location: Path, statusFlags: number, name?: string) {
    super(statusFlags, location);
    this.location = location;
    this.pipe = pipe;
    this.name = name;
    pipe.openEnd(this.readable, this.writable);
    this.writersSeen = name === undefined && pipe.writers === 0 ? pipe.writerOpens : -1;
  }

  override get takesAsync(): boolean {
    return true;
  }

  override path(): string {
    return this.name ?? super.path();
  }

  read(thread: Thread, writer: VmWriter): Result {
    const moved = this.pipe.read(thread, writer, this.nonBlocking);
    if (moved > 0) {
      touchAccessTime(this.location, this.statusFlags);
    }
    return moved;
  }

  write(thread: Thread, reader: VmReader): Result {
    const isPacket = (this.statusFlags & O.DIRECT) !== 0;
    const moved = this.pipe.write(thread, reader, this.nonBlocking, isPacket);
    if (moved > 0) {
      notifyFile(this.location, IN.MODIFY);
      const { inode } = this.location;
      const now = inode.fs.now();
      inode.mtime = now;
      inode.ctime = now;
    }
    return moved;
  }

  override poll(thread: Thread | undefined, events: number): number {
    const { pipe } = this;
    let ready = 0;
    if (this.readable) {
      if (pipe.ring.length > 0) {
        ready |= POLL_READABLE;
      }
      if (pipe.writers === 0 && pipe.writerOpens !== this.writersSeen) {
        ready |= POLLHUP;
      }
    }
    if (this.writable) {
      if (pipe.isWritable) {
        ready |= POLL_WRITABLE;
      }
      if (pipe.readers === 0) {
        ready |= POLLERR;
      }
    }
    ready &= events | POLLERR | POLLHUP;
    if (ready === 0 && thread !== undefined) {
      if (this.readable) {
        thread.blockMore(pipe.readQueue);
      }
      if (this.writable) {
        thread.blockMore(pipe.writeQueue);
      }
    }
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    const { pipe } = this;
    if (!this.writable) {
      return [pipe.readQueue];
    }
    return this.readable ? [pipe.readQueue, pipe.writeQueue] : [pipe.writeQueue];
  }

  /** Bytes that a read would get (FIONREAD). */
  override get bytesReadable(): number {
    return this.pipe.ring.length;
  }

  protected override onLastClose(): void {
    this.pipe.closeEnd(this.readable, this.writable);
  }
}
