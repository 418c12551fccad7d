// SPDX-License-Identifier: MPL-2.0

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
