// SPDX-License-Identifier: MPL-2.0

import type { UserFrame } from "@aster/hardware";

/** What the rest of the machine needs of its CPU; the methods are those of `Hardware`. */
export interface Processor {
  /** RAM from physical address 0, never moved. */
  readonly ram: Uint8Array;
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
   * Called every few thousand instructions with the number retired since the last call.
   * True makes `enterUser` return with `TRAP_INTERRUPT`.
   */
  readonly onTick: (retired: number) => boolean;
}
