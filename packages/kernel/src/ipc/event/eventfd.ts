// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { O } from "../../abi/fcntl.ts";
import { POLLIN, POLLOUT } from "../../abi/poll.ts";
import { AnonymousFile } from "../../fs/anonymous-file.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import type { Kernel } from "../../kernel.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";

const COUNTER_BYTES = 8;
const TWO_32 = 0x1_0000_0000;
const ALL_ONES = 0xffff_ffff;

/** eventfd(2): a 64-bit counter, kept in two halves; at most 2^64 - 2. */
export class EventFile extends AnonymousFile {
  private low: number;
  private high = 0;
  private readonly isSemaphore: boolean;
  private readonly readQueue: PollQueue = new PollQueue();
  private readonly writeQueue: PollQueue = new PollQueue();
  private readonly bytes: Uint8Array = new Uint8Array(COUNTER_BYTES);
  private readonly view: DataView = new DataView(this.bytes.buffer);

  constructor(kernel: Kernel, initial: number, isSemaphore: boolean, statusFlags: number) {
    super(kernel, O.RDWR | statusFlags, "[eventfd]");
    this.low = initial;
    this.isSemaphore = isSemaphore;
  }

  read(thread: Thread, writer: VmWriter): Result {
    if (writer.avail < COUNTER_BYTES) return fail(Errno.EINVAL, "less than 8 bytes asked for");
    if (this.isZero) return this.nonBlocking ? fail(Errno.EAGAIN) : thread.block(this.readQueue);
    this.view.setUint32(0, this.isSemaphore ? 1 : this.low, true);
    this.view.setUint32(4, this.isSemaphore ? 0 : this.high, true);
    if (writer.writeBytes(this.bytes) < COUNTER_BYTES) return fail(Errno.EFAULT);
    if (this.isSemaphore) this.decrement();
    else this.set(0, 0);
    this.writeQueue.wakeFor(POLLOUT);
    return COUNTER_BYTES;
  }

  write(thread: Thread, reader: VmReader): Result {
    if (reader.remain < COUNTER_BYTES) return fail(Errno.EINVAL, "less than 8 bytes given");
    if (reader.readBytes(this.bytes) < COUNTER_BYTES) return fail(Errno.EFAULT);
    const addLow = this.view.getUint32(0, true);
    const addHigh = this.view.getUint32(4, true);
    if (addLow === ALL_ONES && addHigh === ALL_ONES) return fail(Errno.EINVAL);
    const sum = this.low + addLow;
    const carry = sum >= TWO_32 ? 1 : 0;
    const low = sum - carry * TWO_32;
    const high = this.high + addHigh + carry;
    if (high >= TWO_32 || (high === ALL_ONES && low === ALL_ONES)) {
      return this.nonBlocking ? fail(Errno.EAGAIN) : thread.block(this.writeQueue);
    }
    this.set(low, high);
    if (!this.isZero) this.readQueue.wakeFor(POLLIN);
    return COUNTER_BYTES;
  }

  override poll(thread: Thread | undefined, events: number): number {
    const isFull = this.high === ALL_ONES && this.low >= ALL_ONES - 1;
    const readable = this.isZero ? 0 : POLLIN;
    const ready = (readable | (isFull ? 0 : POLLOUT)) & events;
    if (ready === 0 && thread !== undefined) {
      thread.blockMore(this.readQueue);
      thread.blockMore(this.writeQueue);
    }
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.readQueue, this.writeQueue];
  }

  override fdinfo(): string {
    const high = this.high === 0 ? "" : this.high.toString(16);
    const low = this.low.toString(16).padStart(high === "" ? 0 : 8, "0");
    return `eventfd-count: ${(high + low).padStart(16, " ")}\neventfd-semaphore: ${this.isSemaphore ? 1 : 0}\n`;
  }

  private get isZero(): boolean {
    return this.low === 0 && this.high === 0;
  }

  private set(low: number, high: number): void {
    this.low = low;
    this.high = high;
  }

  private decrement(): void {
    if (this.low === 0) this.set(ALL_ONES, this.high - 1);
    else this.low--;
  }
}
