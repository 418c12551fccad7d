// SPDX-License-Identifier: MPL-2.0

import { policyThrew } from "../failure.ts";
import { x86_64 } from "@aster/hardware";
import type { Hardware } from "@aster/hardware";

/** Called in interrupt context with the number of the line; must not wait. */
export type IrqCallback = (line: number) => void;

/** So many interrupts are handled before the kernel goes on; the rest stays pending. */
const INTERRUPTS_AT_ONCE = 64;

/** One callback of a line; the object tells two registrations of one function apart. */
export interface IrqRegistration {
  readonly callback: IrqCallback;
}

/** What a device writes where to interrupt (MSI). */
export interface IrqMessage {
  readonly address: number;
  readonly data: number;
}

/** Bits of a message's address that names an entry of the remapping table (VT-d 5.1.2.2). */
const REMAPPABLE = 0x10;
const HANDLE_SHIFT = 32;

/** The line of the one-shot timer; never handed out. */
export const TIMER_LINE = 0;

/** What OSTD knows of the interrupt lines of a machine. */
export class Interrupts {
  readonly #hardware: Hardware;
  readonly #allocated: boolean[] = [];
  readonly #callbacks: IrqRegistration[][] = [];
  readonly #onTimer: () => void;
  bottomHalfL1: IrqCallback | undefined = undefined;
  bottomHalfL2: IrqCallback | undefined = undefined;
  /** 0 in task context, 1 in an interrupt handler, 2 in a bottom half. */
  level = 0;

  constructor(hardware: Hardware, onTimer: () => void) {
    this.#hardware = hardware;
    this.#onTimer = onTimer;
    for (let line = 0; line < hardware.interruptLines; line++) {
      this.#allocated.push(line === TIMER_LINE);
      this.#callbacks.push([]);
      hardware.setInterruptMasked(line, line !== TIMER_LINE);
    }
  }

  get lines(): number {
    return this.#allocated.length;
  }

  /** Takes line `line`, or the first free one; -1 when it is taken or does not exist. */
  allocate(line?: number): number {
    const chosen = line ?? this.#allocated.indexOf(false);
    if (this.#allocated[chosen] !== false) {
      return -1;
    }
    this.#allocated[chosen] = true;
    return chosen;
  }

  /** Takes a free line that a message raises; -1 when there is none. */
  allocateMessage(): number {
    const { first, count } = this.#hardware.messageLines;
    for (let line = first; line < first + count; line++) {
      if (this.#allocated[line] === false) {
        return this.allocate(line);
      }
    }
    return -1;
  }

  /** The message that raises `line` where no IOMMU stands between. */
  directMessage(line: number): IrqMessage {
    return { address: x86_64.MESSAGE_ADDRESS, data: x86_64.FIRST_INTERRUPT_VECTOR + line };
  }

  /** The message that names entry `line` of the remapping table. */
  remappedMessage(line: number): IrqMessage {
    return { address: x86_64.MESSAGE_ADDRESS + REMAPPABLE + line * HANDLE_SHIFT, data: 0 };
  }

  free(line: number): void {
    this.#hardware.setInterruptMasked(line, true);
    this.#callbacks[line] = [];
    this.#allocated[line] = false;
  }

  callbacks(line: number): readonly IrqRegistration[] {
    return this.#callbacks[line] ?? [];
  }

  setCallbacks(line: number, callbacks: IrqRegistration[]): void {
    this.#callbacks[line] = callbacks;
    this.#hardware.setInterruptMasked(line, callbacks.length === 0);
  }

  /** Handles pending interrupts: top halves, then bottom halves. Does not nest. */
  handlePending(): void {
    if (this.level !== 0) {
      return;
    }
    let line = this.#hardware.pendingInterrupt();
    // A line that its driver does not calm must not keep the timer's work, and so the host, out.
    for (let budget = INTERRUPTS_AT_ONCE; line >= 0 && budget > 0; budget--) {
      this.level = 1;
      try {
        // Acknowledged first: an edge that comes while the callbacks run must stay pending.
        this.#hardware.endInterrupt(line);
        if (line === TIMER_LINE) {
          this.#onTimer();
        } else {
          this.#run(line);
        }
        this.bottomHalfL1?.(line);
        this.level = 2;
        this.bottomHalfL2?.(line);
      } catch (error) {
        policyThrew(`a handler of interrupt ${line}`, error);
      } finally {
        this.level = 0;
      }
      line = this.#hardware.pendingInterrupt();
    }
  }

  #run(line: number): void {
    const callbacks = this.#callbacks[line] ?? [];
    if (callbacks.length === 0) {
      this.#hardware.setInterruptMasked(line, true);
    }
    for (const { callback } of callbacks) {
      callback(line);
    }
  }
}
