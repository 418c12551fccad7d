// SPDX-License-Identifier: MPL-2.0

import { registerBottomHalfHandlerL2 } from "@aster/ostd";
import type { InterruptCounts } from "./interrupt-counts.ts";

/** Work that an interrupt handler leaves for after it. */
export interface BottomHalfWork {
  runBottomHalf(): void;
}

/** The work that interrupts have left, run once each after the handlers (OSTD's second bottom half). */
export class BottomHalves {
  private pending: BottomHalfWork[] = [];

  /** Has the work run after each interrupt from now on, and each interrupt counted. */
  start(counts: InterruptCounts): void {
    registerBottomHalfHandlerL2((line) => {
      counts.add(line);
      this.run();
    });
  }

  /** Runs `work` after the handler; once, however often it is scheduled until then. */
  schedule(work: BottomHalfWork): void {
    if (!this.pending.includes(work)) this.pending.push(work);
  }

  run(): void {
    while (this.pending.length > 0) {
      const { pending } = this;
      this.pending = [];
      for (const work of pending) work.runBottomHalf();
    }
  }
}
