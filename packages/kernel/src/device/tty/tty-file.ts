// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { POLL_ALWAYS, POLL_READABLE, POLL_WRITABLE, POLLERR, POLLHUP } from "../../abi/poll.ts";
import { SIGTTIN, SIGTTOU } from "../../abi/signal.ts";
import { TIOCSPGRP, TOSTOP } from "../../abi/termios.ts";
import { OpenFile } from "../../fs/file.ts";
import type { Path } from "../../fs/path.ts";
import type { PollQueue } from "../../fs/poll-queue.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { checkForeground } from "./job-control.ts";
import { ttyIoctl } from "./tty-ioctl.ts";
import type { Tty } from "./tty.ts";

/** Output is announced as possible while fewer bytes than this wait in the device. */
const WAKEUP_BYTES = 256;

/** An open terminal. */
export class TtyFile extends OpenFile {
  readonly tty: Tty;
  /** Opened as /dev/console: survives hangups, as init's files must. */
  private readonly isConsole: boolean;
  private isHungUp = false;

  constructor(tty: Tty, statusFlags: number, location: Path | undefined, isConsole: boolean) {
    super(statusFlags, location);
    this.tty = tty;
    this.isConsole = isConsole;
    tty.addFile(this);
  }

  override get takesAsync(): boolean {
    return true;
  }

  /** The line has gone. */
  hangUp(): void {
    if (!this.isConsole) this.isHungUp = true;
  }

  get hungUp(): boolean {
    return this.isHungUp;
  }

  read(thread: Thread, writer: VmWriter): Result {
    if (this.isHungUp) {
      // Who waited is told that the other side has gone; who comes later finds the end.
      const hasWaited = thread.restart.entered && this.tty.otherClosed;
      return hasWaited ? fail(Errno.EIO, "the other side of the pty was closed") : 0;
    }
    const allowed = checkForeground(thread, this.tty, SIGTTIN);
    if (allowed !== 0) return allowed;
    return this.tty.read(thread, writer, this.nonBlocking);
  }

  write(thread: Thread, reader: VmReader): Result {
    if (this.isHungUp) return fail(Errno.EIO, "the terminal was hung up");
    if ((this.tty.termios.lflag & TOSTOP) !== 0 && !this.isConsole) {
      const allowed = checkForeground(thread, this.tty, SIGTTOU);
      if (allowed !== 0) return allowed;
    }
    if (this.tty.otherClosed) return fail(Errno.EIO, "the other side of the pty is closed");
    return this.tty.write(thread, reader, this.nonBlocking);
  }

  override poll(thread: Thread | undefined, events: number): number {
    const mask = events | POLL_ALWAYS;
    if (this.isHungUp) return (POLL_READABLE | POLL_WRITABLE | POLLERR | POLLHUP) & mask;
    const { tty } = this;
    let ready = 0;
    if (tty.isReadable()) ready |= POLL_READABLE;
    if (tty.otherClosed) ready |= POLLHUP;
    if (tty.driver.pendingBytes() < WAKEUP_BYTES && tty.writeRoom() > 0) ready |= POLL_WRITABLE;
    ready &= mask;
    if (ready === 0 && thread !== undefined) {
      thread.blockMore(tty.readQueue);
      thread.blockMore(tty.writeQueue);
    }
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.tty.readQueue, this.tty.writeQueue];
  }

  override get bytesReadable(): number {
    // Of a terminal that has gone nothing is told: ioctl(2) fails.
    return this.isHungUp ? -1 : this.tty.discipline.readableBytes;
  }

  override ioctl(thread: Thread, request: number, argument: number): Result {
    if (this.isHungUp) return fail(request === TIOCSPGRP ? Errno.ENOTTY : Errno.EIO);
    return ttyIoctl(thread, this, request, argument);
  }

  protected override onLastClose(): void {
    this.tty.removeFile(this);
  }
}
