// SPDX-License-Identifier: MPL-2.0

import { Timer } from "@aster/ostd";
import type { TimerHandler, VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { TFD_IOC_SET_TICKS } from "../../abi/nameless-ioctl.ts";
import { O } from "../../abi/fcntl.ts";
import { set64 } from "../../abi/layout.ts";
import { POLLIN } from "../../abi/poll.ts";
import { AnonymousFile } from "../../fs/anonymous-file.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import type { Kernel } from "../../kernel.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { ClockListener } from "../../time/clock-listeners.ts";

const COUNT_BYTES = 8;

/** timerfd_create(2): a timer whose expirations are read. */
export class TimerFile extends AnonymousFile implements TimerHandler, ClockListener {
  readonly clockId: number;
  readonly isRealtime: boolean;
  /** Monotonic time of the next expiration; 0: disarmed. */
  private deadlineNs = 0;
  private interval = 0;
  /** Since the last read, but for what `goOn` has still to add. */
  private expirations = 0;
  /**
   * It has an interval and has expired, at `deadlineNs`: it goes on when somebody asks, as on Linux, for
   * else a short interval would leave time for nothing but expirations.
   */
  private isExpired = false;
  private readonly timer: Timer = new Timer(this);
  /** The next expiration on the real-time clock, in microseconds; 0: it does not go by that clock. */
  private realtimeUs = 0;
  /** TFD_TIMER_CANCEL_ON_SET is in force. */
  private isCancelable = false;
  /** The clock was set meanwhile, and no read has told of it. */
  private isCanceled = false;
  /** The flags that it was set with, as fdinfo tells them. */
  setFlags = 0;
  private readonly queue: PollQueue = new PollQueue();

  constructor(kernel: Kernel, clockId: number, isRealtime: boolean, statusFlags: number) {
    super(kernel, O.RDWR | statusFlags, "[timerfd]");
    this.clockId = clockId;
    this.isRealtime = isRealtime;
  }

  /**
   * Arms the timer to expire when the real-time clock shows `us`, wherever that is set; with
   * `isCancelable`, setting it ends the wait with ECANCELED.
   */
  setRealtime(us: number, intervalNs: number, isCancelable: boolean): void {
    this.set(Math.max(1, this.kernel.clock.monotonicOfRealtimeUs(us)), intervalNs);
    this.realtimeUs = us;
    this.isCancelable = isCancelable;
    this.kernel.clockListeners.add(this);
  }

  clockWasSet(): void {
    if (this.deadlineNs !== 0) {
      this.timer.cancel();
      this.deadlineNs = Math.max(1, this.kernel.clock.monotonicOfRealtimeUs(this.realtimeUs));
      if (!this.isExpired) this.timer.set(this.deadlineNs);
    }
    if (!this.isCancelable) return;
    this.isCanceled = true;
    this.queue.wakeAll();
  }

  /** Arms the timer to expire at `deadlineNs` (monotonic); 0 disarms it. */
  set(deadlineNs: number, intervalNs: number): void {
    this.timer.cancel();
    this.kernel.clockListeners.remove(this);
    this.realtimeUs = 0;
    this.isCancelable = false;
    this.isCanceled = false;
    this.isExpired = false;
    this.expirations = 0;
    this.deadlineNs = deadlineNs;
    this.interval = intervalNs;
    if (deadlineNs !== 0) this.timer.set(deadlineNs);
  }

  get intervalNs(): number {
    return this.interval;
  }
  /** Until the next expiration; 0 when disarmed. */
  get remainingNs(): number {
    this.goOn();
    if (this.deadlineNs === 0) return 0;
    return Math.max(1, this.deadlineNs - this.kernel.clock.monotonicNs());
  }

  onTimer(): void {
    this.expirations += 1;
    this.isExpired = this.interval > 0;
    if (!this.isExpired) this.deadlineNs = 0;
    this.queue.wakeFor(POLLIN);
  }

  /** Counts what the timer would have expired meanwhile, and sets it to the next time. */
  private goOn(): void {
    if (!this.isExpired) return;
    this.isExpired = false;
    const late = Math.max(0, this.kernel.clock.monotonicNs() - this.deadlineNs);
    const missed = Math.floor(late / this.interval);
    this.expirations += missed;
    this.deadlineNs += (missed + 1) * this.interval;
    if (this.realtimeUs !== 0) this.realtimeUs += ((missed + 1) * this.interval) / 1000;
    this.timer.set(this.deadlineNs);
  }

  read(thread: Thread, writer: VmWriter): Result {
    if (writer.avail < COUNT_BYTES) return fail(Errno.EINVAL, "less than 8 bytes asked for");
    if (this.isCanceled) {
      this.isCanceled = false;
      this.expirations = 0;
      return fail(Errno.ECANCELED, "the clock has been set");
    }
    if (this.expirations === 0) {
      return this.nonBlocking ? fail(Errno.EAGAIN) : thread.block(this.queue);
    }
    this.goOn();
    const bytes = new Uint8Array(COUNT_BYTES);
    set64(new DataView(bytes.buffer), 0, this.expirations);
    if (writer.writeBytes(bytes) < COUNT_BYTES) return fail(Errno.EFAULT);
    this.expirations = 0;
    return COUNT_BYTES;
  }

  write(_thread: Thread, _reader: VmReader): Result {
    return fail(Errno.EINVAL, "a timer can not be written to");
  }

  /** TFD_IOC_SET_TICKS: as if it had expired so often, for checkpoints. */
  override ioctl(thread: Thread, request: number, argument: number): Result {
    if (request !== TFD_IOC_SET_TICKS) return fail(Errno.ENOTTY);
    const ticks = thread.memory.readU64(argument);
    if (ticks < 0) return fail(Errno.EFAULT);
    if (ticks === 0) return fail(Errno.EINVAL, "it can not have expired no time");
    if (this.isCanceled) return fail(Errno.ECANCELED, "the clock has been set");
    this.expirations = ticks;
    this.queue.wakeFor(POLLIN);
    return 0;
  }

  override fdinfo(): string {
    const pair = (ns: number): string => `(${Math.floor(ns / 1e9)}, ${ns % 1e9})`;
    const remainingNs = this.isExpired ? 0 : this.remainingNs;
    return (
      `clockid: ${this.clockId}\nticks: ${this.expirations}\nsettime flags: 0${this.setFlags.toString(8)}\n` +
      `it_value: ${pair(remainingNs)}\nit_interval: ${pair(this.interval)}\n`
    );
  }

  override poll(thread: Thread | undefined, events: number): number {
    const ready = (this.expirations > 0 || this.isCanceled ? POLLIN : 0) & events;
    if (ready === 0 && thread !== undefined) thread.blockMore(this.queue);
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.queue];
  }

  protected override onLastClose(): void {
    this.timer.cancel();
    this.kernel.clockListeners.remove(this);
    super.onLastClose();
  }
}
