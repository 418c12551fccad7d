// SPDX-License-Identifier: MPL-2.0

import type { UFrame } from "@aster/ostd";
import type { FramePages } from "./frame-pages.ts";

/** Where pages of a file come from that are not in memory yet: a range of a medium. */
export abstract class PageBacking {
  /** Bytes of the file that the medium has; only shrinks (truncation). Beyond it nothing is backed. */
  lengthBytes: number;

  protected constructor(lengthBytes: number) {
    this.lengthBytes = lengthBytes;
  }

  /**
   * Fills `frames`, consecutive pages of the file from page `first` on; undefined ones are left out.
   * Bytes behind `lengthBytes` are zeros. False when the medium failed.
   */
  abstract load(first: number, frames: readonly (UFrame | undefined)[]): boolean;

  /** Pages are about to be allocated for `load`. */
  abstract makeRoom(): void;
  /** `file` has pages that can be dropped and loaded again. */
  abstract pagesLoaded(file: FramePages): void;
  /** `file` has no pages any more. */
  abstract fileGone(file: FramePages): void;
}
