// SPDX-License-Identifier: MPL-2.0

import { system } from "../current.unsafe.ts";
import { panic } from "../panic.ts";
import { CpuSet } from "./cpu.ts";

/** Calls on other CPUs that may not have been made yet. */
export class PendingCalls {
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  /** How many CPUs were asked. */
  get count(): number {
    return this.#count;
  }

  /** Waits until all CPUs have made the call. Must not be called with interrupts off. */
  wait(): void {
    if (system().scheduling.isAtomic) {
      panic("waited for other CPUs in atomic mode: they may be waiting for this one");
    }
  }
}

/**
 * Calls `task` on every CPU of `targets`, in interrupt context: it must not wait. The own CPU has
 * made the call when this returns.
 */
export function interProcessorCall(targets: CpuSet, task: () => void): PendingCalls {
  const { interrupts } = system();
  const cpus = CpuSet.cpusOf(targets);
  for (const _cpu of cpus) {
    // With one CPU the target is this one; the call runs as in its interrupt handler.
    const before = interrupts.level;
    interrupts.level = Math.max(before, 1);
    try {
      task();
    } finally {
      interrupts.level = before;
    }
  }
  return new PendingCalls(cpus.size);
}

/**
 * Has every CPU but the one that started the system begin with `entry`; once per system, else false.
 * There is no other yet: nothing calls it.
 */
export function registerApEntry(entry: () => void): boolean {
  const owner = system();
  if (owner.apEntry !== undefined) {
    return false;
  }
  owner.apEntry = entry;
  return true;
}
