// SPDX-License-Identifier: MPL-2.0

import type { VmWriter } from "@aster/ostd";
import { Errno } from "../../abi/errno.ts";
import {
  DISABLED_CHARACTER,
  ECHO,
  ECHOCTL,
  ECHONL,
  EXTPROC,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IUCLC,
  IXANY,
  IXON,
  NOFLSH,
  PARMRK,
  V,
} from "../../abi/termios.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { EchoBuffer } from "./echo-buffer.ts";
import { eraseInput } from "./erase.ts";
import { INPUT_BUFFER_SIZE, InputBuffer } from "./input-buffer.ts";
import { OutputProcessor } from "./output-processor.ts";
import type { OutputSink } from "./output-processor.ts";
import type { Termios } from "./termios.ts";

const NEWLINE = 10;
const RETURN = 13;
const BACKSPACE = 8;
const SIGINT = 2;
const SIGQUIT = 3;
const SIGTSTP = 20;

/** What the line discipline asks of its terminal. */
export interface DisciplineHost extends OutputSink {
  /** Sends a keyboard signal to the foreground group. */
  signalForeground(signal: number): void;
  /** Output is stopped by ^S. */
  readonly stopped: boolean;
  /** Output is stopped by tcflow(3), which no key undoes. */
  readonly flowStopped: boolean;
  startOutput(): void;
  stopOutput(): void;
  /** Forgets output that the driver has not sent. */
  discardOutput(): void;
  /** Input became readable. */
  inputReady(): void;
}

/**
 * N_TTY, the line discipline of termios(3): turns typed bytes into lines, signals and echo, and
 * written bytes into what the terminal shows.
 */
export class LineDiscipline {
  readonly input: InputBuffer = new InputBuffer();
  readonly output: OutputProcessor;
  readonly echo: EchoBuffer;
  private readonly host: DisciplineHost;
  private readonly termios: Termios;
  /** Bytes that are looked at one by one; the rest only go to the buffer and the echo. */
  private readonly special: Uint8Array = new Uint8Array(256);
  /** No input byte means anything: they are copied. */
  private transparent = false;
  /** The next byte is taken literally (VLNEXT). */
  private literalNext = false;
  /** Inside the \…/ of ECHOPRT. */
  private erasing = false;

  constructor(host: DisciplineHost, termios: Termios) {
    this.host = host;
    this.termios = termios;
    this.output = new OutputProcessor(host, termios);
    this.echo = new EchoBuffer(this.output, termios);
    this.termiosChanged(undefined);
  }

  get canonical(): boolean {
    return (this.termios.lflag & (ICANON | EXTPROC)) === ICANON;
  }

  /** The terminal's settings have changed from `old`, undefined at first. */
  termiosChanged(old: Termios | undefined): void {
    const { iflag, lflag } = this.termios;
    if (old === undefined || ((old.lflag ^ lflag) & (ICANON | EXTPROC)) !== 0) {
      this.switchMode();
    }
    this.buildSpecials();
    const wasStoppable = old !== undefined && (old.iflag & IXON) !== 0;
    if (wasStoppable && (iflag & IXON) === 0 && this.host.stopped && !this.host.flowStopped) {
      this.host.startOutput();
      this.echo.showMarked();
    }
  }

  /** Takes typed bytes of `bytes[start…end)` while there is room; how many were taken. */
  receive(bytes: Uint8Array, start: number, end: number): number {
    let position = start;
    while (position < end) {
      const room = this.makeRoom();
      if (room === 0) break;
      const stop = Math.min(end, position + room);
      if (this.transparent) {
        while (position < stop) this.input.put(bytes[position++] ?? 0);
      } else {
        while (position < stop) this.receiveByte(bytes[position++] ?? 0);
      }
    }
    if (!this.transparent) this.echo.flush();
    if (!this.canonical) {
      this.input.commitHead = this.input.head;
      if (this.input.count > 0) this.host.inputReady();
    }
    return position - start;
  }

  /** Whether a read would find something; `atLeast` bytes in non-canonical mode. */
  hasInput(atLeast: number): boolean {
    const { input } = this;
    return this.canonical
      ? input.lineHead !== input.tail
      : input.commitHead - input.tail >= atLeast;
  }

  /** FIONREAD: bytes that a read would return at most. */
  get readableBytes(): number {
    const { input } = this;
    if (!this.canonical) return input.count;
    let count = 0;
    for (let position = input.tail; position < input.lineHead; position++) {
      const isEof = input.endsLine(position) && input.at(position) === DISABLED_CHARACTER;
      if (!isEof) count++;
    }
    return count;
  }

  /** Copies one line, or the part of it that fits: the bytes, 0 at end of file. */
  readLine(writer: VmWriter): Result {
    const { input } = this;
    const capacity = writer.avail;
    if (capacity === 0) return 0;
    // One position more than fits, so that an EOF right behind a full read goes with it.
    const limit = Math.min(input.lineHead, input.tail + capacity + 1);
    const end = input.findLineEnd(limit);
    const found = end >= 0;
    const atEof = found && input.at(end) === DISABLED_CHARACTER;
    let count = (found ? end + (atEof ? 0 : 1) : limit) - input.tail;
    if (!atEof) count = Math.min(count, capacity);
    const copied = this.copyOut(writer, count);
    if (copied < count) return copied > 0 ? this.consume(copied) : fail(Errno.EFAULT);
    input.tail += copied + (atEof ? 1 : 0);
    return copied;
  }

  /** Copies what there is in non-canonical mode. */
  readRaw(writer: VmWriter): Result {
    const count = Math.min(writer.avail, this.input.commitHead - this.input.tail);
    const copied = this.copyOut(writer, count);
    if (copied < count && copied === 0) return fail(Errno.EFAULT);
    return this.consume(copied);
  }

  /** TCIFLUSH. */
  flushInput(): void {
    this.input.clear();
    this.erasing = false;
  }

  /** Hangup: as if just opened. */
  reset(): void {
    this.flushInput();
    this.literalNext = false;
    this.echo.clear();
    this.output.reset();
  }

  /** Closes the \…/ of ECHOPRT. */
  finishErasing(): void {
    if (!this.erasing) return;
    this.echo.raw(0x2f);
    this.erasing = false;
  }

  /** Opens the \…/ of ECHOPRT. */
  beginErasing(): void {
    if (this.erasing) return;
    this.echo.raw(0x5c);
    this.erasing = true;
  }

  private consume(count: number): number {
    this.input.tail += count;
    return count;
  }

  private copyOut(writer: VmWriter, count: number): number {
    const { input } = this;
    let copied = 0;
    while (copied < count) {
      const position = input.tail + copied;
      const run = input.contiguous(position, count - copied);
      const done = writer.writeBytes(input.storage, input.storageOffset(position), run);
      copied += done;
      if (done < run) break;
    }
    return copied;
  }

  /**
   * How many bytes may come. With the buffer full and no line in it, canonical mode takes one at
   * a time in place of the newest, so that a newline or an erase can still end the jam.
   */
  private makeRoom(): number {
    const { input } = this;
    const free = INPUT_BUFFER_SIZE - input.count;
    const room = ((this.termios.iflag & PARMRK) === 0 ? free : Math.ceil(free / 3)) - 1;
    if (room > 0) return room;
    if (!this.canonical || input.lineHead !== input.tail) return 0;
    if (room < 0) input.head--;
    return 1;
  }

  private switchMode(): void {
    const { input } = this;
    input.clearMarks();
    if (!this.canonical || input.count === 0) {
      input.lineHead = input.tail;
    } else {
      input.markNewest();
      input.lineHead = input.head;
    }
    input.commitHead = input.head;
    this.erasing = false;
    this.literalNext = false;
  }

  private buildSpecials(): void {
    const { iflag, lflag, cc } = this.termios;
    const { special } = this;
    special.fill(0);
    const mark = (index: number): void => {
      special[cc[index] ?? 0] = 1;
    };
    const inputFlags = ISTRIP | IUCLC | IGNCR | ICRNL | INLCR | IXON | PARMRK;
    this.transparent = (iflag & inputFlags) === 0 && (lflag & (ICANON | ISIG | ECHO)) === 0;
    if ((lflag & EXTPROC) !== 0 && (iflag & (ISTRIP | IUCLC)) === 0) this.transparent = true;
    if ((iflag & (IGNCR | ICRNL)) !== 0) special[RETURN] = 1;
    if ((iflag & INLCR) !== 0) special[NEWLINE] = 1;
    if ((lflag & ICANON) !== 0) {
      for (const index of [V.ERASE, V.KILL, V.EOF, V.EOL]) mark(index);
      special[NEWLINE] = 1;
      if ((lflag & IEXTEN) !== 0) {
        for (const index of [V.WERASE, V.LNEXT, V.EOL2]) mark(index);
        if ((lflag & ECHO) !== 0) mark(V.REPRINT);
      }
    }
    if ((iflag & IXON) !== 0) for (const index of [V.START, V.STOP]) mark(index);
    if ((lflag & ISIG) !== 0) for (const index of [V.INTR, V.QUIT, V.SUSP]) mark(index);
    special[DISABLED_CHARACTER] = 0;
  }

  private receiveByte(typed: number): void {
    const { iflag, lflag } = this.termios;
    let byte = (iflag & ISTRIP) !== 0 ? typed & 0x7f : typed;
    if ((iflag & IUCLC) !== 0 && (lflag & IEXTEN) !== 0) byte = toLowerCase(byte);
    if (this.literalNext) {
      this.literalNext = false;
      this.receivePlain(byte);
    } else if ((lflag & EXTPROC) !== 0) {
      this.input.put(byte);
    } else if (this.special[byte] === 1) {
      this.receiveSpecial(byte);
    } else {
      this.receivePlain(byte);
    }
  }

  private receivePlain(byte: number): void {
    this.restartByAnyKey();
    if ((this.termios.lflag & ECHO) !== 0) {
      this.echoTyped(byte);
      this.echo.commit();
    }
    this.putInput(byte);
  }

  private receiveSpecial(typed: number): void {
    const { iflag, lflag, cc } = this.termios;
    if ((iflag & IXON) !== 0 && this.receiveFlowControl(typed)) return;
    if ((lflag & ISIG) !== 0) {
      if (typed === cc[V.INTR]) return this.receiveSignal(SIGINT, typed);
      if (typed === cc[V.QUIT]) return this.receiveSignal(SIGQUIT, typed);
      if (typed === cc[V.SUSP]) return this.receiveSignal(SIGTSTP, typed);
    }
    this.restartByAnyKey();
    let byte = typed;
    if (byte === RETURN) {
      if ((iflag & IGNCR) !== 0) return;
      if ((iflag & ICRNL) !== 0) byte = NEWLINE;
    } else if (byte === NEWLINE && (iflag & INLCR) !== 0) {
      byte = RETURN;
    }
    if ((lflag & ICANON) !== 0 && this.receiveCanonical(byte)) return;
    if ((lflag & ECHO) !== 0) {
      if (byte === NEWLINE) {
        this.finishErasing();
        this.echo.raw(NEWLINE);
      } else {
        this.echoTyped(byte);
      }
      this.echo.commit();
    }
    this.putInput(byte);
  }

  private receiveFlowControl(byte: number): boolean {
    const { cc } = this.termios;
    if (byte === cc[V.START]) {
      this.host.startOutput();
      this.echo.showMarked();
      return true;
    }
    if (byte === cc[V.STOP]) {
      this.host.stopOutput();
      return true;
    }
    return false;
  }

  private receiveSignal(signal: number, byte: number): void {
    const { iflag, lflag } = this.termios;
    this.host.signalForeground(signal);
    if ((lflag & NOFLSH) === 0) {
      this.echo.clear();
      this.host.discardOutput();
      this.flushInput();
    }
    if ((iflag & IXON) !== 0) this.host.startOutput();
    if ((lflag & ECHO) === 0) {
      this.echo.showMarked();
    } else {
      this.echo.typed(byte);
      this.echo.commit();
    }
  }

  /** Line editing; false where the byte is an ordinary one. */
  private receiveCanonical(byte: number): boolean {
    const { lflag, cc } = this.termios;
    const extended = (lflag & IEXTEN) !== 0;
    const echoes = (lflag & ECHO) !== 0;
    if (byte === DISABLED_CHARACTER) return false;
    if (byte === cc[V.ERASE] || byte === cc[V.KILL] || (extended && byte === cc[V.WERASE])) {
      eraseInput(this, this.termios, byte);
      this.echo.commit();
      return true;
    }
    if (extended && byte === cc[V.LNEXT]) {
      this.literalNext = true;
      if (echoes) {
        this.finishErasing();
        if ((lflag & ECHOCTL) !== 0) {
          this.echo.raw(0x5e);
          this.echo.raw(BACKSPACE);
          this.echo.commit();
        }
      }
      return true;
    }
    if (extended && echoes && byte === cc[V.REPRINT]) {
      this.reprint(byte);
      return true;
    }
    if (byte === NEWLINE) {
      if ((lflag & (ECHO | ECHONL)) !== 0) {
        this.echo.raw(NEWLINE);
        this.echo.commit();
      }
      this.endLine(byte);
      return true;
    }
    if (byte === cc[V.EOF]) {
      this.endLine(DISABLED_CHARACTER);
      return true;
    }
    if (byte === cc[V.EOL] || (extended && byte === cc[V.EOL2])) {
      if (echoes) {
        this.echoAtColumn(byte);
        this.echo.commit();
      }
      if (this.isMarkedByte(byte)) this.input.put(byte);
      this.endLine(byte);
      return true;
    }
    return false;
  }

  private endLine(byte: number): void {
    this.input.putLineEnd(byte);
    this.host.inputReady();
  }

  private reprint(byte: number): void {
    this.finishErasing();
    this.echo.typed(byte);
    this.echo.raw(NEWLINE);
    for (let position = this.input.lineHead; position < this.input.head; position++) {
      this.echo.typed(this.input.at(position));
    }
    this.echo.commit();
  }

  private echoTyped(byte: number): void {
    this.finishErasing();
    this.echoAtColumn(byte);
  }

  private echoAtColumn(byte: number): void {
    if (this.input.lineHead === this.input.head) this.echo.setCanonicalColumn();
    this.echo.typed(byte);
  }

  private putInput(byte: number): void {
    if (this.isMarkedByte(byte)) this.input.put(byte);
    this.input.put(byte);
  }

  /** PARMRK doubles \377, which would else announce a marked byte. */
  private isMarkedByte(byte: number): boolean {
    return byte === 0xff && (this.termios.iflag & PARMRK) !== 0;
  }

  private restartByAnyKey(): void {
    const wanted = IXON | IXANY;
    if ((this.termios.iflag & wanted) !== wanted) return;
    if (!this.host.stopped || this.host.flowStopped) return;
    this.host.startOutput();
    this.echo.showMarked();
  }
}

/** Latin-1, as Linux's tolower. */
function toLowerCase(byte: number): number {
  const isUpper = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0xc0 && byte !== 0xd7 && byte <= 0xde);
  return isUpper ? byte + 32 : byte;
}
