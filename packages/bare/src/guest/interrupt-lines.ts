// SPDX-License-Identifier: MPL-2.0

import type { InterruptControllers } from "@aster/hardware";
import type { Native } from "./native.ts";
import type { SharedState } from "./shared-state.ts";

/** Line 0 is the timer's; lines 1…23 are the inputs of the I/O APIC. */
const WIRES = 24;
/** Lines from here on are raised by messages. */
export const MESSAGE_LINES: { readonly first: number; readonly count: number } = {
  first: WIRES,
  count: 32,
};
export const INTERRUPT_LINES: number = WIRES + 32;

/** 82093AA I/O APIC, section 3: an index register, a window, and two words for each input. */
const USUAL_IO_APIC = 0xfec0_0000;
const WINDOW = 0x10;
const FIRST_ENTRY = 0x10;
const MASKED = 0x1_0000;
const LEVEL = 0x8000;
const ACTIVE_LOW = 0x2000;
const FIRST_VECTOR = 32;
const FIRST_PCI_LINE = 16;
/** Of the upper word of an entry: the lower one names an entry of the remapping table. */
const REMAPPED = 0x1_0000;
const HANDLE_SHIFT = 17;

/**
 * The interrupt lines. A device's interrupt masks its input (native/interrupts.c) and leaves a
 * note; the input is opened again when the kernel next asks for pending lines after it ended
 * the interrupt, so that the driver has calmed its device by then.
 */
export class InterruptLines {
  private readonly native: Native;
  private readonly state: SharedState;
  private readonly ioApic: number;
  /** How each wire interrupts: LEVEL and ACTIVE_LOW, or neither. */
  private readonly signals: number[] = [];
  /** The upper word of each wire's entry: to the CPU with number 0, or by the remapping table. */
  private readonly upperWords: number[] = new Array<number>(WIRES).fill(0);
  /** Bit sets of lines, 32 in a word. */
  private readonly raised: Int32Array = new Int32Array(2);
  private readonly unmasked: Int32Array = new Int32Array(2);
  private toReopen = 0;
  /** The count of events up to which notes were taken over. */
  eventsSeen = 0;
  /** No line is raised and no wire waits to be opened: there is nothing to do but look for events. */
  isQuiet = true;

  /** `controllers` is what the firmware's tables say; without them everything is where it was. */
  constructor(native: Native, state: SharedState, controllers?: InterruptControllers) {
    this.native = native;
    this.state = state;
    const ioApic = controllers?.ioApics.find(({ firstLine }) => firstLine === 0)?.address;
    this.ioApic = ioApic ?? USUAL_IO_APIC;
    state.setIoApic(this.ioApic);
    for (let line = 0; line < WIRES; line++) {
      const override = controllers?.overrides.find((other) => other.line === line);
      this.signals.push(
        override !== undefined
          ? (override.level ? LEVEL : 0) | (override.activeLow ? ACTIVE_LOW : 0)
          : line < FIRST_PCI_LINE
            ? 0
            : LEVEL | ACTIVE_LOW,
      );
      if (line > 0) {
        this.writeEntry(line, MASKED);
      }
    }
  }

  /** The lowest pending, unmasked line, or -1. */
  pending(): number {
    const { raised, unmasked } = this;
    const low = (raised[0] ?? 0) & (unmasked[0] ?? 0);
    if (low !== 0) {
      return 31 - Math.clz32(low & -low);
    }
    const high = (raised[1] ?? 0) & (unmasked[1] ?? 0);
    return high === 0 ? -1 : 63 - Math.clz32(high & -high);
  }

  /**
   * Takes over what handlers left; whether the local APIC's timer fired. That does not make
   * line 0 pending: the clock decides (timer.ts).
   */
  takeEvents(): boolean {
    if (this.toReopen !== 0) {
      this.reopen();
      this.noteQuiet();
    }
    const events = this.state.events();
    if (events === this.eventsSeen) {
      return false;
    }
    this.eventsSeen = events;
    const { state } = this;
    const timerFired = state.takeRaised(0);
    for (let group = 0; group < INTERRUPT_LINES / 4; group++) {
      if (!state.isGroupRaised(group)) {
        continue;
      }
      for (let line = 4 * group; line < 4 * group + 4; line++) {
        if (state.takeRaised(line)) {
          this.raise(line);
        }
      }
    }
    return timerFired;
  }

  isRaised(line: number): boolean {
    return ((this.raised[line >> 5] ?? 0) & (1 << (line & 31))) !== 0;
  }

  raise(line: number): void {
    setBit(this.raised, line, true);
    this.isQuiet = false;
  }

  lower(line: number): void {
    setBit(this.raised, line, false);
    this.noteQuiet();
  }

  setMasked(line: number, masked: boolean): void {
    setBit(this.unmasked, line, !masked);
    if (line > 0 && line < WIRES && !this.isRaised(line)) {
      this.writeEntry(line, masked ? MASKED : this.openEntry(line));
    }
  }

  end(line: number): void {
    if (line > 0 && line < WIRES) {
      this.toReopen |= 1 << line;
    }
    this.lower(line);
  }

  /** Has the wire's messages name an entry of the remapping table; how the wire interrupts. */
  remap(line: number, handle: number): "edge" | "level" | undefined {
    const signal = this.signals[line];
    if (line === 0 || signal === undefined) {
      return undefined;
    }
    this.upperWords[line] = (handle << HANDLE_SHIFT) | REMAPPED;
    this.setMasked(line, !this.isUnmasked(line));
    return (signal & LEVEL) !== 0 ? "level" : "edge";
  }

  private noteQuiet(): void {
    this.isQuiet = this.toReopen === 0 && this.raised[0] === 0 && this.raised[1] === 0;
  }

  private isUnmasked(line: number): boolean {
    return ((this.unmasked[line >> 5] ?? 0) & (1 << (line & 31))) !== 0;
  }

  private reopen(): void {
    const lines = this.toReopen & (this.unmasked[0] ?? 0);
    this.toReopen = 0;
    for (let line = 1; line < WIRES; line++) {
      if ((lines & (1 << line)) !== 0 && !this.isRaised(line)) {
        this.writeEntry(line, this.openEntry(line));
      }
    }
  }

  private openEntry(line: number): number {
    return (FIRST_VECTOR + line) | (this.signals[line] ?? 0);
  }

  private writeEntry(line: number, low: number): void {
    this.writeRegister(FIRST_ENTRY + 2 * line, MASKED);
    this.writeRegister(FIRST_ENTRY + 2 * line + 1, this.upperWords[line] ?? 0);
    this.writeRegister(FIRST_ENTRY + 2 * line, low);
  }

  private writeRegister(register: number, value: number): void {
    this.native.mmioWrite(this.ioApic, 4, register);
    this.native.mmioWrite(this.ioApic + WINDOW, 4, value);
  }
}

function setBit(words: Int32Array, line: number, value: boolean): void {
  const bit = 1 << (line & 31);
  const word = words[line >> 5] ?? 0;
  words[line >> 5] = value ? word | bit : word & ~bit;
}
