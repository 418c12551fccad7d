// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { FIONREAD } from "../../abi/ioctl.ts";
import { POLL_ALWAYS, POLL_READABLE, POLL_WRITABLE, POLLHUP, POLLPRI } from "../../abi/poll.ts";
import { SIGINT, SIGQUIT, SIGTSTP } from "../../abi/signal.ts";
import {
  TCFLSH,
  TCIFLUSH,
  TCIOFF,
  TCION,
  TCOOFF,
  TCOON,
  TCXONC,
  TCIOFLUSH,
  TCOFLUSH,
  TIOCGDEV,
  TIOCGPGRP,
  TIOCGPKT,
  TIOCGPTLCK,
  TIOCGPTN,
  TIOCGPTPEER,
  TIOCGSID,
  TIOCOUTQ,
  TIOCPKT,
  TIOCPKT_DATA,
  TIOCSIG,
  TIOCEXCL,
  TIOCGEXCL,
  TIOCNXCL,
  TIOCSCTTY,
  TIOCSPGRP,
  TIOCSPTLCK,
  TIOCSTI,
  TIOCSWINSZ,
} from "../../abi/termios.ts";
import { OpenFile } from "../../fs/file.ts";
import type { Path } from "../../fs/path.ts";
import type { PollQueue } from "../../fs/poll-queue.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import {
  getForegroundGroup,
  getSession,
  setControllingTty,
  setForegroundGroup,
} from "./session-ioctl.ts";
import { openPeer } from "./pty-peer.ts";
import type { Pty, PtyTable } from "./pty.ts";
import { ttySettingsIoctl, writeInt } from "./tty-ioctl.ts";
import { setWindowSize } from "./window-size.ts";

const PIECE_BYTES = 1024;

/** ^S and ^Q. */
const XOFF = 0x13;
const XON = 0x11;

/** The master of a pty: what it writes is typed on the slave, what the slave shows it reads. */
export class PtyMasterFile extends OpenFile {
  /** TIOCEXCL of the master: told, and without effect, as each open makes a master of its own. */
  private isExclusive = false;
  readonly pty: Pty;
  private readonly ptys: PtyTable;

  constructor(pty: Pty, ptys: PtyTable, statusFlags: number, location: Path | undefined) {
    super(statusFlags, location);
    this.pty = pty;
    this.ptys = ptys;
  }

  override get takesAsync(): boolean {
    return true;
  }

  read(thread: Thread, writer: VmWriter): Result {
    if (writer.avail === 0) return 0;
    const { pty } = this;
    const { packet } = pty.slave;
    if (packet.enabled && packet.pending !== 0) return this.readStatus(writer);
    if (pty.output.isEmpty) {
      if (pty.slaveClosed) return fail(Errno.EIO, "the slave is closed");
      return this.nonBlocking ? fail(Errno.EAGAIN) : thread.block(pty.readQueue);
    }
    let moved = 0;
    if (packet.enabled) {
      if (writer.writeBytes(Uint8Array.of(TIOCPKT_DATA)) === 0) return fail(Errno.EFAULT);
      moved = 1;
    }
    moved += this.readOutput(writer);
    return moved > 0 ? moved : fail(Errno.EFAULT);
  }

  /** In packet mode, what happened on the slave's side comes as a byte of its own. */
  private readStatus(writer: VmWriter): Result {
    const { packet } = this.pty.slave;
    if (writer.writeBytes(Uint8Array.of(packet.pending)) === 0) return fail(Errno.EFAULT);
    packet.pending = 0;
    return 1;
  }

  private readOutput(writer: VmWriter): number {
    const { output, slave } = this.pty;
    let moved = 0;
    while (!output.isEmpty && writer.avail > 0) {
      const wanted = Math.min(output.frontLength, writer.avail);
      const done = writer.writeBytes(output.storage, output.frontOffset, wanted);
      output.consume(done);
      moved += done;
      if (done < wanted) break;
    }
    if (moved > 0) slave.outputDrained();
    return moved;
  }

  /** Also while nobody has the slave open: who opens it next reads it. */
  write(thread: Thread, reader: VmReader): Result {
    const { pty } = this;
    pty.settle();
    const piece = new Uint8Array(Math.min(PIECE_BYTES, reader.remain));
    let moved = 0;
    while (reader.remain > 0) {
      const room = pty.masterStopped ? 0 : pty.slave.inputRoom;
      const count = Math.min(room, piece.length, reader.remain);
      if (count === 0) {
        if (this.nonBlocking) return moved > 0 ? moved : fail(Errno.EAGAIN);
        thread.restart.bytesDone += moved;
        return thread.block(pty.writeQueue);
      }
      const copied = reader.readBytes(piece, 0, count);
      if (copied === 0) return moved > 0 ? moved : fail(Errno.EFAULT);
      moved += pty.slave.receive(piece, 0, copied);
      if (copied < count) return moved;
    }
    return moved;
  }

  override get bytesReadable(): number {
    return this.pty.output.length;
  }

  override poll(thread: Thread | undefined, events: number): number {
    const { pty } = this;
    let ready = 0;
    if (!pty.output.isEmpty) ready |= POLL_READABLE;
    const { packet } = pty.slave;
    if (packet.enabled && packet.pending !== 0) ready |= POLLPRI | POLL_READABLE;
    if (pty.slaveClosed) ready |= POLLHUP;
    if (pty.slave.inputRoom > 0 && !pty.masterStopped) ready |= POLL_WRITABLE;
    ready &= events | POLL_ALWAYS;
    if (ready === 0 && thread !== undefined) {
      thread.blockMore(pty.readQueue);
      thread.blockMore(pty.writeQueue);
    }
    return ready;
  }

  override pollQueues(): readonly PollQueue[] {
    return [this.pty.readQueue, this.pty.writeQueue];
  }

  override ioctl(thread: Thread, request: number, argument: number): Result {
    const { pty } = this;
    const { slave } = pty;
    switch (request) {
      case TIOCGPTN:
        return writeInt(thread, argument, pty.index);
      case TIOCGDEV:
        return writeInt(thread, argument, slave.deviceNumber);
      case TIOCSPTLCK:
        return this.setLocked(thread, argument);
      case TIOCGPTLCK:
        return writeInt(thread, argument, pty.locked ? 1 : 0);
      case TIOCGPTPEER:
        return openPeer(thread, pty, argument);
      case TIOCPKT:
        return this.setPacketMode(thread, argument);
      case TIOCGPKT:
        return writeInt(thread, argument, slave.packet.enabled ? 1 : 0);
      case TIOCSIG:
        return this.signalSlave(argument);
      case FIONREAD:
        return writeInt(thread, argument, pty.output.length);
      case TIOCOUTQ:
        return writeInt(thread, argument, 0);
      case TCFLSH:
        return this.flushQueues(argument);
      case TIOCEXCL:
      case TIOCNXCL:
        this.isExclusive = request === TIOCEXCL;
        return 0;
      case TIOCGEXCL:
        return writeInt(thread, argument, this.isExclusive ? 1 : 0);
      case TCXONC:
        return this.flowControl(argument);
      case TIOCSWINSZ:
        return setWindowSize(thread, slave, argument);
      case TIOCGPGRP:
        return getForegroundGroup(thread, slave, argument, true);
      case TIOCGSID:
        return getSession(thread, slave, argument, true);
      case TIOCSPGRP:
        return setForegroundGroup(thread, slave, argument);
      case TIOCSCTTY:
        return setControllingTty(thread, this, slave, argument);
      case TIOCSTI:
        return fail(Errno.EIO, "faking terminal input is not permitted");
      default:
        return ttySettingsIoctl(thread, slave, request, argument);
    }
  }

  private setLocked(thread: Thread, address: number): Result {
    const value = thread.memory.readU32(address);
    if (value < 0) return fail(Errno.EFAULT);
    this.pty.locked = value !== 0;
    return 0;
  }

  private setPacketMode(thread: Thread, address: number): Result {
    const value = thread.memory.readU32(address);
    if (value < 0) return fail(Errno.EFAULT);
    const { packet } = this.pty.slave;
    if (value !== 0 && !packet.enabled) packet.clear();
    packet.enabled = value !== 0;
    return 0;
  }

  private signalSlave(signal: number): Result {
    if (signal !== SIGINT && signal !== SIGQUIT && signal !== SIGTSTP) return fail(Errno.EINVAL);
    this.pty.slave.signalForeground(signal);
    return 0;
  }

  /** tcflow(3): stops the master's own output, or has the slave stop its. */
  private flowControl(action: number): Result {
    const { pty } = this;
    switch (action) {
      case TCOOFF:
        pty.masterStopped = true;
        return 0;
      case TCOON:
        pty.masterStopped = false;
        pty.writeQueue.wakeAll();
        return 0;
      case TCIOFF:
      case TCION:
        pty.slave.receive(Uint8Array.of(action === TCIOFF ? XOFF : XON), 0, 1);
        return 0;
      default:
        return fail(Errno.EINVAL);
    }
  }

  /** The master's input is the slave's output. */
  private flushQueues(which: number): Result {
    if (which !== TCIFLUSH && which !== TCOFLUSH && which !== TCIOFLUSH) return fail(Errno.EINVAL);
    const { output, slave } = this.pty;
    if (which !== TCOFLUSH) {
      output.clear();
      slave.outputDrained();
    }
    if (which !== TCIFLUSH) slave.clearInbox();
    return 0;
  }

  protected override onLastClose(): void {
    const { pty } = this;
    pty.masterClosed();
    this.ptys.free(pty);
  }
}
