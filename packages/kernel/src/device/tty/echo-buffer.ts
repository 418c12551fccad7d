// SPDX-License-Identifier: MPL-2.0

import { ECHO, ECHOCTL, ECHONL } from "../../abi/termios.ts";
import { isControl } from "./output-processor.ts";
import type { OutputProcessor } from "./output-processor.ts";
import type { Termios } from "./termios.ts";

const CAPACITY = 4096;
/** Echo is shown while input is taken in only where so much of it has come, and then by blocks. */
const COMMIT_WATERMARK = 256;
const BLOCK = 256;
/** What waits for room is given up beyond this, oldest first. */
const DISCARD_WATERMARK = CAPACITY - (BLOCK + 32);

/**
 * Begins an operation, of which the next byte tells the kind: a control character is shown as ^X, and
 * the mark itself as it is. The codes are Linux's (n_tty.c), as how many bytes wait decides what is shown when.
 */
const OPERATION = 0xff;
const MOVE_BACK = 0x80;
const SET_CANONICAL_COLUMN = 0x81;
/** A third byte has the columns used since the tab before (with AFTER_TAB) or since the line began. */
const ERASE_TAB = 0x82;
const AFTER_TAB = 0x80;

const BACKSPACE = 8;
const TAB = 9;

/**
 * Echo that waits for its turn: columns are known only when output is done, and the terminal may
 * have no room.
 */
export class EchoBuffer {
  private readonly bytes: Uint8Array = new Uint8Array(CAPACITY);
  private head = 0;
  private tail = 0;
  /** Up to here it may be shown. */
  private committed = 0;
  /** Up to here whole characters have been added. */
  private marked = 0;
  private readonly output: OutputProcessor;
  private readonly termios: Termios;

  constructor(output: OutputProcessor, termios: Termios) {
    this.output = output;
    this.termios = termios;
  }

  clear(): void {
    this.head = 0;
    this.tail = 0;
    this.committed = 0;
    this.marked = 0;
  }

  /** A byte that goes through output processing, but not through the ^X rendering. */
  raw(byte: number): void {
    if (byte === OPERATION) this.add(OPERATION);
    this.add(byte);
  }

  /** A typed byte: control characters as ^X where ECHOCTL says so. */
  typed(byte: number): void {
    const asControl = (this.termios.lflag & ECHOCTL) !== 0 && isControl(byte) && byte !== TAB;
    if (asControl) this.add(OPERATION);
    if (asControl) this.add(byte);
    else this.raw(byte);
  }

  moveBack(): void {
    this.add(OPERATION);
    this.add(MOVE_BACK);
  }

  setCanonicalColumn(): void {
    this.add(OPERATION);
    this.add(SET_CANONICAL_COLUMN);
  }

  /** Moves back over a tab; `columns` were used since the tab before it, or since the line began. */
  eraseTab(columns: number, afterTab: boolean): void {
    this.add(OPERATION);
    this.add(ERASE_TAB);
    this.add((columns & 7) | (afterTab ? AFTER_TAB : 0));
  }

  /** After a character: shows what has come once it is much. */
  commit(): void {
    this.marked = this.head;
    const before = this.committed - this.tail;
    const waiting = this.head - this.tail;
    if (waiting < COMMIT_WATERMARK || waiting % BLOCK > before % BLOCK) return;
    this.committed = this.head;
    this.show();
  }

  /** Shows what was added up to the last whole character: before other output, or as that goes on. */
  showMarked(): void {
    if (this.marked === this.tail) return;
    this.committed = this.marked;
    this.show();
  }

  /** At the end of a piece of input: shows all, while echo is on. */
  flush(): void {
    const isOn = (this.termios.lflag & (ECHO | ECHONL)) !== 0;
    if (!isOn || this.committed === this.head) return;
    this.committed = this.head;
    this.show();
  }

  /** Writes as much as the terminal has room for. */
  private show(): void {
    let progress = true;
    while (progress && this.tail < this.committed) {
      this.output.begin();
      const before = this.tail;
      while (this.tail < this.committed) {
        const length = this.perform();
        if (length === 0) break;
        this.tail += length;
      }
      progress = this.tail > before;
      this.output.end();
    }
    while (this.committed - this.tail >= DISCARD_WATERMARK) this.tail += this.lengthOfNext();
  }

  private add(byte: number): void {
    this.bytes[this.head % CAPACITY] = byte;
    this.head++;
  }
  private at(position: number): number {
    return this.bytes[position % CAPACITY] ?? 0;
  }
  private lengthOfNext(): number {
    if (this.at(this.tail) !== OPERATION) return 1;
    return this.at(this.tail + 1) === ERASE_TAB ? 3 : 2;
  }

  /** Does what is next; how many bytes it was, or 0 when there is no room for it. */
  private perform(): number {
    const { output } = this;
    const first = this.at(this.tail);
    if (first !== OPERATION) return output.processed(first) ? 1 : 0;
    const operation = this.at(this.tail + 1);
    switch (operation) {
      case MOVE_BACK:
        output.moveBack();
        return 2;
      case SET_CANONICAL_COLUMN:
        output.canonicalColumn = output.column;
        return 2;
      case ERASE_TAB:
        return this.performEraseTab(this.at(this.tail + 2)) ? 3 : 0;
      case OPERATION:
        // As a byte it gets past output processing.
        if (output.room < 1) return 0;
        output.raw(operation);
        output.column++;
        return 2;
      default:
        if (output.room < 2) return 0;
        output.raw(0x5e);
        output.raw(operation ^ 0x40);
        output.column += 2;
        return 2;
    }
  }

  private performEraseTab(operand: number): boolean {
    const { output } = this;
    const columns = (operand & 7) + ((operand & AFTER_TAB) === 0 ? output.canonicalColumn : 0);
    const count = 8 - (columns & 7);
    if (output.room < count) return false;
    for (let i = 0; i < count; i++) {
      output.raw(BACKSPACE);
      output.moveBack();
    }
    return true;
  }
}
