// SPDX-License-Identifier: MPL-2.0

import type { UFrame } from "@aster/ostd";

/** Why a page of a source can not be had. */
export const PAGE_BEYOND_END = -1;
export const PAGE_OUT_OF_MEMORY = -2;
export type PageFailure = typeof PAGE_BEYOND_END | typeof PAGE_OUT_OF_MEMORY;

/**
 * What a mapping shows: the page cache of a file, or shared anonymous memory. `read`, `write` and
 * every mapping of the object see the same frames.
 */
export interface PageSource {
  /**
   * The frame of page `index` (offset / 4096), brought in or made on demand. The frame is lent: a
   * mapping takes a reference of its own.
   */
  page(index: number): UFrame | PageFailure;
  /** The frame of page `index` if it is in memory; never brings it in or makes it. */
  cachedPage(index: number): UFrame | undefined;
  /** A page of this source was mapped writable and shared: its contents may change at any time. */
  markDirty(index: number): void;
  /** A mapping shows the source from now on; each `retain` is followed by one `release`. */
  retain(): void;
  release(): void;
}
