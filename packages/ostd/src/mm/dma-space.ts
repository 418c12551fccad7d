// SPDX-License-Identifier: MPL-2.0

/** Who writes to a DMA buffer. */
export type DmaDirection = "toDevice" | "fromDevice" | "bidirectional";

/**
 * The memory that devices see. Device addresses are physical addresses; what differs is whether
 * anything else is kept from them.
 */
export interface DmaSpace {
  /** Whether devices reach nothing but what is mapped. */
  readonly isGuarded: boolean;
  /** Lets devices reach `count` untyped frames; false (and nothing changed) when memory is out. */
  map(first: number, count: number, direction: DmaDirection): boolean;
  /** Takes back one `map` with the same arguments; no device can use it when this returns. */
  unmap(first: number, count: number, direction: DmaDirection): void;
}

/** A machine without an IOMMU: devices reach all memory. */
export class UnguardedDma implements DmaSpace {
  readonly isGuarded = false;

  map(): boolean {
    return true;
  }

  unmap(): void {}
}
