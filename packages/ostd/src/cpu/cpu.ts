// SPDX-License-Identifier: MPL-2.0

import { panic } from "../panic.ts";

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

/** Some of the CPUs. Made once and never changed. */
export class CpuSet {
  readonly #cpus: ReadonlySet<CpuId>;

  private constructor(cpus: readonly CpuId[]) {
    this.#cpus = new Set(cpus);
    for (const cpu of this.#cpus) {
      if (cpu !== BSP) {
        panic(`CPU ${String(cpu)} of a system with one`);
      }
    }
  }

  /** Its CPUs, whatever was put over its members. @internal */
  static cpusOf(set: CpuSet): ReadonlySet<CpuId> {
    return set.#cpus;
  }

  static of(...cpus: readonly CpuId[]): CpuSet {
    return new CpuSet(cpus);
  }

  static all(): CpuSet {
    return new CpuSet(allCpus());
  }

  static none(): CpuSet {
    return new CpuSet([]);
  }

  /** How many CPUs it has. */
  get size(): number {
    return this.#cpus.size;
  }

  has(cpu: CpuId): boolean {
    return this.#cpus.has(cpu);
  }

  /** The set with `cpu`, too. */
  with(cpu: CpuId): CpuSet {
    return new CpuSet([...this.#cpus, cpu]);
  }

  /** The set without `cpu`. */
  without(cpu: CpuId): CpuSet {
    return new CpuSet([...this.#cpus].filter((other) => other !== cpu));
  }

  [Symbol.iterator](): IterableIterator<CpuId> {
    return this.#cpus.values();
  }
}
