// SPDX-License-Identifier: MPL-2.0

import { VmWriter, WaitQueue } from "@aster/ostd";
import type { VmReader } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import type { KernelMemory } from "../../kernel-memory.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";
import { POLL_READABLE, POLL_WRITABLE } from "../../abi/poll.ts";
import { PollQueue } from "../poll-queue.ts";
import { PageSlots } from "./page-slots.ts";
import { PipeRing } from "./ring.ts";

/** Writes of up to this many bytes are not mixed with others (pipe(7)). */
export const PIPE_BUF = 4096;
export const DEFAULT_CAPACITY = 65_536;
/** /proc/sys/fs/pipe-max-size: what F_SETPIPE_SZ gives without CAP_SYS_RESOURCE. */
export const MAX_CAPACITY = 1_048_576;

/** What the two ends of a pipe or FIFO share (pipe(7)). */
export class Pipe {
  readonly ring: PipeRing;
  private readonly slots: PageSlots = new PageSlots(DEFAULT_CAPACITY / PIPE_BUF);
  /** Open ends; a FIFO opened for both counts in both. */
  readers = 0;
  writers = 0;
  /** Times an end was opened: how a FIFO's open(2) sees a peer that came and went. */
  readerOpens = 0;
  writerOpens = 0;
  /** Readers wait for bytes or for the last writer's end; pollers of a read end too. */
  readonly readQueue: PollQueue = new PollQueue();
  readonly writeQueue: PollQueue = new PollQueue();
  /** open(2) of a FIFO waits for its peer. */
  readonly openQueue: WaitQueue = new WaitQueue();

  constructor(memory: KernelMemory) {
    this.ring = new PipeRing(DEFAULT_CAPACITY, memory);
  }

  openEnd(reads: boolean, writes: boolean): void {
    if (reads) {
      this.readers++;
      this.readerOpens++;
    }
    if (writes) {
      this.writers++;
      this.writerOpens++;
    }
    this.openQueue.wakeAll();
  }

  closeEnd(reads: boolean, writes: boolean): void {
    if (reads) {
      this.readers--;
      if (this.readers === 0) {
        this.writeQueue.wakeAll();
      }
    }
    if (writes) {
      this.writers--;
      if (this.writers === 0) {
        this.readQueue.wakeAll();
      }
    }
    if (this.readers === 0 && this.writers === 0) {
      this.slots.remove(this.ring.length);
      this.ring.clear();
    }
  }

  get isWritable(): boolean {
    return !this.slots.isFull;
  }

  read(thread: Thread, writer: VmWriter, nonBlocking: boolean): Result {
    if (writer.avail === 0) {
      return 0;
    }
    if (this.ring.length === 0) {
      if (this.writers === 0) {
        return 0;
      }
      return nonBlocking ? -Errno.EAGAIN : thread.block(this.readQueue);
    }
    const wasWritable = this.isWritable;
    const moved = this.slots.hasPackets
      ? this.readPacket(writer)
      : this.ring.drain(writer, writer.avail);
    this.slots.remove(moved);
    if (!wasWritable && this.isWritable) {
      this.writeQueue.wakeFor(POLL_WRITABLE);
    }
    return moved > 0 ? moved : fail(Errno.EFAULT);
  }

  /** Reads up to the end of a packet; what does not fit of it is lost. */
  private readPacket(writer: VmWriter): number {
    const { taken, extra } = this.slots.readable(writer.avail);
    const moved = this.ring.drain(writer, taken);
    if (moved === taken && extra > 0) {
      this.ring.skip(extra);
      this.slots.remove(extra);
    }
    return moved;
  }

  /** See `OpenFile.write`: `reader` starts behind `thread.restart.bytesDone`. */
  write(thread: Thread, reader: VmReader, nonBlocking: boolean, isPacket = false): Result {
    if (reader.remain === 0) {
      return 0;
    }
    if (this.readers === 0) {
      thread.sendPipeSignal();
      return fail(Errno.EPIPE, "nobody has the pipe open for reading");
    }
    const isStart = thread.restart.bytesDone === 0;
    const count = reader.remain;
    const wanted = this.slots.roomFor(count, isStart);
    const mustBeWhole = isStart && count <= PIPE_BUF;
    let moved = 0;
    if (wanted > 0 && !(mustBeWhole && wanted < count)) {
      moved = this.ring.fill(reader, wanted);
      if (moved < 0) {
        return fail(Errno.ENOMEM, "the kernel's objects take too much memory");
      }
      this.slots.add(count, isStart, moved, isPacket);
      if (moved > 0 && this.readQueue.isWatched) {
        this.readQueue.wakeFor(POLL_READABLE);
      }
      if (moved < wanted) {
        return moved > 0 ? moved : fail(Errno.EFAULT);
      }
    }
    if (reader.remain === 0) {
      return moved;
    }
    if (nonBlocking) {
      return moved > 0 ? moved : -Errno.EAGAIN;
    }
    thread.restart.bytesDone += moved;
    return thread.block(this.writeQueue);
  }

  // --- splice(2) and tee(2)

  /** How many bytes a write would find room for; 0 where it would wait. */
  get room(): number {
    return this.slots.isFull ? 0 : this.slots.roomFor(this.ring.capacity, true);
  }

  /** Copies the first bytes, which stay: how many it were. */
  peek(bytes: Uint8Array): number {
    return this.ring.copyTo(VmWriter.from(bytes), bytes.length);
  }

  /** Drops the first `count` bytes, which were peeked at. */
  consume(count: number): void {
    const wasWritable = this.isWritable;
    this.ring.skip(count);
    this.slots.remove(count);
    if (!wasWritable && this.isWritable) this.writeQueue.wakeFor(POLL_WRITABLE);
  }

  /** fcntl(F_SETPIPE_SZ): the new capacity, a power of two of pages. */
  resize(thread: Thread, size: number): Result {
    if (size < 0 || size > 0x8000_0000) {
      return fail(Errno.EINVAL);
    }
    let capacity = PIPE_BUF;
    while (capacity < size) {
      capacity *= 2;
    }
    if (
      capacity > MAX_CAPACITY &&
      capacity > this.ring.capacity &&
      !thread.credentials.has(Capability.SYS_RESOURCE)
    ) {
      return fail(Errno.EPERM, "the capacity is above pipe-max-size");
    }
    if (capacity < this.slots.used * PIPE_BUF) {
      return fail(Errno.EBUSY, "the pipe holds more than that");
    }
    this.ring.setCapacity(capacity);
    this.slots.limit = capacity / PIPE_BUF;
    if (this.isWritable) {
      this.writeQueue.wakeAll();
    }
    return capacity;
  }
}
