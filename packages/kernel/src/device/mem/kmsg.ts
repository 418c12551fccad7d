// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { CREATION_FLAGS, SEEK } from "../../abi/fcntl.ts";
import { POLL_READABLE, POLL_WRITABLE } from "../../abi/poll.ts";
import { OpenFile } from "../../fs/file.ts";
import type { Path } from "../../fs/path.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import { LogLevel } from "../../log.ts";
import type { KernelLog, LogListener, LogRecord } from "../../log.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Device } from "../device.ts";
import type { DeviceOpen } from "../device.ts";
import { MEM_MAJOR } from "./mem-devices.ts";

/** Longest message that a program may write (LOG_LINE_MAX of Linux). */
const MESSAGE_MAX_BYTES = 1024 - 48;

/** /dev/kmsg: the kernel's log, one record per read (Linux, ABI/testing/dev-kmsg). */
export class KmsgDevice extends Device implements LogListener {
  readonly log: KernelLog;
  readonly queue: PollQueue = new PollQueue();

  constructor(log: KernelLog) {
    super("char", MEM_MAJOR, 11, "kmsg", 0o644);
    this.log = log;
    log.subscribe(this);
  }

  logged(_record: LogRecord): void {
    this.queue.wakeAll();
  }

  open({ flags, location }: DeviceOpen): OpenFile {
    return new KmsgFile(this, flags & ~CREATION_FLAGS, location);
  }
}

class KmsgFile extends OpenFile {
  private readonly device: KmsgDevice;
  /** Sequence number of the next record to read. */
  private next: number;

  constructor(device: KmsgDevice, statusFlags: number, location: Path | undefined) {
    super(statusFlags, location);
    this.device = device;
    this.next = device.log.records[0]?.sequence ?? device.log.end;
  }

  read(thread: Thread, writer: VmWriter): Result {
    const record = this.nextRecord();
    if (record === undefined) {
      return this.nonBlocking ? fail(Errno.EAGAIN) : thread.block(this.device.queue);
    }
    if (record.sequence > this.next) {
      this.next = record.sequence;
      return fail(Errno.EPIPE, "records were overwritten before they were read");
    }
    const line = toBytes(renderRecord(record));
    if (line.length > writer.avail) return fail(Errno.EINVAL, "the record does not fit");
    if (writer.writeBytes(line) < line.length) return fail(Errno.EFAULT);
    this.next = record.sequence + 1;
    return line.length;
  }

  /** A message, with "<N>" for its level in front; facility and level in one number. */
  write(_thread: Thread, reader: VmReader): Result {
    const length = reader.remain;
    if (length > MESSAGE_MAX_BYTES) return fail(Errno.EINVAL, "the message is too long");
    const bytes = new Uint8Array(length);
    if (reader.readBytes(bytes) < length) return fail(Errno.EFAULT);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    const prefix = /^<(\d{1,5})>/.exec(text);
    const level = prefix === null ? LogLevel.WARNING : Number(prefix[1]) & 7;
    if (prefix !== null) text = text.slice(prefix[0].length);
    this.device.log.write(levelOf(level), text.endsWith("\n") ? text.slice(0, -1) : text);
    return length;
  }

  override seek(offset: number, whence: number): Result {
    if (offset !== 0) return fail(Errno.ESPIPE, "records have no offsets");
    const { log } = this.device;
    switch (whence) {
      case SEEK.SET:
        this.next = log.records[0]?.sequence ?? log.end;
        return 0;
      case SEEK.END:
        this.next = log.end;
        return 0;
      default:
        return fail(Errno.EINVAL);
    }
  }

  override poll(thread: Thread | undefined, events: number): number {
    const readable = this.next < this.device.log.end ? POLL_READABLE : 0;
    const ready = (readable | POLL_WRITABLE) & events;
    if (ready === 0 && thread !== undefined) thread.blockMore(this.device.queue);
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.device.queue];
  }

  private nextRecord(): LogRecord | undefined {
    return this.device.log.records.find((record) => record.sequence >= this.next);
  }
}

function levelOf(level: number): LogLevel {
  return Object.values(LogLevel).find((known) => known === level) ?? LogLevel.WARNING;
}

/** "level,sequence,microseconds,flags;text", control characters and lines after the first escaped. */
function renderRecord({ level, sequence, timeNs, text }: LogRecord): string {
  let escaped = "";
  for (const character of text) {
    const code = character.charCodeAt(0);
    const isPlain = code >= 32 && code < 127 && character !== "\\";
    escaped += isPlain ? character : `\\x${code.toString(16).padStart(2, "0")}`;
  }
  return `${level},${sequence},${Math.floor(timeNs / 1000)},-;${escaped}\n`;
}

function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
