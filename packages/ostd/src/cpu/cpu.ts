// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";
import { SystemLocal } from "../system-local.unsafe.ts";
import type { DisabledLocalIrqGuard } from "../task/atomic-mode.ts";

/** The number of a CPU. A system has one, number 0. */
export type CpuId = 0;

/** The CPU that started the system. */
export const BSP: CpuId = 0;

/** How many CPUs run. */
export function numCpus(): number {
  return 1;
}

/** All CPUs. */
export function allCpus(): readonly CpuId[] {
  return [BSP];
}

/** The CPU that runs this code; it cannot change, as there is one. */
export function currentCpu(): CpuId {
  return BSP;
}

/** A variable that each CPU of each system has for itself, used with interrupts off. */
export class CpuLocal<T> {
  readonly #value: SystemLocal<T>;

  /** `initial` makes the value of a CPU on its first use. */
  constructor(initial: () => T) {
    this.#value = new SystemLocal(initial);
  }

  /** The current CPU's value; the guard shows that the task stays on this CPU. */
  getWith(guard: DisabledLocalIrqGuard): T {
    if (!guard.isHeld) {
      panic("use of a CPU-local variable with a guard that was dropped");
    }
    return this.#value.get();
  }

  /** Replaces the current CPU's value. */
  setWith(guard: DisabledLocalIrqGuard, value: T): void {
    if (!guard.isHeld) {
      panic("use of a CPU-local variable with a guard that was dropped");
    }
    this.#value.set(value);
  }
}
