// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import { SIGCONT, SIGHUP, SIGWINCH } from "../../abi/signal.ts";
import { IXON, V } from "../../abi/termios.ts";
import { PollQueue } from "../../fs/poll-queue.ts";
import type { ProcessGroup } from "../../process/group.ts";
import type { Session } from "../../process/session.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { SignalInfo } from "../../signal/signal-info.ts";
import { ByteRing } from "../byte-ring.ts";
import { LineDiscipline } from "./line-discipline.ts";
import type { DisciplineHost } from "./line-discipline.ts";
import { PacketStatus } from "./packet-status.ts";
import { Termios } from "./termios.ts";
import type { TtyDriver } from "./tty-driver.ts";
import type { TtyFile } from "./tty-file.ts";

/** Input that the line discipline has no room for yet. */
const INBOX_BYTES = 8192;
/** Writes are processed in pieces of this many bytes. */
const PIECE_BYTES = 1024;
/** VTIME counts tenths of a second. */
const VTIME_UNIT_NS = 100_000_000;

/** Rows, columns, and pixels of struct winsize (ioctl_tty(2)). */
export interface WindowSize {
  rows: number;
  columns: number;
  xPixels: number;
  yPixels: number;
}

/**
 * A terminal: line discipline, termios and window size, and the session that it controls.
 *
 * The session side keeps `Session.controllingTty`; both are changed together, by
 * `becomeControllingTtyOf` and `dissociate` alone.
 */
export class Tty implements DisciplineHost {
  /** As in /dev and in messages: "hvc0", "pts/0". */
  readonly name: string;
  /** st_rdev of its node, and tty_nr in /proc/PID/stat. */
  readonly deviceNumber: number;
  /** The session whose controlling terminal this is. */
  session: Session | undefined = undefined;
  /** The group that may read and that gets keyboard signals (tcsetpgrp(3)). */
  foregroundGroup: ProcessGroup | undefined = undefined;

  readonly termios: Termios;
  readonly windowSize: WindowSize = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
  readonly discipline: LineDiscipline;
  readonly driver: TtyDriver;
  private readonly files: Set<TtyFile> = new Set();
  /** TIOCEXCL: no further opens. */
  exclusive = false;
  /** The other side of a pty has gone: reads fail with EIO, or end where `endsQuietly`. */
  otherClosed = false;
  /** Nobody will type any more: reads end where they would wait. */
  private hasInputEnded = false;
  /** Whether the terminal is one side of a pty, which matters to a leader's exit. */
  readonly isPty: boolean;
  /** What a pty master in packet mode is told. */
  readonly packet: PacketStatus = new PacketStatus();

  readonly readQueue: PollQueue = new PollQueue();
  readonly writeQueue: PollQueue = new PollQueue();

  private readonly initial: Termios;
  private readonly inbox: ByteRing = new ByteRing(INBOX_BYTES);
  private readonly piece: Uint8Array = new Uint8Array(PIECE_BYTES);
  private stoppedByKey = false;
  private stoppedByCall = false;

  constructor(
    name: string,
    deviceNumber: number,
    driver: TtyDriver,
    termios: Termios = new Termios(),
    isPty = false,
  ) {
    this.name = name;
    this.deviceNumber = deviceNumber;
    this.driver = driver;
    this.isPty = isPty;
    this.initial = termios.clone();
    this.termios = termios;
    this.discipline = new LineDiscipline(this, termios);
  }

  // --- Open files

  addFile(file: TtyFile): void {
    this.files.add(file);
    this.driver.opened();
  }

  removeFile(file: TtyFile): void {
    this.files.delete(file);
    if (this.files.size > 0) return;
    this.exclusive = false;
    this.driver.closed();
  }

  // --- The session

  /** Makes this the controlling terminal of `session`, with `group` in the foreground. */
  becomeControllingTtyOf(session: Session, group: ProcessGroup): void {
    this.session = session;
    this.foregroundGroup = group;
    session.controllingTty = this;
  }

  /** Whether `thread`'s session is controlled by this terminal. */
  controls(thread: Thread): boolean {
    return thread.process.session.controllingTty === this;
  }

  /**
   * The session leader exits or gives the terminal up (TIOCNOTTY): SIGHUP and SIGCONT to the
   * foreground group, and the session has no terminal any more (setsid(2), tty_ioctl(4)).
   * To be called at the exit of a session leader with `leaderExits` true, which hangs the
   * terminal up as well unless it is a pty.
   */
  dissociate(leaderExits: boolean): void {
    if (leaderExits && !this.isPty) {
      this.hangup(true);
      return;
    }
    const group = this.foregroundGroup;
    if (group !== undefined) {
      group.signal(SignalInfo.kernel(SIGHUP));
      if (!leaderExits) group.signal(SignalInfo.kernel(SIGCONT));
    }
    this.leaveSession();
  }

  /**
   * The line is gone (vhangup(2), the console closed, a pty's master closed): the session gets
   * SIGHUP, and open files of the terminal read as ended and fail to write.
   */
  hangup(leaderExits = false): void {
    for (const file of this.files) file.hangUp();
    const leader = this.session?.leader;
    if (leader !== undefined) {
      leader.signal(SignalInfo.kernel(SIGHUP));
      leader.signal(SignalInfo.kernel(SIGCONT));
    }
    if (leaderExits) this.foregroundGroup?.signal(SignalInfo.kernel(SIGHUP));
    this.leaveSession();
    this.termios.copyFrom(this.initial);
    this.discipline.reset();
    this.discipline.termiosChanged(undefined);
    this.inbox.clear();
    this.stoppedByKey = false;
    this.stoppedByCall = false;
    this.packet.clear();
    this.wakeEveryone();
  }

  signalForeground(signal: number): void {
    this.foregroundGroup?.signal(SignalInfo.kernel(signal));
  }

  private leaveSession(): void {
    const { session } = this;
    if (session !== undefined && session.controllingTty === this) {
      session.controllingTty = undefined;
    }
    this.session = undefined;
    this.foregroundGroup = undefined;
  }

  // --- Settings

  /** Takes over `settings` (tcsetattr(3)). */
  setTermios(settings: Termios): void {
    const old = this.termios.clone();
    this.termios.copyFrom(settings);
    this.driver.adjust(this.termios);
    this.discipline.termiosChanged(old);
    this.packet.termiosChanged(old, this.termios);
    this.wakeEveryone();
  }

  /** TIOCSWINSZ, or the device's own change: SIGWINCH to the foreground group when it differs. */
  resize(size: Readonly<WindowSize>): void {
    const now = this.windowSize;
    const isSame =
      now.rows === size.rows &&
      now.columns === size.columns &&
      now.xPixels === size.xPixels &&
      now.yPixels === size.yPixels;
    if (isSame) return;
    now.rows = size.rows;
    now.columns = size.columns;
    now.xPixels = size.xPixels;
    now.yPixels = size.yPixels;
    this.signalForeground(SIGWINCH);
  }

  // --- Input

  /** How many bytes `receive` would take. */
  get inputRoom(): number {
    return this.inbox.room;
  }

  /** Bytes arrived from the device; how many were taken, at least `inputRoom` if so many came. */
  receive(bytes: Uint8Array, start: number, end: number): number {
    let position = start;
    if (this.inbox.isEmpty) position += this.discipline.receive(bytes, start, end);
    position += this.inbox.push(bytes, position, end);
    return position - start;
  }

  inputReady(): void {
    this.readQueue.wakeAll();
  }

  /**
   * Nobody will type any more. Unlike the end that a key makes, this one does not pass: whoever reads
   * meets it, in whatever mode. The caller of a command closes its terminal's input so.
   */
  endInput(): void {
    const { input } = this.discipline;
    const isInLine = input.head !== input.lineHead || !this.inbox.isEmpty;
    if (isInLine && this.discipline.canonical)
      this.receive(Uint8Array.of(this.termios.cc[V.EOF] ?? 0), 0, 1);
    this.hasInputEnded = true;
    this.inputReady();
  }

  /** Bytes were read: moves on what waited for room. */
  private pumpInput(): void {
    const { inbox } = this;
    while (!inbox.isEmpty) {
      const from = inbox.frontOffset;
      const taken = this.discipline.receive(inbox.storage, from, from + inbox.frontLength);
      if (taken === 0) break;
      inbox.consume(taken);
    }
    if (inbox.room > 0) this.driver.inputDrained();
  }

  /** Forgets what the discipline has not seen yet. */
  clearInbox(): void {
    this.inbox.clear();
  }

  /** TCIFLUSH. */
  flushInput(): void {
    this.inbox.clear();
    this.discipline.flushInput();
    this.packet.flushedInput();
    this.pumpInput();
  }

  /** read(2). */
  read(thread: Thread, writer: VmWriter, nonBlocking: boolean): Result {
    if (writer.avail === 0) return 0;
    return this.discipline.canonical
      ? this.readCanonical(thread, writer, nonBlocking)
      : this.readRaw(thread, writer, nonBlocking);
  }

  private readCanonical(thread: Thread, writer: VmWriter, nonBlocking: boolean): Result {
    if (!this.discipline.hasInput(1)) {
      if (this.otherClosed) return fail(Errno.EIO, "the other side of the terminal is closed");
      if (this.hasInputEnded) return 0;
      if (nonBlocking) return fail(Errno.EAGAIN);
      return thread.block(this.readQueue);
    }
    const result = this.discipline.readLine(writer);
    this.pumpInput();
    return result;
  }

  /** The four cases of VMIN and VTIME (termios(3)). */
  private readRaw(thread: Thread, writer: VmWriter, nonBlocking: boolean): Result {
    const { cc } = this.termios;
    const minimum = cc[V.MIN] ?? 0;
    const timeoutNs = (cc[V.TIME] ?? 0) * VTIME_UNIT_NS;
    const wanted = Math.min(Math.max(minimum, 1), writer.avail);
    const available = this.discipline.input.commitHead - this.discipline.input.tail;
    if (available < wanted && !(nonBlocking && available > 0)) {
      if (this.otherClosed && available === 0) return fail(Errno.EIO);
      if (this.hasInputEnded && available === 0) return 0;
      const waiting = this.waitForRaw(thread, minimum, timeoutNs, available, nonBlocking);
      if (waiting !== 0) return waiting;
      if (available === 0) return 0;
    }
    const result = this.discipline.readRaw(writer);
    this.pumpInput();
    return result;
  }

  /** Blocks, or says why not: 0 when the time is over and what is there is to be returned. */
  private waitForRaw(
    thread: Thread,
    minimum: number,
    timeoutNs: number,
    available: number,
    nonBlocking: boolean,
  ): Result {
    const { restart } = thread;
    if (restart.timedOut) return 0;
    if (minimum === 0 && timeoutNs === 0) return 0;
    if (nonBlocking) return fail(Errno.EAGAIN);
    if (timeoutNs === 0) return thread.block(this.readQueue);
    // MIN = 0: from the call on. MIN > 0: from each byte on, so not before the first.
    const isTimed = minimum === 0 || available > 0;
    if (isTimed && (restart.deadlineNs === Infinity || available !== restart.value)) {
      restart.deadlineNs = thread.kernel.clock.monotonicNs() + timeoutNs;
    }
    restart.value = available;
    return thread.block(this.readQueue, isTimed ? restart.deadlineNs : Infinity);
  }

  /** Whether read(2) would return at once; `poll` counts VMIN, as Linux does, unless VTIME is set. */
  isReadable(): boolean {
    const { cc } = this.termios;
    const minimum = cc[V.TIME] === 0 ? (cc[V.MIN] ?? 0) : 0;
    return this.hasInputEnded || this.discipline.hasInput(Math.max(minimum, 1));
  }

  // --- Output

  /** write(2); see `OpenFile` on what it returns and counts. */
  write(thread: Thread, reader: VmReader, nonBlocking: boolean): Result {
    this.discipline.echo.showMarked();
    let moved = 0;
    while (reader.remain > 0) {
      const room = Math.min(this.writeRoom(), PIECE_BYTES, reader.remain);
      const count = room === 0 ? 0 : reader.readBytes(this.piece, 0, room);
      if (room > 0 && count === 0) return moved > 0 ? moved : fail(Errno.EFAULT);
      const taken = this.discipline.output.write(this.piece, count);
      moved += taken;
      if (taken < room || room === 0) return this.writeLater(thread, moved, nonBlocking);
    }
    return moved;
  }

  private writeLater(thread: Thread, moved: number, nonBlocking: boolean): Result {
    if (nonBlocking) return moved > 0 ? moved : fail(Errno.EAGAIN);
    thread.restart.bytesDone += moved;
    return thread.block(this.writeQueue);
  }

  writeRoom(): number {
    return this.stopped || this.otherClosed ? 0 : this.driver.writeRoom();
  }

  writeOut(bytes: Uint8Array, count: number): void {
    this.driver.write(bytes, count);
  }

  /** The device has room again, or has sent everything. */
  outputDrained(): void {
    this.discipline.echo.showMarked();
    this.writeQueue.wakeAll();
  }

  /** TCOFLUSH, and the flush of a keyboard signal. */
  discardOutput(): void {
    this.driver.discard();
    this.packet.flushedOutput();
    this.writeQueue.wakeAll();
  }

  get stopped(): boolean {
    return this.stoppedByKey || this.stoppedByCall;
  }
  get flowStopped(): boolean {
    return this.stoppedByCall;
  }

  stopOutput(): void {
    if (this.stopped) return;
    this.stoppedByKey = true;
    this.flowChanged();
  }

  startOutput(): void {
    if (!this.stoppedByKey || this.stoppedByCall) return;
    this.stoppedByKey = false;
    this.flowChanged();
  }

  /** TCOOFF and TCOON of tcflow(3). */
  setFlowStopped(stopped: boolean): void {
    if (this.stoppedByCall === stopped) return;
    this.stoppedByCall = stopped;
    if (!stopped) this.stoppedByKey = false;
    this.flowChanged();
  }

  private flowChanged(): void {
    this.packet.flowChanged(this.stopped);
    this.driver.flowChanged(this.stopped);
    if (!this.stopped) this.outputDrained();
  }

  /** Sends one byte past everything, even when output is stopped (TCIOFF, TCION). */
  sendPriority(byte: number): boolean {
    if (this.driver.writeRoom() === 0) return false;
    this.piece[0] = byte;
    this.driver.write(this.piece, 1);
    return true;
  }

  /** Whether typed flow control works, for TIOCPKT. */
  get keysStopOutput(): boolean {
    return (this.termios.iflag & IXON) !== 0;
  }

  /** Everyone looks again: settings, the other side or the line changed. */
  wakeEveryone(): void {
    this.readQueue.wakeAll();
    this.writeQueue.wakeAll();
  }
}
