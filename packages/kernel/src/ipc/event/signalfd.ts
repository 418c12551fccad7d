// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { O } from "../../abi/fcntl.ts";
import { set32, set64 } from "../../abi/layout.ts";
import { POLLIN } from "../../abi/poll.ts";
import { AnonymousFile } from "../../fs/anonymous-file.ts";
import type { PollQueue } from "../../fs/poll-queue.ts";
import type { Process } from "../../process/process.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import type { SignalInfo } from "../../signal/signal-info.ts";
import { SignalSet } from "../../signal/signal-set.ts";

/** struct signalfd_siginfo (signalfd(2)). */
const INFO_BYTES = 128;
const Offset = {
  signo: 0,
  errno: 4,
  code: 8,
  pid: 12,
  uid: 16,
  fd: 20,
  tid: 24,
  band: 28,
  overrun: 32,
  status: 40,
  int: 44,
  ptr: 48,
  utime: 56,
  stime: 64,
  address: 72,
} as const;

/** signalfd(2): pending signals of whoever reads, as long as they are in the mask. */
export class SignalFile extends AnonymousFile {
  /** What is read. */
  readonly mask: SignalSet = new SignalSet();
  /** Whose signals epoll hears of: those of the process that made the file. */
  private readonly process: Process;

  constructor(thread: Thread, statusFlags: number) {
    super(thread.kernel, O.RDWR | statusFlags, "[signalfd]");
    this.process = thread.process;
  }

  /** The mask changed: whoever waits looks again. */
  setMask(low: number, high: number): void {
    this.mask.set(low, high);
    this.process.signalQueue.wakeAll();
  }

  read(thread: Thread, writer: VmWriter): Result {
    if (writer.avail < INFO_BYTES) return fail(Errno.EINVAL, "no room for one record");
    const bytes = new Uint8Array(INFO_BYTES);
    let moved = 0;
    while (writer.avail >= INFO_BYTES) {
      const info = this.take(thread);
      if (info === undefined) break;
      encode(info, new DataView(bytes.buffer));
      if (writer.writeBytes(bytes) < INFO_BYTES) return moved > 0 ? moved : fail(Errno.EFAULT);
      moved += INFO_BYTES;
    }
    if (moved > 0) return moved;
    return this.nonBlocking ? fail(Errno.EAGAIN) : thread.block(thread.process.signalQueue);
  }

  write(_thread: Thread, _reader: VmReader): Result {
    return fail(Errno.EINVAL, "signals can not be written");
  }

  override poll(thread: Thread | undefined, events: number): number {
    const reader = thread ?? this.kernel.currentThread;
    const signo = reader === undefined ? 0 : this.lowest(reader);
    const ready = (signo !== 0 ? POLLIN : 0) & events;
    if (ready === 0 && thread !== undefined) thread.blockMore(thread.process.signalQueue);
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.process.signalQueue];
  }

  override fdinfo(): string {
    const hex = (half: number): string => (half >>> 0).toString(16).padStart(8, "0");
    return `sigmask:\t${hex(this.mask.high)}${hex(this.mask.low)}\n`;
  }

  private lowest(thread: Thread): number {
    const own = thread.signals.pending.set;
    const shared = thread.process.pending.set;
    const { low, high } = this.mask;
    return SignalSet.lowest((own.low | shared.low) & low, (own.high | shared.high) & high);
  }

  /** Takes a signal of the thread before one of the process. */
  private take(thread: Thread): SignalInfo | undefined {
    const { low, high } = this.mask;
    return (
      thread.signals.pending.takeLowest(low, high) ?? thread.process.pending.takeLowest(low, high)
    );
  }
}

function encode(info: SignalInfo, view: DataView): void {
  for (let at = 0; at < INFO_BYTES; at += 4) set32(view, at, 0);
  set32(view, Offset.signo, info.signo);
  set32(view, Offset.errno, info.errno);
  set32(view, Offset.code, info.code);
  set32(view, Offset.pid, info.pid);
  set32(view, Offset.uid, info.uid);
  set32(view, Offset.fd, info.fd);
  set32(view, Offset.tid, info.timerId);
  set32(view, Offset.band, info.band);
  set32(view, Offset.overrun, info.overrun);
  set32(view, Offset.status, info.status);
  set32(view, Offset.int, info.valueLow);
  set32(view, Offset.ptr, info.valueLow);
  set32(view, Offset.ptr + 4, info.valueHigh);
  set64(view, Offset.utime, info.utime);
  set64(view, Offset.stime, info.stime);
  set64(view, Offset.address, info.address);
}
