// SPDX-License-Identifier: MPL-2.0

import { INTERRUPT_LINES } from "./memory-map.ts";

/**
 * Up to 32 interrupt lines. An edge stays latched until `end`; a level is pending
 * for as long as its device asserts it. All lines start masked.
 */
export class InterruptController {
  private latched = 0;
  private asserted = 0;
  private unmasked = 0;
  /** Called when an unmasked line becomes pending: the machine ends its idle wait. */
  onPending: () => void = () => {};

  /** Latches an edge on `line`. */
  raise(line: number): void {
    this.latched |= 1 << line;
    this.announce();
  }

  /** Sets the level of `line`, for devices that hold it until they are served. */
  setLevel(line: number, high: boolean): void {
    if (high) {
      this.asserted |= 1 << line;
      this.announce();
    } else {
      this.asserted &= ~(1 << line);
    }
  }

  setMasked(line: number, masked: boolean): void {
    if (!(line >= 0 && line < INTERRUPT_LINES)) return;
    if (masked) {
      this.unmasked &= ~(1 << line);
    } else {
      this.unmasked |= 1 << line;
      this.announce();
    }
  }

  /** Forgets the latched edge; a level that is still asserted is pending again at once. */
  end(line: number): void {
    if (!(line >= 0 && line < INTERRUPT_LINES)) return;
    this.latched &= ~(1 << line);
  }

  isPending(): boolean {
    return ((this.latched | this.asserted) & this.unmasked) !== 0;
  }

  /** The lowest pending, unmasked line, or -1. */
  lowest(): number {
    const ready = (this.latched | this.asserted) & this.unmasked;
    return ready === 0 ? -1 : 31 - Math.clz32(ready & -ready);
  }

  private announce(): void {
    if (this.isPending()) this.onPending();
  }
}
