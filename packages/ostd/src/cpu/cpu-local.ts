// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";
import { SystemLocal } from "../system-local.unsafe.ts";
import { requireGuard } from "../task/atomic-mode.ts";
import type { DisabledLocalIrqGuard } from "../task/atomic-mode.ts";
import { BSP } from "./cpu.ts";
import type { CpuId } from "./cpu.ts";

/** A variable that each CPU of each system has for itself, used with interrupts off. */
export class CpuLocal<T> {
  readonly #value: SystemLocal<T>;

  /** `initial` makes the value of a CPU on its first use. */
  constructor(initial: () => T) {
    this.#value = new SystemLocal(initial);
  }

  /** The current CPU's value; the guard shows that the task stays on this CPU. */
  getWith(guard: DisabledLocalIrqGuard): T {
    requireGuard(guard);
    return this.#value.get();
  }

  /** Replaces the current CPU's value. */
  setWith(guard: DisabledLocalIrqGuard, value: T): void {
    requireGuard(guard);
    this.#value.set(value);
  }

  /** The value of `cpu`, for what may be looked at from other CPUs. */
  getOnCpu(cpu: CpuId): T {
    if (cpu !== BSP) {
      panic(`CPU ${String(cpu)} of a system with one`);
    }
    return this.#value.get();
  }
}

/** A number that each CPU has for itself; each operation is one step for interrupt handlers too. */
export class CpuLocalCell {
  readonly #value: SystemLocal<number>;

  constructor(initial: number) {
    this.#value = new SystemLocal(() => initial);
  }

  load(): number {
    return this.#value.get();
  }

  store(value: number): void {
    this.#value.set(value);
  }

  /** Adds `amount`; the sum. */
  add(amount: number): number {
    const sum = this.#value.get() + amount;
    this.#value.set(sum);
    return sum;
  }
}
