// SPDX-License-Identifier: MPL-2.0

import { FrameAllocOptions, VmReader } from "@aster/ostd";
import type { UFrame } from "@aster/ostd";
import { buildVdso } from "../arch/x86_64/vdso-image.ts";
import { PAGE_SIZE } from "./mapping.ts";
import { PAGE_BEYOND_END, PageSource } from "./page-source.ts";
import type { PageFailure } from "./page-source.ts";

/** The page of the vDSO, which every program maps. */
export class VdsoObject extends PageSource {
  private readonly frame: UFrame;

  private constructor(frame: UFrame) {
    super();
    this.frame = frame;
  }

  /** Undefined when memory is out: programs go without then. */
  static create(): VdsoObject | undefined {
    const frame = new FrameAllocOptions().zeroed(true).allocFrame();
    if (frame === undefined) return undefined;
    frame.writer(0, PAGE_SIZE).write(VmReader.from(buildVdso(PAGE_SIZE), 0, PAGE_SIZE));
    return new VdsoObject(frame);
  }

  override page(index: number): UFrame | PageFailure {
    return index === 0 ? this.frame : PAGE_BEYOND_END;
  }
  override cachedPage(index: number): UFrame | undefined {
    return index === 0 ? this.frame : undefined;
  }
  /** It is only ever mapped privately. */
  override markDirty(): boolean {
    return false;
  }
}
