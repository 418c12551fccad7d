// SPDX-License-Identifier: MPL-2.0

import {
  IUTF8,
  OCRNL,
  OLCUC,
  ONLCR,
  ONLRET,
  ONOCR,
  OPOST,
  TABDLY,
  XTABS,
} from "../../abi/termios.ts";
import type { Termios } from "./termios.ts";

const BACKSPACE = 8;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;

/** Bytes that are handed to the driver at once. */
const STAGING_BYTES = 2048;

/** Where processed output goes. */
export interface OutputSink {
  /** How many bytes the sink takes at this moment. */
  writeRoom(): number;
  /** Takes the first `count` bytes, which the caller has kept below `writeRoom()`. */
  writeOut(bytes: Uint8Array, count: number): void;
}

export function isControl(byte: number): boolean {
  return byte < 32 || byte === 127;
}

/** Whether `byte` continues a UTF-8 sequence on a terminal that says IUTF8. */
export function isContinuation(byte: number, termios: Termios): boolean {
  return (byte & 0xc0) === 0x80 && (termios.iflag & IUTF8) !== 0;
}

/**
 * Output processing (OPOST of termios(3)) and the cursor's column, which erasing tabs and TAB3
 * depend on. Bytes are staged and go to the sink in blocks.
 */
export class OutputProcessor {
  column = 0;
  /** The column at which the current line of canonical input began. */
  canonicalColumn = 0;
  private readonly sink: OutputSink;
  private readonly termios: Termios;
  private readonly staging: Uint8Array = new Uint8Array(STAGING_BYTES);
  private staged = 0;
  private space = 0;

  constructor(sink: OutputSink, termios: Termios) {
    this.sink = sink;
    this.termios = termios;
  }

  reset(): void {
    this.column = 0;
    this.canonicalColumn = 0;
  }

  /** Starts a block: asks the sink for room. */
  begin(): void {
    this.staged = 0;
    this.space = Math.min(this.sink.writeRoom(), STAGING_BYTES);
  }

  /** How many bytes the block still takes. */
  get room(): number {
    return this.space;
  }

  /** Ends a block: hands it to the sink. */
  end(): void {
    if (this.staged > 0) this.sink.writeOut(this.staging, this.staged);
    this.staged = 0;
  }

  /** Writes processed bytes of `bytes[0…count)` until the sink is full; the bytes taken. */
  write(bytes: Uint8Array, count: number): number {
    let taken = 0;
    while (taken < count) {
      this.begin();
      const before = taken;
      while (taken < count && this.processed(bytes[taken] ?? 0)) taken++;
      this.end();
      if (taken === before) break;
    }
    return taken;
  }

  /** One byte as it is, without a look at the column; the caller has seen to room. */
  raw(byte: number): void {
    this.staging[this.staged++] = byte;
    this.space--;
  }

  /** One byte through OPOST (as it is, where that is off); false when there is no room. */
  processed(byte: number): boolean {
    const { oflag } = this.termios;
    if (this.space < 1) return false;
    if ((oflag & OPOST) === 0) {
      this.raw(byte);
      return true;
    }
    switch (byte) {
      case NEWLINE:
        return this.newline(oflag);
      case RETURN:
        return this.carriageReturn(oflag);
      case TAB:
        return this.tab(oflag);
      case BACKSPACE:
        this.moveBack();
        this.raw(byte);
        return true;
      default:
        this.raw(this.printable(byte, oflag));
        return true;
    }
  }

  moveBack(): void {
    if (this.column > 0) this.column--;
  }

  private newline(oflag: number): boolean {
    if ((oflag & ONLRET) !== 0) this.column = 0;
    if ((oflag & ONLCR) !== 0) {
      if (this.space < 2) return false;
      this.column = 0;
      this.raw(RETURN);
    }
    this.canonicalColumn = this.column;
    this.raw(NEWLINE);
    return true;
  }

  private carriageReturn(oflag: number): boolean {
    if ((oflag & ONOCR) !== 0 && this.column === 0) return true;
    if ((oflag & OCRNL) !== 0) {
      if ((oflag & ONLRET) !== 0) this.resetColumns();
      this.raw(NEWLINE);
      return true;
    }
    this.resetColumns();
    this.raw(RETURN);
    return true;
  }

  private tab(oflag: number): boolean {
    const spaces = 8 - (this.column & 7);
    if ((oflag & TABDLY) !== XTABS) {
      this.column += spaces;
      this.raw(TAB);
      return true;
    }
    if (this.space < spaces) return false;
    this.column += spaces;
    for (let i = 0; i < spaces; i++) this.raw(SPACE);
    return true;
  }

  private printable(byte: number, oflag: number): number {
    if (isControl(byte)) return byte;
    if (!isContinuation(byte, this.termios)) this.column++;
    return (oflag & OLCUC) !== 0 ? toUpperCase(byte) : byte;
  }

  private resetColumns(): void {
    this.column = 0;
    this.canonicalColumn = 0;
  }
}

/** Latin-1, as Linux's toupper. */
function toUpperCase(byte: number): number {
  const isLower = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0xdf && byte !== 0xf7 && byte <= 0xff);
  return isLower ? byte - 32 : byte;
}
