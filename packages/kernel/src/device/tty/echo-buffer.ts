// SPDX-License-Identifier: MPL-2.0

import { ECHOCTL } from "../../abi/termios.ts";
import { isControl } from "./output-processor.ts";
import type { OutputProcessor } from "./output-processor.ts";
import type { Termios } from "./termios.ts";

const CAPACITY = 4096;

/** Entries above 0xff are operations, done when the entry reaches the terminal. */
const CONTROL = 0x100;
const MOVE_BACK = 0x200;
const SET_CANONICAL_COLUMN = 0x300;
/** The low bits hold the columns used since the tab before (bit 7 set) or since the line began. */
const ERASE_TAB = 0x400;
const AFTER_TAB = 0x80;

const BACKSPACE = 8;
const TAB = 9;

/** ECHO_OP_START of Linux's n_tty.c. */
const OPERATION_START = 0xff;

/**
 * Echo that waits for its turn: columns are known only when output is done, and the terminal may
 * have no room. When the buffer is full the oldest echo is dropped, as on Linux.
 */
export class EchoBuffer {
  private readonly entries: Uint16Array = new Uint16Array(CAPACITY);
  private head = 0;
  private tail = 0;
  private readonly output: OutputProcessor;
  private readonly termios: Termios;

  constructor(output: OutputProcessor, termios: Termios) {
    this.output = output;
    this.termios = termios;
  }

  get isEmpty(): boolean {
    return this.head === this.tail;
  }

  clear(): void {
    this.head = 0;
    this.tail = 0;
  }

  /** A byte that goes through output processing, but not through the ^X rendering. */
  raw(byte: number): void {
    this.add(byte);
  }

  /** A typed byte: control characters as ^X where ECHOCTL says so. */
  typed(byte: number): void {
    const asControl = (this.termios.lflag & ECHOCTL) !== 0 && isControl(byte) && byte !== TAB;
    this.add(asControl ? CONTROL | byte : byte);
  }

  moveBack(): void {
    this.add(MOVE_BACK);
  }

  setCanonicalColumn(): void {
    this.add(SET_CANONICAL_COLUMN);
  }

  /** Moves back over a tab; `columns` were used since the tab before it, or since the line began. */
  eraseTab(columns: number, afterTab: boolean): void {
    this.add(ERASE_TAB | (columns & 7) | (afterTab ? AFTER_TAB : 0));
  }

  /** Writes as much as the terminal has room for. */
  flush(): void {
    if (this.isEmpty) return;
    let progress = true;
    while (progress && !this.isEmpty) {
      this.output.begin();
      progress = false;
      while (!this.isEmpty && this.perform(this.entries[this.tail % CAPACITY] ?? 0)) {
        this.tail++;
        progress = true;
      }
      this.output.end();
    }
  }

  private add(entry: number): void {
    this.entries[this.head % CAPACITY] = entry;
    this.head++;
    if (this.head - this.tail > CAPACITY) this.tail++;
  }

  /** Does one entry; false when there is no room for it. */
  private perform(entry: number): boolean {
    const { output } = this;
    const low = entry & 0xff;
    switch (entry & 0xff00) {
      case CONTROL:
        if (output.room < 2) return false;
        output.raw(0x5e);
        output.raw(low ^ 0x40);
        output.column += 2;
        return true;
      case MOVE_BACK:
        output.moveBack();
        return true;
      case SET_CANONICAL_COLUMN:
        output.canonicalColumn = output.column;
        return true;
      case ERASE_TAB:
        return this.performEraseTab(low);
      default:
        if (low !== OPERATION_START) return output.processed(low);
        // Linux's own mark of such entries: as a byte it gets past output processing.
        if (output.room < 1) return false;
        output.raw(low);
        output.column++;
        return true;
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
