// SPDX-License-Identifier: MPL-2.0

import { WaitQueue } from "@aster/ostd";

/** Something that goes by the real-time clock, and is told when that is set. */
export interface ClockListener {
  clockWasSet(): void;
}

/** Who goes by the real-time clock (clock_settime(2)). */
export class ClockListeners {
  private readonly listeners: Set<ClockListener> = new Set();
  /** Threads that sleep until a time of that clock: woken, they look at it again. */
  readonly sleepers: WaitQueue = new WaitQueue();

  add(listener: ClockListener): void {
    this.listeners.add(listener);
  }
  remove(listener: ClockListener): void {
    this.listeners.delete(listener);
  }

  /** The clock has been set. */
  tellAll(): void {
    for (const listener of [...this.listeners]) listener.clockWasSet();
    this.sleepers.wakeAll();
  }
}
