// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { PRIVILEGE } from "../privilege.unsafe.ts";
import type { Privilege } from "../privilege.unsafe.ts";
import { panicTwice, panicUsed } from "../release.ts";
import type { Release } from "../release.ts";
import type { System } from "../system.unsafe.ts";
import type { IrqCallback, IrqMessage } from "./interrupts.ts";

/** A registered callback; `drop` takes it away. */
export class IrqCallbackHandle {
  readonly #system: System;
  readonly #remove: () => void;
  #released: Release | undefined;

  constructor(privilege: Privilege, owner: System, remove: () => void) {
    if (privilege !== PRIVILEGE) {
      panic("a callback's handle comes from its line");
    }
    this.#system = owner;
    this.#remove = remove;
  }

  /** Takes the callback away; of a line that was dropped it is gone already. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("an interrupt callback", this.#released);
    }
    this.#released = this.#system.releases.note();
    this.#remove();
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

/** An interrupt line of a device. Unmasked while it has a callback. */
export class IrqLine {
  readonly #system: System;
  readonly #line: number;
  /** Raised by a message, not by a wire. */
  readonly #isMessage: boolean;
  #released: Release | undefined;

  private constructor(owner: System, line: number, isMessage: boolean) {
    this.#system = owner;
    this.#line = line;
    this.#isMessage = isMessage;
  }

  /** Any free line, or undefined. */
  static alloc(): IrqLine | undefined {
    const owner = system();
    const line = owner.interrupts.allocate();
    return line < 0 ? undefined : new IrqLine(owner, line, false);
  }

  /**
   * A free line that the device `requester` (bus * 256 + device * 8 + function) raises by writing
   * `message`, or undefined. Behind an IOMMU that remaps interrupts nobody else can.
   */
  static allocMessage(requester: number): IrqLine | undefined {
    if (!(Number.isInteger(requester) && requester >= 0 && requester <= 0xffff)) {
      return undefined;
    }
    const owner = system();
    const line = owner.interrupts.allocateMessage();
    if (line < 0) {
      return undefined;
    }
    owner.iommu?.admitInterrupt(line, requester);
    return new IrqLine(owner, line, true);
  }

  /** The line `line`, or undefined when it does not exist, is taken, or is the timer's. */
  static allocSpecific(line: number): IrqLine | undefined {
    if (!Number.isInteger(line)) {
      return undefined;
    }
    const owner = system();
    return owner.interrupts.allocate(line) < 0 ? undefined : new IrqLine(owner, line, false);
  }

  /** The number of the line. */
  get num(): number {
    return this.#line;
  }

  /** What the device writes to raise it; undefined for a line that has a wire. */
  get message(): IrqMessage | undefined {
    const { interrupts, iommu } = this.#live();
    if (!this.#isMessage) {
      return undefined;
    }
    return iommu?.remapsInterrupts === true
      ? interrupts.remappedMessage(this.#line)
      : interrupts.directMessage(this.#line);
  }

  /** Whether it has no callback. */
  get isEmpty(): boolean {
    return this.#live().interrupts.callbacks(this.#line).length === 0;
  }

  /** Calls `callback` in interrupt context whenever the line is active. */
  onActive(callback: IrqCallback): IrqCallbackHandle {
    const { interrupts } = this.#live();
    const line = this.#line;
    const registration = { callback };
    interrupts.setCallbacks(line, [...interrupts.callbacks(line), registration]);
    return new IrqCallbackHandle(PRIVILEGE, this.#system, () => {
      const registered = interrupts.callbacks(line);
      // The line may be another driver's by now.
      if (registered.includes(registration)) {
        interrupts.setCallbacks(
          line,
          registered.filter((other) => other !== registration),
        );
      }
    });
  }

  #live(): System {
    if (this.#released !== undefined) {
      panicUsed("an interrupt line", this.#released);
    }
    return this.#system;
  }

  /** Masks and frees the line. */
  drop(): void {
    if (this.#released !== undefined) {
      panicTwice("an interrupt line", this.#released);
    }
    this.#released = this.#system.releases.note();
    if (this.#isMessage) {
      this.#system.iommu?.refuseInterrupt(this.#line);
    }
    this.#system.interrupts.free(this.#line);
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

/**
 * The bottom half that runs right after the callbacks of an interrupt, with interrupts off.
 * One per system: false when there is one already.
 */
export function registerBottomHalfHandlerL1(handler: IrqCallback): boolean {
  const { interrupts } = system();
  if (interrupts.bottomHalfL1 !== undefined) {
    return false;
  }
  interrupts.bottomHalfL1 = handler;
  return true;
}

/** The bottom half that runs after L1, with interrupts on. One per system. */
export function registerBottomHalfHandlerL2(handler: IrqCallback): boolean {
  const { interrupts } = system();
  if (interrupts.bottomHalfL2 !== undefined) {
    return false;
  }
  interrupts.bottomHalfL2 = handler;
  return true;
}

/** How deep in interrupts the CPU stands, as `interruptLevel` tells. */
export const InterruptLevel = {
  /** A task runs. */
  TASK: 0,
  /** An interrupt handler, or the first bottom half. */
  INTERRUPT: 1,
  /** The second bottom half. */
  BOTTOM_HALF: 2,
} as const;

/** Where the CPU stands: 0 in task context, 1 in an interrupt handler, 2 in a bottom half. */
export function interruptLevel(): number {
  return system().interrupts.level;
}
