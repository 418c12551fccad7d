// SPDX-License-Identifier: MPL-2.0

import type { UserFrame } from "@aster/hardware";
import type { CpuStatistics } from "./cpu/cpu-options.ts";

/** What the rest of the machine needs of its CPU; the methods are those of `Hardware`. */
export interface Processor {
  /** RAM from physical address 0, never moved. */
  readonly ram: Uint8Array;
  /** Instructions retired since the CPU was made. */
  readonly instructions: number;
  readonly statistics: CpuStatistics;
  createUserFrame(): UserFrame;
  destroyUserFrame(frame: UserFrame): void;
  enterUser(frame: UserFrame): number;
  saveFpu(frame: UserFrame): void;
  loadFpu(frame: UserFrame): void;
  setPageTableRoot(root: number): void;
  invalidatePage(root: number, address: number): void;
  invalidateAddressSpace(root: number): void;
  codeWritten(paddr: number, lengthBytes: number): void;
}

export interface ProcessorOptions {
  readonly ramBytes: number;
  /**
   * Asked every so many instructions: true makes `enterUser` return with `TRAP_INTERRUPT`.
   */
  readonly onTick: () => boolean;
  /** Whether it is asked at the same instructions however these are executed. */
  readonly steadyTicks: boolean;
  /** What rdtsc reads; it never goes back. */
  readonly readTsc: () => number;
}
