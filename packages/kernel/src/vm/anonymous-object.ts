// SPDX-License-Identifier: MPL-2.0

import { FrameAllocOptions } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import type { Result } from "../result.ts";
import { PAGE_BEYOND_END, PAGE_OUT_OF_MEMORY, PageSource } from "./page-source.ts";
import type { PageFailure } from "./page-source.ts";

/** Memory of MAP_SHARED | MAP_ANONYMOUS: what parent and child share after fork(2). */
export class AnonymousObject extends PageSource {
  private readonly frames = new Map<number, UFrame>();
  private readonly pages: number;

  constructor(pages: number) {
    super();
    this.pages = pages;
  }

  override page(index: number): UFrame | PageFailure {
    const cached = this.frames.get(index);
    if (cached !== undefined) return cached;
    if (index >= this.pages) return PAGE_BEYOND_END;
    const frame = new FrameAllocOptions().zeroed(true).allocFrame();
    if (frame === undefined) return PAGE_OUT_OF_MEMORY;
    this.frames.set(index, frame);
    return frame;
  }

  override cachedPage(index: number): UFrame | undefined {
    return this.frames.get(index);
  }

  override punch(first: number, end: number): Result {
    this.forgetShown(first, end);
    for (let index = first; index < end; index++) {
      this.frames.get(index)?.drop();
      this.frames.delete(index);
    }
    return 0;
  }

  /** There is nothing below it to write to. */
  override markDirty(): boolean {
    return true;
  }

  protected override onUnmapped(): void {
    for (const frame of this.frames.values()) frame.drop();
    this.frames.clear();
  }
}
