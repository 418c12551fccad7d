// SPDX-License-Identifier: MPL-2.0

import { PAGE_SIZE } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import type { FramePages } from "../frame-pages.ts";
import { PageBacking } from "../page-backing.ts";
import type { ImageMedium } from "./image-medium.ts";

/** A file of a root image: a contiguous range of the disk, from a page's boundary on. */
export class ImageBacking extends PageBacking {
  private readonly medium: ImageMedium;
  private readonly offset: number;

  constructor(medium: ImageMedium, offset: number, lengthBytes: number) {
    super(lengthBytes);
    this.medium = medium;
    this.offset = offset;
  }

  load(first: number, frames: readonly (UFrame | undefined)[]): boolean {
    const stream = this.medium.read(this.offset + first * PAGE_SIZE, frames.length);
    if (stream === undefined) return false;
    for (const [i, frame] of frames.entries()) {
      if (frame === undefined) continue;
      const count = Math.min(PAGE_SIZE, this.lengthBytes - (first + i) * PAGE_SIZE);
      if (count < PAGE_SIZE) frame.fill(0, Math.max(0, count));
      if (count > 0) frame.copyRange(0, stream.segment, i * PAGE_SIZE, count);
    }
    return true;
  }

  override makeRoom(): void {
    this.medium.makeRoom();
  }
  override pagesLoaded(file: FramePages): void {
    this.medium.addFile(file);
  }
  override fileGone(file: FramePages): void {
    this.medium.removeFile(file);
  }
}
