// SPDX-License-Identifier: MPL-2.0

import type { Native } from "./native.ts";
import type { SharedState } from "./shared-state.ts";

/** Line 0 is the timer's; lines 1…23 are the inputs of the I/O APIC. */
export const INTERRUPT_LINES = 24;

/** 82093AA I/O APIC, section 3: an index register, a window, and two words for each input. */
const IO_APIC = 0xfec0_0000;
const WINDOW = 0x10;
const FIRST_ENTRY = 0x10;
const MASKED = 0x1_0000;
const LEVEL = 0x8000;
const ACTIVE_LOW = 0x2000;
const FIRST_VECTOR = 32;
const FIRST_PCI_LINE = 16;

/**
 * The interrupt lines. A device's interrupt masks its input (native/interrupts.c) and leaves a
 * note; the input is opened again when the kernel next asks for pending lines after it ended
 * the interrupt, so that the driver has calmed its device by then.
 */
export class InterruptLines {
  private readonly native: Native;
  private readonly state: SharedState;
  /** Bit sets of lines. */
  private raised = 0;
  private unmasked = 0;
  private toReopen = 0;
  /** The count of events up to which notes were taken over. */
  eventsSeen = 0;

  constructor(native: Native, state: SharedState) {
    this.native = native;
    this.state = state;
    for (let line = 1; line < INTERRUPT_LINES; line++) {
      this.writeEntry(line, MASKED);
    }
  }

  /** The lowest pending, unmasked line, or -1. */
  pending(): number {
    const ready = this.raised & this.unmasked;
    return ready === 0 ? -1 : 31 - Math.clz32(ready & -ready);
  }

  /**
   * Takes over what handlers left; whether the local APIC's timer fired. That does not make
   * line 0 pending: the clock decides (timer.ts).
   */
  takeEvents(): boolean {
    if (this.toReopen !== 0) {
      this.reopen();
    }
    const events = this.state.events();
    if (events === this.eventsSeen) {
      return false;
    }
    this.eventsSeen = events;
    for (let line = 1; line < INTERRUPT_LINES; line++) {
      if (this.state.takeRaised(line)) {
        this.raised |= 1 << line;
      }
    }
    return this.state.takeRaised(0);
  }

  isRaised(line: number): boolean {
    return (this.raised & (1 << line)) !== 0;
  }

  raise(line: number): void {
    this.raised |= 1 << line;
  }

  lower(line: number): void {
    this.raised &= ~(1 << line);
  }

  setMasked(line: number, masked: boolean): void {
    const bit = 1 << line;
    if (masked) {
      this.unmasked &= ~bit;
    } else {
      this.unmasked |= bit;
    }
    if (line !== 0 && !this.isRaised(line)) {
      this.writeEntry(line, masked ? MASKED : this.openEntry(line));
    }
  }

  end(line: number): void {
    this.lower(line);
    if (line !== 0) {
      this.toReopen |= 1 << line;
    }
  }

  private reopen(): void {
    const lines = this.toReopen & this.unmasked;
    this.toReopen = 0;
    for (let line = 1; line < INTERRUPT_LINES; line++) {
      if ((lines & (1 << line)) !== 0 && !this.isRaised(line)) {
        this.writeEntry(line, this.openEntry(line));
      }
    }
  }

  /** ISA lines are edges; those behind are PCI's, levels that are active low. */
  private openEntry(line: number): number {
    const vector = FIRST_VECTOR + line;
    return line < FIRST_PCI_LINE ? vector : vector | LEVEL | ACTIVE_LOW;
  }

  private writeEntry(line: number, low: number): void {
    this.writeRegister(FIRST_ENTRY + 2 * line, MASKED);
    // To the CPU whose local APIC has number 0.
    this.writeRegister(FIRST_ENTRY + 2 * line + 1, 0);
    this.writeRegister(FIRST_ENTRY + 2 * line, low);
  }

  private writeRegister(register: number, value: number): void {
    this.native.mmioWrite(IO_APIC, 4, register);
    this.native.mmioWrite(IO_APIC + WINDOW, 4, value);
  }
}
